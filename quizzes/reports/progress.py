"""How a class gets on with one assignment now: who has not begun, who is in the middle, who is done. Read only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from quizzes.entitlements import lateness
from quizzes.models import Assignment, Attempt, Membership

NOT_STARTED, IN_PROGRESS, DONE = "not_started", "in_progress", "done"
ORDER = {IN_PROGRESS: 0, NOT_STARTED: 1, DONE: 2}


@dataclass(frozen=True)
class ProgressRow:
    """One member. `answered` of `total` and `seconds_left` (None: untimed) are of the attempt that runs, or the last."""

    membership_id: int
    name: str
    nickname: str
    state: str
    answered: int = 0
    total: int = 0
    # Not in the repr, by which views tell whether something changed: the page counts the seconds down by itself.
    seconds_left: int | None = field(default=None, repr=False)
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    is_late: bool = False
    attempts: int = 0
    attempt_id: int | None = None
    marks: Decimal | None = None  # None: not graded, or a survey
    max_marks: Decimal | None = None
    learner_id: int = field(default=0, repr=False)  # an assistant of a class may be a student of it

    @property
    def percent(self) -> int:
        """Share of the questions answered."""
        return self.answered * 100 // self.total if self.total else 0


@dataclass(frozen=True)
class Counts:
    """How many members are where."""

    not_started: int
    in_progress: int
    done: int

    @property
    def size(self) -> int:
        return self.not_started + self.in_progress + self.done


@dataclass(frozen=True)
class Progress:
    rows: tuple[ProgressRow, ...]
    counts: Counts


def of_assignment(assignment: Assignment, *, now: datetime) -> Progress:
    """Return every active student of the class, those in the middle first, then by name (2 queries; 3 where work is
    handed in, up to 6 where some was late)."""
    members = Membership.objects.students().filter(classroom=assignment.classroom_id).select_related("user")
    attempts: dict[int, list[object]] = {}
    for attempt in _attempts(assignment):
        attempts.setdefault(attempt.learner_id, []).append(attempt)
    latest = {learner_id: _latest(rows) for learner_id, rows in attempts.items()}
    late = lateness.among(row.known_with(assignment.quiz, assignment) for row in latest.values() if _is_over(row, now))
    rows = [_row(member, attempts.get(member.user_id, []), assignment, late, now) for member in members]
    rows.sort(key=lambda row: (ORDER[row.state], row.name.casefold(), row.membership_id))
    states = [row.state for row in rows]
    counts = Counts(states.count(NOT_STARTED), states.count(IN_PROGRESS), states.count(DONE))
    return Progress(tuple(rows), counts)


def _attempts(assignment: Assignment) -> Any:
    answered = Count("answers", filter=Q(answers__response__isnull=False))
    return assignment.attempts.annotate(total=Count("answers"), answered=answered).order_by("number")


def _latest(attempts: Sequence[Any]) -> Any:
    """Return the one that runs, else the last."""
    return next((row for row in attempts if row.is_in_progress), attempts[-1])


def _is_over(attempt: Attempt, now: datetime) -> bool:
    """Return whether it is closed, or its time is over though nobody has closed it yet."""
    return not attempt.is_in_progress or attempt.is_overdue_at(now)


def _row(
    member: Membership, attempts: Sequence[object], assignment: Assignment, late: Collection[int], now: datetime
) -> ProgressRow:
    person = member.pk, member.user.full_name, member.nickname
    if not attempts:
        return ProgressRow(*person, NOT_STARTED)
    attempt = _latest(attempts).known_with(assignment.quiz, assignment)
    runs = not _is_over(attempt, now)
    return ProgressRow(
        *person,
        IN_PROGRESS if runs else DONE,
        answered=attempt.answered,
        total=attempt.total,
        seconds_left=attempt.seconds_left(now) if runs else None,
        due_at=attempt.due_at if runs else None,
        submitted_at=None if runs else attempt.ended_at,
        is_late=attempt.pk in late,
        attempts=len(attempts),
        attempt_id=attempt.pk,
        marks=attempt.shown_marks if attempt.is_graded and assignment.preset != "survey" else None,
        max_marks=attempt.max_marks,
        learner_id=member.user_id,
    )
