"""What a learner has shown so far: each of their answers whose correctness they may see now, as it was first given.

Progress, growth and what is to practice again rest on it, so that none of them says what a result does not say yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from quizzes.entitlements.results import revealed_each
from quizzes.models import Answer, Attempt, AttemptEvent, User
from quizzes.models.quizzes import Preset

Place = tuple[int, int]  # attempt and slot


class Shown(NamedTuple):
    """One answer: how it did (0…1) when it was first given, when that was, and how it did in the end."""

    question: int
    topic: int | None
    fraction: float
    at: datetime
    is_flagged: bool
    attempt: int
    in_the_end: float

    @property
    def is_missed(self) -> bool:
        return self.fraction < 1


class _Row(NamedTuple):
    attempt: int
    slot: int
    question: int
    topic: int | None
    fraction: float | None
    is_blank: bool
    is_flagged: bool
    at: datetime | None


def record_of(learner: User, *, now: datetime) -> list[Shown]:
    """Return what the learner answered, the oldest first (3 queries, 2 more where results wait for an end).

    Of practice, what was checked or handed in with an answer, as it was before it was tried again; of all else every
    question that they came to, once its marks are known.
    """
    attempts = _attempts(learner, now)
    if not attempts:
        return []
    is_practiced = any(attempt.preset == Preset.PRACTICE for attempt in attempts.values())
    checks = _first_checks(learner) if is_practiced else {}
    rows = [
        shown
        for row in _rows(learner)
        if (attempt := attempts.get(row.attempt)) and (shown := _shown(row, attempt, checks)) is not None
    ]
    return sorted(rows, key=lambda shown: shown.at)


def _attempts(learner: User, now: datetime) -> dict[int, Attempt]:
    """Return those whose answers may be judged: practice, and what is handed in and revealed; by key."""
    is_practice = Q(is_counted=False)
    attempts = (
        Attempt.objects.taken_by(learner).filter(~Q(status=Attempt.Status.IN_PROGRESS) | is_practice).order_by("pk")
    )
    revealed = revealed_each(list(attempts.select_related("quiz", "assignment__quiz")), learner, now=now)
    return {
        attempt.pk: attempt for attempt, seen in revealed if seen.correctness or (attempt.preset == Preset.PRACTICE)
    }


def _rows(learner: User) -> Iterator[_Row]:
    answers = Answer.objects.filter(attempt__learner=learner).annotate(is_blank=Q(response__isnull=True)).order_by("pk")
    columns = ("attempt", "slot", "version__question", "version__question__topic", "fraction", "is_blank")
    return (_Row(*row) for row in answers.values_list(*columns, "is_flagged", "saved_at"))


def _first_checks(learner: User) -> dict[Place, tuple[float | None, datetime]]:
    """Return how each answer did at its first check, and when (1 query)."""
    logged = AttemptEvent.objects.filter(attempt__learner=learner, kind=AttemptEvent.Kind.CHECKED)
    checks: dict[Place, tuple[float | None, datetime]] = {}
    for attempt, slot, at, details in logged.order_by("at", "pk").values_list("attempt", "slot", "at", "details"):
        if details.get("is_blank"):  # pressed without an answer
            continue
        fraction = details.get("fraction")
        checks.setdefault((attempt, slot or 0), (None if fraction is None else float(fraction), at))
    return checks


def _shown(row: _Row, attempt: Attempt, checks: dict[Place, tuple[float | None, datetime]]) -> Shown | None:
    fraction, at = row.fraction, row.at or attempt.submitted_at or attempt.started_at
    if attempt.preset == Preset.PRACTICE:
        if (row.attempt, row.slot) in checks:
            fraction, at = checks[row.attempt, row.slot]
        elif row.is_blank or attempt.is_in_progress:
            return None
    elif not attempt.has_reached(row.slot):
        return None
    if fraction is None:
        return None
    in_the_end = fraction if row.fraction is None else row.fraction
    return Shown(row.question, row.topic, float(fraction), at, row.is_flagged, row.attempt, float(in_the_end))
