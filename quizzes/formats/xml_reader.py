"""XML of strangers: no DTD, no entities, no network, and a sentence with a line for what is not well formed."""

from __future__ import annotations

import re
from typing import TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree
from lxml.etree import _Element

from quizzes.formats import budgets
from quizzes.formats.base import MAX_BYTES, Unreadable, checked_size
from quizzes.formats.budgets import Budget

Element: TypeAlias = _Element
KINDS = {
    b"%PDF": gettext_lazy("a PDF file"),
    b"PK\x03\x04": gettext_lazy("a zip archive or an Office file"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Office file"),
    b"\x89PNG": gettext_lazy("a picture"),
    b"\xff\xd8\xff": gettext_lazy("a picture"),
    b"MZ": gettext_lazy("a program"),
    b"{": gettext_lazy("JSON"),
    b"[": gettext_lazy("JSON"),
    b"<!doctype html": gettext_lazy("a web page"),
    b"<html": gettext_lazy("a web page"),
}

USUAL_FAULTS = (
    (
        re.compile(r"Premature end of data in tag (?P<tag>\S{1,40}) line (?P<n>\d+)"),
        gettext_lazy("the file ends inside <%(tag)s>, which begins in line %(n)s"),
    ),
    (re.compile("StartTag: invalid element"), gettext_lazy("a “<” begins no tag; the sign itself is written as &lt;")),
    (
        re.compile("xmlParseEntityRef: no name|EntityRef: expecting"),
        gettext_lazy("a “&” begins no entity; the sign itself is written as &amp;"),
    ),
    (
        re.compile("Invalid bytes in character encoding|Input is not proper UTF-8"),
        gettext_lazy("it is not in the encoding that it names, which is UTF-8 where it names none; save it as UTF-8"),
    ),
)


def load(data: bytes, budget: Budget, *, name: str, most: int = MAX_BYTES) -> Element:
    """Return the root element of an XML file that should be `name` ("Moodle XML"); raise Unreadable with a line.

    ImportRejected where it has more elements than a budget allows.
    """
    start = checked_size(data, most).lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, kind in KINDS.items():
        if start[: len(magic)].lower() == magic.lower():
            raise Unreadable(_("file"), _("This is %(kind)s, not %(name)s.") % {"kind": kind, "name": name})
    budget.spend(budgets.VALUES, data.count(b"<") // 2)
    budget.spend(budgets.ATTRIBUTES, data.count(b"="))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        where = _("line %(n)d") % {"n": error.lineno or 1}
        raise Unreadable(where, _("This is not well-formed XML: %(why)s.") % {"why": _in_words(error)}) from error
    except ValueError as error:
        raise Unreadable(_("file"), _("This is not well-formed XML: %(why)s.") % {"why": error}) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(_("file"), _("It declares a document type (DTD), which is not allowed here."))
    return root


def _in_words(error: etree.XMLSyntaxError) -> str:
    """Return what the parser says in words for people, where it says one of the usual things."""
    said = (error.msg or "").split(", line ")[0].rstrip(".\n")
    for pattern, words in USUAL_FAULTS:
        if found := pattern.match(said):
            return str(words) % found.groupdict()
    return said


def line_of(element: Element) -> str:
    return _("line %(n)d") % {"n": element.sourceline or 1}


def text_of(parent: Element, path: str, default: str = "") -> str:
    """Return the text at a path below an element, without spaces around it."""
    element = parent.find(path)
    return default if element is None else words_in(element)


def words_in(element: Element) -> str:
    """Return all text in an element, without spaces around it."""
    return "".join(map(str, element.itertext())).strip()
