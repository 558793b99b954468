"""Figures and signs in one form, whatever keyboard or page they come from: the first step in reading numbers and units."""

import re
import unicodedata
from collections.abc import Iterator

from quizzes.question_types.folding import INVISIBLE

SAME = str.maketrans(
    dict.fromkeys("−‐‑‒–—―﹘﹣－˗", "-")
    | dict.fromkeys("’‘ʼʹ´`＇′٬", "'")
    | dict.fromkeys("×⋅·∙•✕✖⨯∗", "*")
    | {"º": "°", "˚": "°", "∘": "°", "。": ".", "٪": "%"}
)
UNREADABLE = "\ufffd"  # stands for ½, ① and 10₂: figures that would read as others behind a figure
SPACES = re.compile(r"\s+")
KANA_MINUS = re.compile(r"^ー(?=[0-9])")  # what the key for a minus gives while kana are typed


def written_plainly(text: str) -> str:
    """Return digits of any script as 0-9, spaces, signs and marks in one form; 10² becomes 10^2, not 102."""
    shown = INVISIBLE.sub("", text).translate(SAME)
    figures = shown if shown.isascii() else "".join(_figures(shown))
    plain = SPACES.sub(" ", unicodedata.normalize("NFKC", figures).translate(SAME)).strip()
    return KANA_MINUS.sub("-", plain)


def _figures(text: str) -> Iterator[str]:
    """Yield the characters with raised figures behind one ^, and lowered ones as figures where they belong to a unit: CO₂."""
    is_word = is_raised = False
    for char in text:
        kind = unicodedata.decomposition(char).partition(" ")[0]
        if kind == "<super>":
            yield char if is_raised else f"^{char}"
        elif kind in ("<circle>", "<fraction>") or (kind == "<sub>" and not is_word):
            yield UNREADABLE
        else:
            yield str(unicodedata.decimal(char)) if char.isdecimal() else char
        is_raised = kind == "<super>"
        is_word = char.isalpha() or kind == "<sub>"
