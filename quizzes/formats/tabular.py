"""Tables of questions, CSV or XLSX, made by anyone: rows whose cells are texts, with a word on what a spreadsheet changed.

Encodings, separators, workbooks and what they may cost are read as for lists of people (roster_files.py, workbooks.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from quizzes.formats import budgets, roster_files, sheets, workbooks
from quizzes.formats.base import Unreadable, checked_size
from quizzes.formats.reading import Reading
from quizzes.formats.workbooks import Extent

OTHERS = (
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old or encrypted Excel file")),
    (b"%pdf", gettext_lazy("a PDF file")),
    (b"<!doctype", gettext_lazy("a web page")),
    (b"<html", gettext_lazy("a web page")),
    (b"<table", gettext_lazy("a web page")),
    (b"<?xml", gettext_lazy("XML")),
    (b"{\\rtf", gettext_lazy("a text with layout")),
)
OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
CERTAIN = ("utf-8", "utf-16-le", "utf-16-be")
EXACT = 10**15  # spreadsheets keep 15 figures of a number
SHORTENED = re.compile(r"[-+]?\d([.,]\d+)?E\+?\d{2,3}")  # as spreadsheets write 1 000 000 000 000 000
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATED = re.compile(rf"\d{{1,2}}[-. ]({MONTHS})\.?|({MONTHS})[-. ]\d{{1,2}}", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A row by its number in the spreadsheet, from 1; columns are counted from 0."""

    number: int
    cells: Sequence[object]
    reading: Reading

    @property
    def where(self) -> str:
        return _("row %(n)d") % {"n": self.number}

    def cell(self, column: int) -> str:
        """Return the place of a cell: "cell D5"."""
        return _("cell %(place)s") % {"place": f"{get_column_letter(column + 1)}{self.number}"}

    @property
    def width(self) -> int:
        """Return how many cells there are to the last one that holds something."""
        return max((at for at, value in enumerate(self.cells, start=1) if _holds(value)), default=0)

    def text(self, column: int) -> str:
        """Return the text of a cell, empty where there is none; what a spreadsheet made of it is noted."""
        value = self.cells[column] if column < len(self.cells) else None
        if isinstance(value, str):
            return self._typed(value, column)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, date | time | timedelta):
            self._note(column, _("The spreadsheet has turned this cell into a date or a time; check what it says."))
            is_day = isinstance(value, datetime) and value.time() == time()
            return value.date().isoformat() if is_day and isinstance(value, datetime) else str(value)
        if isinstance(value, int | float):
            if abs(value) >= EXACT:
                self._note_figures(column)
            return figure(value)
        return ""

    def _typed(self, value: str, column: int) -> str:
        text = value.strip()
        if SHORTENED.fullmatch(text):
            self._note_figures(column)
        elif DATED.fullmatch(text):
            self._note(column, _("This looks like a date that a spreadsheet made of another text; check what it says."))
        return unguarded(text)

    def _note_figures(self, column: int) -> None:
        self._note(column, _("Spreadsheets keep 15 figures of a number; check what this cell says."))

    def _note(self, column: int, message: str) -> None:
        self.reading.note(self.cell(column), message)


def figure(value: float) -> str:
    """Return a number as people write it: 4 for 4.0, 0.0000001 for 1e-07."""
    return str(int(value)) if value == int(value) else f"{Decimal(repr(value)):f}"


def _holds(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


# A text that a spreadsheet would compute is written with an apostrophe before it, and so is one that begins with
# apostrophes and goes on like that: what is read is what was written.


def guarded(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    bare = text.lstrip("'")
    return sheets.safe(bare) != bare


# Rows -----------------------------------------------------------------------------------------------------------------


def rows(data: bytes, reading: Reading) -> Iterator[Row]:
    """Yield the rows of a table that hold something; raise Unreadable or ImportRejected with a sentence."""
    _refuse_others(checked_size(data))
    found = _of_workbook(data, reading) if data.startswith(b"PK") else _of_text(data, reading)
    for row in found:
        reading.budget.check()
        reading.budget.spend(budgets.TEXTS, sum(len(cell) for cell in row.cells if isinstance(cell, str)))
        if row.width:
            yield row


def _refuse_others(data: bytes) -> None:
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    kind = next((kind for magic, kind in OTHERS if start.startswith(magic)), None)
    if data.startswith(b"PK") and OPEN_DOCUMENT in data[:200]:
        kind = gettext_lazy("an OpenDocument file")
    if kind is not None:
        message = _("This is %(kind)s. Save the table as XLSX or CSV, without a password.")
        raise Unreadable(_("file"), message % {"kind": kind})


def _of_text(data: bytes, reading: Reading) -> Iterator[Row]:
    text, encoding = roster_files.decoded(data)
    if encoding not in CERTAIN:
        message = _("It was read as %(encoding)s. Where letters look wrong, save it as UTF-8.")
        reading.note(_("file"), message % {"encoding": roster_files.ENCODINGS[encoding]})
    for number, (_line, cells) in enumerate(roster_files.rows(text, reading.budget), start=1):
        yield Row(number, cells, reading)


def _of_workbook(data: bytes, reading: Reading) -> Iterator[Row]:
    extent = Extent()
    for number, cells in workbooks.rows(data, reading.budget, extent):
        if number == 1:
            _note_shape(extent, reading)
        yield Row(number, cells, reading)


def _note_shape(extent: Extent, reading: Reading) -> None:
    if extent.sheets > 1:
        message = _("The workbook has %(count)d sheets; only the first that is not hidden is read.")
        reading.note(_("file"), message % {"count": extent.sheets})
    if extent.merged:
        reading.note(_("file"), _("It has merged cells; what they hold belongs to the first of their cells."))
