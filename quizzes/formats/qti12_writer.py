"""Questions as a QTI 1.2 package that Canvas takes. What it cannot carry stands in qti12_losses.py."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from lxml import etree

from quizzes.formats.base import NAMESPACE, QuestionDraft, Spec
from quizzes.formats.qti12_losses import KINDS, obstacle
from quizzes.formats.xml_reader import Element
from quizzes.formats.xml_writer import WHEN, rooted, storable
from quizzes.markup import inline_markdown, markdown, plain
from quizzes.question_types.gap_text import MARKER

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
FILE = "quizsite/quizsite.xml"


def write(drafts: Iterable[QuestionDraft]) -> bytes:
    """Return a package with one assessment of all the questions that Canvas can hold."""
    root = rooted("questestinterop", QTI)
    assessment = etree.SubElement(root, "assessment", ident="quizsite", title="Quizsite")
    section = etree.SubElement(assessment, "section", ident="root_section")
    for draft in storable(drafts):
        if not obstacle(draft):
            _item(section, draft)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, element in (("imsmanifest.xml", _manifest()), (FILE, root)):
            data = etree.tostring(element, encoding="UTF-8", xml_declaration=True, pretty_print=True)
            archive.writestr(zipfile.ZipInfo(name, WHEN), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _manifest() -> Element:
    root = rooted("manifest", PACKAGE, identifier="quizsite_manifest")
    metadata = etree.SubElement(root, "metadata")
    etree.SubElement(metadata, "schema").text = "IMS Content"
    etree.SubElement(metadata, "schemaversion").text = "1.1.3"
    etree.SubElement(root, "organizations")
    resources = etree.SubElement(root, "resources")
    resource = etree.SubElement(resources, "resource", identifier="quizsite", type="imsqti_xmlv1p2")
    etree.SubElement(resource, "file", href=FILE)
    return root


def _item(section: Element, draft: QuestionDraft) -> None:
    spec = draft.spec
    ident = draft.id or str(uuid.uuid5(NAMESPACE, f"{draft.type} {sorted(spec.items(), key=str)}"))
    item = etree.SubElement(section, "item", ident=ident, title=plain(spec["stem"]).split("\n")[0][:100])
    fields = etree.SubElement(etree.SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", _kind(draft)), ("points_possible", "1.0")):
        one = etree.SubElement(fields, "qtimetadatafield")
        etree.SubElement(one, "fieldlabel").text = label
        etree.SubElement(one, "fieldentry").text = entry
    body = etree.SubElement(item, "presentation")
    _material(body, _cloze_html(spec) if draft.type == "cloze" else str(markdown(spec["stem"])))
    marking = etree.SubElement(item, "resprocessing")
    outcomes = etree.SubElement(marking, "outcomes")
    etree.SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    writer = Writer(item, body, marking)
    writer.say("general_fb", spec["explanation"])
    BODIES[draft.type](writer, spec)


def _kind(draft: QuestionDraft) -> str:
    if draft.type == "cloze":
        is_list = draft.spec["gaps"][0]["kind"] == "choice"
        return "multiple_dropdowns_question" if is_list else "fill_in_multiple_blanks_question"
    return KINDS[draft.type]


def _material(parent: Element, text: str, kind: str = "text/html") -> None:
    etree.SubElement(etree.SubElement(parent, "material"), "mattext", texttype=kind).text = text


def _cloze_html(spec: Spec) -> str:
    return MARKER.sub(lambda found: f"[gap{found[1]}]", str(markdown(spec["text"])))


class Writer:
    """Adds responses, conditions and feedback to one item."""

    def __init__(self, item: Element, body: Element, marking: Element) -> None:
        self.item, self.body, self.marking = item, body, marking

    def say(self, ident: str, text: str) -> None:
        """Add a feedback by its name, and a condition that shows it after any answer where it is the general one."""
        if not text:
            return
        holder = etree.SubElement(etree.SubElement(self.item, "itemfeedback", ident=ident), "flow_mat")
        _material(holder, str(markdown(text)))
        if ident in ("general_fb", "general_incorrect_fb"):
            condition = etree.SubElement(self.marking, "respcondition", attrib={"continue": "Yes"})
            etree.SubElement(etree.SubElement(condition, "conditionvar"), "other")
            self.show(condition, ident)

    def say_to(self, response: str, value: str, ident: str, text: str) -> None:
        """Add a feedback to one answer."""
        if text:
            self.show(self.condition([(response, value)], points=None), f"{ident}_fb")
            self.say(f"{ident}_fb", text)

    def show(self, condition: Element, ident: str) -> None:
        etree.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=ident)

    def condition(
        self, right: Sequence[tuple[str, str]], *, points: str | None = "100", wrong: Sequence[tuple[str, str]] = (),
        action: str = "Set",
    ) -> Element:  # fmt: skip
        """Add a condition: all that is right, and nothing that is wrong."""
        one = etree.SubElement(self.marking, "respcondition", attrib={"continue": "No" if points else "Yes"})
        holder = etree.SubElement(one, "conditionvar")
        if len(right) + len(wrong) > 1:
            holder = etree.SubElement(holder, "and")
        for response, value in right:
            etree.SubElement(holder, "varequal", respident=response).text = value
        for response, value in wrong:
            etree.SubElement(etree.SubElement(holder, "not"), "varequal", respident=response).text = value
        if points:
            etree.SubElement(one, "setvar", action=action, varname="SCORE").text = points
        return one

    def field(self, name: str = "response1", **attributes: str) -> None:
        """Add a field to write in."""
        response = etree.SubElement(self.body, "response_str", ident=name, rcardinality="Single")
        render = etree.SubElement(response, "render_fib", attributes)
        etree.SubElement(render, "response_label", ident="answer1", rshuffle="No")

    def choices(self, texts: Iterable[tuple[str, str]], name: str = "response1", **more: str) -> Element:
        """Add choices by name; `cardinality` Multiple for several, `above` a text that belongs to them."""
        cardinality = more.get("cardinality", "Single")
        response = etree.SubElement(self.body, "response_lid", ident=name, rcardinality=cardinality)
        if "above" in more:
            _material(response, more["above"])
        render = etree.SubElement(response, "render_choice")
        for ident, text in texts:
            label = etree.SubElement(render, "response_label", ident=ident)
            _material(label, text)
        return response


def _options(writer: Writer, spec: Spec, *, single: bool) -> None:
    rows = [(f"c{n}", row) for n, row in enumerate(spec["options"], start=1)]
    texts = ((ident, str(inline_markdown(row["text"]))) for ident, row in rows)
    writer.choices(texts, cardinality="Single" if single else "Multiple")
    for ident, row in rows:
        writer.say_to("response1", ident, ident, row["feedback"])
    right = [("response1", ident) for ident, row in rows if row["correct"]]
    wrong = [("response1", ident) for ident, row in rows if not row["correct"]]
    writer.condition(right, wrong=() if single else wrong)


def _truth(writer: Writer, spec: Spec) -> None:
    writer.choices([("true", "True"), ("false", "False")])
    for ident in ("true", "false"):
        writer.say_to("response1", ident, ident, spec[f"feedback_{ident}"])
    writer.condition([("response1", "true" if spec["answer"] else "false")])


def _words(writer: Writer, spec: Spec) -> None:
    writer.field()
    for n, row in enumerate(_whole(spec["answers"]), start=1):
        text = row["text"].replace("\\*", "*")
        writer.say_to("response1", text, f"a{n}", row["feedback"])
        writer.condition([("response1", text)])
    writer.say("general_incorrect_fb", spec["feedback_wrong"])


def _whole(answers: Sequence[Spec]) -> list[Spec]:
    """Return the answers that earn all points: Canvas has no others."""
    return [row for row in answers if Fraction(str(row["fraction"])) == 1]


def _number(writer: Writer, spec: Spec) -> None:
    writer.field(fibtype="Decimal")
    one = writer.condition([], points="100")
    holder = one[0]
    if spec["value"] is not None:
        holder = etree.SubElement(holder, "or")
        exact = etree.SubElement(holder, "varequal", respident="response1")
        exact.text = f"{Decimal(spec['value']):f}"
        if Fraction(spec["tolerance"]):
            is_share = spec["tolerance_kind"] == "relative"
            exact.set("margintype", "percent" if is_share else "absolute")
            exact.set("margin", _decimal(Decimal(spec["tolerance"]) * (100 if is_share else 1)))
        holder = etree.SubElement(holder, "and")
    low, high = _bounds(spec)
    etree.SubElement(holder, "vargte", respident="response1").text = low
    etree.SubElement(holder, "varlte", respident="response1").text = high
    if spec["feedback"]:
        writer.say("correct_fb", spec["feedback"])
        writer.show(one, "correct_fb")
    writer.say("general_incorrect_fb", spec["feedback_wrong"])


def _bounds(spec: Spec) -> tuple[str, str]:
    if spec["value"] is None:
        return f"{Decimal(spec['low']):f}", f"{Decimal(spec['high']):f}"
    value, tolerance = Decimal(spec["value"]), Decimal(spec["tolerance"])
    if spec["tolerance_kind"] == "relative":
        tolerance *= abs(value)
    return _decimal(value - tolerance), _decimal(value + tolerance)


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def _pairs(writer: Writer, spec: Spec) -> None:
    rights = list(dict.fromkeys([*(pair["right"] for pair in spec["pairs"]), *spec["extra"]]))
    texts = [(f"r{n}", plain(text)) for n, text in enumerate(rights)]
    share = f"{100 / len(spec['pairs']):.2f}"
    for n, pair in enumerate(spec["pairs"], start=1):
        writer.choices(texts, f"response_l{n}", above=str(inline_markdown(pair["left"])))
        key = f"r{rights.index(pair['right'])}"
        writer.condition([(f"response_l{n}", key)], points=share, action="Add")


def _gaps(writer: Writer, spec: Spec) -> None:
    share = f"{100 / len(spec['gaps']):.2f}"
    for n, gap in enumerate(spec["gaps"], start=1):
        rows = gap["options"] if gap["kind"] == "choice" else _whole(gap["answers"])
        named = [(f"g{n}a{k}", row) for k, row in enumerate(rows, start=1)]
        name = f"response_gap{n}"
        texts = [(ident, plain(row["text"]).replace("\\*", "*")) for ident, row in named]
        writer.choices(texts, name, above=f"gap{n}")
        for ident, row in named:
            writer.say_to(name, ident, ident, row["feedback"])
        key = next((ident for ident, row in named if row.get("correct")), named[0][0])
        writer.condition([(name, key)], points=share, action="Add")


BODIES: Mapping[str, Callable[[Writer, Spec], None]] = {
    "single_choice": lambda writer, spec: _options(writer, spec, single=True),
    "multiple_choice": lambda writer, spec: _options(writer, spec, single=False),
    "true_false": _truth,
    "short_answer": _words,
    "numeric": _number,
    "matching": _pairs,
    "cloze": _gaps,
    "essay": lambda writer, _spec: writer.field(),
}
