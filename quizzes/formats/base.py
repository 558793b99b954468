"""The contract of an exchange format. One file in this folder is one format: bytes ⇄ drafts of questions.

A format reads bytes and never raises on what it finds there: what cannot be read becomes an `Issue` with its place. What
is read without a part of it becomes a note: an issue with `is_note`. It knows no database; whether a topic or a source
exists is decided where the drafts are imported. Limits are checked before anything is taken apart.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import Text
from quizzes.formats.budgets import Budget

Spec = Mapping[str, Any]  # the content of a question as its type stores it: JSON of many shapes
MAX_BYTES = 25 * 1024 * 1024  # of a file that is imported
MAX_QUESTIONS = 5000
MAX_DEPTH = 12
MAX_ISSUES = 200  # beyond that a list of faults is of no use
NAMESPACE = uuid.UUID("6b1f4d0e-52f7-5f3a-9a5e-0d0c7f3b8a11")  # of ids that are words; never changes
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MADE_UP = re.compile(f"{UUID.pattern}|[0-9a-fA-F]{{16,}}|[0-9]{{12,}}")  # long enough to be unique
OMISSION = " … "  # between two phrases of one paragraph
EVIDENCE_LIMIT = 200


@dataclass(frozen=True)
class Issue:
    """Something in a file that cannot be taken: its place ("question 12, option 3") and a sentence.

    A note (`is_note`) says what a question that is taken comes without.
    """

    where: str
    message: str
    is_note: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", printable(self.where))
        object.__setattr__(self, "message", printable(self.message))

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True)
class SourcePlace:
    """A paragraph of a document, by slug, with a phrase that stands there."""

    document: str
    paragraph: int
    evidence: str = ""


@dataclass(frozen=True)
class Acknowledged:
    """A warning of the linter that an author lets stand, and why."""

    rule: str
    reason: str


@dataclass(frozen=True)
class QuestionDraft:
    """A question on its way in or out. `spec` is as its type stores it; `where` is its place in the file.

    `topic` is a slug, or empty where the file names none; `category` is what the file calls it, in its own words.
    """

    type: str
    spec: Spec
    topic: str = ""
    id: str | None = None  # a uuid
    difficulty: str = "medium"
    bloom: str = "remember"
    tags: tuple[str, ...] = ()
    sources: tuple[SourcePlace, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()
    where: str = field(default="", compare=False)
    category: str = field(default="", compare=False)


Parsed = tuple[list[QuestionDraft], list[Issue]]


class Format:
    """Subclass once per format and fill in the class attributes and both methods."""

    key: ClassVar[str]  # "json"
    name: ClassVar[Text]  # "Quizsite JSON"
    extension: ClassVar[str]  # ".json"
    media_type: ClassVar[str] = "application/octet-stream"
    has_place_for_report: ClassVar[bool] = False
    most_in_file: ClassVar[int] = 2_000  # questions that are written into one file; others go into a further one

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        """Return the drafts in a file, and what could not be taken; never raises on bad content, or on too much of it."""
        raise NotImplementedError

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        """Return the drafts as a file of this format, without those that it cannot hold (see `losses`)."""
        raise NotImplementedError

    def losses(self, drafts: Iterable[QuestionDraft]) -> list[Issue]:
        """Return what a file of this format would lose: an issue for a question left out, a note for a part of one."""
        return []

    def with_report(self, data: bytes, report: str) -> bytes:
        """Return a file with a text for people in it that no reader takes for content, if `has_place_for_report`."""
        return data

    def recognizes(self, name: str, data: bytes) -> bool:
        """Return whether a file of that name with that beginning looks like this format."""
        return name.lower().endswith(self.extension)


class Unreadable(ValueError):
    """A file that cannot be read at all; inside a format only, `issue` says where and why."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.issue = Issue(where, message)


def checked_size(data: bytes, most: int = MAX_BYTES) -> bytes:
    """Return the bytes, if there are some and not too many."""
    if len(data) > most:
        raise Unreadable(_("file"), _("It is larger than %(limit)d MB.") % {"limit": most // 2**20})
    if not data.strip():
        raise Unreadable(_("file"), _("It is empty."))
    return data


def decoded(data: bytes) -> str:
    """Return UTF-8 text, with or without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("It is not UTF-8 (byte 0x%(byte)02X at offset %(offset)d). Save it as UTF-8.")
        raise Unreadable(_("file"), message % {"byte": data[error.start], "offset": error.start}) from error


USUAL = (QuestionDraft.difficulty, QuestionDraft.bloom)
BESIDE: Sequence[tuple[str, Callable[[QuestionDraft], object], Text]] = (
    ("case", lambda draft: draft.spec.get("case"), gettext_lazy("The case that stands above it is not kept.")),
    ("topic", lambda draft: draft.topic, gettext_lazy("Its topic is not kept.")),
    ("tags", lambda draft: draft.tags, gettext_lazy("Its tags are not kept.")),
    (
        "levels",
        lambda draft: (draft.difficulty, draft.bloom) != USUAL,
        gettext_lazy("Its difficulty and Bloom level are not kept."),
    ),
    ("sources", lambda draft: draft.sources, gettext_lazy("Its sources are not kept.")),
    ("acknowledged", lambda draft: draft.acknowledged, gettext_lazy("The warnings that were accepted are not kept.")),
)


def losses_of(draft: QuestionDraft, obstacle: str, lost: Iterable[str]) -> Iterator[Issue]:
    """Yield the issue of a question that is left out, or a note for each part that it loses."""
    if obstacle:
        yield Issue(draft.where, obstacle)
        return
    for message in lost:
        yield Issue(draft.where, message, is_note=True)


def beside(draft: QuestionDraft, *kept: str) -> Iterator[str]:
    """Yield what stands next to a question and is not in the file; `kept` names what is: topic, tags, levels."""
    for name, is_there, sentence in BESIDE:
        if name not in kept and is_there(draft):
            yield str(sentence)


def stable_id(given: str) -> str:
    """Return a uuid as it is written; for any other words the same uuid every time."""
    return given.lower() if UUID.fullmatch(given) else str(uuid.uuid5(NAMESPACE, given))


def id_of_system(given: str) -> str | None:
    """Return the stable id for one that another system made up, None where it may name another question elsewhere.

    Canvas has long figures, others QUE_1003: what is imported from a second file must not change what came by the first.
    """
    return stable_id(given[:200]) if MADE_UP.search(given) else None


def merged(places: Sequence[SourcePlace]) -> tuple[SourcePlace, ...]:
    """Return each paragraph once, its phrases joined by an ellipsis: a question has one row for a paragraph."""
    phrases: dict[tuple[str, int], list[str]] = {}
    for place in places:
        known = phrases.setdefault((place.document, place.paragraph), [])
        if place.evidence and place.evidence not in known:
            known.append(place.evidence)
    return tuple(SourcePlace(*key, OMISSION.join(texts)) for key, texts in phrases.items())


def printable(text: str) -> str:
    """Return text that any terminal or page can show: lone surrogates and control characters become question marks."""
    if text.isprintable():
        return text
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in safe)
