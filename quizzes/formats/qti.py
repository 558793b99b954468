"""QTI 2.1, 2.2 and 3.0: items of 1EdTech, alone or in a package with a manifest.

The two spellings are one here: <qti-choice-interaction response-identifier="R"> is read as <choiceInteraction
responseIdentifier="R">. Read: choice, order, match, gap match, inline choice, text entry and extended text interactions;
responses by correctResponse or mapping; feedback inline and modal. Other interactions are named, and their items left out.
What is written stands in qti_writer.py.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats import qti_writer, xml_reader, xml_writer
from quizzes.formats.base import Format, Issue, Parsed, QuestionDraft, Unreadable
from quizzes.formats.budgets import Budget
from quizzes.formats.gift_text import Faulty
from quizzes.formats.packages import LARGEST_MEMBER, MANIFEST, Package
from quizzes.formats.qti_items import Item
from quizzes.formats.reading import Reading, read_with
from quizzes.formats.xml_reader import Element

ITEM_TYPE = re.compile(r"imsqti_item_xmlv(2p[0-2]|3p\d)")
NAME = "QTI"
HYPHEN = re.compile(r"-([a-z])")


class Qti(Format):
    key = "qti"
    name = gettext_lazy("QTI 2.1, 2.2 or 3.0")
    extension = ".zip"
    most_in_file = 1_900  # each is a file of the package
    media_type = "application/zip"
    has_place_for_report = True

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return qti_writer.write(drafts)

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        return [issue for draft in drafts for issue in qti_writer.losses(draft)]

    def with_report(self, data: bytes, report: str) -> bytes:
        return xml_writer.with_member(data, report)

    def recognizes(self, name: str, data: bytes) -> bool:
        is_package = data[:4] == b"PK\x03\x04" and (b"imsqti" in data or MANIFEST.encode() in data)
        return is_package or b"assessmentItem" in data[:4000] or b"qti-assessment-item" in data[:4000]


def _read(data: bytes, reading: Reading) -> None:
    if data[:2] != b"PK":
        return _take(xml_reader.load(data, reading.budget, name=NAME), "", reading)
    package = Package(data, reading.budget)
    for href in reading.turns(item_files(package, reading)):
        try:
            _take(
                xml_reader.load(package.bytes_of(href), reading.budget, name=NAME, most=LARGEST_MEMBER), href, reading
            )
        except Unreadable as error:
            reading.refuse(
                f"{href[:100]}, {error.issue.where}" if error.issue.where != href[:100] else href[:100],
                error.issue.message,
            )
    return None


def item_files(package: Package, reading: Reading) -> Iterator[str]:
    """Yield the files of the items that a manifest names; raise Unreadable where it names none."""
    root = xml_reader.load(package.manifest, reading.budget, name=NAME)
    count = 0
    for resource in root.iter("{*}resource"):
        kind, href = resource.get("type", ""), resource.get("href", "")
        if kind.startswith("imsqti_xmlv1p2"):
            raise Unreadable(MANIFEST, _("This package is QTI 1.2. Choose that format."))
        if ITEM_TYPE.match(kind) and href:
            count += 1
            yield posixpath.normpath(href)
    if not count:
        raise Unreadable(MANIFEST, _("The manifest names no questions."))


def _take(root: Element, href: str, reading: Reading) -> None:
    plainly(root)
    if root.tag != "assessmentItem":
        message = _("The file begins with <%(tag)s>, not with an item of QTI 2 or 3.")
        return reading.refuse(href or xml_reader.line_of(root), message % {"tag": str(root.tag)[:40]})
    item = Item(root, href, reading)
    try:
        item.take()
    except Faulty as fault:
        reading.refuse(fault.where or item.where, fault.message)
    return None


def plainly(root: Element) -> None:
    """Take off namespaces, and write names of QTI 3 as those of QTI 2."""
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        element.tag = camel(tag[4:]) if tag.startswith("qti-") else tag
        for name, value in list(element.attrib.items()):
            bare = camel(str(name).rpartition("}")[2])
            if bare != name:
                del element.attrib[name]
                element.attrib[bare] = value


def camel(name: str) -> str:
    return HYPHEN.sub(lambda found: found[1].upper(), name)


FORMAT = Qti()
