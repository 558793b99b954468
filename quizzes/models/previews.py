"""A preview: a quiz taken by those who write it, as a student would take it. A value, in no table.

The session of its author keeps it (`stored`, `restored`), so no history, statistic, board or count can ever meet it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from quizzes import terms
from quizzes.json_types import JSONObject


@dataclass
class PreviewAnswer:
    """One slot of a preview: the version asked, as it was edited then, the order shown and the response."""

    slot: int
    version_id: int
    edition: int  # the version's revision: a draft may change under a preview
    points: Decimal
    layout: list[object]
    response: object = None
    revision: int = 0
    saved_at: datetime | None = None
    is_flagged: bool = False
    is_checked: bool = False
    is_tried: bool = False  # practice has checked it and has not shown the right answer

    @property
    def pk(self) -> int:
        return 0

    @property
    def is_answered(self) -> bool:
        return self.response is not None


@dataclass
class Preview:
    """What an attempt would hold; `notes` are what its author is told of the draw."""

    started_at: datetime
    preset: str
    limit: timedelta | None = None
    reached_slot: int = 0
    submitted_at: datetime | None = None
    notes: list[str] = field(default_factory=list)
    answers: list[PreviewAnswer] = field(default_factory=list)

    def answer(self, slot: int) -> PreviewAnswer | None:
        return next((answer for answer in self.answers if answer.slot == slot), None)

    @property
    def due_at(self) -> datetime | None:
        return None if self.limit is None else self.started_at + self.limit

    def ended_at(self, now: datetime) -> datetime | None:
        """Return when it was handed in, or its deadline once that is past with its grace; None while it goes on."""
        if self.submitted_at is None and self.due_at is not None and now - terms.grace() > self.due_at:
            return self.due_at
        return self.submitted_at

    def stored(self) -> dict[str, object]:
        """Return itself as a session can keep it."""
        row: dict[str, Any] = asdict(self) | {
            "started_at": self.started_at.isoformat(),
            "limit": None if self.limit is None else self.limit.total_seconds(),
            "submitted_at": _text(self.submitted_at),
        }
        for answer in row["answers"]:
            answer |= {"points": str(answer["points"]), "saved_at": _text(answer["saved_at"])}
        return row

    @classmethod
    def restored(cls, row: JSONObject) -> Preview:
        """Return the preview out of what `stored` gave."""
        answers = [
            PreviewAnswer(**(answer | {"points": Decimal(answer["points"]), "saved_at": _instant(answer["saved_at"])}))
            for answer in row["answers"]
        ]
        times = {
            "started_at": datetime.fromisoformat(row["started_at"]),
            "limit": None if row["limit"] is None else timedelta(seconds=row["limit"]),
            "submitted_at": _instant(row["submitted_at"]),
        }
        return cls(**({**row} | times | {"answers": answers}))


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
