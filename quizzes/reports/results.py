"""A result as its page shows it: what is to look at again, what was right, and the documents they rest on. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quizzes.models import Source
from quizzes.reports.cards import Card


class Footnote(NamedTuple):
    """A document at the foot of a result, with the paragraphs that its questions rest on."""

    number: int
    source: Source
    paragraphs: list[str]


class ResultParts(NamedTuple):
    """The cards of a result in the order of its page, and the documents they rest on by their keys."""

    others: list[Card]
    right: list[Card]
    footnotes: dict[int, Footnote]


def parts_of(shown: Sequence[Card], *, is_over: bool) -> ResultParts:
    """Return what is to look at again first, then what was right, and each document once.

    Of an attempt that is not over all stand open in their order: nothing is judged yet.
    """
    right = [card for card in shown if is_over and card.verdict == "right"]
    others = [card for card in shown if card not in right]
    footnotes: dict[int, Footnote] = {}
    for place in (place for card in (*others, *right) for place in card.places):
        note = footnotes.setdefault(place.source_id, Footnote(len(footnotes) + 1, place.source, []))
        if str(place.paragraph) not in note.paragraphs:
            note.paragraphs.append(str(place.paragraph))
    return ResultParts(others, right, footnotes)
