"""Accepting and declining an invitation to a classroom."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import clock
from quizzes.models import Invitation
from quizzes.services import invitations
from quizzes.views.requests import LoggedInRequest


@require_POST
def invitation(request: LoggedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.open_to(request.user), pk=pk)
    words = {"name": invitation.classroom}
    if request.POST.get("do") == "accept":
        membership = invitations.accept(invitation, now=clock.now())
        messages.success(request, _("Welcome to %(name)s!") % words)
        return redirect("quizzes:classroom_detail", pk=membership.classroom_id)
    invitations.decline(invitation)
    messages.success(request, _("You declined the invitation to “%(name)s”.") % words)
    return redirect("quizzes:classroom_list")
