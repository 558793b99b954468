"""Log-in slips: chosen, made and shown once. The passwords are in this one answer and nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from quizzes import clock
from quizzes.errors import QuizError
from quizzes.models import Classroom
from quizzes.services import slips
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE
from quizzes.views.slip_sheets import print_slips


@READ_WRITE
def classroom_slips(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Show the students who can get a new password; POST gives it to those chosen, and shows the slips once."""
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    if request.method == "POST":
        chosen = {
            int(text)
            for text in request.POST.getlist("member")[:1000]
            if text.isascii() and text.isdigit() and len(text) < 19
        }
        try:
            slips_given = slips.give(classroom, chosen, by=request.user, now=clock.now())
        except QuizError as refusal:
            messages.error(request, str(refusal.message))
            return redirect("quizzes:classroom_slips", pk=pk)
        return print_slips(request, classroom, slips_given)
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
