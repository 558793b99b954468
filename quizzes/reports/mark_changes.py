"""What a result says of marks that changed after the fact: a question was mended, or sums became exact. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from quizzes import terms
from quizzes.models import Attempt, AttemptEvent


@dataclass(frozen=True)
class MarkChange:
    """New marks for the question in `slot` (0: for all of them), when they were given, and why."""

    slot: int
    before: Decimal
    after: Decimal
    at: datetime
    reason: str


def of_attempt(attempt: Attempt, revealed: terms.Revealed) -> list[MarkChange]:
    """Return the changes in the order they were made; none while marks may not be seen (else 1 query)."""
    if not revealed.marks:
        return []
    regrades = AttemptEvent.objects.filter(attempt=attempt, kind=AttemptEvent.Kind.REGRADED)
    told = regrades.filter(Q(slot__isnull=False) | Q(details__has_key="exact"))
    changes = [_change(event) for event in told.order_by("at", "pk")]
    return [change for change in changes if change.before != change.after]


def _change(event: AttemptEvent) -> MarkChange:
    names = ("from", "to") if event.slot is None else ("marks_from", "marks_to")
    before, after = (Decimal(event.details[name] or 0) for name in names)
    return MarkChange(event.slot or 0, before, after, event.at, event.details.get("reason", ""))
