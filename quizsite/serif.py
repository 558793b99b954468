"""The serif of stems and titles: Source Serif 4 out of an installed package, cut down when assets are collected.

The whole font is 1.2 MB; what most pages need of it is 30 kB, and letters of further languages are a file of their own, which
a browser fetches where they occur. Cutting takes five seconds, so what was cut is kept in DATA_DIR/serif until the package or
the recipe changes. Without the packages pages use a serif of the reader's system.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

PACKAGES = {"fontpkg-source-serif-4": "fontpkg_source_serif_4", "fonttools": "fontTools", "brotli": "brotli"}
FAMILY = "Quizsite Serif"  # the license keeps the name of a font for the whole of it
FONT, FURTHER, SHEET, LICENSE, RECIPE = (
    "quizsite-serif.woff2",
    "quizsite-serif-further.woff2",
    "serif.css",
    "OFL.txt",
    "recipe.txt",
)

LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x100))
FURTHER_LATIN = tuple(range(0x100, 0x180))  # of Polish, Czech, Turkish and others
PUNCTUATION = tuple(map(ord, "‐‑–—‘’‚“”„†•…′″‹›€№™←→−≠≤≥ˆ˜"))
FEATURES = ("ccmp", "kern", "liga", "lnum", "locl", "mark", "mkmk", "tnum")
CHARACTERS = {FONT: (*LATIN, *PUNCTUATION), FURTHER: FURTHER_LATIN}
WEIGHTS, OPTICAL_SIZE = (400, 600), 18

STYLE_SHEET = f"""@font-face {{
  font-family: "{FAMILY}";
  font-weight: {WEIGHTS[0]} {WEIGHTS[1]};
  font-display: optional;
  src: url("{FONT}") format("woff2");
}}
@font-face {{
  font-family: "{FAMILY}";
  font-weight: {WEIGHTS[0]} {WEIGHTS[1]};
  font-display: optional;
  src: url("{FURTHER}") format("woff2");
  unicode-range: U+{FURTHER_LATIN[0]:X}-{FURTHER_LATIN[-1]:X};
}}
"""  # optional: a page that did not have it at once keeps its stand-in, so that nothing moves

_one_at_a_time = Lock()  # a development server asks for style sheet and font at once


@cache
def is_installed() -> bool:
    """Return whether the font, and what cuts it, are installed; so for as long as the process runs."""
    return all(find_spec(module) for module in PACKAGES.values())


def prepare(folder: Path) -> None:
    """Write font, style sheet and license to `folder`, unless they are there as they would be written."""
    recipe = _recipe()
    with _one_at_a_time:
        if _text(folder / RECIPE) != recipe:
            _make(folder, recipe)


def _make(folder: Path, recipe: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    package = import_module("fontpkg")
    source = Path(package.path("Source Serif 4"))
    cut = import_module("quizsite.subsetting").cut
    for name, characters in CHARACTERS.items():
        _write(folder / name, cut(source, characters))
    _write(folder / SHEET, STYLE_SHEET.encode())
    _write(folder / LICENSE, (source.parent.parent / "LICENSE").read_bytes())
    _write(folder / RECIPE, recipe.encode())  # last: what it tells of is complete


def _recipe() -> str:
    """Return what the files depend on."""
    how = repr((FAMILY, CHARACTERS, FEATURES, WEIGHTS, OPTICAL_SIZE, STYLE_SHEET))
    return " ".join([sha256(how.encode()).hexdigest(), *(f"{name}={version(name)}" for name in PACKAGES)])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _write(path: Path, content: bytes) -> None:
    """Replace a file as a whole: another process may be collecting it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
