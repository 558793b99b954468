"""Questions as Moodle XML, and what it cannot carry of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from lxml import etree

from quizzes.formats import moodle_cloze
from quizzes.formats.base import Issue, QuestionDraft, Spec, beside, losses_of
from quizzes.formats.xml_reader import Element
from quizzes.formats.xml_writer import storable
from quizzes.markup import inline_markdown, markdown, plain
from quizzes.question_types.gap_text import MARKER


def write(drafts: Iterable[QuestionDraft]) -> bytes:
    """Return the questions that Moodle XML can hold, under a category for each topic."""
    root = etree.Element("quiz")
    category = None
    for draft in storable(drafts):
        if draft.type not in TYPES:
            continue
        if draft.topic != category:
            category = draft.topic
            holder = etree.SubElement(root, "question", type="category")
            _text(holder, "category", f"$course$/top/{category}" if category else "$course$/top")
        _question(root, draft)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _question(root: Element, draft: QuestionDraft) -> None:
    spec = draft.spec
    kind, fill = TYPES[draft.type]
    element = etree.SubElement(root, "question", type=kind)
    _text(element, "name", plain(spec["stem"]).split("\n")[0][:100])
    stem = _cloze_text(spec) if draft.type == "cloze" else str(markdown(spec["stem"]))
    _text(element, "questiontext", stem, format="html")
    _text(element, "generalfeedback", str(markdown(spec["explanation"])), format="html")
    etree.SubElement(element, "defaultgrade").text = "1"
    if draft.id:
        etree.SubElement(element, "idnumber").text = draft.id
    fill(element, spec)
    tags = etree.SubElement(element, "tags")
    for tag in draft.tags:
        _text(tags, "tag", tag)


def _text(parent: Element, name: str, text: str, **attributes: str) -> Element:
    holder = etree.SubElement(parent, name, attributes)
    etree.SubElement(holder, "text").text = text
    return holder


def _answer(parent: Element, text: str, share: Fraction, feedback: str, **attributes: str) -> Element:
    percent = f"{float(share * 100):.5f}".rstrip("0").rstrip(".")
    holder = _text(parent, "answer", text, fraction=percent, **attributes)
    _text(holder, "feedback", str(markdown(feedback)), format="html")
    return holder


def _choice(element: Element, spec: Spec, *, single: bool) -> None:
    etree.SubElement(element, "single").text = "true" if single else "false"
    is_fixed = all(row.get("pinned") for row in spec["options"])
    etree.SubElement(element, "shuffleanswers").text = "false" if is_fixed else "true"
    share = Fraction(1, sum(row["correct"] for row in spec["options"]))
    wrong = Fraction(0) if single else -share
    for row in spec["options"]:
        text = str(inline_markdown(row["text"]))
        _answer(element, text, share if row["correct"] else wrong, row["feedback"], format="html")


def _truth(element: Element, spec: Spec) -> None:
    _answer(element, "true", Fraction(bool(spec["answer"])), spec["feedback_true"], format="moodle_auto_format")
    _answer(element, "false", Fraction(not spec["answer"]), spec["feedback_false"], format="moodle_auto_format")


def _words(element: Element, spec: Spec) -> None:
    etree.SubElement(element, "usecase").text = "0"
    for row in spec["answers"]:
        _answer(element, row["text"], Fraction(str(row["fraction"])), row["feedback"])
    if spec["feedback_wrong"]:
        _answer(element, "*", Fraction(0), spec["feedback_wrong"])


def _number(element: Element, spec: Spec) -> None:
    value, tolerance = moodle_cloze.middle(spec)
    key = _answer(element, value, Fraction(1), spec["feedback"])
    etree.SubElement(key, "tolerance").text = tolerance
    for miss in spec["near_misses"]:
        etree.SubElement(_answer(element, miss["value"], Fraction(0), miss["feedback"]), "tolerance").text = "0"
    if spec["feedback_wrong"]:
        _answer(element, "*", Fraction(0), spec["feedback_wrong"])
    if spec["unit"]:
        unit = etree.SubElement(etree.SubElement(element, "units"), "unit")
        etree.SubElement(unit, "multiplier").text = "1"
        etree.SubElement(unit, "unit_name").text = spec["unit"]


def _pairs(element: Element, spec: Spec) -> None:
    rows = [(str(inline_markdown(pair["left"])), pair["right"]) for pair in spec["pairs"]]
    for left, right in [*rows, *(("", text) for text in spec["extra"])]:
        _text(_text(element, "subquestion", left, format="html"), "answer", plain(right))


def _essay(element: Element, spec: Spec) -> None:
    etree.SubElement(element, "responseformat").text = "editor"
    for end in ("min", "max"):
        if spec[f"{end}_words"]:
            etree.SubElement(element, f"{end}wordlimit").text = str(spec[f"{end}_words"])
    _text(element, "graderinfo", str(markdown(spec["model_answer"])), format="html")


def _order(element: Element, spec: Spec) -> None:
    etree.SubElement(element, "layouttype").text = "VERTICAL"
    etree.SubElement(element, "selecttype").text = "ALL"
    for place, row in enumerate(spec["elements"], start=1):
        _answer(element, str(inline_markdown(row["text"])), Fraction(place, 100), "", format="html")


def _cloze_text(spec: Spec) -> str:
    """Return stem and text as HTML with embedded answers in the place of the markers."""
    html = str(markdown(spec["text"]))
    return MARKER.sub(lambda found: moodle_cloze.written(spec["gaps"][int(found[1]) - 1]), html)


TYPES: Mapping[str, tuple[str, Callable[[Element, Spec], None]]] = {
    "single_choice": ("multichoice", lambda element, spec: _choice(element, spec, single=True)),
    "multiple_choice": ("multichoice", lambda element, spec: _choice(element, spec, single=False)),
    "true_false": ("truefalse", _truth),
    "short_answer": ("shortanswer", _words),
    "numeric": ("numerical", _number),
    "matching": ("matching", _pairs),
    "essay": ("essay", _essay),
    "ordering": ("ordering", _order),
    "cloze": ("cloze", lambda _element, _spec: None),
}


def losses(draft: QuestionDraft) -> Iterator[Issue]:
    """Return what a Moodle XML file cannot carry of a question."""
    obstacle = "" if draft.type in TYPES else _("Moodle XML has no question like this one; it is left out.")
    return losses_of(draft, obstacle, _lost(draft))


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft, "topic", "tags")
    pinned = [row.get("pinned") for row in spec.get("options", ())]
    if any(pinned) and not all(pinned):
        yield _("Moodle cannot keep an option at its place.")
    if spec.get("scheme", "net_correct") != "net_correct":
        yield _("Moodle marks this question in a way of its own.")
    if any(row["feedback"] for row in (*spec.get("pairs", ()), *spec.get("elements", ()))):
        yield _("Moodle has no feedback for a pair or an element.")
    if draft.type == "ordering":
        yield _("Moodle marks this question in a way of its own.")
    if draft.type == "short_answer" and spec["accents_matter"]:
        yield _("Moodle has no rule for accents.")
    if draft.type == "numeric" and (
        spec["unit_required"]
        or spec["tolerance_kind"] != "absolute"
        or spec["signed"]
        or spec["decimal_mark"] != "either"
    ):
        yield _("Moodle has no relative tolerance and reads numbers in a way of its own.")
    if draft.type == "numeric" and spec["value"] is None:
        yield _("A range is written as its middle with a tolerance.")
    if draft.type == "essay" and spec["rubric"]:
        yield _("Moodle XML has no rubric.")
    if draft.type == "cloze":
        yield _("Moodle shows the text with gaps alone, without the line above it.")
