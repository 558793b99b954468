"""A learner's quizzes: the best and the latest result of each, and the time they took. Read only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from quizzes import entitlements
from quizzes.models import Attempt, Quiz, User, shown
from quizzes.models.quizzes import Preset
from quizzes.reports.student_assignments import best_of

LONGEST = timedelta(hours=3)  # what takes longer was left lying


@dataclass(frozen=True)
class OwnQuiz:
    """One quiz: whole percent, None while they may not be seen; the time is of the attempts that were done in one go."""

    quiz: Quiz
    attempts: int
    best: int | None
    latest: int | None
    latest_attempt: Attempt
    time: timedelta | None


def of_learner(learner: User, *, now: datetime) -> list[OwnQuiz]:
    """Return those handed in that have marks, the latest first (1 query, up to 3 where results wait for an end)."""
    counted = Attempt.objects.taken_by(learner).finished().filter(is_counted=True).order_by("-submitted_at", "-pk")
    attempts = list(counted.select_related("quiz", "assignment__quiz"))
    by_quiz: defaultdict[int, list[tuple[Attempt, bool]]] = defaultdict(list)
    for attempt, seen in entitlements.revealed_each(attempts, learner, now=now):
        if attempt.preset != Preset.SURVEY:
            by_quiz[attempt.quiz_id].append((attempt, seen.marks))
    return [_own_quiz(rows) for rows in by_quiz.values()]


def _own_quiz(rows: list[tuple[Attempt, bool]]) -> OwnQuiz:
    latest, is_shown = rows[0]
    best = best_of(attempt for attempt, may_be_seen in rows if may_be_seen)
    times = [taken for attempt, _seen in rows if (taken := attempt.duration) and taken <= LONGEST]
    return OwnQuiz(
        quiz=latest.quiz,
        attempts=len(rows),
        best=_percent(best) if best else None,
        latest=_percent(latest) if is_shown else None,
        latest_attempt=latest,
        time=sum(times, timedelta()) if times else None,
    )


def _percent(attempt: Attempt) -> int | None:
    return None if attempt.share is None else shown.percent(attempt.quiz, attempt.share, ())


def total_time(rows: list[OwnQuiz]) -> timedelta:
    """Return what they took together."""
    return sum((row.time for row in rows if row.time), timedelta())
