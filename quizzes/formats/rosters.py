"""Rosters: a list of people as CSV or XLSX, read into rows. Nothing is looked up, nothing is written.

    email,first name,last name,username
    ines@example.org,Inês,Costa,ines

The first row names the columns, in any order; others than these four are left alone. A row that cannot be taken becomes an
`Issue` with its number, as the spreadsheet shows it; a file that is no list at all raises ImportRejected.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.formats import budgets, workbooks
from quizzes.formats.base import Issue
from quizzes.formats.budgets import Budget
from quizzes.formats.workbooks import Cells

MAX_BYTES = 1_000_000
MAX_ROWS = 2000
LONGEST = {"email": 254, "first_name": 150, "last_name": 150, "username": 150}
COLUMNS = {
    "email": ("email", "emailaddress", "mail", "mailaddress"),
    "first_name": ("firstname", "givenname", "forename"),
    "last_name": ("lastname", "surname", "familyname"),
    "username": ("username", "user", "login", "loginname"),
}
NAMES = {alias: field for field, aliases in COLUMNS.items() for alias in aliases}
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True)
class RosterRow:
    """One person of the list; `number` is the row in the file, the heading is row 1. What is not given is empty."""

    number: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""


@dataclass(frozen=True)
class Roster:
    rows: tuple[RosterRow, ...]
    issues: tuple[Issue, ...]


def read(data: bytes, name: str, *, budget: Budget | None = None) -> Roster:
    """The rows of a file; raises ImportRejected with a sentence for what is no roster, or costs too much to read."""
    if len(data) > MAX_BYTES:
        raise ImportRejected(_("This file is larger than 1 MB. A roster is a list of names; send only that."))
    if not data.strip():
        raise ImportRejected(_("The file is empty."))
    _refuse_others(data, name)
    budget = budget or Budget()
    found = workbooks.rows(data, budget) if data.startswith(b"PK") else _csv_rows(_decoded(data), budget)
    return _roster(found, budget)


def _refuse_others(data: bytes, name: str) -> None:
    """Files that are called something else, or are something else than they are called."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRejected(
            _("This is an old or encrypted Excel file. Save it as XLSX without a password, or as CSV.")
        )
    if start.startswith(b"%pdf"):
        raise ImportRejected(_("This is a PDF file. Send the list as CSV or XLSX."))
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise ImportRejected(_("This is a web page, not a list. Save it as CSV or XLSX."))
    if ending and ending not in ENDINGS:
        raise ImportRejected(_("A roster is a CSV or XLSX file; this is “%(ending)s”.") % {"ending": ending[:12]})


# From a file to rows of cells -----------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    encoding = next((found for mark, found in BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        words = {"byte": f"0x{data[min(error.start, len(data) - 1)]:02X}", "place": error.start}
        sentence = _("The file is not UTF-8 (byte %(byte)s at offset %(place)d). Save it as “CSV UTF-8”.")
        raise ImportRejected(sentence % words) from error
    if "\x00" in text:
        raise ImportRejected(_("The file holds characters that no list of names has. Save it as “CSV UTF-8”."))
    return text


def _csv_rows(text: str, budget: Budget) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            words = {"row": row}
            if "field larger" in str(error):
                raise ImportRejected(_("Row %(row)d holds a text that is far too long.") % words) from error
            raise ImportRejected(_("The quotes in row %(row)d do not match: one is never closed.") % words) from error
        budget.spend(budgets.ROWS)
        if len(cells) > budgets.COLUMNS:
            words = {"row": row, "count": len(cells), "most": budgets.COLUMNS}
            raise ImportRejected(_("Row %(row)d has %(count)d columns; a roster has at most %(most)d.") % words)
        yield row, cells


def _separator(text: str) -> str:
    """What the heading is divided by; a comma where it has one column only."""
    heading = next((line for line in io.StringIO(text) if line.strip()), "")
    return max((",", ";", "\t"), key=lambda sign: (heading.count(sign), sign == ","))


# From cells to people -------------------------------------------------------------------------------------------------


def _roster(numbered: Iterable[tuple[int, Cells]], budget: Budget) -> Roster:
    paid = _paid(numbered, budget)
    filled = ((number, cells) for number, cells in paid if any(_text(cell) for cell in cells))
    heading = next(filled, None)
    if heading is None:
        raise ImportRejected(_("The file is empty."))
    columns = _columns(heading[1])
    rows: list[RosterRow] = []
    issues: list[Issue] = []
    for number, cells in filled:
        if len(rows) + len(issues) == MAX_ROWS:
            raise ImportRejected(_("A roster has at most %(most)d rows.") % {"most": MAX_ROWS})
        row, fault = _row(number, cells, columns, width=len(heading[1]))
        if fault:
            issues.append(Issue(_("row %(number)d") % {"number": number}, fault))
        else:
            rows.append(row)
    if not rows and not issues:
        raise ImportRejected(_("There is nobody in this list, only a heading."))
    return _without_twins(rows, issues)


def _paid(numbered: Iterable[tuple[int, Cells]], budget: Budget) -> Iterator[tuple[int, Cells]]:
    """The rows, while the budget lasts: many cells of a workbook may share one long text."""
    for number, cells in numbered:
        budget.check()
        budget.spend(budgets.CHARACTERS, sum(len(cell) for cell in cells if isinstance(cell, str)))
        yield number, cells


def _columns(heading: Cells) -> dict[str, int]:
    """The place of each column we know; raises ImportRejected where one is twice, or none tells who is meant."""
    found: dict[str, int] = {}
    for place, cell in enumerate(heading):
        field = NAMES.get("".join(char for char in _text(cell).casefold() if char.isalnum()))
        if field is None:
            continue
        if field in found:
            raise ImportRejected(_("The column “%(name)s” is there twice.") % {"name": _text(cell)[:40]})
        found[field] = place
    if "email" not in found and "username" not in found:
        names = ", ".join(f"“{_text(cell)[:30]}”" for cell in heading[:10] if _text(cell))
        raise ImportRejected(_("The column “email” was not found. The first row has: %(names)s.") % {"names": names})
    return found


def _row(number: int, cells: Cells, columns: dict[str, int], *, width: int) -> tuple[RosterRow, str]:
    """(row, why it cannot be taken, or nothing)."""
    empty = RosterRow(number)
    if any(_text(cell) for cell in cells[width:]):
        return empty, _("has more cells than the heading; is a text with the separator not in quotes?")
    values = {field: _text(cells[place]) if place < len(cells) else "" for field, place in columns.items()}
    for field, value in values.items():
        if len(value) > LONGEST[field]:
            return empty, _("“%(start)s…” is too long.") % {"start": value[:20]}
    if any(isinstance(cells[place], date) for place in columns.values() if place < len(cells)):
        return empty, _("the spreadsheet has turned a text into a date.")
    row = RosterRow(number, **(values | {"email": values.get("email", "").lower()}))
    return row, _address_fault(row)


def _address_fault(row: RosterRow) -> str:
    if not row.email:
        return "" if row.username else _("the e-mail address is missing.")
    try:
        validate_email(row.email)
    except ValidationError:
        return _("“%(address)s” is not an e-mail address.") % {"address": row.email[:60]}
    return ""


def _without_twins(rows: Sequence[RosterRow], issues: list[Issue]) -> Roster:
    seen: dict[tuple[str, str], int] = {}
    kept = []
    for row in rows:
        keys = [("email", row.email), ("username", row.username.casefold())]
        keys = [key for key in keys if key[1]]
        twin = next((seen[key] for key in keys if key in seen), None)
        if twin is not None:
            where = _("row %(number)d") % {"number": row.number}
            issues.append(Issue(where, _("is the same person as row %(twin)d.") % {"twin": twin}))
            continue
        seen |= dict.fromkeys(keys, row.number)
        kept.append(row)
    return Roster(tuple(kept), tuple(issues))


def _text(cell: Any) -> str:
    """A cell as one line of text; a whole number without its point, signs that cannot be seen left out."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(char for char in composed if char.isspace() or not _is_unseen(char)).split())


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
