"""Carrying an answer over to another version of its question: its parts are found again by what they are.

    before   Paris, Lyon, Nice      1 was chosen
    after    Lyon, Paris, Nice      0 is the same choice

A part is the one with the same text, wherever it stands; a text that is gone was reworded where its place now holds a text
that was not there before. What cannot be found again is not guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quizzes.errors import CannotRemark

Numbers = Mapping[int, int]


@dataclass(frozen=True)
class Carried:
    """An answer in the numbering of another version; `reworded` are its parts whose words changed: (before, after)."""

    layout: Sequence[object]
    response: object
    reworded: tuple[tuple[str, str], ...] = ()


def found_again(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """Return the numbers of parts before, each with its number after; those that are gone are left out. No text stands
    twice."""
    numbers = {text: number for number, text in enumerate(after)}
    kept = numbers.keys() & set(before)
    found = {}
    for number, text in enumerate(before):
        if text in kept:
            found[number] = numbers[text]
        elif number < len(after) and after[number] not in kept:
            found[number] = number
    return found


def all_found(before: Sequence[str], after: Sequence[str], *, reason: str) -> dict[int, int]:
    """Return the numbers after of as many parts as before; raises CannotRemark where one is gone or new."""
    numbers = found_again(before, after)
    if not len(numbers) == len(before) == len(after):
        raise CannotRemark(reason)
    return numbers


def all_in_place(before: Sequence[str], after: Sequence[str], *, reason: str) -> None:
    """Raise CannotRemark unless there are the same parts in the same order, some of them perhaps in other words."""
    numbers = all_found(before, after, reason=reason)
    if any(old != new for old, new in numbers.items()):
        raise CannotRemark(reason)


def reworded(
    before: Sequence[str], after: Sequence[str], numbers: Numbers | None = None
) -> tuple[tuple[str, str], ...]:
    """Return the parts whose words changed; without `numbers` every part is in its place."""
    places = numbers if numbers is not None else {number: number for number in range(len(before))}
    return tuple((before[old], after[new]) for old, new in places.items() if before[old] != after[new])
