"""Fetching an attempt for a page: through permission, and with its deadline applied before anything is shown of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Protocol

from django.shortcuts import get_object_or_404

from quizzes.models import Attempt, User
from quizzes.reports import attempts as report
from quizzes.services import attempts

WITH_CLASS = ("learner", "quiz", "assignment__quiz", "assignment__classroom")


class FetchAttempt(Protocol):
    def __call__(self, user: User, pk: int, *, now: datetime) -> Attempt: ...


def closes_overdue(fetch: Callable[[User, int], Attempt]) -> FetchAttempt:
    """Make a fetch close the attempt if its time is over: reading applies the deadline, the sweep only comes first."""

    @wraps(fetch)
    def fetch_closed(user: User, pk: int, *, now: datetime) -> Attempt:
        attempt = fetch(user, pk)
        attempts.close_if_overdue(attempt, now=now)
        return attempt

    return fetch_closed


@closes_overdue
def own_attempt(user: User, pk: int) -> Attempt:
    """Return the user's attempt; raises NotFound for another learner's."""
    return report.own(user, pk)


@closes_overdue
def readable_attempt(user: User, pk: int) -> Attempt:
    """Return an attempt that the user may look at, their own or one of their class; else 404."""
    own = report.own_if_any(user, pk)
    if own is not None:
        return own
    readable = Attempt.objects.readable_by(user).select_related(*WITH_CLASS)
    return get_object_or_404(readable, pk=pk)


@closes_overdue
def managed_attempt(user: User, pk: int) -> Attempt:
    """Return an attempt of a class where the user is an instructor; else 404."""
    return get_object_or_404(Attempt.objects.managed_by(user).select_related(*WITH_CLASS), pk=pk)
