"""A table of questions, XLSX or CSV: one question in a row, as teachers keep them.

    Type          | Question                    | Option A         | Option B    | Correct | Feedback A
    single choice | Who authorizes a mission?   | Security Council | Secretariat | A       | Article 24.
    short answer  | Which mission was first?    |                  |             | UNTSO | Truce Supervision (50%)
    number        | How many members has it?    |                  |             | 15
    matching      | Match body and task.        |                  |             | Council => decides
                                                                                  Assembly => votes

Headings come in any order and in capitals or not. A type that is left out is told by the answer. Texts are Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import ImportRejected
from quizzes.formats import sheets, table_rows, table_writer, tabular
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Faulty
from quizzes.formats.reading import Reading, read_with
from quizzes.formats.table_columns import NEEDED, columns_of, heading_among, meaning, missing_column
from quizzes.formats.tabular import Row

SAMPLE = (
    {
        "Type": "single choice", "Question": "Who authorizes a mission?", "Option A": "The Security Council",
        "Option B": "The Secretariat", "Option C": "The Court", "Correct": "A", "Feedback A": "By a resolution.",
        "Feedback B": "It carries mandates out.", "Explanation": "The Charter gives it this task.",
        "Topic": "mandates", "Tags": "organs, charter", "Difficulty": "easy",
    },
    {
        "Type": "multiple choice", "Question": "Which are organs of the UN?", "Option A": "The General Assembly",
        "Option B": "The Secretariat", "Option C": "The World Bank", "Correct": "A, B",
    },
    {"Type": "true or false", "Question": "The UN has an army of its own.", "Correct": "false"},
    {"Type": "short answer", "Question": "Which mission was the first?", "Correct": "UNTSO | Truce Supervision (50%)"},
    {"Type": "number", "Question": "How many members has the Council?", "Correct": "15", "Unit": "members"},
    {"Type": "number", "Question": "About how many people serve?", "Correct": "60000", "Tolerance": "10%"},
    {
        "Type": "matching", "Question": "Match each body with its task.",
        "Correct": "Security Council => authorizes\nGeneral Assembly => votes the budget\n=> tries persons",
    },
    {
        "Type": "ordering", "Question": "The oldest mission first.", "Option A": "UNTSO", "Option B": "UNEF",
        "Option C": "UNTAG",
    },
    {"Type": "essay", "Question": "What makes a mandate credible?", "Correct": "A model answer, if you like."},
)  # fmt: skip


class Table(Format):
    key = "table"
    name = gettext_lazy("Table (XLSX)")
    extension = ".xlsx"
    most_in_file = 1_000  # with every cell filled, as many as are read back
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return self.written(table_writer.rows(drafts))

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in table_writer.losses(draft)]

    def sample(self) -> bytes:
        """Return a file to fill in: the headings, and a question of each type."""
        return self.written(SAMPLE)

    def written(self, rows: Iterable[dict[str, str]]) -> bytes:
        return sheets.xlsx_bytes(table_writer.cells(rows), title=_("Questions"), wide=2)

    def recognizes(self, name: str, data: bytes) -> bool:
        try:
            return heading_among(tabular.rows(data, Reading()))[0] is not None
        except (ImportRejected, Unreadable):
            return False


def _read(data: bytes, reading: Reading) -> None:
    rows = tabular.rows(data, reading)
    heading, seen = heading_among(rows)
    if not seen:
        raise Unreadable(_("file"), _("It is empty."))
    if heading is None:
        raise _without_headings(seen)
    columns = columns_of(heading, reading)
    for row in reading.turns(_fitting(rows, heading, reading)):
        try:
            table_rows.take(row, columns, reading)
        except Faulty as fault:
            reading.refuse(fault.where or row.where, fault.message)
    if reading.is_whole and not reading.drafts and not any(not issue.is_note for issue in reading.issues):
        raise Unreadable(heading.where, _("There is no question below the headings."))


def _without_headings(seen: Sequence[Row]) -> Unreadable:
    """Return what is missing in the row that looks most like headings."""
    known = [{meaning(row.text(column)) for column in range(row.width)} - {""} for row in seen]
    best = max(range(len(seen)), key=lambda at: len(known[at]))
    return missing_column(next(name for name in NEEDED if name not in known[best]), seen[best])


def _fitting(rows: Iterable[Row], heading: Row, reading: Reading) -> Iterator[Row]:
    """Yield the rows that fit the headings; those with more cells are refused, those with fewer named."""
    short: list[int] = []
    for row in rows:
        if row.width > heading.width:
            message = _("It has %(count)d cells, the headings %(most)d; is a text with the separator not in quotes?")
            reading.refuse(row.where, message % {"count": row.width, "most": heading.width})
            continue
        if len(row.cells) < heading.width:
            short.append(row.number)
        yield row
    if short:
        message = _("%(count)d rows have fewer cells than the headings; what is missing counts as empty.")
        reading.note(_("row %(n)d") % {"n": short[0]}, message % {"count": len(short)})


FORMAT = Table()
