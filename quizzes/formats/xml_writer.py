"""What XML formats share when they write: what XML cannot hold is taken out of a question, and a report gets a place."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from quizzes.formats.base import QuestionDraft
from quizzes.formats.xml_reader import Element

REPORT = "not-in-this-file.txt"
WHEN = (2020, 1, 1, 0, 0, 0)  # of every member: the same questions give the same file
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def storable(drafts: Iterable[QuestionDraft]) -> Iterator[QuestionDraft]:
    """Yield the questions without the control characters that XML cannot hold, which nobody sees."""
    for draft in drafts:
        yield replace(draft, spec=_clean(draft.spec))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return FORBIDDEN.sub("", value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def rooted(tag: str, namespace: str, **attributes: str) -> Element:
    """Return the first element of a document whose names are all of one namespace."""
    spaces: dict[str, str] = {None: namespace}  # type: ignore[dict-item]  # the stubs forget it
    return etree.Element(tag, attributes, spaces)


def with_comment(data: bytes, text: str) -> bytes:
    """Return a document with a comment below its first line."""
    first, end, rest = data.partition(b"\n")
    words = re.sub("-(?=-)", "- ", FORBIDDEN.sub("", text))
    return first + end + f"<!--\n{words}\n-->\n".encode() + rest


def with_member(data: bytes, text: str) -> bytes:
    """Return a zip archive with a text in it that its manifest does not name."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(REPORT, WHEN), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
