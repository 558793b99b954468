"""What two texts may differ in and still be the same answer.

Always evened out is what a reader cannot see (invisible characters, wide and narrow forms, how a letter is put together,
how many spaces) and what phones and word processors make of signs (quotes, dashes, dots, the degree sign). By default case
and accents too; and punctuation at the end.

An accent is a mark that may be left out: over Latin and Greek letters, Hebrew and Arabic points, the stress and the ё of
Russian. Marks that belong to a letter are none: й, ї, が, the tone marks of Thai and Vietnamese, virama and nukta.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum

# Default_Ignorable_Code_Point of Unicode, and control characters that are no space.
UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{UNSEEN}]+")
SEEN = re.compile(f"[^{UNSEEN}\\s]")
SIGNS = str.maketrans(
    dict.fromkeys("‘’‚‛‹›′‵`´ʹʻʼʽʾʿ׳՚", "'")
    | dict.fromkeys("“”„‟«»″‶״〝〞", '"')
    | dict.fromkeys("‐‑‒–—―−⁃˗﹘﹣־➖", "-")
    | {"…": "...", "º": "°", "˚": "°", "∘": "°", "〜": "~", "⁄": "/", "\u2800": " "}
)
SPACES = re.compile(r"\s+")
POWER = re.compile(r"(?<=[^\s\d^])\^+(?=[0-9+-])")  # the sign for a raised figure, where nothing could be read into it
LAST = ".!?;,。、।۔؟؛، "  # what may stand at the end of an answer without being meant
RAISED = ("<super>", "<fraction>")

GREEK, CYRILLIC = ("\u0370", "\u03ff"), ("\u0400", "\u04ff")
STRESSED = frozenset("аеиоуыэюяіїє")
TONED = frozenset("\u0309\u031b\u0323")  # hook above, horn, dot below: with a vowel a letter or tone of its own
POINTS = re.compile(  # Hebrew points and accents; Arabic vowel signs and the stroke that only stretches a word
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"
)


class Sight(IntEnum):
    """How sharply texts are compared, the least first."""

    DEFAULT = 0
    CASE = 1  # case counts
    ACCENTS = 2  # accents count
    BOTH = 3
    EVERYTHING = 4  # whatever a reader can see


def visible(text: str) -> str:
    """Return the text as a reader sees it: no invisible characters, one way to write a letter, single spaces."""
    return SPACES.sub(" ", unicodedata.normalize("NFC", INVISIBLE.sub("", text))).strip()


def folded(text: str, sight: Sight = Sight.DEFAULT) -> str:
    """Return the text as it is compared; never empty where there is something to see."""
    if sight is Sight.EVERYTHING:
        return visible(text)
    text = unicodedata.normalize("NFKC", set_apart(INVISIBLE.sub("", text).translate(SIGNS)))
    if sight not in (Sight.CASE, Sight.BOTH):
        text = unicodedata.normalize("NFKC", without_case(text))
    text = INVISIBLE.sub("", text.translate(SIGNS))
    if sight not in (Sight.ACCENTS, Sight.BOTH):
        text = without_accents(text)
    text = SPACES.sub(" ", POWER.sub("", text)).strip()
    return text.rstrip(LAST) or text


def without_case(text: str) -> str:
    """Return the text in small letters; the i of Turkish with and without a dot too, since both have the capital of
    the other."""
    return text.replace("İ", "i").casefold().replace("ı", "i")


def set_apart(text: str) -> str:
    """Return raised figures and fractions apart from a figure before them: 10² is 10^2 and not 102, 3½ is 3 1/2.

    Elsewhere a raised figure is the figure, with or without the sign for it: m², m^2 and m2 are one.
    """
    return text if text.isascii() else "".join(_set_apart(text))


def _set_apart(text: str) -> Iterator[str]:
    before = ""
    for char in text:
        kind = unicodedata.decomposition(char).partition(" ")[0]
        if before.isdigit() and kind in RAISED and not char.isalpha():
            yield "^" if kind == "<super>" else " "
        yield char
        before = "" if kind in RAISED else char


# Accents --------------------------------------------------------------------------------------------------------------


def without_accents(text: str) -> str:
    """Return the text without marks that may be left out."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", "".join(_bared(unicodedata.normalize("NFD", POINTS.sub("", text)))))


def _bared(text: str) -> Iterator[str]:
    """Yield each letter of a decomposed text with the marks that belong to it."""
    base, marks = "", ""
    for char in text:
        if unicodedata.combining(char):
            marks += char
        else:
            yield base + kept_marks(base, marks)
            base, marks = char, ""
    yield base + kept_marks(base, marks)


def kept_marks(base: str, marks: str) -> str:
    """Return those of the marks on a letter that are no accents."""
    letter = base.lower()
    if not marks or not letter.isalpha():
        return marks
    if letter < "\u0250":  # Latin
        is_own = letter in "aeiouy" and (len(marks) > 1 or not TONED.isdisjoint(marks))
        return marks if is_own else ""
    if GREEK[0] <= letter <= GREEK[1]:
        return ""
    if CYRILLIC[0] <= letter <= CYRILLIC[1]:
        dropped = {"\u0301": letter in STRESSED, "\u0308": letter == "е"}
        return "".join(mark for mark in marks if not dropped.get(mark))
    return marks
