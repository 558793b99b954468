"""A text with numbered gaps: its markers, what stands next to them, and its paragraphs."""

import re

from django.utils.translation import gettext as _

MARKER = re.compile(r"\[\[([0-9]{1,3})\]\]", re.ASCII)

AROUND_WORDS = ".,;:!?()*_“”\"'"


def numbering_fault(text: str) -> str:
    """Return what is wrong with the numbers of the gaps; empty where nothing is."""
    numbers = sorted(int(number) for number in MARKER.findall(text))
    if not numbers:
        return _("The text has no gap. Write [[1]] where the first one is.")
    missing = next((number for number in range(1, numbers[-1]) if number not in numbers), None)
    if missing is None:
        return ""
    message = _("The text has [[%(last)d]] but no [[%(missing)d]]. Number the gaps without leaving one out.")
    return message % {"missing": missing, "last": numbers[-1]}


def neighbors_of(text: str) -> dict[int, list[str]]:
    """Return the words that stand next to each gap, without marks around them; by the number of the gap from 0."""
    pieces = MARKER.split(text)  # text, number, text, number, …, text
    words = [[bare for word in piece.split() if (bare := word.strip(AROUND_WORDS))] for piece in pieces[::2]]
    numbers = [int(number) - 1 for number in pieces[1::2]]
    return {number: [*words[at][-1:], *words[at + 1][:1]] for at, number in enumerate(numbers)}


Piece = str | int  # of the text, or the index of a gap


def paragraphs(text: str) -> list[list[Piece]]:
    """Return the text taken apart: paragraphs of pieces."""
    result = []
    for paragraph in re.split(r"\n\s*\n", text):
        pieces = MARKER.split(paragraph)
        row: list[Piece] = []
        for place, piece in enumerate(pieces):
            if place % 2:
                row.append(int(piece) - 1)
            elif piece:
                row.append(piece)
        result.append(row)
    return result
