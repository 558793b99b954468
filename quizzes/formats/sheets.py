"""Tables on their way out: CSV and XLSX that Excel and LibreOffice open as they are, with no cell that computes.

A text that a spreadsheet would take for a formula gets an apostrophe before it (S8): someone may call themselves
`=HYPERLINK(…)`. Numbers are written as numbers, so a mark below zero stays one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter


class Percent(int):
    """Percent: a number of CSV, a share with the format of percent in a workbook."""


Value = str | int | float | Decimal | None
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
LONGEST_TEXT = 32_767  # characters, the most an XLSX cell holds
LONGEST_TITLE = 31
NAME_WIDTH, LEAST_WIDTH, MOST_WIDTH = 20, 10, 36  # of columns, in characters


def safe(text: str) -> str:
    """Return the text as a cell that is only text. Spaces before a sign do not hide it: spreadsheets strip them."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000\n").startswith(FORMULA_SIGNS) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the table line by line in UTF-8, a byte order mark first; numbers with a point, lines end as RFC 4180 says."""
    yield BOM.encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def xlsx_bytes(rows: Iterable[Sequence[object]], *, title: str = "", wide: int = 1) -> bytes:
    """Return the table as a workbook with one sheet, written row by row: the cells are never all in memory.

    The first row is the heading; the first `wide` columns hold names, the others are as wide as their heading.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "B2"  # the names and the heading stay in sight
    for number, row in enumerate(rows):
        if not number:
            for column, name in enumerate(row, start=1):
                least = NAME_WIDTH if column <= wide else LEAST_WIDTH
                width = min(max(len(str(name)) + 2, least), MOST_WIDTH)
                sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.append([_xlsx_cell(value, sheet) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(value: object) -> Value:
    """Return a value as a cell: numbers and nothing stay, everything else is text without a formula and without NUL."""
    if value is None or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)):
        return value
    text = str(value).encode("utf-8", "replace").decode()  # half a character, as broken uploads leave it, becomes “?”
    return safe(text).replace("\x00", "")


def _xlsx_cell(value: object, sheet: Any) -> Any:
    if isinstance(value, Percent):
        cell_of_share = WriteOnlyCell(sheet, value=value / 100)
        cell_of_share.number_format = "0%"
        return cell_of_share
    cell = _cell(value)
    return ILLEGAL_CHARACTERS_RE.sub("", cell)[:LONGEST_TEXT] if isinstance(cell, str) else cell


def _sheet_title(title: str) -> str:
    """Return what a sheet may be called: 31 characters, none of those that formulas use for places."""
    plain = "".join(" " if char in "[]:*?/\\'" else char for char in ILLEGAL_CHARACTERS_RE.sub("", title))
    return " ".join(plain.split())[:LONGEST_TITLE] or "1"
