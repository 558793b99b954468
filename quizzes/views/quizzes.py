"""Quizzes as learners meet them: the list, the rules, the start."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.errors import NotFound
from quizzes.models import Assignment, Attempt, Quiz
from quizzes.reports import attempts as attempt_report
from quizzes.reports import quizzes as quiz_report
from quizzes.services import attempts
from quizzes.views.attempts import where_it_stands
from quizzes.views.requests import LoggedInRequest, device_of


@require_GET
def quiz_list(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    page = quiz_report.page_of(request.user, request.GET.get("page"))
    quizzes = list(page.object_list)
    listing = quiz_report.listing(request.user, quizzes)
    if any(row.open_attempt is not None and row.open_attempt.is_past_grace_at(now) for row in listing):
        attempts.close_overdue(now=now, among=Attempt.objects.taken_by(request.user))
        listing = quiz_report.listing(request.user, quizzes)
    best = [row.best for row in listing if row.best is not None]
    marks = {
        attempt.quiz_id: revealed.marks for attempt, revealed in entitlements.revealed_each(best, request.user, now=now)
    }
    rows = [(row, marks.get(row.quiz.pk, False)) for row in listing]
    return render(request, "quizzes/quizzes/list.jinja", {"rows": rows, "page": page})


@require_GET
def quiz_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    quiz = quiz_report.seen(request.user, slug)
    size = quiz_report.sizes([quiz])[quiz.pk]
    own = quiz_report.history_of(request.user, quiz)
    open_attempt = _open_attempt(request, quiz, own, now)
    secrecy = entitlements.secrecy_of(request.user, now=now)
    ways = [_way(request, quiz, assignment, size, own, secrecy, now) for assignment in _ways_in(request, quiz)]
    context = {
        "quiz": quiz,
        "size": size,
        "ways": sorted(ways, key=_first_what_can_be_started),
        "open_attempt": open_attempt,
        "history": entitlements.revealed_each(own.newest, request.user, now=now),
        "manage": quiz_report.manage(request.user, quiz),
    }
    return render(request, "quizzes/quizzes/detail.jinja", context)


def _open_attempt(
    request: LoggedInRequest, quiz: Quiz, own: quiz_report.AttemptHistory, now: datetime
) -> Attempt | None:
    """The attempt in progress, closed if its time is over."""
    found = next((attempt for attempt in own.newest if attempt.is_in_progress), None)
    if found is None:
        return None if own.is_complete else attempts.open_attempt_of(request.user, quiz, now=now)
    attempts.close_if_overdue(found, now=now)
    return found if found.is_in_progress else None


def _ways_in(request: LoggedInRequest, quiz: Quiz) -> list[Assignment | None]:
    """The assignments by which the learner may take it, and None where self-study is open."""
    ways: list[Assignment | None] = list(quiz_report.given(request.user, quiz))
    return [*ways, None] if quiz.is_open_to_all else ways


def _way(
    request: LoggedInRequest,
    quiz: Quiz,
    assignment: Assignment | None,
    size: quiz_report.Size,
    own: quiz_report.AttemptHistory,
    secrecy: entitlements.Secrecy,
    now: datetime,
) -> dict[str, object]:
    agreed = entitlements.terms_for(request.user, quiz, assignment, limit=size.limit)
    used = own.used[assignment.pk if assignment else None]
    left = None if agreed.attempts_allowed is None else max(0, agreed.attempts_allowed - used)
    is_open = agreed.is_open_at(now) and quiz.status == Quiz.Status.PUBLISHED
    return {
        "assignment": assignment,
        "terms": agreed,
        "minutes": None if agreed.effective_limit is None else int(agreed.effective_limit.total_seconds() // 60),
        "is_extended": agreed.effective_limit != agreed.limit,
        "left": left,
        "is_open": is_open,
        "outlook": attempts.outlook(quiz, assignment, secrecy) if is_open else attempts.Outlook(),
        "is_upcoming": agreed.is_upcoming_at(now),
        "seconds_to_opening": int((agreed.opens_at - now).total_seconds()) + 1
        if agreed.opens_at and agreed.is_upcoming_at(now)
        else None,
        "has_marks": agreed.preset != "survey",
        "reveal": attempt_report.reveal_sentence(agreed.preset),
    }


def way_of_preview(request: LoggedInRequest, quiz: Quiz, *, now: datetime) -> dict[str, object]:
    """The rules under which a student would take the quiz on its own terms, as if it were open: for a preview."""
    size = quiz_report.sizes([quiz])[quiz.pk]
    nothing = quiz_report.AttemptHistory([], Counter())
    way = _way(request, quiz, None, size, nothing, entitlements.Secrecy(), now)
    return way | {"is_open": True, "is_upcoming": False, "seconds_to_opening": None}


def _first_what_can_be_started(way: dict[str, Any]) -> tuple[bool, bool]:
    return not way["is_open"] or way["outlook"].is_refused, not way["is_upcoming"]


@require_POST
def quiz_start(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    quiz = quiz_report.visible(request.user, slug)
    assignment = _chosen_way(request, quiz, now=now)
    attempt = attempts.start(request.user, quiz, assignment=assignment, now=now, device=device_of(request))
    for sentence in attempt.told:
        messages.info(request, sentence)
    return redirect(where_it_stands(attempt))


def _chosen_way(request: LoggedInRequest, quiz: Quiz, *, now: datetime) -> Assignment | None:
    """The assignment that was asked for; else None where self-study is open, or the latest; NotFound where there is none.

    A learner who is no longer given the quiz may still go on with an attempt in progress.
    """
    wanted = request.POST.get("assignment", "")
    if not wanted and quiz.is_open_to_all:
        return None
    given = [row for row in quiz_report.given(request.user, quiz) if wanted in ("", str(row.pk))]
    if not given and (wanted or attempts.open_attempt_of(request.user, quiz, now=now) is None):
        raise NotFound
    return max(given, key=lambda row: row.pk, default=None)
