"""Log-in slips: chosen, made and shown once. The passwords are in this one answer and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from quizzes import clock, limits
from quizzes.errors import QuizError
from quizzes.models import Classroom
from quizzes.services import slips
from quizzes.views.classrooms import READ_WRITE
from quizzes.views.requests import LoggedInRequest


@READ_WRITE
def classroom_slips(request: LoggedInRequest, pk: int) -> HttpResponse:
    """The students who can get a new password; POST gives it to those chosen, and shows the slips once."""
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    if request.method == "POST":
        chosen = {
            int(text)
            for text in request.POST.getlist("member")[:1000]
            if text.isascii() and text.isdigit() and len(text) < 19
        }
        try:
            made = slips.give(classroom, chosen, by=request.user, now=clock.now())
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect("quizzes:classroom_slips", pk=pk)
        return print_slips(request, classroom, made)
    members = slips.eligible(classroom, by=request.user)
    members = members.order_by("user__last_name", "user__first_name", "user__username", "pk")
    only = request.GET.get("member", "")
    context = {
        "classroom": classroom,
        "members": [row for row in members if not only or str(row.pk) == only],
        "is_only": bool(only),
        "is_teaching": True,
    }
    return render(request, "quizzes/classrooms/slips.html", context)


def print_slips(
    request: LoggedInRequest, classroom: Classroom, made: Sequence[slips.Slip], said: Sequence[str] = ()
) -> HttpResponse:
    """The sheet to print, after the sentences `said`. Wrong passwords of before no longer count against those who have a new one."""
    for slip in made:
        limits.forget_account(request, slip.user.pk)
    link = request.build_absolute_uri(reverse("account_login"))
    context = {
        "classroom": classroom,
        "slips": made,
        "said": said,
        "link": link,
        "qr": segno.make(link, error="m", micro=False).svg_data_uri(border=2, light="#fff", scale=3),
    }
    response = render(request, "quizzes/classrooms/slips_sheet.html", context)
    add_never_cache_headers(response)
    return response
