"""What could be better in a study note: its length, sentences that rest on nothing, words that age. Suggestions only.

notes.suggestions(body, places=[SourceParagraph("peacekeeping-qa", 12)])   →  [Suggestion("length", …), …]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from quizzes.lint.items import clipped
from quizzes.lint.text import words
from quizzes.study_text import LOCATOR, SourceParagraph, places_in, sentences_of

SHORTEST, LONGEST = 60, 180  # words
DATED = re.compile(
    r"\b(today|nowadays|currently|recent(?:ly)?|at present|at the moment|these days|this year|last year|so far|until now)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Suggestion:
    """One thing that could be better: what it is, and what to do about it."""

    rule: str
    what: str
    how: str

    def __str__(self) -> str:
        return f"{self.what} {self.how}"


def suggestions(body: str, *, places: Sequence[SourceParagraph], is_case: bool = False) -> list[Suggestion]:
    """Return what could be better; a case invents its facts, and has a length and a time of its own."""
    if is_case:
        return []
    return [*_length(body), *_unsupported(body), *_unlisted(body, places), *_dated(body)]


def _length(body: str) -> Iterator[Suggestion]:
    count = len(words(LOCATOR.sub("", body)))
    if not SHORTEST <= count <= LONGEST:
        what = _("It has %(count)d words.") % {"count": count}
        yield Suggestion("length", what, _("A note has %(a)d to %(b)d.") % {"a": SHORTEST, "b": LONGEST})


def _unsupported(body: str) -> Iterator[Suggestion]:
    for sentence in sentences_of(body):
        if not LOCATOR.search(sentence) and not sentence.endswith(("?", ":")):
            what = _("No place stands after “%(sentence)s”") % {"sentence": clipped(sentence)}
            yield Suggestion("unsupported", what, _("If it carries a fact, end it with its place, such as [^12]."))


def _unlisted(body: str, places: Sequence[SourceParagraph]) -> Iterator[Suggestion]:
    for place in places_in(body, places):
        if place not in places:
            name = f"{place.source}:{place.paragraph}" if place.source else str(place.paragraph)
            what = _("The place %(name)s is not among the sources.") % {"name": name}
            yield Suggestion("unlisted", what, _("Add it below, or correct it."))


def _dated(body: str) -> Iterator[Suggestion]:
    for word in dict.fromkeys(match.group().lower() for match in DATED.finditer(body)):
        what = _("“%(word)s” will not be true for long.") % {"word": word}
        yield Suggestion("dated", what, _("Name the time, as in “at the time of the report”."))
