"""Accepted texts: what short answers and text gaps have in common.

Both sides are folded before they are compared: compatibility forms (NFKC), case, accents (unless they matter), curly
quotes and long dashes, invisible characters, runs of spaces, and a full stop at the end. `*` in an accepted text stands
for any run of characters, `\\*` for a star. Of the accepted texts that match, the one with the highest share counts.
"""

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from quizzes.question_types.base import RequiredText, Share, ShortText, SpecModel, verdict

TEXT_LIMIT = 500
PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼʹ", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–—―−﹘﹣", "-") | {"…": "..."}
)
STAR = "\ue000"  # a private character that stands for an escaped star while a text is taken apart


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
            if answer.fraction and not folded(answer.text.replace("*", "")):
                raise ValueError(_("answer %(number)d would accept anything; add a word to it") % {"number": number})
        return self


def folded(text: str, *, accents_matter: bool = False) -> str:
    """The text as it is compared."""
    text = unicodedata.normalize("NFKC", text.translate(PLAIN)).casefold().translate(PLAIN)
    if not accents_matter:
        text = "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
    text = "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    return re.sub(r"\s+", " ", text).strip().rstrip(".!?;,").rstrip()


def segments(pattern: str, *, accents_matter: bool = False) -> list[str]:
    """The folded texts between the wildcards of an accepted text, in order."""
    parts = pattern.replace(r"\*", STAR).split("*")
    whole = folded("*".join(parts), accents_matter=accents_matter)
    return [part.replace(STAR, "*") for part in whole.split("*")]


def matches(parts: Sequence[str], text: str) -> bool:
    """Whether a folded text is these segments in order, with any run of characters between them.

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
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return text.endswith(last)


def best_match(key: TextKey, text: str) -> AcceptedText | None:
    """The accepted text with the highest share that this one matches; the first of several."""
    mine = folded(text, accents_matter=key.accents_matter)
    fitting = [
        answer for answer in key.answers if matches(segments(answer.text, accents_matter=key.accents_matter), mine)
    ]
    return max(fitting, key=lambda answer: answer.fraction, default=None) if mine else None


def text_share(key: TextKey, text: str | None) -> Fraction:
    """The share 0…1 that a text earns."""
    answer = best_match(key, text or "")
    return answer.fraction if answer else Fraction(0)


def plain_answer(key: TextKey) -> str:
    """A text that earns every point: the first full answer, without its wildcards."""
    full = [answer.text for answer in key.answers if answer.fraction == 1]
    chosen = next((text for text in full if "*" not in text), full[0])
    return chosen.replace(r"\*", STAR).replace("*", "").replace(STAR, "*").strip()


def feedback_to(key: TextKey, text: str | None) -> str:
    """What the author says to this text; a variant without words of its own borrows those of the first full answer."""
    if not text:
        return ""
    answer = best_match(key, text)
    if answer is None:
        return key.feedback_wrong
    if answer.feedback or answer.fraction != 1:
        return answer.feedback
    return next((other.feedback for other in key.answers if other.fraction == 1 and other.feedback), "")


def judged_text(key: TextKey, text: str | None) -> dict[str, Any]:
    """What a page shows of a text after the fact."""
    return {
        "value": text or "",
        "verdict": verdict(text_share(key, text), answered=text is not None),
        "feedback": feedback_to(key, text),
        "right": plain_answer(key),
    }


def text_label(key: TextKey, text: str) -> str:
    """The class of a text for statistics: the accepted text it matches, else the text itself as it is compared."""
    answer = best_match(key, text)
    return answer.text if answer else folded(text, accents_matter=key.accents_matter)[:80]


def text_feedbacks(key: TextKey) -> list[str]:
    return [*(answer.feedback for answer in key.answers), key.feedback_wrong]
