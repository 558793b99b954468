"""One item of QTI 2 or 3, its names already plain, read into a question of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from fractions import Fraction
from html import escape

from django.utils.translation import gettext as _
from lxml import etree

from quizzes.formats import figures
from quizzes.formats.base import id_of_system
from quizzes.formats.gift_text import Faulty, as_meant
from quizzes.formats.qti_numbers import tolerance
from quizzes.formats.reading import Fields, Reading
from quizzes.formats.texts import from_html, one_line
from quizzes.formats.xml_reader import Element, words_in

BLOCKS = ("choiceInteraction", "orderInteraction", "matchInteraction", "extendedTextInteraction", "gapMatchInteraction")
INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
NUMBER = re.compile(r"[-+]?(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})")
FEEDBACK = ("feedbackInline", "feedbackBlock", "modalFeedback")
TRUTH = {"true": True, "false": False}


class Item:
    """Takes one assessmentItem. `where` is its file in the package, or its line."""

    def __init__(self, root: Element, href: str, reading: Reading) -> None:
        self.root = root
        self.reading = reading
        title = one_line(root.get("title", ""))[:60]
        place = href or _("line %(n)d") % {"n": root.sourceline or 1}
        self.where = f"{place} ({title})" if title else place
        body = root.find("itemBody")
        self.has_body, self.body = body is not None, root if body is None else body
        self.choices = {one.get("identifier") for one in self.body.iter("simpleChoice")}
        self.declared = {one.get("identifier", ""): one for one in root.iterfind("responseDeclaration")}

    def take(self) -> None:
        if not self.has_body:
            raise Faulty(self.where, _("There is no itemBody."))
        interactions = [one for one in self.body.iter() if str(one.tag).endswith("Interaction")]
        kinds = {str(interaction.tag) for interaction in interactions}
        if not interactions:
            return self.reading.note(self.where, _("There is nothing to answer; it is left out."))
        if strange := sorted(kinds - {*BLOCKS, *INLINE}):
            message = _("Interactions of the kind “%(kind)s” cannot be read; this item is left out.")
            return self.reading.refuse(self.where, message % {"kind": strange[0][:40]})
        if any(words_in(one) for one in self.body.iter("rubricBlock")):
            self.reading.note(self.where, _("What it says to markers or test takers in rubric blocks is left out."))
        type, fields = self.read(interactions, kinds)
        shared = {"stem": fields.pop("stem", None) or self.stem(), "explanation": self.explanation()}
        return self.reading.take(type, shared | fields, self.where, id=id_of_system(self.root.get("identifier", "")))

    def read(self, found: list[Element], kinds: set[str]) -> tuple[str, Fields]:
        if kinds <= set(INLINE):
            return self.one_entry(found[0]) if self.is_one_entry(found) else self.cloze(found)
        if len(found) > 1:
            raise Faulty(self.where, _("It has several questions in one; divide them."))
        readers = {
            "choiceInteraction": self.choice,
            "orderInteraction": self.order,
            "matchInteraction": self.match,
            "gapMatchInteraction": self.gap_match,
            "extendedTextInteraction": self.essay,
        }
        return readers[str(found[0].tag)](found[0])

    # Texts

    def text(self, element: Element, without: Iterable[str] = FEEDBACK) -> str:
        """Return what an element holds as Markdown; what it loses is noted."""
        copied = deepcopy(element)
        for name in (*without, "prompt") if element.tag != "prompt" else without:
            for one in list(copied.iter(name)):
                _remove(one)
        words, lost = from_html(_inside(copied))
        for name in lost:
            self.reading.note(self.where, _("It comes without %(what)s.") % {"what": name})
        return words

    def stem(self) -> str:
        """Return what stands in the body and in prompts, without the interactions."""
        copied = deepcopy(self.body)
        prompts = [self.text(one) for one in copied.iter("prompt")]
        for name in (*BLOCKS, "rubricBlock", *FEEDBACK):
            for one in list(copied.iter(name)):
                _remove(one)
        return "\n\n".join(part for part in (self.text(copied), *prompts) if part)

    def explanation(self) -> str:
        """Return the one feedback that is of no choice; of several, which come after some answers alone, none is kept."""
        others = [one for one in self.root.iterfind("modalFeedback") if one.get("identifier") not in self.choices]
        texts = list(dict.fromkeys(text for other in others if (text := self.text(_content(other), ()))))
        if len(texts) > 1:
            self.reading.note(self.where, _("The feedback to the question as a whole is left out."))
        return texts[0] if len(texts) == 1 else ""

    def line(self, element: Element) -> str:
        return one_line(self.text(element))

    def feedback(self, choice: Element) -> str:
        beside = [
            one for one in self.root.iterfind("modalFeedback") if one.get("identifier") == choice.get("identifier")
        ]
        elements = [*choice.iter("feedbackInline", "feedbackBlock"), *map(_content, beside)]
        return " ".join(self.text(one, ()) for one in elements).strip()

    # Keys

    def declaration(self, interaction: Element) -> Element:
        name = interaction.get("responseIdentifier", "")
        if name not in self.declared:
            raise Faulty(self.where, _("The response “%(name)s” is not declared.") % {"name": name[:40]})
        return self.declared[name]

    def correct(self, interaction: Element) -> list[str]:
        """Return the values of correctResponse, or those that a mapping gives points for."""
        declared = self.declaration(interaction)
        values = [words_in(value) for value in declared.iterfind("correctResponse/value")]
        return values or [key for key, points in self.mapping(declared).items() if points > 0]

    def mapping(self, declared: Element) -> dict[str, Fraction]:
        found = {}
        for entry in declared.iterfind("mapping/mapEntry"):
            points = entry.get("mappedValue", "0")
            if not NUMBER.fullmatch(points):
                raise Faulty(self.where, _("“%(text)s” is not a number.") % {"text": points[:40]})
            found[entry.get("mapKey", "")] = Fraction(points)
        return found

    # Interactions

    def choice(self, interaction: Element) -> tuple[str, Fields]:
        choices = list(interaction.iter("simpleChoice"))
        keys = set(self.correct(interaction))
        if not keys:
            raise Faulty(self.where, _("No right answer is given."))
        declared = self.declaration(interaction)
        truths = [TRUTH.get(self.line(choice).lower()) for choice in choices]
        if truths in ([True, False], [False, True]) and len(keys) == 1:
            return "true_false", self.truth(choices, keys)
        rows = [
            {
                "text": self.line(choice),
                "correct": choice.get("identifier") in keys,
                "feedback": self.feedback(choice),
                "pinned": choice.get("fixed") == "true",
            }
            for choice in choices
        ]
        is_single = declared.get("cardinality", "single") == "single"
        if not is_single and self.mapping(declared):
            self.reading.note(self.where, _("Its points for each choice are replaced by “right minus wrong”."))
        return ("single_choice" if is_single else "multiple_choice"), {"options": rows}

    def truth(self, choices: list[Element], keys: set[str]) -> Fields:
        fields: Fields = {}
        for choice in choices:
            is_true = TRUTH[self.line(choice).lower()]
            fields["feedback_true" if is_true else "feedback_false"] = self.feedback(choice)
            if choice.get("identifier") in keys:
                fields["answer"] = is_true
        return fields

    def order(self, interaction: Element) -> tuple[str, Fields]:
        texts = {one.get("identifier", ""): self.line(one) for one in interaction.iter("simpleChoice")}
        keys = self.correct(interaction)
        if sorted(keys) != sorted(texts):
            raise Faulty(self.where, _("The right order does not name every element once."))
        self.reading.note(self.where, _("Partly right orders are marked by the longest run here."))
        return "ordering", {"elements": [{"text": texts[key]} for key in keys]}

    def match(self, interaction: Element) -> tuple[str, Fields]:
        sets = interaction.findall("simpleMatchSet")
        if len(sets) != 2:
            raise Faulty(self.where, _("A match needs two sets of choices."))
        left, right = (
            {one.get("identifier"): self.line(one) for one in half.iter("simpleAssociableChoice")} for half in sets
        )
        pairs = [key.split() for key in self.correct(interaction)]
        if any(len(pair) != 2 or pair[0] not in left or pair[1] not in right for pair in pairs):
            raise Faulty(self.where, _("A right pair names a choice that is not there."))
        rows = [{"left": left[one], "right": right[other]} for one, other in pairs]
        taken = {row["right"] for row in rows}
        return "matching", {"pairs": rows, "extra": [text for text in right.values() if text not in taken]}

    def essay(self, interaction: Element) -> tuple[str, Fields]:
        return "essay", {}

    def gap_match(self, interaction: Element) -> tuple[str, Fields]:
        texts = {one.get("identifier"): self.line(one) for one in interaction.iter("gapText")}
        keys = {
            gap: text for text, gap in (pair.split() for pair in self.correct(interaction) if len(pair.split()) == 2)
        }
        options = list(dict.fromkeys(texts.values()))
        gaps, copied = [], deepcopy(interaction)
        for one in list(copied.iter("gapText")):
            _remove(one)
        for gap in list(copied.iter("gap")):
            key = texts.get(keys.get(gap.get("identifier", ""), ""))
            if key is None:
                raise Faulty(self.where, _("A gap has no right answer."))
            gaps.append({"kind": "choice", "options": [{"text": text, "correct": text == key} for text in options]})
            _replace(gap, f"[[{len(gaps)}]]")
        prompt = interaction.find("prompt")
        stem = self.text(prompt) if prompt is not None else _("Fill in the gaps.")
        return "cloze", {"stem": stem, "text": _markers(self.text(copied)), "gaps": gaps}

    def is_one_entry(self, found: list[Element]) -> bool:
        """Return whether a text entry stands alone at the end, so that it is a question with a field below it."""
        return len(found) == 1 and found[0].tag == "textEntryInteraction" and not (found[0].tail or "").strip(" .\n\t")

    def one_entry(self, interaction: Element) -> tuple[str, Fields]:
        gap = self.entry(interaction)
        copied = deepcopy(self.body)
        for one in list(copied.iter("textEntryInteraction")):
            _remove(one)
        stem = self.text(copied) or _("Answer.")
        kind = gap.pop("kind")
        return ("numeric" if kind == "number" else "short_answer"), {"stem": stem, **gap}

    def entry(self, interaction: Element) -> Fields:
        """Return a gap for a text or a number."""
        declared = self.declaration(interaction)
        keys = self.correct(interaction)
        if not keys:
            raise Faulty(self.where, _("A text entry has no right answer."))
        if declared.get("baseType") in ("float", "integer"):
            value = figures.as_ours(keys[0].lstrip("+"))
            if value is None:
                raise Faulty(self.where, _("“%(text)s” is not a number.") % {"text": keys[0][:40]})
            return {"kind": "number", "value": value, **tolerance(self.root, interaction.get("responseIdentifier", ""))}
        points = self.mapping(declared)
        most = max(points.values(), default=Fraction(0))
        shares = {key: Fraction(1) for key in keys if key not in points}
        shares |= {key: as_meant(value / most) for key, value in points.items() if most > 0 and value > 0}
        return {
            "kind": "text",
            "answers": [{"text": key.replace("*", "\\*"), "fraction": str(share)} for key, share in shares.items()],
        }

    def cloze(self, found: list[Element]) -> tuple[str, Fields]:
        copied, gaps = deepcopy(self.body), []
        for element in list(copied.iter(*INLINE)):
            if element.tag == "textEntryInteraction":
                gaps.append(self.entry(element))
            else:
                keys = set(self.correct(element))
                choices = list(element.iter("inlineChoice"))
                gaps.append({
                    "kind": "choice",
                    "options": [{"text": self.line(choice), "correct": choice.get("identifier") in keys} for choice in choices],
                })  # fmt: skip
            _replace(element, f"[[{len(gaps)}]]")
        return "cloze", {"stem": _("Fill in the gaps."), "text": _markers(self.text(copied)), "gaps": gaps}


def _content(element: Element) -> Element:
    """Return the one contentBody in an element, or the element itself."""
    return element[0] if len(element) == 1 and element[0].tag == "contentBody" else element


def _inside(element: Element) -> str:
    """Return what stands in an element as HTML, without the element itself."""
    parts = (etree.tostring(one, encoding="unicode", method="html") for one in element)
    return escape(element.text or "", quote=False) + "".join(parts)


def _remove(element: Element) -> None:
    """Take an element out; the text after it stays."""
    _replace(element, "")


def _replace(element: Element, text: str) -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    words = text + (element.tail or "")
    if before is not None:
        before.tail = (before.tail or "") + words
    else:
        parent.text = (parent.text or "") + words
    element.tail = None
    parent.remove(element)


def _markers(text: str) -> str:
    return text.replace("\\[", "[").replace("\\]", "]")
