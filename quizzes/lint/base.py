"""What rules read and what they say. One file in this folder is one family of rules.

A rule is a function with a decorator. An item rule reads one `Item` and yields (where, what); a bank rule reads all of
them and yields (id of the item or "", where, what). Why it matters and how to mend it belong to the rule:

    @item_rule("stem-length", WARNING, why=_("…"), how=_("…"))
    def stem_length(item, context):
        if len(words(item.stem)) < 5:
            yield _("stem"), _("It has fewer than 5 words.")

Errors keep a question from being published: something in it is wrong, or stands in no paragraph, or was copied. Warnings
say what is weak or missing and may be acknowledged with a reason; a question that rests on no document is one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import Text
from quizzes.json_types import JSONObject
from quizzes.lint.fingerprints import Paragraph
from quizzes.question_types.base import AnyType, Spec

Severity = Literal["error", "warning"]
ERROR: Severity = "error"
WARNING: Severity = "warning"
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
class Finding:
    """One thing to mend: in which item ("" for the whole bank) and where in it, what, why it matters, and how."""

    rule: str
    severity: Severity
    where: str
    what: str
    why: str
    how: str
    item: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.item, self.where) if part)
        return f"{place}: {self.what}" if place else self.what


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
    found: list[str] = []
    for step in path:
        if isinstance(step, int) and found:
            found[-1] = f"{found[-1]} {step + 1}"
        elif not (step == "text" and found):
            found.append(str(words.get(str(step)) or str(step).replace("_", " ")))
    return ", ".join(word for word in found if word)


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


@dataclass(frozen=True)
class Context:
    """What surrounds the items: the documents by slug, a blueprint, the quizzes, and whether the items are a whole bank.

    A blueprint is {"type": {"single_choice": 132, …}, "difficulty": …, "bloom": …, "topic": …, "document": …}; the figures
    are counts or shares, only their proportions are used. Any of the five may be left out.
    """

    documents: Mapping[str, Sequence[Paragraph]] = field(default_factory=dict)
    blueprint: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    is_whole: bool = False
    quizzes: Mapping[str, str] = field(default_factory=dict)  # what is said of a quiz before it begins, by its title
    _pairs: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def pairs_of(self, slug: str) -> frozenset[str]:
        """Return the hashes of a document's word pairs, whatever its paragraphs; gathered once."""
        if slug not in self._pairs:
            self._pairs[slug] = frozenset(pair for row in self.documents[slug] for pair in row.pairs)
        return self._pairs[slug]

    def paragraph(self, place: Citation) -> Paragraph | None:
        rows = self.documents.get(place.document, ())
        return next((row for row in rows if row.number == place.paragraph), None)


ItemCheck = Callable[[Item, Context], Iterable[tuple[str, str]]]
WORDS: dict[tuple[str, str], tuple[str, str]] = {}  # of rules, by their codes and languages
BankCheck = Callable[[Sequence[Item], Context], Iterable[tuple[str, str, str]]]


@dataclass(frozen=True)
class ItemRule:
    code: str
    severity: Severity
    why: Text
    how: Text
    check: ItemCheck

    def findings(self, item: Item, context: Context) -> Iterator[Finding]:
        found = list(self.check(item, context))
        why, how = self._words() if found else ("", "")
        for where, what in found:
            yield Finding(self.code, self.severity, where, what, why, how, item.id)

    def _words(self) -> tuple[str, str]:
        """Return why it matters and how to mend it, translated once for each language: an import asks for them
        thousands of times."""
        key = (self.code, get_language() or "")
        if key not in WORDS:
            WORDS[key] = str(self.why), str(self.how)
        return WORDS[key]


@dataclass(frozen=True)
class BankRule:
    code: str
    severity: Severity
    why: Text
    how: Text
    check: BankCheck

    def findings(self, items: Sequence[Item], context: Context) -> Iterator[Finding]:
        for item, where, what in self.check(items, context):
            yield Finding(self.code, self.severity, where, what, str(self.why), str(self.how), item)


def item_rule(code: str, severity: Severity, *, why: Text, how: Text) -> Callable[[ItemCheck], ItemRule]:
    return lambda check: ItemRule(code, severity, why, how, check)


def bank_rule(code: str, severity: Severity, *, why: Text, how: Text) -> Callable[[BankCheck], BankRule]:
    return lambda check: BankRule(code, severity, why, how, check)


def outstanding(findings: Iterable[Finding], acknowledged: Iterable[Mapping[str, str]]) -> list[Finding]:
    """Return the findings that still stand: every error, and the warnings that nobody acknowledged with a reason."""
    accepted = {row.get("rule") for row in acknowledged if str(row.get("reason", "")).strip()}
    return [finding for finding in findings if finding.is_error or finding.rule not in accepted]
