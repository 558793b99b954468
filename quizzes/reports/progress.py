"""How a class gets on with one assignment now: who has not begun, who is in the middle, who is done. Read only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from quizzes.models import Assignment, Membership

NOT_STARTED, IN_PROGRESS, DONE = "not_started", "in_progress", "done"
ORDER = {IN_PROGRESS: 0, NOT_STARTED: 1, DONE: 2}


@dataclass(frozen=True)
class ProgressRow:
    """One member. `answered` of `total` and `seconds_left` (None: untimed) are of the attempt that runs, or the last."""

    membership: Membership
    state: str
    answered: int = 0
    total: int = 0
    seconds_left: int | None = None
    submitted_at: datetime | None = None
    is_late: bool = False
    attempts: int = 0
    attempt_id: int | None = None

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
    """Every active student of the class, those in the middle first, then by name (2 queries)."""
    members = Membership.objects.students().filter(classroom=assignment.classroom_id).select_related("user")
    attempts: dict[int, list[Any]] = {}
    for attempt in _attempts(assignment):
        attempts.setdefault(attempt.learner_id, []).append(attempt)
    rows = [_row(member, attempts.get(member.user_id, []), assignment, now) for member in members]
    rows.sort(key=lambda row: (ORDER[row.state], row.membership.user.full_name.casefold(), row.membership.pk))
    states = [row.state for row in rows]
    counts = Counts(states.count(NOT_STARTED), states.count(IN_PROGRESS), states.count(DONE))
    return Progress(tuple(rows), counts)


def _attempts(assignment: Assignment) -> Any:
    answered = Count("answers", filter=Q(answers__response__isnull=False))
    return assignment.attempts.annotate(total=Count("answers"), answered=answered).order_by("number")


def _row(member: Membership, attempts: Sequence[Any], assignment: Assignment, now: datetime) -> ProgressRow:
    if not attempts:
        return ProgressRow(member, NOT_STARTED)
    attempt = next((row for row in attempts if row.is_in_progress), attempts[-1])
    runs = attempt.is_in_progress and not attempt.is_overdue_at(now)
    ended = None if runs else attempt.submitted_at or attempt.due_at  # over, though nobody has closed it yet
    return ProgressRow(
        member,
        IN_PROGRESS if runs else DONE,
        answered=attempt.answered,
        total=attempt.total,
        seconds_left=attempt.seconds_left(now) if runs else None,
        submitted_at=ended,
        is_late=bool(ended and assignment.due_at and ended > assignment.due_at),
        attempts=len(attempts),
        attempt_id=attempt.pk,
    )


# Every save, submission and change of a deadline leaves an event; members come, go and change their names.
VERSION = """
SELECT
    (SELECT {joined} FROM (
        SELECT m.id AS id, m.nickname || ':' || u.first_name || ':' || u.last_name || ':' || u.username AS name
        FROM quizzes_membership m JOIN quizzes_user u ON u.id = m.user_id
        WHERE m.classroom_id = %(classroom)s AND m.role = 'student' AND m.status = 'active'
        ORDER BY m.id) AS members),
    COUNT(*), MAX((SELECT MAX(e.id) FROM quizzes_attemptevent e WHERE e.attempt_id = a.id)), {overdue}
FROM quizzes_attempt a WHERE a.assignment_id = %(assignment)s
"""
JOINED = {
    "sqlite": "GROUP_CONCAT(id || ':' || name, '|')",
    "postgresql": "STRING_AGG(id || ':' || name, '|' ORDER BY id)",
}
OVERDUE = "SUM(CASE WHEN a.status = 'in_progress' AND a.due_at <= %(now)s THEN 1 ELSE 0 END)"


def version(assignment: Assignment, *, now: datetime | None = None) -> str:
    """A short text that differs whenever the progress may, but for the seconds left (1 query).

    With `now` it also changes when the time of an attempt runs out before anybody has closed it.
    """
    params: dict[str, Any] = {"classroom": assignment.classroom_id, "assignment": assignment.pk}
    if now is not None:
        params["now"] = connection.ops.adapt_datetimefield_value(now)
    sql = VERSION.format(joined=JOINED[connection.vendor], overdue="0" if now is None else OVERDUE)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
    return hashlib.sha256(repr((assignment.pk, assignment.due_at, *found)).encode()).hexdigest()[:20]
