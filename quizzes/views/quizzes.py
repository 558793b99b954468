"""Quizzes as learners meet them: the list, the rules, the start."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock, entitlements
from quizzes.models import Assignment, Attempt, Quiz
from quizzes.reports import attempts as attempt_report
from quizzes.reports import quizzes as quiz_report
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest

PAGE = 24


def device_of(request: LoggedInRequest) -> str:
    """A short name for this device: a hash of its session, which says nothing else."""
    key = request.session.session_key or ""
    return hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


@require_GET
def quiz_list(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    visible = Quiz.objects.visible_to(request.user).order_by("pk")
    page = Paginator(visible, PAGE).get_page(request.GET.get("page"))
    listing = quiz_report.listing(request.user, list(page.object_list))
    rows = [
        (row, row.best is not None and entitlements.revealed(row.best, request.user, now=now).marks) for row in listing
    ]
    return render(request, "quizzes/quizzes/list.html", {"rows": rows, "page": page})


@require_GET
def quiz_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    quiz = get_object_or_404(Quiz.objects.visible_to(request.user), slug=slug)
    size = quiz_report.sizes([quiz])[quiz.pk]
    open_attempt = attempts.open_attempt_of(request.user, quiz, now=now)
    own = Attempt.objects.taken_by(request.user).filter(quiz=quiz).select_related("assignment__classroom", "quiz")
    ways = [_way(request, quiz, assignment, size, now) for assignment in _ways_in(request, quiz)]
    context = {
        "quiz": quiz,
        "size": size,
        "ways": ways,
        "open_attempt": open_attempt,
        "history": [(attempt, entitlements.revealed(attempt, request.user, now=now)) for attempt in own[:20]],
    }
    return render(request, "quizzes/quizzes/detail.html", context)


def _ways_in(request: LoggedInRequest, quiz: Quiz) -> list[Assignment | None]:
    """The assignments by which the learner may take it, and None where self-study is open."""
    given = Assignment.objects.given_to(request.user).filter(quiz=quiz).select_related("classroom", "quiz")
    ways: list[Assignment | None] = list(given)
    return [*ways, None] if quiz.is_open_to_all else ways


def _way(
    request: LoggedInRequest, quiz: Quiz, assignment: Assignment | None, size: quiz_report.Size, now: datetime
) -> dict[str, object]:
    agreed = entitlements.terms_for(request.user, quiz, assignment, limit=size.limit)
    used = attempts.attempts_used(request.user, quiz, assignment)
    left = None if agreed.attempts_allowed is None else max(0, agreed.attempts_allowed - used)
    return {
        "assignment": assignment,
        "terms": agreed,
        "minutes": None if agreed.effective_limit is None else int(agreed.effective_limit.total_seconds() // 60),
        "is_extended": agreed.effective_limit != agreed.limit,
        "used": used,
        "left": left,
        "is_open": agreed.is_open_at(now) and quiz.status == Quiz.Status.PUBLISHED,
        "is_upcoming": agreed.is_upcoming_at(now),
        "seconds_to_opening": int((agreed.opens_at - now).total_seconds()) + 1
        if agreed.opens_at and agreed.is_upcoming_at(now)
        else None,
        "reveal": attempt_report.reveal_sentence(agreed.preset),
    }


@require_POST
def quiz_start(request: LoggedInRequest, slug: str) -> HttpResponse:
    quiz = get_object_or_404(Quiz.objects.visible_to(request.user), slug=slug)
    assignment = None
    if wanted := request.POST.get("assignment", ""):
        given = Assignment.objects.given_to(request.user).filter(quiz=quiz).select_related("classroom", "quiz")
        assignment = get_object_or_404(given, pk=int(wanted) if wanted.isascii() and wanted.isdigit() else 0)
    elif not quiz.is_open_to_all and not attempts.open_attempt_of(request.user, quiz, now=clock.now()):
        assignment = get_object_or_404(Assignment.objects.given_to(request.user).filter(quiz=quiz).order_by("-pk")[:1])
    attempt = attempts.start(request.user, quiz, assignment=assignment, now=clock.now(), device=device_of(request))
    return redirect("quizzes:attempt", pk=attempt.pk)
