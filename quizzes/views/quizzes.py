"""Quizzes as learners meet them: the list, the rules, the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.models import Attempt, Quiz
from quizzes.reports import attempts as attempt_report
from quizzes.reports import quizzes as quiz_report
from quizzes.services import attempts, time_limits, ways
from quizzes.views.requests import LoggedInRequest, device_of

LONGEST_SEARCH = 100


@require_GET
def quiz_list(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    wanted = quiz_report.ListFilter(request.GET.get("q", "").strip()[:LONGEST_SEARCH], request.GET.get("show", ""))
    page = quiz_report.page_of(request.user, request.GET.get("page"), wanted, now=now)
    quizzes = list(page.object_list)
    listing = quiz_report.listing(request.user, quizzes)
    if any(row.open_attempt is not None and row.open_attempt.is_past_grace_at(now) for row in listing):
        attempts.close_overdue(now=now, among=Attempt.objects.taken_by(request.user))
        listing = quiz_report.listing(request.user, quizzes)
    best = [row.best for row in listing if row.best is not None]
    marks = {
        attempt.quiz_id: revealed.marks for attempt, revealed in entitlements.revealed_each(best, request.user, now=now)
    }
    rows = [replace(row, shows_marks=marks.get(row.quiz.pk, False)) for row in listing]
    context = {"rows": rows, "page": page, "wanted": wanted}
    return render(request, "quizzes/quizzes/list.jinja", context)


@require_GET
def quiz_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    if slug == Quiz.OWN_PRACTICE:
        return redirect("quizzes:practice")
    now = clock.now()
    quiz = quiz_report.seen(request.user, slug)
    time_limits.store_missing(quiz)
    size = quiz_report.size_of(quiz)
    history = quiz_report.history_of(request.user, quiz)
    open_attempt = _open_attempt(request, quiz, history, now)
    context = {
        "quiz": quiz,
        "size": size,
        "penalty_percent": quiz.wrong_penalty * 100,
        "ways": ways.of(request.user, quiz, limit=entitlements.limit_of(quiz), used=history.used, now=now),
        "reveal": attempt_report.reveal_sentence,
        "open_attempt": open_attempt,
        "history": entitlements.revealed_each(history.newest, request.user, now=now),
        "manage": quiz_report.manage(request.user, quiz),
    }
    return render(request, "quizzes/quizzes/detail.jinja", context)


def _open_attempt(
    request: LoggedInRequest, quiz: Quiz, history: quiz_report.AttemptHistory, now: datetime
) -> Attempt | None:
    """Return the attempt in progress, closed if its time is over."""
    running = next((attempt for attempt in history.newest if attempt.is_in_progress), None)
    if running is None:
        return None if history.is_complete else attempts.open_attempt_of(request.user, quiz, now=now)
    attempts.close_if_overdue(running, now=now)
    return running if running.is_in_progress else None


@require_POST
def quiz_start(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    quiz = quiz_report.visible(request.user, slug)
    assignment = ways.chosen(request.user, quiz, request.POST.get("assignment", ""), now=now)
    attempt = attempts.start(request.user, quiz, assignment=assignment, now=now, device=device_of(request))
    for sentence in attempt.told:
        messages.info(request, sentence)
    return redirect(attempt)
