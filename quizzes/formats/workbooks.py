"""XLSX workbooks made by anyone: counted before openpyxl gets them, then read row by row.

A workbook is an archive of XML. openpyxl keeps styles and texts whole and makes a row for every gap, so it is given only a
copy of the XML parts whose elements have been counted, and it is told where the last filled row is: what spreadsheets
leave below it, down to row 1,048,576, is not read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from quizzes.errors import ImportRejected
from quizzes.formats import budgets
from quizzes.formats.budgets import Budget

Cells = Sequence[Any]
LAST_ROW = 1_048_576  # of any sheet
LONGEST_PART = 10_000_000  # bytes
LONGEST_TEXT = 200_000  # bytes from one tag to the next; a cell has at most 32,767 characters
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack a block as a whole, however large it is
ENDINGS = (".xml", ".rels")
ROW_NUMBER = re.compile(r"([0-9]{1,7})(\.0)?")
HOLDING = frozenset({"v", "t", "is", "f"})  # what makes a cell hold something; a text has one as well


def rows(data: bytes, budget: Budget, extent: Extent | None = None) -> Iterator[tuple[int, Cells]]:
    """Yield (number, cells) of the first visible sheet to its last filled row; raises ImportRejected.

    `extent` is told what the workbook has, before the first row.
    """
    extent = extent if extent is not None else Extent()
    try:
        copy = _counted(data, budget, extent)
        book = load_workbook(copy, read_only=True, keep_links=False)
        sheet = next(worksheet for worksheet in book.worksheets if worksheet.sheet_state == "visible")
        budget.check()
        for number, cells in enumerate(sheet.iter_rows(max_row=extent.row, max_col=extent.column), start=1):
            yield number, [_plain(cell) for cell in cells]
    except ImportRejected:
        raise
    except Exception as error:  # whatever a parser makes of a broken file
        raise _unreadable() from error


def _unreadable() -> ImportRejected:
    return ImportRejected(_("This file cannot be read as XLSX. Save it again, or as CSV."))


def _plain(cell: Any) -> Any:
    """Return the value of a cell, a percentage as it is shown; a formula is refused, because nothing here computes."""
    if cell.data_type == "f":
        place = f"{get_column_letter(cell.column)}{cell.row}"
        raise ImportRejected(_("Cell %(place)s is a formula. Replace it by its value.") % {"place": place})
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        return f"{cell.value * 100:.10g}%"  # what was typed is 10 %, what is kept 0.1
    return cell.value


# Counting -------------------------------------------------------------------------------------------------------------


@dataclass
class Extent:
    """The last row and column of any sheet that hold something, and what else a workbook has."""

    row: int = 1
    column: int = 1
    sheets: int = 0  # in the workbook, hidden ones too
    merged: bool = False


def _counted(data: bytes, budget: Budget, extent: Extent) -> io.BytesIO:
    """Return a copy of the archive with its XML parts alone, not packed; `extent` is told how far its sheets are filled."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(copy, "w") as checked:
        parts = archive.infolist()
        budget.spend(budgets.PARTS, len(parts))
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise ImportRejected(_("This is not an Excel file. Send the list as CSV or XLSX."))
        if len(names) < len(parts):
            raise _unreadable()
        for part in parts:
            budget.spend(budgets.UNPACKED, part.file_size)
            if part.filename.endswith(ENDINGS):
                content = _content(archive, part)
                _Counter(budget, extent).count(content)
                checked.writestr(part.filename, content)
    copy.seek(0)
    return copy


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    if part.file_size > LONGEST_PART:
        words = {"name": part.filename[:60], "most": LONGEST_PART // 1_000_000}
        sentence = _("The part “%(name)s” of this workbook is larger than %(most)d MB. Copy the list into a new one.")
        raise ImportRejected(sentence % words)
    if part.compress_type not in METHODS:
        raise _unreadable()
    with archive.open(part) as packed:
        return packed.read(part.file_size)  # without a number zipfile unpacks all there is, whatever the size declared


class _Counter:
    """Spends for the elements of one part of a workbook as they come, and keeps none of them."""

    def __init__(self, budget: Budget, extent: Extent) -> None:
        self.budget, self.extent = budget, extent
        self.row = self.column = 0  # of the cell at hand; no column outside a row
        self.place = 0  # byte at which the last tag began
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse_declarations
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def count(self, content: bytes) -> None:
        self.parser.Parse(content, True)
        self._move(len(content))
        self.budget.check()

    def _refuse_declarations(self, *_declared: object) -> None:
        raise _unreadable()  # they can hold entities, which grow

    def _move(self, place: int) -> None:
        """Go on to the next tag; refuse what is so long before it that parsers stumble over it."""
        if place - self.place > LONGEST_TEXT:
            raise ImportRejected(_("This workbook holds a text that is far too long."))
        self.place = place

    def _start(self, full_name: str, attributes: dict[str, str]) -> None:
        self._move(self.parser.CurrentByteIndex)
        name = full_name.rpartition(" ")[2]
        if name == "row":
            self._start_row(attributes.get("r"))
        elif name == "c":
            self._start_cell(attributes.get("r"))
        elif name == "si":
            self.budget.spend(budgets.STRINGS)
        elif name not in HOLDING:
            self.budget.spend(budgets.MARKUP)
            self.extent.sheets += name == "sheet"
            self.extent.merged |= name == "mergeCell"
        elif self.column:
            self._fill()

    def _end(self, full_name: str) -> None:
        self._move(self.parser.CurrentByteIndex)
        if full_name.rpartition(" ")[2] == "row":
            self.column = 0

    def _start_row(self, number: str | None) -> None:
        self.budget.spend(budgets.ROWS)
        match = ROW_NUMBER.fullmatch(number) if number is not None else None
        self.row = int(match[1]) if match else self.row + 1
        if (number is not None and not match) or not 1 <= self.row <= LAST_ROW:
            words = {"number": (number or str(self.row))[:20], "last": number_format(LAST_ROW, force_grouping=True)}
            raise ImportRejected(_("This workbook has a row “%(number)s”; sheets have rows 1 to %(last)s.") % words)

    def _start_cell(self, place: str | None) -> None:
        self.budget.spend(budgets.CELLS)
        self.column = column_index_from_string(place.rstrip("0123456789")) if place else self.column + 1

    def _fill(self) -> None:
        """Take the cell at hand as filled: the list reaches as far as that."""
        if self.row > budgets.ROWS.most:
            sentence = _("Row %(number)s holds something, far below any list. Delete what stands below the list.")
            raise ImportRejected(sentence % {"number": number_format(self.row, force_grouping=True)})
        if self.column > budgets.COLUMNS:
            sentence = _("At most %(most)d columns are read; column %(name)s holds something.")
            raise ImportRejected(sentence % {"most": budgets.COLUMNS, "name": get_column_letter(self.column)})
        self.extent.row = max(self.extent.row, self.row)
        self.extent.column = max(self.extent.column, self.column)
