"""A gradebook as rows of a sheet: plain values, a heading first. Read only."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from quizzes.formats import sheets
from quizzes.reports.gradebook import Gradebook
from quizzes.reports.gradebook_cells import DONE, GRADED, IN_PROGRESS, MISSING, NOT_STARTED, WAITING, Cell

CENT = Decimal("0.01")
NAMES = 4  # columns of an export that say who it is


def table(book: Gradebook) -> Iterable[list[object]]:
    """Return the rows shown as plain values, a heading first.

    Who; marks, maximum and status of each assignment; total, possible, percent and how many were late.
    """
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


def _values(book: Gradebook, cell: Cell, most: Decimal) -> tuple[Decimal | None, Decimal | None, str]:
    """Return the marks, where they count; the maximum, that of the attempt itself where there is one; and the status in a word."""
    if cell.state == GRADED:
        return cell.marks, cell.possible, _word(cell)
    marks = Decimal(0) if cell.state == MISSING and book.missing_is_zero else None
    return marks, most.quantize(CENT) if most else None, _word(cell)


def _word(cell: Cell) -> str:
    """Return the status of a cell: what is not there yet, else whether it was in time."""
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
