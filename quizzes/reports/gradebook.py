"""The gradebook of a class: members by assignments, figures of each assignment, and who needs help. Read only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import marking, terms
from quizzes.entitlements import lateness
from quizzes.marking import Edges
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, QuizItem, shown
from quizzes.reports import class_figures, gradebook_cells
from quizzes.reports.class_figures import Figures
from quizzes.reports.gradebook_cells import GRADED, MISSING, AttemptRow, Cell, Column

# By name or total, or by an assignment as "a7" for the one with pk 7; a minus turns it round.
SORTS = ("name", "-name", "total", "lowest", "late")
SHOWS = ("all", "help", "missing", "failed", "late", "waiting", "in_progress")
IS_GRADED = Q(attempts__status=Attempt.Status.GRADED)
LOW_PERCENT = 50  # of all that was asked: less of it needs help
MISSING_MANY = 2


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True)
class GradeRow:
    """One member; totals are over what is graded, and what is missing counts as 0 where the class says so.

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
    needs_help: str = ""  # why, in words; empty where none is needed

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
    most: tuple[Decimal, ...] = ()  # the most that is possible in each assignment
    missing_is_zero: bool = False

    @property
    def columns(self) -> list[tuple[Assignment, Figures]]:
        return list(zip(self.assignments, self.summary, strict=True))


class AssignmentPoints(TypedDict):
    """The points of an assignment in its attempts; None before the first."""

    most: Decimal | None


def _assignments(classroom: Classroom) -> list[WithAnnotations[Assignment, AssignmentPoints]]:
    """Return the assignments of a class with their quizzes and points, in the order of the columns (2 queries)."""
    rows = (
        Assignment.objects.filter(classroom=classroom)
        .select_related("quiz")
        .prefetch_related("quiz__bands")
        .annotate(most=Coalesce(Max("attempts__max_marks", filter=IS_GRADED), Max("attempts__max_marks")))
    )
    return cast("list[WithAnnotations[Assignment, AssignmentPoints]]", list(rows.order_by("opens_at", "pk")))


def gradebook(classroom: Classroom, *, now: datetime, sort: str = "name", show: str = "all") -> Gradebook:
    """Return every active student against every assignment (5 queries, up to 5 more where work may be late, and 1 where nobody
    has begun an assignment).

    An unknown `sort` or `show` is the first of them.
    """
    assignments = _assignments(classroom)
    members = list(Membership.objects.students().filter(classroom=classroom).select_related("user"))
    exceptions = {
        (row.assignment_id, row.membership_id): row
        for row in Accommodation.objects.filter(assignment__classroom=classroom)
    }
    attempts = gradebook_cells.attempts_by_cell(assignments)
    late = _late(assignments, exceptions.values(), attempts)
    full = _points_of([row.quiz_id for row in assignments if row.most is None])
    columns = [
        Column(row, shown.edges(row.quiz, row.quiz.bands.all()), row.most or full.get(row.quiz_id, Decimal(0)))
        for row in assignments
    ]
    counted = (GRADED, MISSING) if classroom.missing_is_zero else (GRADED,)
    rows = [_grade_row(member, columns, exceptions, attempts, late, now, counted) for member in members]
    summary = tuple(
        class_figures.of([row.cells[place].share for row in rows], column.edges) for place, column in enumerate(columns)
    )
    places = {f"a{row.pk}": place for place, row in enumerate(assignments)}
    sort = sort if sort in SORTS or sort.removeprefix("-") in places else SORTS[0]
    show = show if show in SHOWS else SHOWS[0]
    rows_shown = tuple(_sorted([row for row in rows if _is_shown(row, show)], sort, places))
    most = tuple(column.most for column in columns)
    uneven, is_zero = _uneven(columns, rows), classroom.missing_is_zero
    return Gradebook(tuple(assignments), rows_shown, summary, len(rows), sort, show, uneven, most, is_zero)


def _points_of(quizzes: Collection[int]) -> dict[int, Decimal]:
    """Return what all questions of these quizzes (pks) are worth together; asks nothing for none."""
    if not quizzes:
        return {}
    items = QuizItem.objects.filter(quiz__in=quizzes).order_by().values_list("quiz", "points", "draw_count")
    points_of: dict[int, Decimal] = {}
    for quiz, points, draw_count in items:
        points_of[quiz] = points_of.get(quiz, Decimal(0)) + points * (draw_count or 1)
    return points_of


def _late(
    assignments: Sequence[Assignment],
    exceptions: Iterable[Accommodation],
    attempts: dict[tuple[int, int], list[AttemptRow]],
) -> frozenset[int]:
    """Return the pks of attempts that were late. Only those handed in after a date that was named are read: few."""
    by_pk = {row.pk: row for row in assignments}
    named: dict[int, datetime] = {}
    for pk, due_at in [
        *((row.pk, row.due_at) for row in assignments),
        *((row.assignment_id, row.due_at) for row in exceptions),
    ]:
        if due_at is not None:
            named[pk] = min(due_at, named.get(pk, due_at))
    after = [
        row.pk
        for (pk, _learner), rows in attempts.items()
        for row in rows
        if row.submitted_at is not None and terms.is_past(named.get(pk), row.submitted_at)
    ]
    attempts_after = Attempt.objects.filter(pk__in=after) if after else []
    theirs = ((row, by_pk[row.assignment_id or 0]) for row in attempts_after)
    return lateness.among(row.known_with(assignment.quiz, assignment) for row, assignment in theirs)


def _grade_row(
    member: Membership,
    columns: Sequence[Column],
    exceptions: dict[tuple[int, int], Accommodation],
    attempts: dict[tuple[int, int], list[AttemptRow]],
    late: Collection[int],
    now: datetime,
    counted: Collection[str],
) -> GradeRow:
    cells = tuple(
        gradebook_cells.cell(column, theirs, late)
        if (theirs := attempts.get((column.assignment.pk, member.user_id)))
        else gradebook_cells.empty_cell(
            column.assignment, member, exceptions.get((column.assignment.pk, member.pk)), now
        )
        for column in columns
    )
    counted_cells = [(cell, column.most) for cell, column in zip(cells, columns, strict=True) if cell.state in counted]
    exact = sum((cell.share * Fraction(most) for cell, most in counted_cells if cell.share is not None), Fraction(0))
    possible = sum((most for cell, most in counted_cells), Decimal("0.00"))
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


def _uneven(columns: Sequence[Column], rows: Sequence[GradeRow]) -> tuple[str, ...]:
    """Return titles of assignments with marks that are out of less than the most."""
    return tuple(
        column.assignment.quiz.title
        for place, column in enumerate(columns)
        if any(row.cells[place].state == GRADED and row.cells[place].possible != column.most for row in rows)
    )


def _needs_help(cells: Sequence[Cell], share: Fraction | None, edges: Edges) -> str:
    """Return why, in words: much is missing, or less than half of the points on the whole. A quiz not passed adds to that."""
    missing = sum(cell.state == MISSING for cell in cells)
    failed = sum(cell.is_passed is False for cell in cells)
    is_low = share is not None and share * 100 < LOW_PERCENT
    if missing < MISSING_MANY and not is_low:
        return ""
    reasons = []
    if missing >= MISSING_MANY:
        reasons.append(ngettext("%(n)d missing", "%(n)d missing", missing) % {"n": missing})
    if failed:
        reasons.append(ngettext("failed %(n)d", "failed %(n)d", failed) % {"n": failed})
    if share is not None and is_low:
        reasons.append(_("%(percent)d%% overall") % {"percent": marking.shown_percent(share, edges)})
    return " · ".join(reasons)


def _is_shown(row: GradeRow, show: str) -> bool:
    if show == "help":
        return bool(row.needs_help)
    if show == "failed":
        return any(cell.is_passed is False for cell in row.cells)
    if show == "late":
        return row.late > 0
    return show == "all" or any(cell.state == show for cell in row.cells)


def _sorted(rows: Iterable[GradeRow], sort: str, places: Mapping[str, int]) -> list[GradeRow]:
    """Return the rows by surname, or as asked; who has no result comes last either way."""
    by_name = sorted(rows, key=lambda row: (*_spelled(row), row.membership.pk))
    if sort == "-name":
        return by_name[::-1]
    if sort == "late":
        return sorted(by_name, key=lambda row: -row.late)
    if sort in ("total", "lowest"):
        return sorted(by_name, key=lambda row: _height(row.share, is_up=sort == "lowest"))
    column = places.get(sort.removeprefix("-"))
    if column is not None:
        return sorted(by_name, key=lambda row: _height(row.cells[column].share, is_up=sort.startswith("-")))
    return by_name


def _spelled(row: GradeRow) -> tuple[str, str]:
    user = row.membership.user
    return (user.last_name or row.name).casefold(), user.first_name.casefold()


def _height(share: Fraction | None, *, is_up: bool) -> tuple[bool, Fraction]:
    value = share or Fraction(0)
    return share is None, value if is_up else -value
