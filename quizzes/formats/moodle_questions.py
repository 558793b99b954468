"""One <question> of Moodle XML, read into a question of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import figures, moodle_cloze
from quizzes.formats.base import stable_id
from quizzes.formats.gift_text import Faulty, as_meant
from quizzes.formats.reading import Fields, Reading
from quizzes.formats.texts import from_html, from_plain, is_html, one_line
from quizzes.formats.xml_reader import Element, line_of, text_of, words_in

MOST_ANSWERS = 500  # of one question; no type takes so many
LEFT_OUT = {
    "hint": gettext_lazy("Hints are left out."),
    "correctfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
    "partiallycorrectfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
    "incorrectfeedback": gettext_lazy("The feedback to the question as a whole is left out."),
    "responsetemplate": gettext_lazy("The text that stands in the answer at first is left out."),
}
USUAL_FEEDBACK = re.compile(r"your answer is (correct|partially correct|incorrect)\.?", re.IGNORECASE)


@lru_cache(maxsize=100)  # a bank has a few shares, thousands of times
def _share(percent: str) -> Fraction | None:
    """Return a share in per cent as the fraction that is meant, None for no share between −100 and 100."""
    if not figures.FIGURE.fullmatch(percent) or abs(Fraction(percent)) > 100:
        return None
    return as_meant(Fraction(percent) / 100)


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
            if not kind:
                message = _("It does not say its type; it is left out.")
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
        return {
            "id": stable_id(number[:200]) if number else None,
            "tags": self.reading.tags(self.where, map(words_in, self.element.iterfind("tags/tag"))),
            "category": self.category,
        }

    def stem(self) -> str:
        return self.text(self.element.find("questiontext"))

    def say_what_is_left_out(self) -> None:
        for tag, message in LEFT_OUT.items():
            words = [text_of(found, "text") for found in self.element.iterfind(tag)]
            if any(word and not USUAL_FEEDBACK.fullmatch(from_html(word)[0]) for word in words):
                self.reading.note(self.where, str(message))
        points = text_of(self.element, "defaultgrade", "1")
        if figures.FIGURE.fullmatch(points) and Fraction(points) != 1:
            worth = _("It is worth %(points)s points there; here a quiz says how many a question is worth.")
            self.reading.note(self.where, worth % {"points": f"{float(Fraction(points)):g}"})

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
        return from_plain(raw) if kind == "plain_text" else self.marked_up(raw)

    def marked_up(self, raw: str) -> str:
        """Return HTML, or words without any, as Markdown; what it loses is noted."""
        if not is_html(raw) and "&" not in raw:
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
        found = _share(written)
        if found is None:
            message = _("“%(text)s” is not a share between −100 and 100 per cent.")
            raise Faulty(line_of(answer), message % {"text": written[:40]})
        return found

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
        if not any(right):
            raise Faulty(self.where, _("No option earns all points.") if is_single else _("No option earns points."))
        if any(share not in (0, 1) for share in shares) and is_single:
            self.reading.note(self.where, _("Points for a wrong option of a single choice are not given here."))
        if not is_single:
            self.compare(shares)
        is_fixed = text_of(self.element, "shuffleanswers", "true") in ("false", "0")
        rows = [
            {
                "text": self.line(answer),
                "correct": is_right,
                "feedback": self.text(answer.find("feedback")),
                "pinned": is_fixed,
            }
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
        number = figures.as_ours(text)
        if number is None:
            raise Faulty(line_of(place), _("“%(text)s” is not a number.") % {"text": text[:40]})
        return number

    def pairs(self) -> tuple[str, Fields]:
        rows, extra = [], []
        for pair in self.element.findall("subquestion"):
            left, right = self.line(pair), one_line(self.marked_up(text_of(pair, "answer/text")))
            if left or text_of(pair, "text"):  # where it is a picture alone, the pair is refused as empty
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
        return "cloze", {
            "stem": _("Fill in the gaps."),
            "text": self.marked_up(text).replace("\\[", "[").replace("\\]", "]"),
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
