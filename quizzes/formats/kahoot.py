"""Kahoot's spreadsheet of quiz questions: some rows of advice, headings, then a question with up to four answers in a row.

      | Question - max 120 characters | Answer 1 - max 75 characters | … | Time limit (sec) | Correct answer(s)
    1 | Who authorizes a mission?     | The Security Council         | … | 20               | 1,3

The first column holds numbers. An answer that is not there is empty, “-” or “–”. The time limit is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import ImportRejected
from quizzes.formats import sheets, tabular
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable, beside, losses_of
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Faulty
from quizzes.formats.reading import Reading, read_with
from quizzes.formats.table_columns import plain_heading
from quizzes.formats.tabular import Row, guarded
from quizzes.formats.texts import from_plain, one_line
from quizzes.markup import plain

LOOKED_AT = 30  # rows that may hold the advice above the headings
MOST_ANSWERS, LONGEST_QUESTION, LONGEST_ANSWER, SECONDS = 4, 120, 75, 30
EMPTY = frozenset({"", "-", "–", "—"})
HEADINGS = {
    "question": re.compile(r"question\b.*"),
    **{f"answer {n}": re.compile(rf"answer {n}\b.*") for n in range(1, MOST_ANSWERS + 1)},
    "time": re.compile(r"time limit\b.*"),
    "correct": re.compile(r"correct answer.*"),
}
NEEDED = ("question", "answer 1", "answer 2", "correct")
TRUTH = {"true": True, "false": False}
WRITTEN = (
    "",
    f"Question - max {LONGEST_QUESTION} characters",
    *(f"Answer {n} - max {LONGEST_ANSWER} characters" for n in range(1, MOST_ANSWERS + 1)),
    "Time limit (sec)",
    "Correct answer(s) - choose at least one",
)
ABOVE = 7  # rows above the headings, as in Kahoot's own file


class Kahoot(Format):
    key = "kahoot"
    name = gettext_lazy("Kahoot spreadsheet")
    extension = ".kahoot.xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return sheets.xlsx_bytes(_written(drafts), title="Kahoot", wide=2)

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in _losses(draft)]

    def recognizes(self, name: str, data: bytes) -> bool:
        try:
            columns = _heading(tabular.rows(data, Reading()))[1]
        except (ImportRejected, Unreadable):
            return False
        return "time" in columns or name.lower().endswith(self.extension)


# In -------------------------------------------------------------------------------------------------------------------


def _read(data: bytes, reading: Reading) -> None:
    rows = tabular.rows(data, reading)
    heading, columns = _heading(rows)
    has_limits = False
    for row in reading.turns(rows):
        texts = {name: row.text(column) for name, column in columns.items()}
        if all(text in EMPTY for name, text in texts.items() if name != "time"):
            continue  # a number and no question
        has_limits |= bool(texts.get("time"))
        try:
            _take(row, texts, columns, reading)
        except Faulty as fault:
            reading.refuse(fault.where or row.where, fault.message)
    if has_limits:
        reading.note(heading.where, _("Time limits of questions are left out; a quiz has one for all of them here."))
    if reading.is_whole and not reading.drafts and not any(not issue.is_note for issue in reading.issues):
        raise Unreadable(heading.where, _("There is no question below the headings."))


def _heading(rows: Iterator[Row]) -> tuple[Row, Mapping[str, int]]:
    """Return the row with the headings, and the columns by name; raise Unreadable where there is none."""
    for _count, row in zip(range(LOOKED_AT), rows, strict=False):
        columns: dict[str, int] = {}
        for column in range(row.width):
            words = plain_heading(row.text(column))
            name = next((name for name, heading in HEADINGS.items() if heading.fullmatch(words)), "")
            if name and name not in columns:
                columns[name] = column
        if set(NEEDED) <= set(columns):
            return row, columns
    message = _("There are no headings of Kahoot: “Question”, “Answer 1” to “Answer 4”, “Correct answer(s)”.")
    raise Unreadable(_("file"), message)


def _take(row: Row, texts: Mapping[str, str], columns: Mapping[str, int], reading: Reading) -> None:
    answers = {n: texts.get(f"answer {n}", "") for n in range(1, MOST_ANSWERS + 1)}
    offered = {n: text for n, text in answers.items() if text not in EMPTY}
    keys = _keys(texts["correct"], offered, row.cell(columns["correct"]))
    stem = from_plain(texts["question"])
    words = [text.lower() for text in offered.values()]
    if len(keys) == 1 and sorted(words) == ["false", "true"]:
        return reading.take("true_false", {"stem": stem, "answer": TRUTH[offered[min(keys)].lower()]}, row.where)
    if len(keys) > 1:
        message = _("In Kahoot any one of its right answers earns all points; here it is marked “right minus wrong”.")
        reading.note(row.where, message)
    options = [{"text": from_plain(one_line(text)), "correct": n in keys} for n, text in offered.items()]
    kind = "multiple_choice" if len(keys) > 1 else "single_choice"
    return reading.take(kind, {"stem": stem, "options": options}, row.where)


def _keys(written: str, offered: Mapping[int, str], where: str) -> set[int]:
    """Return the numbers in "1,3", which some spreadsheets make a number of: 1.3; raise Faulty for others."""
    numbers = {int(part) for part in re.split(r"[\s,;.]+", written) if re.fullmatch(r"[0-9]", part)}
    if not numbers or len(written) > 20 or not re.fullmatch(r"[1-4]([\s,;.]+[1-4])*[,;.]?", written):
        message = _("“%(text)s” does not say which answers are right. Write numbers from 1 to 4: 2, or 1,3.")
        if not written:
            message = _("It does not say which answers are right. Write numbers from 1 to 4: 2, or 1,3.")
        raise Faulty(where, message % {"text": written[:40]})
    if lost := sorted(numbers - set(offered)):
        raise Faulty(where, _("Answer %(n)d is said to be right, but it is empty.") % {"n": lost[0]})
    return numbers


# Out ------------------------------------------------------------------------------------------------------------------


def _written(drafts: Iterable[QuestionDraft]) -> Iterator[list[object]]:
    yield [None, _("Questions for Kahoot")]
    for _empty in range(ABOVE - 1):
        yield [None]
    yield list(WRITTEN)
    for number, draft in enumerate((one for one in drafts if not _obstacle(one)), start=1):
        texts = [text for text, _right in _answers(draft)]
        keys = [str(n) for n, (_text, is_right) in enumerate(_answers(draft), start=1) if is_right]
        row = [one_line(plain(draft.spec["stem"])), *texts, *([""] * (MOST_ANSWERS - len(texts)))]
        correct: object = int(keys[0]) if len(keys) == 1 else ",".join(keys)
        yield [number, *(guarded(text) or None for text in row), SECONDS, correct]


def _answers(draft: QuestionDraft) -> list[tuple[str, bool]]:
    spec = draft.spec
    if draft.type == "true_false":
        return [("True", spec["answer"]), ("False", not spec["answer"])]
    return [(one_line(plain(row["text"])), row["correct"]) for row in spec["options"]]


def _obstacle(draft: QuestionDraft) -> str:
    """Return why a question cannot be played in Kahoot, or nothing."""
    if draft.type not in ("single_choice", "multiple_choice", "true_false"):
        return _("Kahoot's spreadsheet has no questions of this type; it is left out.")
    answers = _answers(draft)
    if len(answers) > MOST_ANSWERS:
        return _("Kahoot takes four answers at most; it is left out.")
    if len(one_line(plain(draft.spec["stem"]))) > LONGEST_QUESTION:
        return _("Kahoot takes questions of 120 characters at most; it is left out.")
    if any(len(text) > LONGEST_ANSWER for text, _right in answers):
        return _("Kahoot takes answers of 75 characters at most; it is left out.")
    if any(text in EMPTY for text, _right in answers):
        return _("Kahoot takes “-” for no answer; it is left out.")
    return ""


def _losses(draft: QuestionDraft) -> Iterator[Issue]:
    return losses_of(draft, _obstacle(draft), _lost(draft))


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    rows = spec.get("options", ())
    said = [spec["explanation"], *(row["feedback"] for row in rows)]
    if any([*said, spec.get("feedback_true"), spec.get("feedback_false")]):
        yield _("Kahoot has no feedback and no explanation.")
    yield from beside(draft)
    if any(row["pinned"] for row in rows):
        yield _("Kahoot cannot keep an answer at its place.")
    if draft.type == "multiple_choice":
        is_one = sum(row["correct"] for row in rows) == 1
        yield (
            _("In Kahoot a question with one right answer is single choice.")
            if is_one
            else _("In Kahoot any one of the right answers earns all points.")
        )
    texts = [spec["stem"], *(row["text"] for row in rows)]
    if any(plain(text) != text for text in texts) or "\n" in spec["stem"]:
        yield _("Kahoot has no emphasis, lists or line ends; the words stay.")


FORMAT = Kahoot()
