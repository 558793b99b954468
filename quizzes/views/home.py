"""The first page: what this is for strangers, what to do today for those who are logged in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from quizzes import clock, entitlements
from quizzes.models import Attempt, Invitation, Notice, User
from quizzes.reports import home as report
from quizzes.services import attempts, missed, notices
from quizzes.views.requests import LoggedInRequest


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return dashboard(request, request.user)
    return render(request, "quizzes/home/landing.html")


def dashboard(request: HttpRequest, user: User) -> HttpResponse:
    now = clock.now()
    attempts.close_overdue(now=now, among=Attempt.objects.taken_by(user))
    missed.collect(user, now=now)
    learner = report.for_learner(user, now=now)
    results = entitlements.revealed_each(learner.recent, user, now=now)
    instructor = report.for_instructor(user, now=now) if user.is_instructor else None
    invitations = Invitation.objects.open_to(user)
    step = learner.next_step
    context = {
        "learner": learner,
        "results": results,
        "instructor": instructor,
        "invitations": invitations,
        "topic": report.topic_of(report.quiz_of(step)) if step else None,
    }
    return render(request, "quizzes/home/dashboard.html", context)


@require_POST
def notice_dismiss(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Take a line off one's own first page; back to the workshop for those who were there."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    notices.dismiss(notice, now=clock.now())
    return redirect("admin:index" if request.POST.get("next") == "workshop" else "quizzes:home")
