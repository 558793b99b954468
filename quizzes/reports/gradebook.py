"""The gradebook of a class: members by assignments, figures of each assignment, and who needs help. Read only."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements, marking, terms
from quizzes.entitlements import lateness
from quizzes.marking import Edges
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz, shown
from quizzes.reports import class_figures
from quizzes.reports.class_figures import Figures

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
SORTS = ("name", "total", "lowest", "late")
SHOWS = ("all", "help", "missing", "failed", "late", "waiting", "in_progress")
IS_GRADED = Q(attempts__status=Attempt.Status.GRADED)
LOW_PERCENT = 50  # of all that was asked: less of it needs help
MISSING_MANY = 2


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


@dataclass(frozen=True)
class GradeRow:
    """One member; the total is over what is graded, `share` and `percent` count what is missing as 0 as well.

    Where attempts at one assignment are worth different marks, each counts for its share of the most that was possible.
    """

    membership: Membership
    name: str
    cells: tuple[Cell, ...]
    exact: Fraction
    share: Fraction | None
    total: Decimal
    possible: Decimal
    percent: int | None
    needs_help: str = ""  # why, in words; empty for whoever gets on

    @property
    def late(self) -> int:
        """How many were late."""
        return sum(cell.is_late for cell in self.cells)


@dataclass(frozen=True)
class Gradebook:
    """`summary` is in the order of `assignments`, over all active students whatever rows are shown.

    `uneven` are titles of assignments whose attempts are worth different marks: totals count their shares.
    """

    assignments: tuple[Assignment, ...]
    rows: tuple[GradeRow, ...]
    summary: tuple[Figures, ...]
    size: int
    sort: str
    show: str
    uneven: tuple[str, ...] = ()

    @property
    def columns(self) -> list[tuple[Assignment, Figures]]:
        return list(zip(self.assignments, self.summary, strict=True))


def gradebook(classroom: Classroom, *, now: datetime, sort: str = "name", show: str = "all") -> Gradebook:
    """Every active student against every assignment (5 queries, up to 5 more where work may be late).

    An unknown `sort` or `show` is the first of them.
    """
    given = list(
        Assignment.objects.filter(classroom=classroom)
        .select_related("quiz")
        .prefetch_related("quiz__bands")
        .annotate(most=Coalesce(Max("attempts__max_marks", filter=IS_GRADED), Max("attempts__max_marks")))
        .order_by("opens_at", "pk")
    )
    members = list(Membership.objects.students().filter(classroom=classroom).select_related("user"))
    exceptions = {
        (row.assignment_id, row.membership_id): row
        for row in Accommodation.objects.filter(assignment__classroom=classroom)
    }
    made = _made(given)
    late = _late(given, exceptions.values(), made)
    columns = [_Column(row, shown.edges(row.quiz, row.quiz.bands.all())) for row in given]
    rows = [_grade_row(member, columns, exceptions, made, late, now) for member in members]
    summary = tuple(
        class_figures.of([row.cells[place].share for row in rows], column.edges) for place, column in enumerate(columns)
    )
    sort, show = sort if sort in SORTS else SORTS[0], show if show in SHOWS else SHOWS[0]
    rows_shown = tuple(_sorted([row for row in rows if _is_shown(row, show)], sort))
    return Gradebook(tuple(given), rows_shown, summary, len(rows), sort, show, _uneven(columns, rows))


class _Column(NamedTuple):
    """An assignment, and where anything changes that is said of its results."""

    assignment: Any
    edges: Edges

    @property
    def most(self) -> Decimal:
        """The most that was possible in any of its attempts with a result; in any at all where none has one."""
        return self.assignment.most or Decimal(0)


@dataclass(frozen=True)
class _Made:
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


def _made(given: Sequence[Assignment]) -> dict[tuple[int, int], list[_Made]]:
    """Attempts by (assignment, learner), in the order of their number."""
    made: dict[tuple[int, int], list[_Made]] = {}
    found = Attempt.objects.filter(assignment__in=[row.pk for row in given]).order_by("number")
    fields = [field.name for field in dataclasses.fields(_Made)]
    for assignment_id, learner_id, *values in found.values_list("assignment_id", "learner_id", *fields):
        made.setdefault((assignment_id, learner_id), []).append(_Made(*values))
    return made


def _late(
    given: Sequence[Assignment], exceptions: Iterable[Accommodation], made: dict[tuple[int, int], list[_Made]]
) -> frozenset[int]:
    """The pks of attempts that were late. Only those handed in after a date that was named are read: few."""
    by_pk = {row.pk: row for row in given}
    named: dict[int, datetime] = {}
    for pk, due_at in [
        *((row.pk, row.due_at) for row in given),
        *((row.assignment_id, row.due_at) for row in exceptions),
    ]:
        if due_at is not None:
            named[pk] = min(due_at, named.get(pk, due_at))
    after = [
        row.pk
        for (pk, _learner), rows in made.items()
        for row in rows
        if row.submitted_at is not None and terms.is_past(named.get(pk), row.submitted_at)
    ]
    found = Attempt.objects.filter(pk__in=after) if after else []
    theirs = ((row, by_pk[row.assignment_id or 0]) for row in found)
    return lateness.among(row.known_with(assignment.quiz, assignment) for row, assignment in theirs)


def _grade_row(
    member: Membership,
    columns: Sequence[_Column],
    exceptions: dict[tuple[int, int], Accommodation],
    made: dict[tuple[int, int], list[_Made]],
    late: Collection[int],
    now: datetime,
) -> GradeRow:
    cells = tuple(
        _cell(column, theirs, late)
        if (theirs := made.get((column.assignment.pk, member.user_id)))
        else _empty_cell(column.assignment, member, exceptions.get((column.assignment.pk, member.pk)), now)
        for column in columns
    )
    asked = [
        (cell, column.most) for cell, column in zip(cells, columns, strict=True) if cell.state in (GRADED, MISSING)
    ]
    exact = sum((cell.share * Fraction(most) for cell, most in asked if cell.share is not None), Fraction(0))
    possible = sum((most for _cell, most in asked), Decimal("0.00"))
    share = marking.share(exact, possible) if possible else None
    # One assignment makes a row too: neither says another thing than the other.
    passes = (LOW_PERCENT, *shown.pass_marks(column.assignment.quiz for column in columns))
    edges = tuple({LOW_PERCENT}.union(*(column.edges for column in columns)))
    return GradeRow(
        membership=member,
        name=member.user.full_name,
        cells=cells,
        exact=exact,
        share=share,
        total=marking.shown_marks(exact, possible, passes),
        possible=possible,
        percent=None if share is None else marking.shown_percent(share, edges),
        needs_help=_needs_help(cells, share, edges),
    )


def _uneven(columns: Sequence[_Column], rows: Sequence[GradeRow]) -> tuple[str, ...]:
    """Titles of assignments with marks that are out of less than the most."""
    return tuple(
        column.assignment.quiz.title
        for place, column in enumerate(columns)
        if any(row.cells[place].state == GRADED and row.cells[place].possible != column.most for row in rows)
    )


def _empty_cell(assignment: Any, member: Membership, exception: Accommodation | None, now: datetime) -> Cell:
    is_missing = entitlements.marks_come_out(assignment) and _is_over(assignment, member, exception, now)
    return Cell(MISSING, possible=assignment.most) if is_missing else Cell(NOT_STARTED)


def _cell(column: _Column, made: Sequence[_Made], late: Collection[int]) -> Cell:
    assignment, last = column.assignment, made[-1]
    state, is_reopened = _state(assignment, made), any(row.is_reopened for row in made)
    if state != GRADED:
        return Cell(state, attempts=len(made), attempt_id=last.pk, is_late=last.pk in late, is_reopened=is_reopened)
    quiz = assignment.quiz
    counts, exact = _counting(made, quiz.counting)
    share = marking.share(exact, counts.max_marks)
    return Cell(
        state,
        share=share,
        marks=shown.marks(quiz, exact, counts.max_marks),
        possible=counts.max_marks,
        percent=marking.shown_percent(share, column.edges),
        attempts=len(made),
        is_late=counts.pk in late,
        attempt_id=counts.pk,
        is_passed=marking.is_pass(exact, counts.max_marks, quiz.pass_fraction),
        is_reopened=is_reopened,
    )


def _state(assignment: Assignment, made: Sequence[_Made]) -> str:
    """One word for several attempts: marks that count before an attempt that runs, that before one that waits."""
    states = {row.status for row in made}
    if not entitlements.marks_come_out(assignment):
        return IN_PROGRESS if states == {Attempt.Status.IN_PROGRESS.value} else DONE
    if Attempt.Status.GRADED in states:
        return GRADED
    return IN_PROGRESS if Attempt.Status.IN_PROGRESS in states else WAITING


def _counting(made: Sequence[_Made], rule: str) -> tuple[_Made, Fraction]:
    """The attempt to show and the exact marks that count, by the quiz's rule; an average shows the best attempt."""
    graded = [row for row in made if row.status == Attempt.Status.GRADED]
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
    """Whether the member should have handed in: closed for them since they joined, or due where nothing ever closes."""
    agreed = entitlements.terms_of(assignment.quiz, None, assignment, member, exception)
    if agreed.closes_at is not None:
        return agreed.is_over_at(now) and member.joined_at < agreed.closes_at
    return terms.is_past(agreed.due_at, now)


def _needs_help(cells: Sequence[Cell], share: Fraction | None, edges: Edges) -> str:
    missing = sum(cell.state == MISSING for cell in cells)
    failed = sum(cell.is_passed is False for cell in cells)
    reasons = []
    if missing >= MISSING_MANY:
        reasons.append(ngettext("%(n)d missing", "%(n)d missing", missing) % {"n": missing})
    if failed:
        reasons.append(ngettext("%(n)d not passed", "%(n)d not passed", failed) % {"n": failed})
    if share is not None and share * 100 < LOW_PERCENT:
        reasons.append(_("%(percent)d %% on the whole") % {"percent": marking.shown_percent(share, edges)})
    return " · ".join(reasons)


def _is_shown(row: GradeRow, show: str) -> bool:
    if show == "help":
        return bool(row.needs_help)
    if show == "failed":
        return any(cell.is_passed is False for cell in row.cells)
    if show == "late":
        return row.late > 0
    return show == "all" or any(cell.state == show for cell in row.cells)


def _sorted(rows: Iterable[GradeRow], sort: str) -> list[GradeRow]:
    by_name = sorted(rows, key=lambda row: (row.name.casefold(), row.membership.pk))
    if sort == "total":
        return sorted(by_name, key=lambda row: -row.exact)
    if sort == "lowest":
        return sorted(by_name, key=lambda row: (row.share is None, row.share or 0))
    if sort == "late":
        return sorted(by_name, key=lambda row: -row.late)
    return by_name


# For exports ----------------------------------------------------------------------------------------------------------


def table(book: Gradebook) -> Iterable[list[Any]]:
    """The rows shown as plain values, a heading first: names, marks of each assignment and what was possible, total,
    possible, percent, how many were late."""
    titles = [title for row in book.assignments for title in (row.quiz.title, _possible_of(row.quiz))]
    yield [_("Name"), _("User name"), *titles, _("Total"), _("Possible"), _("Percent"), _("Late")]
    for row in book.rows:
        marks = [value for cell in row.cells for value in _marks_and_possible(cell)]
        yield [row.name, row.membership.user.username, *marks, row.total, row.possible, row.percent, row.late]


def _possible_of(quiz: Quiz) -> str:
    return _("%(quiz)s: possible") % {"quiz": quiz.title}


def _marks_and_possible(cell: Cell) -> tuple[Any, Any]:
    """Two cells of an export; what is possible stands next to marks only, where it is that of the attempt itself."""
    return (cell.marks, cell.possible) if cell.state == GRADED else (_word(cell), None)


def _word(cell: Cell) -> str:
    if cell.is_reopened and cell.state == IN_PROGRESS:
        return _("in progress, reopened")
    return {
        NOT_STARTED: "",
        MISSING: _("missing"),
        IN_PROGRESS: _("in progress"),
        WAITING: _("to be marked"),
        DONE: _("done"),
    }[cell.state]
