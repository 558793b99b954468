"""One item of QTI 1.2, its names without namespaces, read into a question of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from html import unescape

from django.utils.translation import gettext as _

from quizzes.formats.base import id_of_system
from quizzes.formats.gift_text import Faulty, as_meant
from quizzes.formats.qti12_conditions import Marking
from quizzes.formats.qti12_numbers import number
from quizzes.formats.reading import Fields, Reading
from quizzes.formats.texts import from_html, from_plain, is_html, one_line
from quizzes.formats.xml_reader import Element, line_of, words_in

TRUTH = {"true": True, "t": True, "false": False, "f": False}
CANVAS = {
    "multiple_choice_question": "choice", "true_false_question": "choice", "multiple_answers_question": "choice",
    "short_answer_question": "words", "numerical_question": "number", "essay_question": "essay",
    "matching_question": "pairs", "fill_in_multiple_blanks_question": "blanks",
    "multiple_dropdowns_question": "blanks",
}  # fmt: skip
MOST_CHOICES = 500  # in all its responses together
LINKED = ("general_fb", "correct_fb", "general_incorrect_fb")


class Item:
    """Takes one item. `where` is its file or line, and its title; `category` the title of what holds it."""

    def __init__(self, element: Element, href: str, category: str, reading: Reading) -> None:
        self.element, self.reading, self.category = element, reading, category
        title = one_line(element.get("title", ""))[:60]
        place = f"{href[:100]}, {line_of(element)}" if href else line_of(element)
        self.where = f"{place} ({title})" if title else place
        self.presentation = element.find("presentation")
        self.marking = Marking(element)
        self.feedback_texts = {one.get("ident", ""): one for one in element.iterfind("itemfeedback")}

    def take(self) -> None:
        written = self.metadata("question_type")
        kind = CANVAS.get(written) or ("" if written else self.told_by_responses())
        if written == "text_only_question":
            return self.reading.note(self.where, _("This is a text and not a question; it is left out."))
        if not kind:
            message = _("Questions of the type “%(kind)s” cannot be read; this one is left out.")
            return self.reading.refuse(self.where, message % {"kind": written[:40]})
        if self.presentation is None:
            raise Faulty(self.where, _("There is no <presentation>."))
        if len(list(self.presentation.iter("response_label"))) > MOST_CHOICES:
            raise Faulty(self.where, _("It has more than %(most)d choices.") % {"most": MOST_CHOICES})
        readers: Mapping[str, Callable[[], tuple[str, Fields]]] = {
            "choice": self.choice,
            "words": self.words,
            "number": self.number,
            "essay": lambda: ("essay", {}),
            "pairs": self.pairs,
            "blanks": self.blanks,
        }
        type, fields = readers[kind]()
        shared = {"stem": fields.pop("stem", None) or self.stem(), "explanation": self.said("general_fb")}
        self.note_feedback(type)
        envelope = {"id": id_of_system(self.element.get("ident", "")), "category": self.category}
        return self.reading.take(type, shared | fields, self.where, **envelope)

    def told_by_responses(self) -> str:
        """Return how to read an item that names no type."""
        lists = self.responses("response_lid")
        if not lists and self.responses("response_str"):
            fields = list(self.element.iter("render_fib"))
            is_number = any(field.get("fibtype", "").lower() in ("decimal", "integer") for field in fields)
            scored = self.marking.scored
            return ("number" if is_number else "words") if scored else "essay"
        if lists:
            return "choice" if len(lists) == 1 else "pairs"
        kinds = {str(one.tag) for one in self.element.iter() if str(one.tag).startswith("response_")}
        if not kinds - {"response_label"}:
            return "essay" if self.element.find(".//render_fib") is not None else self.strange("text_only_question")
        return self.strange(min(kinds - {"response_label"}))

    def strange(self, kind: str) -> str:
        message = _("There is nothing in it that could be answered here (%(kind)s); it is left out.")
        raise Faulty(self.where, message % {"kind": kind[:40]})

    def metadata(self, name: str) -> str:
        for one in self.element.iter("qtimetadatafield"):
            if "".join(one.findtext("fieldlabel") or "").strip() == name:
                return (one.findtext("fieldentry") or "").strip()
        return ""

    # Texts

    def text(self, holder: Element) -> str:
        """Return the texts of a <material> or what holds one as Markdown; what they lose is noted."""
        parts = []
        for one in holder.iter():
            if str(one.tag) in ("matimage", "mataudio", "matvideo", "matapplet"):
                self.reading.note(self.where, _("Its pictures and other media are left out."))
            elif one.tag == "mattext":
                parts.append(self.markdown(one))
        return "\n\n".join(text for text in parts if text)

    def markdown(self, mattext: Element) -> str:
        raw = words_in(mattext)
        if mattext.get("texttype", "text/plain") == "text/plain":
            return from_plain(raw)
        if not is_html(raw):
            return from_plain(unescape(raw))
        words, lost = from_html(raw)
        for name in lost:
            self.reading.note(self.where, _("It comes without %(what)s.") % {"what": name})
        return words

    def materials(self) -> list[Element]:
        """Return the materials of the question itself, without those of its responses."""
        return [
            one
            for one in self.element.iterfind("presentation//material")
            if not any(str(above.tag).startswith(("response_", "render_")) for above in one.iterancestors())
        ]

    def stem(self) -> str:
        return "\n\n".join(text for text in map(self.text, self.materials()) if text)

    def said(self, ident: str) -> str:
        """Return the text of a feedback by its name."""
        return self.text(self.feedback_texts[ident]) if ident in self.feedback_texts else ""

    def feedback(self, response: str, value: str) -> str:
        """Return what is said to one answer."""
        links = [link for link in self.marking.said(response, value) if link not in LINKED]
        return " ".join(dict.fromkeys(text for link in links if (text := self.said(link))))

    def note_feedback(self, type: str) -> None:
        kept = type in ("numeric", "short_answer")
        names = [name for name in LINKED[1:] if not (kept and (type == "numeric" or name != "correct_fb"))]
        if any(self.said(name) for name in names):
            self.reading.note(self.where, _("The feedback to the question as a whole is left out."))

    # Responses

    def responses(self, tag: str) -> list[Element]:
        return list(self.presentation.iter(tag)) if self.presentation is not None else []

    def labels(self, response: Element) -> dict[str, str]:
        """Return the choices of a response by name."""
        return {one.get("ident", ""): one_line(self.text(one)) for one in response.iter("response_label")}

    # Types

    def choice(self) -> tuple[str, Fields]:
        response = next(iter(self.responses("response_lid")), None)
        if response is None:
            raise Faulty(self.where, _("It has no <response_lid>."))
        name, labels = response.get("ident", ""), self.labels(response)
        points = self.marking.earned(name)
        is_single = response.get("rcardinality", "Single") == "Single"
        most = max(points.values(), default=Fraction(0))
        keys = {value for value, earned in points.items() if earned == most or not is_single} & set(labels)
        if not keys:
            raise Faulty(self.where, _("No right answer is given."))
        if is_single and len(keys) > 1:
            message = _(
                "Several options earn all points, of which one may be chosen; a single choice has one key here."
            )
            raise Faulty(self.where, message)
        if is_single and len(set(points.values())) > 1:
            self.reading.note(self.where, _("Points for a wrong option of a single choice are not given here."))
        truths = [TRUTH.get(text.lower()) for text in labels.values()]
        if is_single and sorted(map(str, truths)) == ["False", "True"] and keys:
            return "true_false", self.truth(name, labels, keys)
        rows = [
            {"text": text, "correct": ident in keys, "feedback": self.feedback(name, ident)}
            for ident, text in labels.items()
        ]
        if not is_single:
            self.compare(points)
        return ("single_choice" if is_single else "multiple_choice"), {"options": rows}

    def compare(self, points: Mapping[str, Fraction]) -> None:
        if len(set(points.values())) > 1 or self.metadata("question_type") == "multiple_answers_question":
            self.reading.note(self.where, _("How partly right answers are marked is replaced by “right minus wrong”."))

    def truth(self, name: str, labels: Mapping[str, str], keys: set[str]) -> Fields:
        fields: Fields = {}
        for ident, text in labels.items():
            is_true = TRUTH[text.lower()]
            fields["feedback_true" if is_true else "feedback_false"] = self.feedback(name, ident)
            if ident in keys:
                fields["answer"] = is_true
        return fields

    def words(self) -> tuple[str, Fields]:
        response = next(iter(self.responses("response_str")), None)
        name = "" if response is None else response.get("ident", "")
        rows = self.accepted(name)
        for row in rows:
            row["feedback"] = self.feedback(name, str(row["text"]).replace("\\*", "*"))
        return "short_answer", {"answers": rows, "feedback_wrong": self.said("general_incorrect_fb")}

    def accepted(self, name: str) -> list[Fields]:
        points = self.marking.earned(name)
        if not points:
            raise Faulty(self.where, _("No answer is marked as right."))
        most = max(points.values())
        return [
            {"text": text.replace("*", "\\*"), "fraction": str(as_meant(earned / most))}
            for text, earned in points.items()
        ]

    def number(self) -> tuple[str, Fields]:
        scored = self.marking.scored
        if not scored:
            raise Faulty(self.where, _("No number is marked as right."))
        fields, messages = number(scored[0])
        if len(scored) > 1:
            messages.append(_("Only the first number counts here; further ones are left out."))
        if not fields:
            text = scored[0].tests[0].value[:40]
            raise Faulty(self.where, _("“%(text)s” is not a number.") % {"text": text})
        for message in messages:
            self.reading.note(self.where, message)
        said = {"feedback": self.said("correct_fb"), "feedback_wrong": self.said("general_incorrect_fb")}
        return "numeric", fields | said

    def pairs(self) -> tuple[str, Fields]:
        rows, offered = [], dict[str, None]()
        for response in self.responses("response_lid"):
            labels = self.labels(response)
            offered |= dict.fromkeys(labels.values())
            key = self.key(response.get("ident", ""), labels)
            material = response.find("material")
            left = "" if material is None else one_line(self.text(material))
            rows.append({"left": left, "right": labels[key]})
        taken = {row["right"] for row in rows}
        return "matching", {"pairs": rows, "extra": [text for text in offered if text and text not in taken]}

    def key(self, name: str, labels: Mapping[str, str]) -> str:
        """Return the choice of a response that is right; raise Faulty where none is."""
        earned = [value for value in self.marking.earned(name) if value in labels]
        if not earned:
            message = _("No right answer is given for “%(name)s”.")
            raise Faulty(self.where, message % {"name": name.removeprefix("response_")[:40]})
        return earned[0]

    def blanks(self) -> tuple[str, Fields]:
        """Return a text with [name] for each blank as gaps: to choose from a list, or to write in."""
        materials = self.materials()
        mattext = next((one for material in materials for one in material.iter("mattext")), None)
        if mattext is None:
            raise Faulty(self.where, _("There is no text."))
        raw, gaps = words_in(mattext), []
        is_list = self.metadata("question_type") == "multiple_dropdowns_question"
        for response in sorted(self.responses("response_lid"), key=lambda one: raw.find(f"[{self.blank(one)}]")):
            marker = f"[{self.blank(response)}]"
            if marker not in raw:
                message = _("The text has no blank “%(name)s”.")
                raise Faulty(self.where, message % {"name": marker[:40]})
            gaps.append(self.listed(response) if is_list else self.written(response))
            raw = raw.replace(marker, f"[\u200b[{len(gaps)}]]", 1)
        mattext.text = raw.replace("[\u200b[", "[[")
        for one in list(mattext):
            mattext.remove(one)
        text = re.sub(r"\\?\[\\?\[(\d+)\\?\]\\?\]", r"[[\1]]", self.markdown(mattext))
        return "cloze", {"stem": _("Fill in the gaps."), "text": text, "gaps": gaps}

    def blank(self, response: Element) -> str:
        """Return the name of a blank, as it stands in the text."""
        material = response.find("material/mattext")
        named = "" if material is None else words_in(material)
        return named or response.get("ident", "").removeprefix("response_")

    def listed(self, response: Element) -> Fields:
        labels, name = self.labels(response), response.get("ident", "")
        key = self.key(name, labels)
        options = [
            {"text": text, "correct": ident == key, "feedback": self.feedback(name, ident)}
            for ident, text in labels.items()
        ]
        return {"kind": "choice", "options": options}

    def written(self, response: Element) -> Fields:
        name = response.get("ident", "")
        texts = {one.get("ident", ""): self.typed(one) for one in response.iter("response_label")}
        keys = [value for value in self.marking.earned(name) if value in texts] or list(texts)
        if not keys:
            self.key(name, {})
        rows = [
            {"text": texts[ident].replace("*", "\\*"), "feedback": self.feedback(name, ident)}
            for ident in (dict.fromkeys([*keys, *texts]))
        ]
        return {"kind": "text", "answers": rows}

    def typed(self, label: Element) -> str:
        return one_line("".join(str(part) for one in label.iter("mattext") for part in one.itertext()))
