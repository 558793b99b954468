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
from typing import Literal

from django.utils.translation import get_language

from quizzes.errors import Text
from quizzes.lint.fingerprints import Paragraph
from quizzes.lint.items import Citation, Item

Severity = Literal["error", "warning"]
ERROR: Severity = "error"
WARNING: Severity = "warning"


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
        faults = list(self.check(item, context))
        why, how = self._words() if faults else ("", "")
        for where, what in faults:
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
