"""Questions as a QTI 3.0 package, and what QTI cannot carry of them."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from lxml import etree
from lxml import html as lxml_html

from quizzes.formats.base import NAMESPACE, Issue, QuestionDraft, Spec, beside, losses_of
from quizzes.formats.xml_reader import Element
from quizzes.formats.xml_writer import WHEN, rooted, storable
from quizzes.markup import inline_markdown, markdown, plain
from quizzes.question_types.gap_text import MARKER

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"


def write(drafts: Iterable[QuestionDraft]) -> bytes:
    """Return a package with one item for each question that QTI can hold."""
    buffer = io.BytesIO()
    names = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, draft in enumerate((one for one in storable(drafts) if one.type in BODIES), start=1):
            names.append(f"items/{number:04}.xml")
            archive.writestr(zipfile.ZipInfo(names[-1], WHEN), _bytes(item(draft)), zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("imsmanifest.xml", WHEN), _bytes(_manifest(names)), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _bytes(root: Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _manifest(names: Sequence[str]) -> Element:
    root = rooted("manifest", PACKAGE, identifier="quizsite")
    metadata = etree.SubElement(root, "metadata")
    etree.SubElement(metadata, "schema").text = "QTI Package"
    etree.SubElement(metadata, "schemaversion").text = "3.0.0"
    etree.SubElement(root, "organizations")
    resources = etree.SubElement(root, "resources")
    for number, name in enumerate(names, start=1):
        one = etree.SubElement(resources, "resource", identifier=f"item{number}", type="imsqti_item_xmlv3p0", href=name)
        etree.SubElement(one, "file", href=name)
    return root


def item(draft: QuestionDraft) -> Element:
    """Return <qti-assessment-item> for a question."""
    spec = draft.spec
    key = draft.id or str(uuid.uuid5(NAMESPACE, f"{draft.type} {sorted(spec.items(), key=str)}"))
    root = rooted("qti-assessment-item", ITEM, identifier=key)
    root.set("title", plain(spec["stem"]).split("\n")[0][:100])
    for name in ("adaptive", "time-dependent"):
        root.set(name, "false")
    body = etree.Element("qti-item-body")
    if draft.type not in ("cloze", "short_answer", "numeric"):
        _html(body, str(markdown(spec["stem"])))
    BODIES[draft.type](root, body, spec)
    outcome = etree.SubElement(root, "qti-outcome-declaration", identifier="SCORE", cardinality="single")
    outcome.set("base-type", "float")
    root.append(body)
    if spec["explanation"]:
        feedback = etree.SubElement(root, "qti-modal-feedback", identifier="explanation")
        feedback.set("outcome-identifier", "FEEDBACK")
        feedback.set("show-hide", "show")
        _html(etree.SubElement(feedback, "qti-content-body"), str(markdown(spec["explanation"])))
    return root


def _html(parent: Element, html: str) -> None:
    """Put pieces of HTML into an element."""
    for node in lxml_html.fragments_fromstring(html) if html else ():
        if isinstance(node, str):
            _append_text(parent, node)
        else:
            parent.append(node)


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _declare(
    root: Element, values: Iterable[str], *, kind: str, cardinality: str = "single", name: str = "RESPONSE"
) -> Element:
    declared = etree.SubElement(root, "qti-response-declaration", identifier=name, cardinality=cardinality)
    declared.set("base-type", kind)
    correct = etree.SubElement(declared, "qti-correct-response")
    for value in values:
        etree.SubElement(correct, "qti-value").text = value
    return declared


def _interaction(body: Element, kind: str, name: str = "RESPONSE", **attributes: str) -> Element:
    made = etree.SubElement(body, f"qti-{kind}-interaction")
    made.set("response-identifier", name)
    for key, value in attributes.items():
        made.set(key.replace("_", "-"), value)
    return made


def _choice_of(
    parent: Element, name: str, text: str, feedback: str = "", *, fixed: bool = False, tag: str = "qti-simple-choice"
) -> Element:
    choice = etree.SubElement(parent, tag, identifier=name)
    if fixed:
        choice.set("fixed", "true")
    _html(choice, str(inline_markdown(text)))
    if feedback:
        _feedback_of(choice, name, feedback)
    return choice


def _feedback_of(choice: Element, name: str, feedback: str) -> None:
    """Write feedback: of one line into the line; lists and paragraphs need a block."""
    line, block = str(inline_markdown(feedback)), str(markdown(feedback))
    is_line = block.strip() == f"<p>{line}</p>"
    told = etree.SubElement(choice, f"qti-feedback-{'inline' if is_line else 'block'}", identifier=name)
    told.set("outcome-identifier", "FEEDBACK")
    told.set("show-hide", "show")
    _html(told if is_line else etree.SubElement(told, "qti-content-body"), line if is_line else block)


def _options(root: Element, body: Element, spec: Spec, *, single: bool) -> None:
    keys = [f"C{n}" for n, row in enumerate(spec["options"]) if row["correct"]]
    _declare(root, keys, kind="identifier", cardinality="single" if single else "multiple")
    holder = _interaction(body, "choice", shuffle="true", max_choices="1" if single else "0")
    for n, row in enumerate(spec["options"]):
        _choice_of(holder, f"C{n}", row["text"], row["feedback"], fixed=row["pinned"])


def _truth(root: Element, body: Element, spec: Spec) -> None:
    _declare(root, ["true" if spec["answer"] else "false"], kind="identifier")
    holder = _interaction(body, "choice", shuffle="false", max_choices="1")
    _choice_of(holder, "true", "True", spec["feedback_true"])
    _choice_of(holder, "false", "False", spec["feedback_false"])


def _texts(root: Element, name: str, answers: Sequence[Spec]) -> None:
    best = max(answers, key=lambda row: Fraction(str(row["fraction"])))
    declared = _declare(root, [best["text"].replace("\\*", "*")], kind="string", name=name)
    mapping = etree.SubElement(declared, "qti-mapping")
    mapping.set("default-value", "0")
    for row in answers:
        if Fraction(str(row["fraction"])):
            entry = etree.SubElement(mapping, "qti-map-entry")
            entry.set("map-key", row["text"].replace("\\*", "*"))
            entry.set("mapped-value", f"{float(Fraction(str(row['fraction']))):.6f}".rstrip("0").rstrip("."))


def _entry(root: Element, body: Element, spec: Spec) -> None:
    _html(body, str(markdown(spec["stem"])))
    if "answers" in spec:
        _texts(root, "RESPONSE", spec["answers"])
    else:
        _declare(root, [spec["value"] or spec["low"]], kind="float")
    _interaction(etree.SubElement(body, "p"), "text-entry")


def _pairs(root: Element, body: Element, spec: Spec) -> None:
    rights = list(dict.fromkeys([*(pair["right"] for pair in spec["pairs"]), *spec["extra"]]))
    keys = [f"L{n} R{rights.index(pair['right'])}" for n, pair in enumerate(spec["pairs"])]
    _declare(root, keys, kind="directedPair", cardinality="multiple")
    holder = _interaction(body, "match", shuffle="true", max_associations="0")
    for letter, texts in (("L", [pair["left"] for pair in spec["pairs"]]), ("R", rights)):
        half = etree.SubElement(holder, "qti-simple-match-set")
        for n, text in enumerate(texts):
            one = _choice_of(half, f"{letter}{n}", text, tag="qti-simple-associable-choice")
            one.set("match-max", "1" if letter == "L" else "0")


def _order(root: Element, body: Element, spec: Spec) -> None:
    _declare(root, [f"E{n}" for n in range(len(spec["elements"]))], kind="identifier", cardinality="ordered")
    holder = _interaction(body, "order", shuffle="true")
    for n, row in enumerate(spec["elements"]):
        _choice_of(holder, f"E{n}", row["text"])


def _essay(root: Element, body: Element, _spec: Spec) -> None:
    declared = etree.SubElement(root, "qti-response-declaration", identifier="RESPONSE", cardinality="single")
    declared.set("base-type", "string")
    _interaction(body, "extended-text")


def _cloze(root: Element, body: Element, spec: Spec) -> None:
    marked = MARKER.sub(lambda found: f'<gap data-n="{found[1]}"></gap>', str(markdown(spec["text"])))
    _html(body, marked)
    for gap in list(body.iter("gap")):
        n = int(gap.attrib.pop("data-n"))
        one, name = spec["gaps"][n - 1], f"R{n}"
        gap.tag = "qti-inline-choice-interaction" if one["kind"] == "choice" else "qti-text-entry-interaction"
        gap.set("response-identifier", name)
        if one["kind"] == "choice":
            _declare(
                root, [f"C{k}" for k, row in enumerate(one["options"]) if row["correct"]], kind="identifier", name=name
            )
            for k, row in enumerate(one["options"]):
                etree.SubElement(gap, "qti-inline-choice", identifier=f"C{k}").text = plain(row["text"])
        elif one["kind"] == "text":
            _texts(root, name, one["answers"])
        else:
            _declare(root, [one["value"] or one["low"]], kind="float", name=name)


BODIES: Mapping[str, Callable[[Element, Element, Spec], None]] = {
    "single_choice": lambda root, body, spec: _options(root, body, spec, single=True),
    "multiple_choice": lambda root, body, spec: _options(root, body, spec, single=False),
    "true_false": _truth,
    "short_answer": _entry,
    "numeric": _entry,
    "matching": _pairs,
    "ordering": _order,
    "essay": _essay,
    "cloze": _cloze,
}


def losses(draft: QuestionDraft) -> Iterator[Issue]:
    """Return what a QTI package cannot carry of a question."""
    obstacle = "" if draft.type in BODIES else _("QTI has no questions of this type; it is left out.")
    return losses_of(draft, obstacle, _lost(draft))


def _lost(draft: QuestionDraft) -> Iterator[str]:
    spec = draft.spec
    yield from beside(draft)
    if spec.get("scheme") not in (None, "net_correct"):
        yield _("Another system marks partly right answers in a way of its own.")
    if draft.type == "ordering":
        yield _("Another system marks partly right answers in a way of its own.")
    if any(row["feedback"] for row in (*spec.get("pairs", ()), *spec.get("elements", ()))):
        yield _("The package has no feedback for a pair or an element.")
    if draft.type in ("short_answer", "numeric", "cloze"):
        yield _("The package has no feedback for typed answers, no tolerance, unit or wildcard.")
    if draft.type == "essay":
        yield _("The package has no rubric, model answer or word limits.")
