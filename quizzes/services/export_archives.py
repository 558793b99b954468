"""All parts of a large export as one zip, sent as it is made: no more than one part is in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.text import slugify

from quizzes.formats.base import Format
from quizzes.formats.xml_writer import REPORT, WHEN
from quizzes.models import Question, Quiz, User
from quizzes.services import exports


class Sink:
    """What a zip archive is written to; `taken` returns what came since the last time."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


def archive(
    format: Format, questions: QuerySet[Question], *, actor: User, now: datetime, title: str, quiz: Quiz | None = None
) -> Iterator[bytes]:
    """Yield a zip with a file for each part; what a part cannot carry stands in its file, or next to it.

    A quiz is in the first one, as its own questions are.
    """
    sink, part, parts = Sink(), 1, 1
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as whole:
        while part <= parts:
            taken = exports.take(questions, actor=actor, now=now, part=part, size=format.most_in_file)
            for name, data in _files(format, taken, title, now.date(), quiz if part == 1 else None):
                whole.writestr(zipfile.ZipInfo(name, WHEN), data, zipfile.ZIP_DEFLATED)
            exports.log(taken.drafts, format, actor=actor, now=now)
            part, parts = part + 1, taken.parts
            yield sink.taken()
    yield sink.taken()


def _files(
    format: Format, taken: exports.Taken, title: str, day: date, quiz: Quiz | None
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of the file of a part, and of its report where it has one of its own."""
    found, named = exports.prospect(format, taken.drafts), taken.titled(title)
    made = exports.file_of(found, title=named, day=day, is_alone=True, quiz=quiz)
    yield made.name, made.data
    if found.loses_something and not found.is_in_file:
        yield f"{slugify(named)[:60]}-{REPORT}", exports.report(found, title=named, day=day).encode()
