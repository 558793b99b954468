"""A result as its page shows it: what is to look at again, what was right, and the documents they rest on. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quizzes.models import Source
from quizzes.reports.cards import REVEAL, Card


class Footnote(NamedTuple):
    """A document at the foot of a result, with the paragraphs that its questions rest on."""

    number: int
    source: Source
    paragraphs: list[str]


class ResultParts(NamedTuple):
    """The cards of a result in the order of its page, and the documents they rest on by their keys.

    `reasoned` has the slots whose answer comes with its own reason: the explanation of the question can be folded there.
    """

    others: list[Card]
    right: list[Card]
    footnotes: dict[int, Footnote]
    reasoned: set[int]


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
    return ResultParts(others, right, footnotes, {card.slot for card in others if _has_reason(card)})


def _has_reason(card: Card) -> bool:
    """Return whether feedback belongs to what was answered: to an option chosen, or to a part that is not right."""
    if card.state != REVEAL:
        return False
    parts: list[dict[str, object]] = [card.card]
    for name in ("pairs", "gaps", "elements"):
        parts += [part for part in card.card.get(name, ()) if part["verdict"] != "right"]
    parts += [option for option in card.card.get("options", ()) if option["chosen"]]
    return any(part.get("feedback") for part in parts)
