"""A question as the rules read it: its texts with their places in an author's words, and its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import Text
from quizzes.json_types import JSONObject
from quizzes.question_types.base import AnyType, Spec

NOT_PROSE = frozenset(
    {
        "kind",
        "scheme",
        "fraction",
        "value",
        "tolerance",
        "tolerance_kind",
        "low",
        "high",
        "unit",
        "units",
        "decimal_mark",
        "case",
    }
)


@dataclass(frozen=True)
class Citation:
    """A paragraph of a document that an item rests on, with a phrase of it."""

    document: str
    paragraph: int
    evidence: str = ""


@dataclass(frozen=True)
class Option:
    text: str
    correct: bool
    feedback: str = ""


@dataclass(frozen=True)
class Group:
    """Options among which one chooses: those of a choice question, or of one gap."""

    where: str
    options: tuple[Option, ...]

    @property
    def keys(self) -> list[Option]:
        return [option for option in self.options if option.correct]

    @property
    def distractors(self) -> list[Option]:
        return [option for option in self.options if not option.correct]

    @property
    def is_single(self) -> bool:
        """Whether there is one key and something next to it."""
        return len(self.keys) == 1 and len(self.options) > 1


@dataclass(frozen=True)
class Prose:
    """A text that an author wrote: its place in the spec, the name of its field, the field that holds it (option, …)."""

    path: tuple[str | int, ...]
    field: str
    owner: str
    text: str
    beside: str  # the text it is about: that of the option, for a feedback
    words: Mapping[str, Text]  # for the fields of its type

    @property
    def where(self) -> str:
        """Its place in an author's words."""
        return _in_words(self.path, self.words)

    @property
    def is_feedback(self) -> bool:
        return self.field.startswith("feedback")


@dataclass(frozen=True)
class Item:
    """One question as the rules see it."""

    id: str
    type: str
    spec: Spec
    topic: str = ""
    difficulty: str = ""
    bloom: str = ""
    places: tuple[Citation, ...] = ()
    tags: tuple[str, ...] = ()
    enemies: frozenset[str] = frozenset()  # ids of questions that never stand in one paper with it

    @property
    def kind(self) -> AnyType:
        return question_types.get(self.type)

    @property
    def stem(self) -> str:
        return self.spec.stem

    @property
    def explanation(self) -> str:
        return self.spec.explanation

    @cached_property
    def keys(self) -> list[str]:
        return self.kind.key_texts(self.spec)

    @cached_property
    def distractors(self) -> list[str]:
        return self.kind.distractor_texts(self.spec)

    @cached_property
    def content(self) -> JSONObject:
        return self.spec.model_dump(mode="json")

    @cached_property
    def prose(self) -> tuple[Prose, ...]:
        """Every text of the spec, blank feedbacks included, with its place in an author's words."""
        return tuple(_prose(self.content, self.kind.places))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every list of options, in order."""
        return tuple(_groups(self.content))

    @property
    def choice(self) -> Group | None:
        """The options of a question with one right option; None for every other item."""
        is_plain = self.type == "single_choice" and self.groups and self.groups[0].is_single
        return self.groups[0] if is_plain else None


def _prose(
    value: object, words: Mapping[str, Text], path: tuple[str | int, ...] = (), beside: str = ""
) -> Iterator[Prose]:
    if isinstance(value, str):
        names = [step for step in path if isinstance(step, str)]
        name = names[-1] if names else ""
        if name not in NOT_PROSE:
            yield Prose(path, name, names[-2] if len(names) > 1 else "", value, beside, words)
    elif isinstance(value, dict):
        about = str(value.get("text") or value.get("left") or value.get("value") or "") if path else ""
        for name, inner in value.items():
            yield from _prose(inner, words, (*path, name), about)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _prose(inner, words, (*path, index), beside)


def _in_words(path: Sequence[str | int], words: Mapping[str, Text]) -> str:
    """Return ("options", 2, "feedback") → "option 3, feedback"."""
    names: list[str] = []
    for step in path:
        if isinstance(step, int) and names:
            names[-1] = f"{names[-1]} {step + 1}"
        elif not (step == "text" and names):
            names.append(str(words.get(str(step)) or str(step).replace("_", " ")))
    return ", ".join(word for word in names if word)


def _groups(value: object, where: str = "") -> Iterator[Group]:
    if isinstance(value, dict):
        options = value.get("options")
        if isinstance(options, list) and all(isinstance(row, dict) and "correct" in row for row in options):
            yield Group(where, tuple(Option(row["text"], row["correct"], row.get("feedback", "")) for row in options))
        for name, inner in value.items():
            if name != "options":
                yield from _groups(inner, where)
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _groups(inner, _("gap %(number)d") % {"number": index})


def in_group(group: Group, text: str) -> str:
    """Return the place of an option in words, the gap first."""
    return ", ".join(part for part in (group.where, _("option “%(text)s”") % {"text": clipped(text)}) if part)


def clipped(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
