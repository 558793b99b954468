"""Moodle XML: the question bank of Moodle, with categories, feedback, tags and embedded answers.

Read: multichoice, truefalse, shortanswer, numerical, matching, essay, ordering, multianswer (cloze), gapselect and ddwtos.
Other types are named and left out, and so are pictures and files, hints, penalties and combined feedback. What is written
stands in moodle_xml_writer.py, the syntax of embedded answers in moodle_cloze.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import moodle_cloze, moodle_xml_writer, xml_reader, xml_writer
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable, stable_id
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import SLUG, Faulty, as_meant
from quizzes.formats.reading import Fields, Reading, read_with
from quizzes.formats.texts import from_html, from_plain, is_html, one_line
from quizzes.formats.xml_reader import Element, line_of, text_of, words_in

NAME = "Moodle XML"
MOST_ANSWERS = 500  # of one question; no type takes so many
FIGURE = re.compile(r"[-+]?(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})([eE][-+]?\d{1,3})?")
LEFT_OUT = {
    "hint": gettext_lazy("Hints are left out."),
    "correctfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
    "partiallycorrectfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
    "incorrectfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
}
USUAL_FEEDBACK = re.compile(r"your answer is (correct|partially correct|incorrect)\.?", re.IGNORECASE)


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
        try:
            Question(element, category, reading).take(element.get("type", ""))
        except Faulty as fault:
            reading.refuse(fault.where or line_of(element), fault.message)


def _with_categories(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield the questions, each with the category named before it."""
    category = ""
    for element in root.iterchildren("question"):
        if element.get("type", "") == "category":
            category = category_of(text_of(element, "category/text"))
        else:
            yield element, category


def category_of(path: str) -> str:
    """Return "UN/Organs" for "$course$/top/UN/Organs"."""
    parts = [part.strip() for part in path.split("/")]
    return "/".join(part for part in parts if part and not part.startswith("$") and part != "top")


class Question:
    """One <question>, read into the fields of a type of ours."""

    def __init__(self, element: Element, category: str, reading: Reading) -> None:
        self.element = element
        self.category = category
        self.reading = reading
        name = text_of(element, "name/text")
        self.where = f"{line_of(element)} ({name[:60]})" if name else line_of(element)

    def take(self, kind: str) -> None:
        readers: Mapping[str, Callable[[], tuple[str, Fields]]] = {
            "multichoice": self.choice,
            "truefalse": self.truth,
            "shortanswer": self.words,
            "numerical": self.number,
            "matching": self.pairs,
            "essay": self.essay,
            "ordering": self.order,
            "cloze": self.cloze,
            "multianswer": self.cloze,
            "gapselect": self.gaps,
            "ddwtos": self.gaps,
        }
        if kind == "description":
            return self.reading.note(self.where, _("This is a description and not a question; it is left out."))
        if kind not in readers:
            message = _("Questions of the type “%(kind)s” cannot be read; this one is left out.")
            return self.reading.refuse(self.where, message % {"kind": kind[:40]})
        if self.element.find("questiontext/text") is None:
            raise Faulty(self.where, _("There is no <questiontext>."))
        if sum(1 for _answer in self.element.iter("answer", "subquestion")) > MOST_ANSWERS:
            raise Faulty(self.where, _("It has more than %(most)d answers.") % {"most": MOST_ANSWERS})
        type, fields = readers[kind]()
        self.say_what_is_left_out()
        shared = {"stem": self.stem(), "explanation": self.text(self.element.find("generalfeedback"))}
        return self.reading.take(type, shared | fields, self.where, **self.envelope())

    def envelope(self) -> Fields:
        number = text_of(self.element, "idnumber")
        tags = [
            SLUG.sub("-", one_line(words_in(tag)).lower()).strip("-")[:50] for tag in self.element.iterfind("tags/tag")
        ]
        return {
            "id": stable_id(number[:200]) if number else None,
            "tags": tuple(dict.fromkeys(tag for tag in tags if tag))[:20],
            "category": self.category,
        }

    def stem(self) -> str:
        return self.text(self.element.find("questiontext"))

    def say_what_is_left_out(self) -> None:
        for tag, message in LEFT_OUT.items():
            words = [text_of(found, "text") for found in self.element.iterfind(tag)]
            if any(word and not USUAL_FEEDBACK.fullmatch(from_html(word)[0]) for word in words):
                self.reading.note(self.where, str(message))

    def text(self, holder: Element | None) -> str:
        """Return the text of an element such as <questiontext format="html"> as Markdown; what it loses is noted."""
        if holder is None:
            return ""
        raw = text_of(holder, "text")
        kind = holder.get("format", "html")
        if holder.find("file") is not None:
            self.reading.note(self.where, _("Its files and pictures are left out."))
        if kind == "markdown":
            return raw
        if kind == "plain_text" or (not is_html(raw) and "&" not in raw):
            return from_plain(raw)
        words, lost = from_html(raw)
        for name in lost:
            self.reading.note(self.where, _("It comes without %(what)s.") % {"what": name})
        return words

    def line(self, holder: Element | None) -> str:
        return one_line(self.text(holder))

    def share(self, answer: Element) -> Fraction:
        """Return the share −1…1 that an answer earns, from `fraction` in per cent."""
        written = answer.get("fraction", "0")
        if not FIGURE.fullmatch(written) or abs(Fraction(written)) > 100:
            message = _("“%(text)s” is not a share between −100 and 100 per cent.")
            raise Faulty(line_of(answer), message % {"text": written[:40]})
        return as_meant(Fraction(written) / 100)

    # Types

    def choice(self) -> tuple[str, Fields]:
        answers = self.element.findall("answer")
        shares = [self.share(answer) for answer in answers]
        is_single = text_of(self.element, "single", "true") in ("true", "1")
        right = [share == 1 if is_single else share > 0 for share in shares]
        if is_single and sum(right) > 1:
            raise Faulty(
                self.where,
                _("Several options earn all points, of which one may be chosen; a single choice has one key here."),
            )
        if any(share not in (0, 1) for share in shares) and is_single:
            self.reading.note(self.where, _("Points for a wrong option of a single choice are not given here."))
        if not is_single:
            self.compare(shares)
        rows = [
            {"text": self.line(answer), "correct": is_right, "feedback": self.text(answer.find("feedback"))}
            for answer, is_right in zip(answers, right, strict=True)
        ]
        return ("single_choice" if is_single else "multiple_choice"), {"options": rows}

    def compare(self, shares: list[Fraction]) -> None:
        rights, wrongs = {share for share in shares if share > 0}, {share for share in shares if share <= 0}
        if len(rights) > 1 or wrongs - {-share for share in rights}:
            message = _("Its weights are replaced by “right minus wrong”: each wrong choice cancels a right one.")
            self.reading.note(self.where, message)

    def truth(self) -> tuple[str, Fields]:
        fields: Fields = {}
        for answer in self.element.findall("answer"):
            says_true = text_of(answer, "text").lower() == "true"
            fields["feedback_true" if says_true else "feedback_false"] = self.text(answer.find("feedback"))
            if self.share(answer) == 1:
                fields["answer"] = says_true
        if "answer" not in fields:
            raise Faulty(self.where, _("Neither true nor false is marked as right."))
        return "true_false", fields

    def words(self) -> tuple[str, Fields]:
        rows, wrong = [], ""
        for answer in self.element.findall("answer"):
            text, share = text_of(answer, "text"), self.share(answer)
            if text == "*" and share <= 0:
                wrong = self.text(answer.find("feedback"))
            else:
                rows.append(
                    {
                        "text": text,
                        "fraction": str(max(share, Fraction(0))),
                        "feedback": self.text(answer.find("feedback")),
                    }
                )
        if not any(Fraction(row["fraction"]) for row in rows):
            raise Faulty(self.where, _("No answer is marked as right."))
        if text_of(self.element, "usecase") == "1":
            self.reading.note(self.where, _("Capitals count only between answers that differ in nothing else."))
        return "short_answer", {"answers": rows, "feedback_wrong": wrong}

    def number(self) -> tuple[str, Fields]:
        fields: Fields = {}
        misses: list[Fields] = []
        for answer in self.element.findall("answer"):
            text, share = text_of(answer, "text"), self.share(answer)
            feedback = self.text(answer.find("feedback"))
            if text == "*":
                fields["feedback_wrong"] = feedback
            elif share == 1 and "value" not in fields:
                fields |= {"value": self.figure(answer, text), "feedback": feedback}
                fields["tolerance"] = self.figure(answer, text_of(answer, "tolerance", "0") or "0")
            elif share <= 0:
                misses.append({"value": self.figure(answer, text), "feedback": feedback})
            else:
                self.reading.note(
                    self.where,
                    _("Only the first number counts here; further ones with a part of the points are left out."),
                )
        if "value" not in fields:
            raise Faulty(self.where, _("No number is marked as right."))
        units = [text_of(unit, "unit_name") for unit in self.element.iterfind("units/unit")]
        if len(units) > 1:
            self.reading.note(self.where, _("Only the first unit is kept."))
        return "numeric", fields | {"near_misses": misses} | ({"unit": units[0]} if units else {})

    def figure(self, place: Element, text: str) -> str:
        if not FIGURE.fullmatch(text):
            raise Faulty(line_of(place), _("“%(text)s” is not a number.") % {"text": text[:40]})
        exact = Fraction(text)
        return (
            text if "e" not in text.lower() else str(exact.numerator) if exact.denominator == 1 else f"{float(exact):f}"
        )

    def pairs(self) -> tuple[str, Fields]:
        rows, extra = [], []
        for pair in self.element.findall("subquestion"):
            left, right = self.line(pair), from_plain(one_line(text_of(pair, "answer/text")))
            if left:
                rows.append({"left": left, "right": right})
            else:
                extra.append(right)
        taken = {row["right"] for row in rows}
        return "matching", {
            "pairs": rows,
            "extra": [text for text in dict.fromkeys(extra) if text and text not in taken],
        }

    def essay(self) -> tuple[str, Fields]:
        least, most = (
            int(found) if (found := text_of(self.element, f"{end}wordlimit")).isdigit() else None
            for end in ("min", "max")
        )
        if text_of(self.element, "attachments", "0") not in ("", "0"):
            self.reading.note(self.where, _("Files cannot be handed in here."))
        return "essay", {
            "min_words": least or None,
            "max_words": most or None,
            "model_answer": self.text(self.element.find("graderinfo")),
        }

    def order(self) -> tuple[str, Fields]:
        elements = [{"text": self.line(answer)} for answer in self.element.findall("answer")]
        self.reading.note(self.where, _("Partly right orders are marked by the longest run here."))
        return "ordering", {"elements": elements}

    def cloze(self) -> tuple[str, Fields]:
        raw = text_of(self.element, "questiontext/text")
        self.reading.refuse_if_long(self.where, len(raw))
        text, gaps, messages = moodle_cloze.parsed(raw)
        for message in messages:
            self.reading.note(self.where, message)
        words, lost = from_html(text) if is_html(text) else (from_plain(text), [])
        for name in lost:
            self.reading.note(self.where, _("It comes without %(what)s.") % {"what": name})
        return "cloze", {
            "stem": _("Fill in the gaps."),
            "text": words.replace("\\[", "[").replace("\\]", "]"),
            "gaps": gaps,
        }

    def gaps(self) -> tuple[str, Fields]:
        """Return a text with [[3]] for the third choice as gaps with the choices of the same group."""
        choices = self.element.findall("dragbox") or self.element.findall("selectoption")
        texts = [(from_plain(one_line(text_of(choice, "text"))), text_of(choice, "group", "1")) for choice in choices]
        text, gaps = self.stem().replace("\\[", "[").replace("\\]", "]"), []
        for number in re.findall(r"\[\[(\d{1,3})\]\]", text):
            key = int(number) - 1
            if not 0 <= key < len(texts):
                raise Faulty(self.where, _("The text has [[%(n)s]], but there is no such choice.") % {"n": number})
            group = list(dict.fromkeys(word for word, group in texts if group == texts[key][1]))
            gaps.append(
                {"kind": "choice", "options": [{"text": word, "correct": word == texts[key][0]} for word in group]}
            )
        count = iter(range(1, len(gaps) + 1))
        text = re.sub(r"\[\[\d{1,3}\]\]", lambda _found: f"[[{next(count)}]]", text)
        return "cloze", {"stem": _("Fill in the gaps."), "text": text, "gaps": gaps}


FORMAT = MoodleXml()
