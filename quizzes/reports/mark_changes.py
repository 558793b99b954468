"""What a result says of marks that changed after the fact: a question was mended, points were edited, or sums became
exact. Read only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from quizzes import terms
from quizzes.models import Attempt, AttemptEvent


@dataclass(frozen=True)
class PointsChange:
    """Points of the question in `slot`."""

    slot: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class MarkChange:
    """New marks for the question in `slot` (0: for all of them), when they were given, and why.

    Where points were edited, `points` are those of each question that changed, and `possible` the marks of the whole
    before and after (None: it waits for a person to mark it).
    """

    slot: int
    before: Decimal
    after: Decimal
    at: datetime
    reason: str
    possible: tuple[Decimal, Decimal] | None = None
    points: tuple[PointsChange, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether it says something: other marks, or the same of another whole."""
        return self.before != self.after or bool(self.points)


def of_attempt(attempt: Attempt, revealed: terms.Revealed) -> list[MarkChange]:
    """Return the changes in the order they were made; none while marks may not be seen (else 1 query)."""
    if not revealed.marks:
        return []
    regrades = AttemptEvent.objects.filter(attempt=attempt, kind=AttemptEvent.Kind.REGRADED)
    events = regrades.filter(Q(slot__isnull=False) | Q(details__has_key="exact") | Q(details__has_key="points"))
    changes = [_change(event) for event in events.order_by("at", "pk")]
    return [change for change in changes if change.is_change]


def _change(event: AttemptEvent) -> MarkChange:
    details = event.details
    names = ("marks_from", "marks_to") if "marks_to" in details else ("from", "to")
    before, after = (Decimal(details[name] or 0) for name in names)
    change = MarkChange(event.slot or 0, before, after, event.at, details.get("reason", ""))
    if "points" not in details:
        return change
    points = (PointsChange(row["slot"], Decimal(row["from"]), Decimal(row["to"])) for row in details["points"])
    possible = Decimal(details["possible_from"]), Decimal(details["possible_to"])
    return replace(change, possible=possible if details["to"] else None, points=tuple(points))
