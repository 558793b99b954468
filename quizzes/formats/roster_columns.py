"""Where in a list the people are: the row of headings, and what each column holds; found, or as the instructor chose.

Headings are looked for in the first rows, because lists of schools have titles above them. Where none names the e-mail
addresses, the column that holds them is taken, and said to be a guess. What is not understood is left out, and named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from quizzes.errors import ImportRejected
from quizzes.formats import roster_headings as headings

FIRST_ROWS = 10  # in which the headings are
AUTOMATIC = -1  # no row of headings was chosen
LONGEST_SHOWN = 40  # characters of a cell on the page
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
NAME = re.compile(r"[^\W\d_][^\d@/\\]*[ ,][^\d@/\\]*[^\W\d_]\.?")
TELLS_WHO = frozenset(
    (headings.EMAIL, headings.USERNAME, headings.FULL, headings.LAST_FIRST, headings.LAST, headings.FIRST)
)
Row = tuple[int, tuple[str, ...]]  # number in the file, texts of its cells


@dataclass(frozen=True)
class Choice:
    """What an instructor chose; all is found where nothing was. `heading` is a row of the file, 0 for none."""

    encoding: str = ""
    heading: int = AUTOMATIC
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and its field; `is_guess` where its values told the field."""

    name: str
    field: str
    is_guess: bool = False


@dataclass(frozen=True)
class Layout:
    """How a list is read. `heading` is 0 without headings; `above` counts filled rows before them; `sample` is the first rows."""

    columns: tuple[Column, ...]
    heading: int
    above: int
    sample: tuple[Row, ...]
    encoding: str = ""

    @property
    def ignored(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if not column.field)

    @property
    def guessed(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_guess)

    @property
    def fields(self) -> dict[str, int]:
        """The place of each field."""
        return {column.field: place for place, column in enumerate(self.columns) if column.field}


class UnclearList(ImportRejected):
    """A list that can be read once an instructor has chosen the encoding or the columns; `layout` is None without rows."""

    def __init__(self, message: str, layout: Layout | None) -> None:
        super().__init__(message)
        self.layout = layout


def layout_of(rows: Sequence[Row], choice: Choice, encoding: str) -> Layout:
    """Return how to read a list that begins with these rows; raise UnclearList where nobody could be told apart."""
    heading = choice.heading if choice.heading != AUTOMATIC else _heading(rows)
    above = sum(number < heading for number, _cells in rows)
    below = [cells for number, cells in rows if number > heading]
    named: tuple[str, ...] = next((cells for number, cells in rows if number == heading), ())
    widest = max((_width(cells) for _number, cells in rows), default=0)
    width = max(_width(named), _usual_width(below)) if named else widest
    names = _names(named, width)
    columns = _chosen(names, choice.columns) if choice.columns else _found(names, below, has_headings=heading > 0)
    layout = Layout(columns, heading, above, _shown(rows, len(columns)), encoding)
    if fault := _fault(layout):
        raise UnclearList(fault, layout)
    return layout


def _shown(rows: Sequence[Row], width: int) -> tuple[Row, ...]:
    """Return the first rows as the page shows them, each as wide as all."""
    empty = ("",) * width
    return tuple(
        (number, tuple(cell[:LONGEST_SHOWN] for cell in (*cells, *empty)[:width]))
        for number, cells in rows[:FIRST_ROWS]
    )


def _width(cells: Sequence[str]) -> int:
    """Return how far a row reaches, empty cells at its end left out."""
    return max((place + 1 for place, cell in enumerate(cells) if cell), default=0)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how far more than half of the rows reach, or 0."""
    widths = Counter(map(_width, rows))
    return next((width for width, count in widths.items() if count * 2 > len(rows)), 0)


def _names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Return what each column is called: its heading, else its letter."""
    pairs = zip_longest(cells[:width], range(width), fillvalue="")
    return tuple(str(cell)[:LONGEST_SHOWN] or _letter(place) for place, (cell, _any) in enumerate(pairs))


def _letter(place: int) -> str:
    return _("column %(letter)s") % {"letter": get_column_letter(place + 1)}


# The row of headings --------------------------------------------------------------------------------------------------


def _heading(rows: Sequence[Row]) -> int:
    """Return the row in which most columns are named; else the one above the first address; 0 where that is the first."""
    before = 0
    best, most = 0, 0
    for number, cells in rows[:FIRST_ROWS]:
        if any(ADDRESS.fullmatch(cell) for cell in cells):
            break
        known = sum(field in TELLS_WHO for field in headings.fields_of(cells))
        if known > most:
            best, most = number, known
        before = number
    else:
        return best  # no address in sight: only names tell
    return best or before


# What the columns hold ------------------------------------------------------------------------------------------------


def _chosen(names: tuple[str, ...], fields: tuple[str, ...]) -> tuple[Column, ...]:
    known = {*headings.ALIASES, ""}
    pairs = zip_longest(names, fields[: len(names)], fillvalue="")
    return tuple(Column(name, field if field in known else "") for name, field in pairs)


def _found(names: tuple[str, ...], below: Sequence[Sequence[str]], *, has_headings: bool) -> tuple[Column, ...]:
    fields = list(headings.fields_of(names) if has_headings else [""] * len(names))
    told = list(fields)
    if headings.EMAIL not in fields:
        _fill(fields, headings.EMAIL, [
            place for place, name in enumerate(names)
            if not fields[place] and _share(below, place, ADDRESS) > 0.5 and not headings.is_of_others(name)
        ])  # fmt: skip
    if not has_headings:
        _fill(fields, headings.FULL, [place for place in range(len(names)) if _share(below, place, NAME) > 0.8])
    return tuple(Column(name, field, field != was) for name, field, was in zip(names, fields, told, strict=True))


def _fill(fields: list[str], field: str, places: list[int]) -> None:
    """Take the only place that fits; of two that do, the instructor chooses."""
    if len(places) == 1 and not fields[places[0]]:
        fields[places[0]] = field


def _share(rows: Sequence[Sequence[str]], place: int, pattern: re.Pattern[str]) -> float:
    """Return the share of the filled cells of a column that are like that."""
    filled = [cells[place] for cells in rows if place < len(cells) and cells[place]]
    return sum(bool(pattern.fullmatch(cell[:300])) for cell in filled) / len(filled) if filled else 0


def _fault(layout: Layout) -> str:
    """Return why nobody can be told apart, or nothing."""
    seen: set[str] = set()
    for column in layout.columns:
        if column.field and column.field in seen:
            return _("The column “%(name)s” is there twice. Choose which one counts.") % {"name": column.name}
        seen.add(column.field)
    if seen.isdisjoint(TELLS_WHO):
        names = ", ".join(f"“{column.name}”" for column in layout.columns[:10])
        return _("No column was found that tells who is meant. Choose what each holds: %(names)s.") % {"names": names}
    return ""
