"""Rosters: a list of people as CSV or XLSX, read into rows. Nothing is looked up, nothing is written.

    email,first name,last name,username
    ines@example.org,Inês,Costa,ines

Encoding, separator, headings and columns are found, or chosen by the instructor (`Choice`). A row that cannot be taken becomes
an `Issue` with its number, as the spreadsheet shows it; a file that is no list at all raises ImportRejected, one that an
instructor can help with UnclearList.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.formats import budgets, roster_columns, roster_files, sheets, workbooks
from quizzes.formats.base import Issue
from quizzes.formats.budgets import Budget
from quizzes.formats.roster_columns import Choice, Layout, UnclearList
from quizzes.formats.workbooks import Cells

__all__ = ["SAMPLE", "Choice", "Layout", "Roster", "RosterRow", "UnclearList", "read"]
MAX_BYTES = 1_000_000
MAX_ROWS = 2000
LOOKED_AT = 40  # rows by which columns are told
LONGEST = {"email": 254, "first_name": 150, "last_name": 150, "username": 150, "full_name": 300, "last_first": 300}
NOTHING = frozenset(("-", "–", "—", "n/a", "N/A"))  # how lists write an empty cell
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
SAMPLE = (
    ("E-mail", "First name", "Last name", "User name"),
    ("ines.costa@example.org", "Inês", "Costa", ""),
    ("", "Jörg", "Müller", "joerg.mueller"),
)


@dataclass(frozen=True)
class RosterRow:
    """One person of the list; `number` is the row in the file, the heading is row 1. What is not given is empty."""

    number: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    username: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Roster:
    rows: tuple[RosterRow, ...]
    issues: tuple[Issue, ...]
    layout: Layout | None = field(default=None, compare=False)  # how it was read


def read(data: bytes, name: str, choice: Choice | None = None, *, budget: Budget | None = None) -> Roster:
    """Return the rows of a file; raises ImportRejected with a sentence for what is no roster, or costs too much to read."""
    if len(data) > MAX_BYTES:
        raise ImportRejected(_("This file is larger than 1 MB. A roster is a list of names; send only that."))
    if not data.strip():
        raise ImportRejected(_("The file is empty."))
    _refuse_others(data, name)
    choice, budget = choice or Choice(), budget or Budget()
    if data.startswith(b"PK"):
        return _roster(workbooks.rows(data, budget), choice, budget)
    text, encoding = _decoded(data, choice)
    return _roster(roster_files.rows(text, budget), choice, budget, encoding)


def _decoded(data: bytes, choice: Choice) -> tuple[str, str]:
    try:
        return roster_files.decoded(data, choice.encoding)
    except ImportRejected as refusal:
        raise UnclearList(str(refusal.message), None) from refusal


def _refuse_others(data: bytes, name: str) -> None:
    """Refuse files that are called something else, or are something else than they are called."""
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


# From cells to people -------------------------------------------------------------------------------------------------


def _roster(numbered: Iterable[tuple[int, Cells]], choice: Choice, budget: Budget, encoding: str = "") -> Roster:
    paid = _paid(numbered, budget)
    filled = ((number, cells) for number, cells in paid if any(_text(cell) for cell in cells))
    first = list(islice(filled, LOOKED_AT))
    if not first:
        raise ImportRejected(_("The file is empty."))
    shown = [(number, tuple(_text(cell) for cell in cells)) for number, cells in first]
    layout = roster_columns.layout_of(shown, choice, encoding)
    return _people(chain(first, filled), layout)


def _people(filled: Iterable[tuple[int, Cells]], layout: Layout) -> Roster:
    """Return the rows below the headings, row by row."""
    rows: list[RosterRow] = []
    issues: list[Issue] = []
    for number, cells in filled:
        if number <= layout.heading:
            continue
        if len(rows) + len(issues) == MAX_ROWS:
            raise ImportRejected(_("A roster has at most %(most)d rows.") % {"most": MAX_ROWS})
        row, fault = _row(number, cells, layout)
        if fault:
            issues.append(Issue(_("row %(number)d") % {"number": number}, fault))
        else:
            rows.append(row)
    if not rows and not issues:
        raise UnclearList(_("There is nobody in this list, only a heading."), layout)
    return _without_twins(rows, issues, layout)


def _paid(numbered: Iterable[tuple[int, Cells]], budget: Budget) -> Iterator[tuple[int, Cells]]:
    """Yield the rows, while the budget lasts: many cells of a workbook may share one long text."""
    for number, cells in numbered:
        budget.check()
        budget.spend(budgets.CHARACTERS, sum(len(cell) for cell in cells if isinstance(cell, str)))
        yield number, cells


def _row(number: int, cells: Cells, layout: Layout) -> tuple[RosterRow, str]:
    """Return the row, and why it cannot be taken, or nothing."""
    empty, places = RosterRow(number), layout.fields
    if any(_text(cell) for cell in cells[len(layout.columns) :]):
        return empty, _("has more columns than the headings; is a text with the separator not in quotes?")
    values = {name: _value(cells, place) for name, place in places.items()}
    for name, value in values.items():
        if len(value) > LONGEST[name]:
            return empty, _("“%(start)s…” is too long.") % {"start": value[:20]}
        if sheets.safe(value) != value:  # nothing here computes, and no list of ours shall bring it to a spreadsheet
            return empty, _("“%(start)s” begins like a formula; write the name as it is.") % {"start": value[:40]}
    if any(isinstance(cells[place], date) for place in places.values() if place < len(cells)):
        return empty, _("the spreadsheet has turned a text into a date.")
    row = _person(number, values)
    return row, _fault_of(row)


def _value(cells: Cells, place: int) -> str:
    text = _text(cells[place]) if place < len(cells) else ""
    return "" if text in NOTHING else text


def _person(number: int, values: dict[str, str]) -> RosterRow:
    first, last = values.get("first_name", ""), values.get("last_name", "")
    if not (first or last):
        first, last = _divided(values.get("full_name", ""), last_first=False)
    if not (first or last):
        first, last = _divided(values.get("last_first", ""), last_first=True)
    return RosterRow(number, values.get("email", "").lower(), first[:150], last[:150], values.get("username", ""))


def _divided(name: str, *, last_first: bool) -> tuple[str, str]:
    """Return (first name, last name) of “Costa, Inês” and “Inês Costa”; of one word it is the first name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    if last_first:
        last, _blank, first = name.partition(" ")
        return (first.strip(), last) if first else (last, "")
    first, _blank, last = name.rpartition(" ")
    return (first.strip(), last) if first else (last, "")


def _fault_of(row: RosterRow) -> str:
    if not row.email:
        return "" if row.username or row.full_name else _("has neither an e-mail address nor a name.")
    try:
        validate_email(row.email)
    except ValidationError:
        return _("“%(address)s” is not an e-mail address.") % {"address": row.email[:60]}
    return ""


def _without_twins(rows: Sequence[RosterRow], issues: list[Issue], layout: Layout) -> Roster:
    """Return the roster without twins: rows with one address or one user name are one person; with one name they may be two."""
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
    return Roster(tuple(kept), tuple(issues), layout)


def _text(cell: Any) -> str:
    """Return a cell as one line of text; a whole number without its point, signs that cannot be seen left out."""
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
