"""The gradebook of a class: members by assignments, figures of each assignment, and who needs help. Read only."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
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
from quizzes.formats import sheets
from quizzes.marking import Edges
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz, QuizItem, shown
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
# By name or total, or by an assignment as "a7" for the one with pk 7; a minus turns it round.
SORTS = ("name", "-name", "total", "lowest", "late")
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
    most: tuple[Decimal, ...] = ()  # the most that is possible in each assignment
    missing_is_zero: bool = False

    @property
    def columns(self) -> list[tuple[Assignment, Figures]]:
        return list(zip(self.assignments, self.summary, strict=True))


def gradebook(classroom: Classroom, *, now: datetime, sort: str = "name", show: str = "all") -> Gradebook:
    """Every active student against every assignment (5 queries, up to 5 more where work may be late, and 1 where nobody
    has begun an assignment).

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
    full = _points_of([row.quiz_id for row in given if row.most is None])
    columns = [
        _Column(row, shown.edges(row.quiz, row.quiz.bands.all()), row.most or full.get(row.quiz_id, Decimal(0)))
        for row in given
    ]
    counted = (GRADED, MISSING) if classroom.missing_is_zero else (GRADED,)
    rows = [_grade_row(member, columns, exceptions, made, late, now, counted) for member in members]
    summary = tuple(
        class_figures.of([row.cells[place].share for row in rows], column.edges) for place, column in enumerate(columns)
    )
    places = {f"a{row.pk}": place for place, row in enumerate(given)}
    sort = sort if sort in SORTS or sort.removeprefix("-") in places else SORTS[0]
    show = show if show in SHOWS else SHOWS[0]
    rows_shown = tuple(_sorted([row for row in rows if _is_shown(row, show)], sort, places))
    most = tuple(column.most for column in columns)
    uneven, is_zero = _uneven(columns, rows), classroom.missing_is_zero
    return Gradebook(tuple(given), rows_shown, summary, len(rows), sort, show, uneven, most, is_zero)


def _points_of(quizzes: Collection[int]) -> dict[int, Decimal]:
    """What all questions of these quizzes (pks) are worth together; asks nothing for none."""
    if not quizzes:
        return {}
    items = QuizItem.objects.filter(quiz__in=quizzes).order_by().values_list("quiz", "points", "draw_count")
    found: dict[int, Decimal] = {}
    for quiz, points, draw_count in items:
        found[quiz] = found.get(quiz, Decimal(0)) + points * (draw_count or 1)
    return found


class _Column(NamedTuple):
    """An assignment, and where anything changes that is said of its results."""

    assignment: Any
    edges: Edges
    most: Decimal  # in any of its attempts with a result; in any at all where none has one, else in the quiz


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
    counted: Collection[str],
) -> GradeRow:
    cells = tuple(
        _cell(column, theirs, late)
        if (theirs := made.get((column.assignment.pk, member.user_id)))
        else _empty_cell(column.assignment, member, exceptions.get((column.assignment.pk, member.pk)), now)
        for column in columns
    )
    asked = [(cell, column.most) for cell, column in zip(cells, columns, strict=True) if cell.state in counted]
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
    """Why, in words: much is missing, or less than half of the points on the whole. A quiz not passed adds to that."""
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
        reasons.append(_("%(percent)d %% overall") % {"percent": marking.shown_percent(share, edges)})
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
    """The rows by surname, or as asked; who has no result comes last either way."""
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


# For exports ----------------------------------------------------------------------------------------------------------


CENT = Decimal("0.01")
NAMES = 4  # columns of an export that say who it is


def table(book: Gradebook) -> Iterable[list[Any]]:
    """The rows shown as plain values, a heading first: who, then marks, maximum and status of each assignment, then total,
    possible, percent and how many were late."""
    yield [_("Surname"), _("First name"), _("E-mail"), _("User name"), *_headings(book), *_sums()]
    for row in book.rows:
        user = row.membership.user
        names = [user.last_name or row.name, user.first_name if user.last_name else "", user.email, user.username]
        cells = [value for cell, most in zip(row.cells, book.most, strict=True) for value in _values(book, cell, most)]
        percent = None if row.percent is None else sheets.Percent(row.percent)
        yield [*names, *cells, row.total, row.possible, percent, row.late]


def _headings(book: Gradebook) -> Iterable[str]:
    for row in book.assignments:
        title = row.quiz.title
        yield from (title, _("%(quiz)s: maximum") % {"quiz": title}, _("%(quiz)s: status") % {"quiz": title})


def _sums() -> list[str]:
    return [_("Total"), _("Possible"), _("Percent"), _("Late")]


def _values(book: Gradebook, cell: Cell, most: Decimal) -> tuple[Any, Any, str]:
    """Marks, where they count; the maximum, that of the attempt itself where there is one; and the status in a word."""
    if cell.state == GRADED:
        return cell.marks, cell.possible, _word(cell)
    marks = Decimal(0) if cell.state == MISSING and book.missing_is_zero else None
    return marks, most.quantize(CENT) if most else None, _word(cell)


def _word(cell: Cell) -> str:
    """The status of a cell: what is not there yet, else whether it was in time."""
    if cell.is_reopened and cell.state == IN_PROGRESS:
        return _("in progress, reopened")
    if cell.state in (GRADED, DONE, WAITING) and cell.is_late:
        return _("late")
    return {
        NOT_STARTED: _("not started"),
        MISSING: _("missing"),
        IN_PROGRESS: _("in progress"),
        WAITING: _("to be marked"),
        GRADED: _("done"),
        DONE: _("done"),
    }[cell.state]
