"""Figures as other systems write them, in the form that a number of ours has."""

from __future__ import annotations

import re
from decimal import Decimal

FIGURE = re.compile(r"[-+]?(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})([eE][-+]?\d{1,3})?", re.ASCII)
OURS = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?", re.ASCII)


def as_ours(text: str) -> str | None:
    """Return "0.5" for ".5", "1500" for "1.5e3", and powers of ten where there are too many digits; None for no figure."""
    if not FIGURE.fullmatch(text):
        return None
    if OURS.fullmatch(text):
        return text
    value = Decimal(text)
    plain = f"{value:f}"
    return plain if OURS.fullmatch(plain) else f"{value.normalize():e}"
