"""Cuts the serif down with fontTools; loaded only when there is something to cut, because it takes a while to load."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from quizsite import serif

COPYRIGHT, LICENSE, LICENSE_URL = 0, 13, 14  # numbers in a font's table of names
NAMES = {1: serif.FAMILY, 2: "Regular", 3: serif.FAMILY, 4: serif.FAMILY, 6: serif.FAMILY.replace(" ", "")}


def cut(source: Path, characters: Iterable[int]) -> bytes:
    """Return the font at `source` as WOFF2 with these characters, the features and weights of pages, and our own name."""
    font = TTFont(source)
    options = subset.Options(layout_features=list(serif.FEATURES), hinting=False, notdef_outline=True)
    options.name_IDs = [COPYRIGHT, LICENSE, LICENSE_URL, *NAMES]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"opsz": serif.OPTICAL_SIZE, "wght": serif.WEIGHTS})
    for number, name in NAMES.items():
        font["name"].setName(name, number, 3, 1, 0x409)  # for Windows, Unicode, English: the one that all systems read
    font.flavor = "woff2"
    woff2 = BytesIO()
    font.save(woff2)
    return woff2.getvalue()
