"""The columns of a table of questions: their headings, and other words that mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from quizzes.formats.base import Unreadable
from quizzes.formats.reading import Reading
from quizzes.formats.tabular import Row

LETTERS = "ABCDEFGHIJKL"
HEADINGS = (
    "Type",
    "Question",
    *(f"Option {letter}" for letter in LETTERS),
    "Correct",
    "Tolerance",
    "Unit",
    *(f"Feedback {letter}" for letter in LETTERS),
    "Other feedback",
    "Explanation",
    "Topic",
    "Tags",
    "Difficulty",
    "Bloom level",
    "ID",
)
NEEDED = ("Question", "Correct")
SYNONYMS = {
    "Type": ("question type", "kind"),
    "Question": ("stem", "question text", "question stem", "questions", "prompt"),
    "Correct": (
        "correct answer", "correct answers", "correct option", "correct options", "correct choice", "answer", "answers", "ans",
        "answer key", "right", "right answer", "right option", "key", "solution",
    ),
    "Other feedback": ("feedback otherwise", "feedback wrong", "feedback for other answers"),
    "Explanation": ("rationale", "general feedback", "feedback", "explanations"),
    "Topic": ("category", "chapter"),
    "Tags": ("tag", "keywords"),
    "Difficulty": ("level",),
    "Bloom level": ("bloom", "bloom s level"),
    "ID": ("identifier", "question id"),
}  # fmt: skip
LETTERED = re.compile(r"(?:(option|answer|choice|feedback) )?([a-l]|1[0-2]|[1-9])")
WORDS = re.compile(r"[\W_]+")
LOOKED_AT = 10  # rows that may stand above the headings


def plain_heading(text: str) -> str:
    return WORDS.sub(" ", text.casefold()).strip()


MEANINGS = {plain_heading(name): name for name in HEADINGS} | {
    word: name for name, words in SYNONYMS.items() for word in words
}


def meaning(heading: str) -> str:
    """Return the heading of ours that one of a file stands for: "Option A" for "answer 1"; empty for any other."""
    words = plain_heading(heading)
    if words in MEANINGS:
        return MEANINGS[words]
    match = LETTERED.fullmatch(words)
    if match is None:
        return ""
    letter = LETTERS[int(match[2]) - 1] if match[2].isdigit() else match[2].upper()
    return f"{'Feedback' if match[1] == 'feedback' else 'Option'} {letter}"


def is_heading(row: Row) -> bool:
    return set(NEEDED) <= {meaning(row.text(column)) for column in range(row.width)}


def columns_of(row: Row, reading: Reading) -> dict[str, int]:
    """Return the columns by heading; raise Unreadable for one that is missing or there twice. Unknown ones are noted."""
    columns: dict[str, int] = {}
    for column in range(row.width):
        written = row.text(column)
        name = meaning(written)
        if name in columns:
            message = _("The columns %(one)s and %(two)s both are “%(name)s”. Keep one of them.")
            places = {"one": get_column_letter(columns[name] + 1), "two": get_column_letter(column + 1), "name": name}
            raise Unreadable(row.where, message % places)
        if name:
            columns[name] = column
        elif written:
            reading.note(row.cell(column), _("The column “%(name)s” is left out.") % {"name": written[:40]})
    if missing := [name for name in NEEDED if name not in columns]:
        raise missing_column(missing[0], row)
    return columns


def missing_column(name: str, row: Row) -> Unreadable:
    headings = ", ".join(text[:30] for column in range(min(row.width, 20)) if (text := row.text(column)))
    message = _("There is no column “%(name)s”. Found: %(found)s.")
    return Unreadable(row.where, message % {"name": name, "found": headings or "–"})


def heading_among(rows: Iterable[Row]) -> tuple[Row | None, Sequence[Row]]:
    """Return the first row with the headings that are needed, and the rows that were looked at, at most ten."""
    seen: list[Row] = []
    for row in rows:
        seen.append(row)
        if is_heading(row):
            return row, seen
        if len(seen) == LOOKED_AT:
            break
    return None, seen
