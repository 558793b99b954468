"""QTI 1.2, as Canvas and many others export it: XML alone, or a package with a manifest.

Read: items with response_lid and response_str, keys by respcondition and setvar, feedback by displayfeedback. Canvas says the
type of a question in its metadata; without it the responses tell. What is written stands in qti12_writer.py.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import ImportRejected
from quizzes.formats import qti12_losses, qti12_writer, xml_reader, xml_writer
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Faulty
from quizzes.formats.packages import LARGEST_MEMBER, MANIFEST, Package
from quizzes.formats.qti12_items import Item
from quizzes.formats.reading import Reading, read_with
from quizzes.formats.xml_reader import Element

NAME = "QTI 1.2"
RESOURCE = "imsqti_xmlv1p2"
ROOTS = ("questestinterop", "item", "assessment", "section", "objectbank")


class Qti12(Format):
    key = "qti12"
    name = gettext_lazy("QTI 1.2 (Canvas)")
    extension = ".qti.zip"
    media_type = "application/zip"
    has_place_for_report = True

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return qti12_writer.write(drafts)

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in qti12_losses.losses(draft)]

    def with_report(self, data: bytes, report: str) -> bytes:
        return xml_writer.with_member(data, report)

    def recognizes(self, name: str, data: bytes) -> bool:
        if data[:2] != b"PK":
            return b"<questestinterop" in data[:4000]
        try:
            return RESOURCE.encode() in Package(data, Budget()).manifest
        except (Unreadable, ImportRejected):
            return False


def _read(data: bytes, reading: Reading) -> None:
    if data[:2] != b"PK":
        return _take_all(xml_reader.load(data, reading.budget, name=NAME), "", reading)
    package = Package(data, reading.budget)
    for href in question_files(package, reading):
        reading.check()
        if reading.is_paused:
            break
        try:
            _take_all(
                xml_reader.load(package.bytes_of(href), reading.budget, name=NAME, most=LARGEST_MEMBER), href, reading
            )
        except Unreadable as error:
            place = error.issue.where
            reading.refuse(href[:100] if place == href[:100] else f"{href[:100]}, {place}", error.issue.message)
    return None


def question_files(package: Package, reading: Reading) -> Iterator[str]:
    """Yield the files with questions that a manifest names; raise Unreadable where it names none."""
    root = xml_reader.load(package.manifest, reading.budget, name=NAME)
    kinds, count = set(), 0
    for resource in root.iter("{*}resource"):
        kind = resource.get("type", "")
        kinds.add(kind[:11])
        files = [resource.get("href", ""), *(file.get("href", "") for file in resource.iterfind("{*}file"))]
        href = next((name for name in files if name.lower().endswith((".xml", ".qti"))), "")
        if kind.startswith(RESOURCE) and href:
            count += 1
            yield posixpath.normpath(href)
    if not count and "imsqti_item" in kinds:
        raise Unreadable(MANIFEST, _("This package is QTI 2 or 3. Choose that format."))
    if not count:
        raise Unreadable(MANIFEST, _("The manifest names no questions."))


def _take_all(root: Element, href: str, reading: Reading) -> None:
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag not in ROOTS:
        message = _("The file begins with <%(tag)s>, not with <questestinterop>: this is not QTI 1.2.")
        raise Unreadable(xml_reader.line_of(root), message % {"tag": str(root.tag)[:40]})
    for element, title in reading.turns(_titled(root)):
        if element.tag == "sourcebank_ref":
            reading.note(xml_reader.line_of(element), _("It draws questions from a bank that is not in this file."))
            continue
        item = Item(element, href, title, reading)
        try:
            item.take()
        except Faulty as fault:
            reading.refuse(fault.where or item.where, fault.message)


def _titled(root: Element) -> Iterator[tuple[Element, str]]:
    """Yield the items and the draws from banks, each with the title of what holds it."""
    title = ""
    for element in root.iter("assessment", "objectbank", "section", "item", "sourcebank_ref"):
        if element.tag in ("item", "sourcebank_ref"):
            yield element, title
        else:
            title = element.get("title", "") or title


FORMAT = Qti12()
