"""What an invariant yields where it does not hold, and what all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from quizzes.models import AttemptEvent

Kind = AttemptEvent.Kind

SWEEP_DELAY = timedelta(seconds=60)

BATCH = 500


@dataclass(frozen=True)
class Violation:
    """One thing that must not be: the invariant's name, the row, and what is wrong with it."""

    name: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.name}  {self.row}: {self.what}"


def row_of(attempt: int) -> str:
    """Return how a violation names an attempt, given by its key."""
    return f"attempt {attempt}"
