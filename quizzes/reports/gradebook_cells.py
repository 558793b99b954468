"""Cells of a gradebook: what one member did for one assignment, by the attempt that counts. Read only."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from quizzes import entitlements, marking, terms
from quizzes.marking import Edges
from quizzes.models import Accommodation, Assignment, Attempt, Membership, Quiz, shown

# States of a cell. DONE is handed in where no marks count: practice and surveys. MISSING is over, or due where it
# never closes, and never begun.
NOT_STARTED, MISSING, IN_PROGRESS, WAITING, GRADED, DONE = (
    "not_started",
    "missing",
    "in_progress",
    "waiting",
    "graded",
    "done",
)


@dataclass(frozen=True)
class Cell:
    """What one member did for one assignment, by the attempt that counts by the quiz's rule.

    The exact `share` of what was `possible` is for sums and means, `marks` and `percent` are shown.
    """

    state: str
    share: Fraction | None = None
    marks: Decimal | None = None
    possible: Decimal | None = None
    percent: int | None = None
    attempts: int = 0
    is_late: bool = False
    attempt_id: int | None = None  # the one that counts; the best for an average; else the last
    is_passed: bool | None = None
    is_reopened: bool = False  # an attempt runs that was closed before: its marks are not there now


class Column(NamedTuple):
    """An assignment, and where anything changes that is said of its results."""

    assignment: Any
    edges: Edges
    most: Decimal  # in any of its attempts with a result; in any at all where none has one, else in the quiz


@dataclass(frozen=True)
class AttemptRow:
    """An attempt, as far as a gradebook needs it: building rows of the model would take most of the time."""

    pk: int
    status: str
    exact_marks: Fraction | None
    max_marks: Decimal
    submitted_at: datetime | None
    reopened_at: datetime | None

    @property
    def is_reopened(self) -> bool:
        return self.status == Attempt.Status.IN_PROGRESS and self.reopened_at is not None

    @property
    def marks(self) -> Fraction:
        return self.exact_marks or Fraction(0)

    @property
    def share(self) -> Fraction:
        return marking.share(self.marks, self.max_marks)


def attempts_by_cell(assignments: Sequence[Assignment]) -> dict[tuple[int, int], list[AttemptRow]]:
    """Return attempts by (assignment, learner), in the order of their number (1 query)."""
    attempts: dict[tuple[int, int], list[AttemptRow]] = {}
    rows = Attempt.objects.filter(assignment__in=[row.pk for row in assignments]).order_by("number")
    fields = [field.name for field in dataclasses.fields(AttemptRow)]
    for assignment_id, learner_id, *values in rows.values_list("assignment_id", "learner_id", *fields):
        attempts.setdefault((assignment_id, learner_id), []).append(AttemptRow(*values))
    return attempts


def empty_cell(assignment: Any, member: Membership, exception: Accommodation | None, now: datetime) -> Cell:
    """Return the cell of a member without an attempt; `assignment` comes with `most`, the points it is worth."""
    is_missing = entitlements.marks_come_out(assignment) and _is_over(assignment, member, exception, now)
    return Cell(MISSING, possible=assignment.most) if is_missing else Cell(NOT_STARTED)


def cell(column: Column, attempts: Sequence[AttemptRow], late: Collection[int]) -> Cell:
    """Return the cell of a member with these attempts; `late` has the pks of those that were late."""
    assignment, last = column.assignment, attempts[-1]
    state, is_reopened = _state(assignment, attempts), any(row.is_reopened for row in attempts)
    if state != GRADED:
        return Cell(state, attempts=len(attempts), attempt_id=last.pk, is_late=last.pk in late, is_reopened=is_reopened)
    quiz = assignment.quiz
    counts, exact = _counting(attempts, quiz.counting)
    share = marking.share(exact, counts.max_marks)
    return Cell(
        state,
        share=share,
        marks=shown.marks(quiz, exact, counts.max_marks),
        possible=counts.max_marks,
        percent=marking.shown_percent(share, column.edges),
        attempts=len(attempts),
        is_late=counts.pk in late,
        attempt_id=counts.pk,
        is_passed=marking.is_pass(exact, counts.max_marks, quiz.pass_fraction),
        is_reopened=is_reopened,
    )


def _state(assignment: Assignment, attempts: Sequence[AttemptRow]) -> str:
    """Return one word for several attempts: marks that count before an attempt that runs, that before one that waits."""
    states = {row.status for row in attempts}
    if not entitlements.marks_come_out(assignment):
        return IN_PROGRESS if states == {Attempt.Status.IN_PROGRESS.value} else DONE
    if Attempt.Status.GRADED in states:
        return GRADED
    return IN_PROGRESS if Attempt.Status.IN_PROGRESS in states else WAITING


def _counting(attempts: Sequence[AttemptRow], rule: str) -> tuple[AttemptRow, Fraction]:
    """Return the attempt to show and the exact marks that count, by the quiz's rule; an average shows the best attempt."""
    graded = [row for row in attempts if row.status == Attempt.Status.GRADED]
    if rule == Quiz.Counting.FIRST:
        best = graded[0]
    elif rule == Quiz.Counting.LATEST:
        best = graded[-1]
    else:
        best = max(graded, key=lambda row: row.share)
    if rule == Quiz.Counting.AVERAGE:
        return best, marking.mean([row.share for row in graded]) * Fraction(best.max_marks)
    return best, best.marks


def _is_over(assignment: Assignment, member: Membership, exception: Accommodation | None, now: datetime) -> bool:
    """Return whether the member should have handed in: closed for them since they joined, or due where nothing ever closes."""
    agreed = entitlements.terms_of(assignment.quiz, None, assignment, member, exception)
    if agreed.closes_at is not None:
        return agreed.is_over_at(now) and member.joined_at < agreed.closes_at
    return terms.is_past(agreed.due_at, now)
