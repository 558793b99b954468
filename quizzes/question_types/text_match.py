"""Accepted texts: what short answers and text gaps have in common.

Both sides are folded before they are compared; folding.py says what that evens out. `*` in an accepted text stands for any
run of characters, `\\*` for a star. Of the accepted texts that match, the one with the highest share counts.

Where two accepted texts of different shares would be the same when folded (mW is right, MW is not), what tells them apart
counts for both: case, or accents, or whatever a reader can see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from quizzes.question_types.base import verdict
from quizzes.question_types.fields import too_many
from quizzes.question_types.folding import Sight, folded
from quizzes.question_types.values import RequiredText, Share, ShortText, SpecModel

TEXT_LIMIT = 500
STAR = "\ue000"  # a private character that stands for an escaped star while a text is taken apart
SHARPER = {
    Sight.DEFAULT: (Sight.CASE, Sight.ACCENTS, Sight.BOTH, Sight.EVERYTHING),
    Sight.ACCENTS: (Sight.BOTH, Sight.EVERYTHING),
}


class AcceptedText(SpecModel):
    """One text that earns a share of the points; a share of 0 is a foreseen mistake with its own feedback."""

    text: RequiredText
    fraction: Share = Fraction(1)
    feedback: ShortText = ""


class TextKey(SpecModel):
    """What counts as right; one accepted text at least earns every point."""

    answers: Annotated[tuple[AcceptedText, ...], Field(min_length=1, max_length=60)]
    feedback_wrong: ShortText = ""
    accents_matter: bool = False

    @model_validator(mode="after")
    def reachable(self) -> "TextKey":
        if not any(answer.fraction == 1 for answer in self.answers):
            raise ValueError(_("no answer earns the full points; give one the share 1"))
        for number, answer in enumerate(self.answers, start=1):
            if answer.fraction and not any(segments(answer.text)):
                raise ValueError(_("answer %(number)d would accept anything; add a word to it") % {"number": number})
        return self

    @property
    def sight(self) -> Sight:
        return Sight.ACCENTS if self.accents_matter else Sight.DEFAULT

    @cached_property
    def compared(self) -> tuple["Compared", ...]:
        """The accepted texts taken apart, each with the sight that tells it from those of other shares."""
        return tuple(Compared(answer, sight, segments(answer.text, sight)) for answer, sight in self._sights())

    def _sights(self) -> Iterator[tuple[AcceptedText, Sight]]:
        for answer in self.answers:
            others = [other.text for other in self.answers if other.fraction != answer.fraction]
            rivals = [text for text in others if self.is_rival(text, answer.text)]
            yield answer, sight_apart(answer.text, rivals, self.sight)

    def is_rival(self, one: str, other: str) -> bool:
        """Return whether two accepted texts are the same when folded, and not when seen."""
        alike = segments(one, self.sight) == segments(other, self.sight)
        return alike and segments(one, Sight.EVERYTHING) != segments(other, Sight.EVERYTHING)


@dataclass(frozen=True)
class Compared:
    """An accepted text as it is compared."""

    answer: AcceptedText
    sight: Sight
    segments: tuple[str, ...]


def sight_apart(text: str, rivals: Sequence[str], least: Sight) -> Sight:
    """Return the least sharp sight that tells an accepted text from its rivals."""
    for sight in (least, *SHARPER[least]):
        if segments(text, sight) not in {segments(rival, sight) for rival in rivals}:
            return sight
    return Sight.EVERYTHING


@lru_cache(maxsize=4096)
def segments(pattern: str, sight: Sight = Sight.DEFAULT) -> tuple[str, ...]:
    """Return the folded texts between the wildcards of an accepted text, in order."""
    parts = pattern.replace(r"\*", STAR).split("*")
    whole = folded("*".join(parts), sight)
    return tuple(part.replace(STAR, "*") for part in whole.split("*"))


def matches(parts: Sequence[str], text: str) -> bool:
    """Return whether a folded text is these segments in order, with any run of characters between them.

    The first and last are anchored; each one between takes its leftmost place after the one before. That is enough for
    wildcards, and nothing is searched twice: no backtracking, whatever the pattern.
    """
    first, *rest = parts
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    start, end = len(first), len(text) - len(last)
    for part in middle:
        position = text.find(part, start, end)
        if position < 0:
            return False
        start = position + len(part)
    return text.endswith(last)


def best_match(key: TextKey, text: str) -> AcceptedText | None:
    """Return the accepted text with the highest share that this one matches; the first of several."""
    if not text or len(text) > TEXT_LIMIT:
        return None
    seen = {sight: typings(text, sight) for sight in {one.sight for one in key.compared}}
    fitting = [
        one.answer for one in key.compared if any(mine and matches(one.segments, mine) for mine in seen[one.sight])
    ]
    return max(fitting, key=lambda answer: answer.fraction, default=None)


def typings(text: str, sight: Sight) -> list[str]:
    """Return what was typed, folded: a long dash is one, or the two short ones that phones make it of."""
    return [folded(variant, sight) for variant in dict.fromkeys((text, text.replace("—", "--")))]


def text_share(key: TextKey, text: str | None) -> Fraction:
    """Return the share 0…1 that a text earns."""
    answer = best_match(key, text or "")
    return answer.fraction if answer else Fraction(0)


def plain_answer(key: TextKey) -> str:
    """Return a text that earns every point: the first full answer, without its wildcards."""
    full = [answer.text for answer in key.answers if answer.fraction == 1]
    return without_stars(next((text for text in full if "*" not in text), full[0]))


def without_stars(pattern: str) -> str:
    """Return a text that an accepted text with wildcards matches: nothing in their place, or (…) where something must
    be there."""
    parts = pattern.replace(r"\*", STAR)
    bare, filled = (parts.replace("*", filling).replace(STAR, "*").strip() for filling in ("", "(…)"))
    return bare if bare and matches(segments(pattern), folded(bare)) else filled


def feedback_to(key: TextKey, text: str | None) -> str:
    """Return what the author says to this text; a variant without words of its own borrows those of the first full answer."""
    if not text:
        return ""
    if len(text) > TEXT_LIMIT:
        return unread_text(text)
    answer = best_match(key, text)
    if answer is None:
        return key.feedback_wrong
    if answer.feedback or answer.fraction != 1:
        return answer.feedback
    return next((other.feedback for other in key.answers if other.fraction == 1 and other.feedback), "")


def judged_text(key: TextKey, text: str | None) -> dict[str, object]:
    """Return what a page shows of a text after the fact."""
    return {
        "value": text or "",
        "verdict": verdict(text_share(key, text), answered=text is not None),
        "feedback": feedback_to(key, text),
        "right": plain_answer(key),
    }


def text_label(key: TextKey, text: str) -> str:
    """Return the class of a text for statistics: the accepted text it matches, else the text itself as it is compared."""
    answer = best_match(key, text)
    return answer.text if answer else folded(text[:TEXT_LIMIT], key.sight)[:80]


def unread_text(text: str) -> str:
    """Return why a text cannot be marked, in a sentence; empty when it can."""
    return too_many(len(text), TEXT_LIMIT) if len(text) > TEXT_LIMIT else ""


def text_feedbacks(key: TextKey) -> list[str]:
    return [*(answer.feedback for answer in key.answers), key.feedback_wrong]
