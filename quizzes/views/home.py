"""The first page: what this is for strangers, what to do today for those who are logged in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from quizzes import clock, entitlements
from quizzes.forms.accounts import GoalForm
from quizzes.models import Attempt, Invitation, Notice, User
from quizzes.reports import guests as trials
from quizzes.reports import home as report
from quizzes.reports import week
from quizzes.services import accounts, attempts, missed, notices
from quizzes.views.requests import LoggedInRequest, guest_of


@never_cache
@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return dashboard(request, request.user)
    guest = guest_of(request)
    if guest is not None:
        return _landing(request, trial=guest.trial)
    ticket = trials.offer(now=clock.now())
    return _landing(request, ticket=ticket, card=trials.to_answer(ticket.question)) if ticket else _landing(request)


def _landing(request: HttpRequest, **context: object) -> HttpResponse:
    return render(request, "quizzes/home/landing.html", {**context, "units": trials.path()})


def dashboard(request: HttpRequest, user: User) -> HttpResponse:
    now = clock.now()
    attempts.close_overdue(now=now, among=Attempt.objects.taken_by(user))
    missed.collect(user, now=now)
    learner = report.for_learner(user, now=now)
    seen = entitlements.revealed_each(learner.latest, user, now=now)
    instructor = report.for_instructor(user, now=now) if user.is_instructor else None
    invitations = Invitation.objects.open_to(user)
    due = [row for row in learner.calendar.open if row.result is None]
    context = {
        "learner": learner,
        "results": [row for row in seen if not row[0].quiz.is_built_in][: report.RECENT],
        "instructor": instructor,
        "invitations": invitations,
        "topic": report.step_topic(learner.next_step),
        "week": week.of_learner(user, seen, due, now=now),
        "grown": report.growth_of(user, now=now) if learner.latest or learner.open else [],
    }
    return render(request, "quizzes/home/dashboard.html", context)


@require_POST
def weekly_goal(request: LoggedInRequest) -> HttpResponse:
    """Set a goal for one's weeks, or have none, on the first page itself."""
    form = GoalForm(request.POST)
    if request.POST.get("do") == "off":
        accounts.set_goal(request.user, 0)
        messages.success(request, _("You have no weekly goal. You can set one in your profile at any time."))
    elif form.is_valid():
        accounts.set_goal(request.user, form.cleaned_data["questions"])
    else:
        messages.error(request, _("A weekly goal is a number from 1 to 1000."))
    return redirect("quizzes:home")


@require_POST
def notice_dismiss(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Take a line off one's own first page; back to the workshop for those who were there."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    notices.dismiss(notice, now=clock.now())
    return redirect("admin:index" if request.POST.get("next") == "workshop" else "quizzes:home")
