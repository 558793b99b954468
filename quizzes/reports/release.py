"""When marks and answers of an examination come out, and who is still in the way of it. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from quizzes import entitlements, terms
from quizzes.models import Accommodation, Assignment, Attempt


@dataclass(frozen=True)
class Later:
    """A student who may answer after the class has closed: by an exception, or in an attempt; `until` None: without an end."""

    name: str
    until: datetime | None
    attempt_pk: int | None = None


@dataclass(frozen=True)
class Release:
    """The instant at which everybody sees them; None: the class never closes, or an attempt has no end."""

    at: datetime | None
    class_closes: bool
    later: tuple[Later, ...]


def of_assignment(assignment: Assignment, *, now: datetime) -> Release | None:
    """Return when results are shown; None where nobody waits for the others (up to 3 queries)."""
    if assignment.preset not in terms.WAITING_FOR_THE_END:
        return None
    close = entitlements.close_of(assignment)
    if close is None:
        return Release(at=None, class_closes=False, later=())
    later = _by_exception(assignment, max(close, now)) | _at_work(assignment, close)
    return Release(entitlements.closes_for_all_at(assignment), class_closes=True, later=tuple(later.values()))


def _by_exception(assignment: Assignment, after: datetime) -> dict[int, Later]:
    """Return those with an exception that ends later, by person."""
    rows: Any = Accommodation.objects.with_own_close().filter(assignment=assignment)
    exceptions = rows.filter(own_close__gt=after).select_related("membership__user").order_by("own_close", "pk")
    return {row.membership.user_id: Later(row.membership.user.full_name, row.own_close) for row in exceptions}


def _at_work(assignment: Assignment, close: datetime) -> dict[int, Later]:
    """Return by person attempts in progress that go on after the close."""
    running = Attempt.objects.in_progress().filter(Q(due_at=None) | Q(due_at__gt=close), assignment=assignment)
    attempts = running.select_related("learner").order_by("due_at", "pk")
    return {row.learner_id: Later(row.learner.full_name, row.due_at, row.pk) for row in attempts}
