"""Inviting instructors, for administrators; and becoming one by the link."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quizzes import after_answer, clock, limits
from quizzes.forms.instructors import InviteForm
from quizzes.models import InstructorInvitation, User
from quizzes.services import instructors
from quizzes.views import errands
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE

SENDS = ("smtp", "smtps")
LISTED = 100


@READ_WRITE
def instructor_list(request: LoggedInRequest) -> HttpResponse:
    """Show every invitation, and a form for the next; its link is in this one answer and nowhere else."""
    _refuse_unless_administrator(request)
    now, can_mail = clock.now(), settings.MAIL_SCHEME in SENDS
    form, link, made = InviteForm(request.POST or None, can_mail=can_mail), "", None
    if form.is_valid():
        limits.take(request, "invite_instructor")
        made, token = instructors.invite(**form.cleaned_data, by=request.user, now=now)
        link = request.build_absolute_uri(reverse("quizzes:instructor_accept", args=[token]))
        if made.email and can_mail:
            after_answer.run(partial(_mail, made, link))
        form = InviteForm(can_mail=can_mail)
    rows = InstructorInvitation.objects.select_related("invited_by", "accepted_by").order_by("-invited_at", "-pk")
    context = {
        "form": form,
        "link": link,
        "made": made,
        "is_mailed": bool(made and made.email and can_mail),
        "rows": [(row, row.state_at(now)) for row in rows[:LISTED]],
    }
    return render(request, "quizzes/instructors/list.html", context)


def _refuse_unless_administrator(request: LoggedInRequest) -> None:
    if not (request.user.is_instructor and request.user.is_superuser):
        raise Http404


def _mail(invitation: InstructorInvitation, link: str) -> None:
    words = {"invitation": invitation, "link": link}
    text = render_to_string("quizzes/instructors/invitation.txt", words)
    send_mail(_("You are invited to teach on Quizsite"), text, None, [invitation.email])


@require_POST
def instructor_revoke(request: LoggedInRequest, pk: int) -> HttpResponse:
    _refuse_unless_administrator(request)
    invitation = get_object_or_404(InstructorInvitation, pk=pk)
    instructors.revoke(invitation, by=request.user, now=clock.now())
    messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    return redirect("quizzes:instructor_list")


@READ_WRITE
@login_not_required
def instructor_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Sign up as an instructor, or become one with the account one has."""
    errand = errands.to_teach(request, token)
    if errand is None:
        return render(request, "quizzes/instructors/no_link.html", status=404)
    if not isinstance(request.user, User):
        return errands.welcome(request, errand)
    if request.method == "POST" and errands.run(request, errand, request.user):
        return redirect("quizzes:home")
    return render(request, "quizzes/instructors/accept.html", {"errand": errand})
