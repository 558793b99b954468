"""Moodle XML: the question bank of Moodle, with categories, feedback, tags and embedded answers.

Read: multichoice, truefalse, shortanswer, numerical, matching, essay, ordering, multianswer (cloze), gapselect and ddwtos.
Other types are named and left out, and so are pictures and files, hints, penalties and combined feedback. What is written
stands in moodle_xml_writer.py, how one question is read in moodle_questions.py, embedded answers in moodle_cloze.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import moodle_xml_writer, xml_reader, xml_writer
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Faulty, category_of
from quizzes.formats.moodle_questions import Question
from quizzes.formats.reading import Reading, read_with
from quizzes.formats.xml_reader import Element, line_of, text_of

NAME = "Moodle XML"


class MoodleXml(Format):
    key = "moodle_xml"
    name = gettext_lazy("Moodle XML")
    extension = ".xml"
    media_type = "application/xml"
    has_place_for_report = True

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return moodle_xml_writer.write(drafts)

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in moodle_xml_writer.losses(draft)]

    def with_report(self, data: bytes, report: str) -> bytes:
        return xml_writer.with_comment(data, report)

    def recognizes(self, name: str, data: bytes) -> bool:
        return b"<quiz" in data[:2000] and b"<question" in data


def _read(data: bytes, reading: Reading) -> None:
    root = xml_reader.load(data, reading.budget, name=NAME)
    if root.tag != "quiz":
        raise Unreadable(
            line_of(root),
            _("The file begins with <%(tag)s>, not with <quiz>: this is not Moodle XML.") % {"tag": str(root.tag)[:40]},
        )
    for element, category in reading.turns(_with_categories(root)):
        question = Question(element, category, reading)
        try:
            question.take(element.get("type", ""))
        except Faulty as fault:
            reading.refuse(fault.where or question.where, fault.message)


def _with_categories(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield the questions, each with the category named before it."""
    category = ""
    for element in root.iterchildren("question"):
        if element.get("type", "") == "category":
            category = category_of(text_of(element, "category/text"))
        else:
            yield element, category


FORMAT = MoodleXml()
