"""The style sheets as a whole: one palette with enough contrast, layers, no dead rules. docs/look.md explains them."""

from __future__ import annotations

import re
from pathlib import Path

import crispy_bootstrap5
import pytest
from django.contrib import admin

from quizsite.settings import BASE_DIR

CSS = BASE_DIR / "quizzes/static/quizzes/css"
SHEETS = sorted(CSS.glob("*.css"))
UNITS = range(1, 10)
INKS = ("ink", "ink-2", "act", "good", "bad", "warn")
CONTRASTS = {  # on paper, and on the hardest tint, light and dark: what the palette was made for
    "ink": (14.5, 13.0, 14.9, 11.2),
    "ink-2": (6.2, 5.5, 8.1, 6.1),
    "edge": (3.8, 3.4, 4.5, 3.4),
    "act": (6.1, 5.5, 9.3, 7.0),
    "good": (5.4, 5.1, 10.1, 7.9),
    "bad": (5.8, 5.2, 8.9, 7.4),
    "warn": (6.0, 5.4, 10.9, 8.4),
}


def rules(sheet: Path) -> str:
    """The text of a sheet without comments and addresses."""
    bare = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r'url\("[^"]*"\)', "", bare)


def palette(start: str = ":root {") -> dict[str, tuple[str, str]]:
    """Color tokens of a block of tokens.css: light and dark."""
    block = rules(CSS / "tokens.css").split(start, 1)[1].split("}", 1)[0]
    found = re.findall(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));", block)
    return {name: (light or one, dark or one) for name, light, dark, one in found}


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def unit(number: int) -> dict[str, tuple[str, str]]:
    return palette(f".unit-{number} {{")


def test_each_sheet_closes_what_it_opens() -> None:
    """One brace too many ends a layer too early, and the rules after it are dropped without a word."""
    for sheet in SHEETS:
        depth = 0
        for sign in re.findall(r"[{}]", rules(sheet)):
            depth += 1 if sign == "{" else -1
            assert depth >= 0, sheet.name
        assert depth == 0, sheet.name


@pytest.mark.parametrize("name", CONTRASTS)
def test_a_color_has_the_contrast_it_was_made_for(name: str) -> None:
    tokens = palette()
    for dark, theme in enumerate(("light", "dark")):
        on_paper, least = CONTRASTS[name][2 * dark : 2 * dark + 2]
        assert contrast(tokens[name][dark], tokens["paper"][dark]) == pytest.approx(on_paper, abs=0.06), theme
        grounds = ("sheet", "act-soft") if name in ("ink", "ink-2", "edge", "act") else ("sheet", f"{name}-soft")
        assert min(contrast(tokens[name][dark], tokens[ground][dark]) for ground in grounds) >= least - 0.06, theme


@pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
def test_text_is_legible_on_every_ground_it_stands_on(dark: int) -> None:
    tokens = {name: pair[dark] for name, pair in palette().items()}
    grounds = ("paper", "sheet", "well", "act-soft", "good-soft", "bad-soft", "warn-soft")
    pairs = [(ink, ground) for ink in ("ink", "ink-2") for ground in grounds]
    pairs += [(ink, ground) for ink in INKS[2:] for ground in ("paper", "sheet", f"{ink}-soft")]
    pairs += [("act-ink", "act"), ("act-ink", "act-strong"), ("sheet", "good"), ("sheet", "bad"), ("night", "cream")]
    assert not [pair for pair in pairs if contrast(*(tokens[name] for name in pair)) < 4.5]
    assert not [ground for ground in grounds[:3] if contrast(tokens["edge"], tokens[ground]) < 3]


@pytest.mark.parametrize("number", UNITS)
def test_a_unit_has_a_band_for_cream_and_a_text_for_paper_and_tint(number: int) -> None:
    tokens, colors = palette(), unit(number)
    assert 5.2 <= contrast(tokens["cream"][0], colors["unit"][0]) <= 6.7
    for dark, least in ((0, 6.0), (1, 7.0)):
        for ground in (tokens["paper"][dark], colors["unit-soft"][dark]):
            assert contrast(colors["unit-text"][dark], ground) >= least - 0.5


def test_colors_are_written_once_as_tokens() -> None:
    written = [
        (sheet.name, color)
        for sheet in SHEETS
        if sheet.name != "tokens.css"
        for color in re.findall(r"#[0-9a-f]{3,8}\b", rules(sheet))
    ]
    assert {color for _name, color in written} <= {"#ffffff", "#000000"}  # a code for scanners, and paper
    assert len(written) <= 3


def test_every_token_is_used() -> None:
    everything = "".join(map(rules, SHEETS))
    declared = set(re.findall(r"(--[\w-]+):", rules(CSS / "tokens.css")))
    assert not {name for name in declared if f"var({name})" not in everything}


def test_the_sheets_stay_small_and_few_widths_break_them() -> None:
    texts = [rules(sheet) for sheet in SHEETS]
    assert sum(len(sheet.read_text().splitlines()) for sheet in SHEETS) <= 3_600
    assert set(re.findall(r"\((?:min-|max-)?width[^)]*\)", "".join(texts))) <= {
        "(width <= 720px)",
        "(width <= 1023px)",
        "(width > 720px)",
        "(width > 1023px)",
        "(width >= 22.25rem)",  # two short texts in a line, as long as the reader's letters leave room
    }


def test_nothing_is_forced_but_by_utilities_and_print() -> None:
    forced = [sheet.name for sheet in SHEETS if "!important" in re.split(r"@layer utilities \{", rules(sheet))[0]]
    assert not forced


def test_all_but_the_admins_rules_are_in_a_layer() -> None:
    for sheet in SHEETS:
        if not sheet.name.startswith("admin"):
            outside = re.sub(r"@layer [\w, ]+;|@font-face \{[^}]*\}", "", rules(sheet)).strip()
            assert re.match(r"@layer \w+ \{", outside), sheet.name
            assert all(re.match(r"@layer|\}|\s|$", line) for line in outside.splitlines()), sheet.name


def test_bars_stay_in_place_only_where_the_window_is_high_enough() -> None:
    for name in ("frame", "parts", "question", "admin"):
        block = r"@media [^{]*\(height > 480px\) \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}"
        assert "position: sticky" not in re.sub(block, "", rules(CSS / f"{name}.css")), name


def test_every_class_of_the_sheets_is_used_somewhere() -> None:
    ours = [*(BASE_DIR / "templates").rglob("*.*"), *(BASE_DIR / "quizzes").rglob("*.py"), *CSS.parent.rglob("*.js")]
    packages = [Path(admin.__file__).parent, Path(crispy_bootstrap5.__file__).parent]
    theirs = [path for folder in packages for kind in ("html", "js", "py", "css") for path in folder.rglob(f"*.{kind}")]
    words = set(re.findall(r"[\w-]+", " ".join(path.read_text(encoding="utf-8") for path in [*ours, *theirs])))
    named = {name for sheet in SHEETS for name in re.findall(r"\.([a-zA-Z][\w-]*)(?=[^;{}]*\{)", rules(sheet))}
    unused = named - words - {f"unit-{number}" for number in UNITS}
    assert not unused
