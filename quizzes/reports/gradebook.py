"""The gradebook of a class: members by assignments, figures of each assignment, and who needs help. Read only."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import entitlements, marking, terms
from quizzes.entitlements import lateness
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz

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
BINS = 10
LOW_PERCENT = 50
MISSING_MANY = 2


@dataclass(frozen=True)
class Cell:
    """What one member did for one assignment. `marks` are of the attempt that counts by the quiz's rule."""

    state: str
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
    """One member; the total is over what is graded, `percent` counts what is missing as 0 as well."""

    membership: Membership
    name: str
    cells: tuple[Cell, ...]
    total: Decimal
    possible: Decimal
    percent: int | None
    needs_help: str = ""  # why, in words; empty for whoever gets on

    @property
    def late(self) -> int:
        """How many were late."""
        return sum(cell.is_late for cell in self.cells)


@dataclass(frozen=True)
class Figures:
    """Of the percentages of one assignment: how many, and None where there are too few; ten bins of ten percent."""

    count: int
    mean: float | None
    median: float | None
    spread: float | None  # standard deviation of the whole class, not an estimate from a sample
    bins: tuple[int, ...]


@dataclass(frozen=True)
class Gradebook:
    """`summary` is in the order of `assignments`, over all active students whatever rows are shown."""

    assignments: tuple[Assignment, ...]
    rows: tuple[GradeRow, ...]
    summary: tuple[Figures, ...]
    size: int
    sort: str
    show: str

    @property
    def columns(self) -> list[tuple[Assignment, Figures]]:
        return list(zip(self.assignments, self.summary, strict=True))


def gradebook(classroom: Classroom, *, now: datetime, sort: str = "name", show: str = "all") -> Gradebook:
    """Every active student against every assignment (4 queries, up to 5 more where work may be late).

    An unknown `sort` or `show` is the first of them.
    """
    given = list(
        Assignment.objects.filter(classroom=classroom)
        .select_related("quiz")
        .annotate(most=Max("attempts__max_marks"))
        .order_by("opens_at", "pk")
    )
    members = list(Membership.objects.students().filter(classroom=classroom).select_related("user"))
    exceptions = {
        (row.assignment_id, row.membership_id): row
        for row in Accommodation.objects.filter(assignment__classroom=classroom)
    }
    made = _made(given)
    late = _late(given, exceptions.values(), made)
    rows = [_grade_row(member, given, exceptions, made, late, now) for member in members]
    summary = tuple(_figures([row.cells[column] for row in rows]) for column in range(len(given)))
    sort, show = sort if sort in SORTS else SORTS[0], show if show in SHOWS else SHOWS[0]
    shown = tuple(_sorted([row for row in rows if _is_shown(row, show)], sort))
    return Gradebook(tuple(given), shown, summary, len(rows), sort, show)


@dataclass(frozen=True)
class _Made:
    """An attempt, as far as a gradebook needs it: building rows of the model would take most of the time."""

    pk: int
    status: str
    marks: Decimal | None
    max_marks: Decimal
    fraction: Decimal | None
    submitted_at: datetime | None
    reopened_at: datetime | None

    @property
    def is_reopened(self) -> bool:
        return self.status == Attempt.Status.IN_PROGRESS and self.reopened_at is not None


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
    given: Sequence[Any],
    exceptions: dict[tuple[int, int], Accommodation],
    made: dict[tuple[int, int], list[_Made]],
    late: Collection[int],
    now: datetime,
) -> GradeRow:
    cells = tuple(
        _cell(row, theirs, late)
        if (theirs := made.get((row.pk, member.user_id)))
        else _empty_cell(row, member, exceptions.get((row.pk, member.pk)), now)
        for row in given
    )
    graded = [cell for cell in cells if cell.state == GRADED]
    total = sum((cell.marks for cell in graded if cell.marks is not None), Decimal("0.00"))
    asked = [cell.possible for cell in cells if cell.state in (GRADED, MISSING) and cell.possible is not None]
    possible = sum(asked, Decimal("0.00"))
    percent = _percent(total, possible) if possible else None
    return GradeRow(member, member.user.full_name, cells, total, possible, percent, _needs_help(cells, percent))


def _empty_cell(assignment: Any, member: Membership, exception: Accommodation | None, now: datetime) -> Cell:
    is_missing = entitlements.marks_come_out(assignment) and _is_over(assignment, member, exception, now)
    return Cell(MISSING, possible=assignment.most) if is_missing else Cell(NOT_STARTED)


def _cell(assignment: Any, made: Sequence[_Made], late: Collection[int]) -> Cell:
    last = made[-1]
    state, is_reopened = _state(assignment, made), any(row.is_reopened for row in made)
    if state != GRADED:
        return Cell(state, attempts=len(made), attempt_id=last.pk, is_late=last.pk in late, is_reopened=is_reopened)
    counts, achieved = _counting(made, assignment.quiz.counting)
    return Cell(
        state,
        marks=achieved,
        possible=counts.max_marks,
        percent=_percent(achieved, counts.max_marks),
        attempts=len(made),
        is_late=counts.pk in late,
        attempt_id=counts.pk,
        is_passed=marking.is_pass(achieved, counts.max_marks, assignment.quiz.pass_fraction),
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


def _counting(made: Sequence[_Made], rule: str) -> tuple[_Made, Decimal]:
    """The attempt to show and the marks that count, by the quiz's rule; an average is shown with the best attempt."""
    graded = [row for row in made if row.status == Attempt.Status.GRADED]
    if rule == Quiz.Counting.FIRST:
        best = graded[0]
    elif rule == Quiz.Counting.LATEST:
        best = graded[-1]
    else:
        best = max(graded, key=lambda row: row.fraction or 0)
    if rule == Quiz.Counting.AVERAGE:
        shares = [marking.share(row.marks or Decimal(0), row.max_marks) for row in graded]
        return best, marking.rounded((marking.counted(shares, rule) or Fraction(0)) * Fraction(best.max_marks))
    return best, best.marks or Decimal("0.00")


def _is_over(assignment: Assignment, member: Membership, exception: Accommodation | None, now: datetime) -> bool:
    """Whether the member should have handed in: closed for them since they joined, or due where nothing ever closes."""
    agreed = entitlements.terms_of(assignment.quiz, None, assignment, member, exception)
    if agreed.closes_at is not None:
        return agreed.is_over_at(now) and member.joined_at < agreed.closes_at
    return terms.is_past(agreed.due_at, now)


def _percent(achieved: Decimal, possible: Decimal) -> int:
    """Whole percent, half up; 0 of nothing is 0."""
    return int(min(achieved * 100 / possible, Decimal(100)) + Decimal("0.5")) if possible else 0


def _needs_help(cells: Sequence[Cell], percent: int | None) -> str:
    missing = sum(cell.state == MISSING for cell in cells)
    failed = sum(cell.is_passed is False for cell in cells)
    reasons = []
    if missing >= MISSING_MANY:
        reasons.append(ngettext("%(n)d missing", "%(n)d missing", missing) % {"n": missing})
    if failed:
        reasons.append(ngettext("%(n)d not passed", "%(n)d not passed", failed) % {"n": failed})
    if percent is not None and percent < LOW_PERCENT:
        reasons.append(_("%(percent)d %% on the whole") % {"percent": percent})
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
        return sorted(by_name, key=lambda row: -row.total)
    if sort == "lowest":
        return sorted(by_name, key=lambda row: (row.percent is None, row.percent or 0))
    if sort == "late":
        return sorted(by_name, key=lambda row: -row.late)
    return by_name


def _figures(cells: Iterable[Cell]) -> Figures:
    percents = [cell.percent for cell in cells if cell.state == GRADED and cell.percent is not None]
    bins = [0] * BINS
    for percent in percents:
        bins[min(percent * BINS // 100, BINS - 1)] += 1
    if not percents:
        return Figures(0, None, None, None, tuple(bins))
    spread = statistics.pstdev(percents) if len(percents) > 1 else None
    return Figures(len(percents), statistics.fmean(percents), statistics.median(percents), spread, tuple(bins))


# For exports ----------------------------------------------------------------------------------------------------------


def table(book: Gradebook) -> Iterable[list[Any]]:
    """The rows shown as plain values, a heading first: names, marks of each assignment, total, possible, percent, how many were late."""
    titles = [row.quiz.title for row in book.assignments]
    yield [_("Name"), _("User name"), *titles, _("Total"), _("Possible"), _("Percent"), _("Late")]
    for row in book.rows:
        marks = [cell.marks if cell.state == GRADED else _word(cell) for cell in row.cells]
        yield [row.name, row.membership.user.username, *marks, row.total, row.possible, row.percent, row.late]


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
