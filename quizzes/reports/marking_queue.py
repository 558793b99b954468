"""Answers that wait for a person's marks, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from quizzes.models import Answer, Attempt, User


@dataclass(frozen=True)
class Neighbors:
    """Where one answer stands in the queue: the pks next to it (None at an end), and how many wait."""

    previous: int | None
    next: int | None
    waiting: int


def manageable(user: User) -> QuerySet[Answer]:
    """Return answers whose marks the person may change: of finished attempts they manage."""
    attempts = Attempt.objects.managed_by(user).exclude(status=Attempt.Status.IN_PROGRESS)
    return Answer.objects.filter(attempt__in=attempts)


def waiting(user: User) -> QuerySet[Answer]:
    """Return answers without marks in attempts that await marking, in the order they came in."""
    return (
        manageable(user)
        .filter(attempt__in=Attempt.objects.awaiting_marking(), fraction=None)
        .order_by("attempt__submitted_at", "attempt_id", "slot")
    )


def rows(user: User) -> QuerySet[Answer]:
    """Return the queue with everything a list shows of it."""
    return waiting(user).select_related(
        "attempt__learner", "attempt__quiz", "attempt__assignment__classroom", "version__question"
    )


def neighbors(user: User, answer: Answer) -> Neighbors:
    """Return the queue around an answer that may or may not be in it (1 query)."""
    queue = list(waiting(user).values_list("pk", flat=True))
    if answer.pk in queue:
        here = queue.index(answer.pk)
        before, after = queue[:here], queue[here + 1 :]
        return Neighbors(before[-1] if before else None, after[0] if after else None, len(queue))
    return Neighbors(None, queue[0] if queue else None, len(queue))
