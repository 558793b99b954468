"""What an attempt must be, said as plainly as possible: dictionaries and instants, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

GRACE = timedelta(seconds=5)


@dataclass
class ModelAttempt:
    """One attempt: what was acknowledged in it, and how it ended."""

    started_at: datetime
    due_at: datetime | None
    questions: int
    answers: dict[int, tuple[int, int | None]] = field(default_factory=dict)  # slot → (revision, response)
    submitted_at: datetime | None = None
    closed_by: str = ""
    gradings: int = 0
    closings: int = 0
    saves: int = 0

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None

    def is_over_at(self, now: datetime) -> bool:
        return self.due_at is not None and now >= self.due_at

    def is_past_grace_at(self, now: datetime) -> bool:
        return self.due_at is not None and now > self.due_at + GRACE

    @property
    def marks(self) -> int:
        """A point for each right answer; option 0 is the key."""
        return sum(response == 0 for _revision, response in self.answers.values())

    def close(self, at: datetime, by: str) -> None:
        self.submitted_at, self.closed_by = at, by
        self.closings += 1
        self.gradings += 1

    def look(self, now: datetime) -> None:
        """Every read applies the deadline once the grace has passed."""
        if self.is_open and self.is_past_grace_at(now) and self.due_at:
            self.close(self.due_at, "deadline")

    def submit(self, now: datetime) -> None:
        if self.is_open:
            over = self.is_over_at(now) and self.due_at
            self.close(self.due_at if over and self.due_at else now, "deadline" if over else "learner")

    def save(self, slot: int, response: int | None, revision: int, now: datetime) -> str:
        """Returns acknowledged, closed, stale or unknown, and what it does to the answers."""
        self.look(now)
        if not 1 <= slot <= self.questions:
            return "unknown"
        if not self.is_open:
            return "closed"
        stored = self.answers.get(slot, (0, None))
        if revision > stored[0]:
            self.answers[slot] = (revision, response)
            self.saves += 1
            return "acknowledged"
        return "acknowledged" if stored == (revision, response) else "stale"


@dataclass
class ModelLearner:
    """A learner at one quiz."""

    attempts: list[ModelAttempt] = field(default_factory=list)

    @property
    def open(self) -> ModelAttempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)
