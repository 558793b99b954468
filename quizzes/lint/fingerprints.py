"""What is kept of a document instead of its text: short hashes of neighboring word pairs, in order.

They show whether a phrase stands in a paragraph and whether a text repeats a run of words of it; the document cannot be
read back from them in practice, and need not be in the project.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from itertools import pairwise

from quizzes.lint.text import words

__all__ = ["Paragraph", "fingerprint", "holds_phrase", "longest_shared_run", "pairs", "words"]

HEADING_WORDS = 7
OMISSION = "…"


@dataclass(frozen=True)
class Paragraph:
    """A place in a document: its number, how many words it has and the hashes of their pairs."""

    number: int
    words: int
    pairs: tuple[str, ...]
    heading: str = ""

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each hash stands."""
        numbers: dict[str, list[int]] = {}
        for place, pair in enumerate(self.pairs):
            numbers.setdefault(pair, []).append(place)
        return numbers


def pairs(text: str) -> list[str]:
    """Return six hexadecimal digits for each pair of neighboring words; n words have n − 1 pairs."""
    return [blake2s(f"{one} {two}".encode(), digest_size=3).hexdigest() for one, two in pairwise(words(text))]


def holds_phrase(paragraph: Sequence[str], phrase: str) -> bool:
    """Return whether the pairs of a phrase follow each other in those of a paragraph.

    A phrase of several parts with “…” between them is held when each part is. A single word has no pair and is never held.
    """
    needles = [pairs(part) for part in phrase.split(OMISSION)]
    hay = f" {' '.join(paragraph)} "
    return all(needle and f" {' '.join(needle)} " in hay for needle in needles)


def longest_shared_run(text: str, paragraphs: Iterable[Paragraph]) -> int:
    """Return the number of words in the longest run that a text has in common with any one paragraph; 0 for none."""
    own_pairs = pairs(text)
    longest = max((_longest(own_pairs, paragraph) for paragraph in paragraphs), default=0)
    return longest + 1 if longest else 0


def _longest(mine: Sequence[str], paragraph: Paragraph) -> int:
    """Return the longest run of equal hashes: each run that ends at a place grows from the one that ended before it."""
    longest = 0
    if paragraph.places.keys().isdisjoint(mine):  # as nearly all are
        return longest
    runs: dict[int, int] = {}
    for pair in mine:
        runs = {place: runs.get(place - 1, 0) + 1 for place in paragraph.places.get(pair, ())}
        longest = max(longest, *runs.values()) if runs else longest
    return longest


def fingerprint(text: str) -> list[dict[str, object]]:
    """Return the paragraphs of a text as a source stores them; paragraph n is the n-th line that is not blank."""
    rows: list[dict[str, object]] = []
    heading = ""
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), start=1):
        if is_heading(line):
            heading = shortened(line)
        rows.append({"number": number, "heading": heading, "words": len(words(line)), "pairs": " ".join(pairs(line))})
    return rows


def is_heading(line: str) -> bool:
    """Return a short line that ends like a title or a question."""
    return len(words(line)) <= 16 and not line.endswith((".", "!", ":", ";", ",", "”", '"'))


def shortened(line: str) -> str:
    """Return the first words of a heading, enough to find it again."""
    parts = line.split()
    return line if len(parts) <= HEADING_WORDS else f"{' '.join(parts[:HEADING_WORDS])} {OMISSION}"
