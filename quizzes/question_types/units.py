"""Units as people type them: km² and km2, µm and um, kΩ and kOhm, 5 EUR and €5, percent and %, °C and ºC.

A unit is compared without the signs for multiplication and powers, without brackets and a full stop at the end. Case counts
where a unit must be typed; elsewhere only where it tells two units apart: mW is not MW, KM is km.
"""

import re
import unicodedata

from quizzes.question_types.figures import written_plainly

UNIT_LIMIT = 40
SKIPPED = re.compile(r"[\s^*()\[\]{}]")
OHM = re.compile(r"Ω|(?i:ohms?)(?![a-z])")
DEGREES = re.compile(r"(?i:deg(?:ree)?s?\.?)(?=[CFKR]?\b|(?i:celsius|fahrenheit)|$)")
WORDS = {  # of the whole unit, in small letters
    "percent": "%",
    "pct": "%",
    "°celsius": "°C",
    "°fahrenheit": "°F",
    "eur": "€",
    "euro": "€",
    "euros": "€",
    "usd": "$",
    "us$": "$",
    "dollar": "$",
    "dollars": "$",
    "gbp": "£",
    "jpy": "¥",
    "yen": "¥",
}
LONGEST_SYMBOL = 4  # letters; longer units are words, and words are no other words for beginning with a capital
TELLING = re.compile(r"^[mp]|b$", re.IGNORECASE)  # milli and mega, pico and peta, bit and byte


def plain_unit(unit: str) -> str:
    """Return a unit in one way of writing, case kept."""
    text = SKIPPED.sub("", written_plainly(unit)).rstrip(".")
    text = DEGREES.sub("°", OHM.sub("ohm", text.replace("μ", "u").replace('"', "''")))
    return WORDS.get(text.lower(), text)


def same_unit(one: str, other: str, *, exactly: bool = False) -> bool:
    """Return whether two units are the same: in the same letters if `exactly`, else in any case that leaves the unit
    what it is."""
    first, second = plain_unit(one), plain_unit(other)
    if exactly or first == second:
        return first == second
    is_symbol = max(len(first), len(second)) <= LONGEST_SYMBOL
    tells_apart = is_symbol and TELLING.findall(first) != TELLING.findall(second)
    return first.casefold() == second.casefold() and not tells_apart


def may_begin_unit(char: str) -> bool:
    """Return whether a unit may begin so behind a number: with a letter, a sign for money, or one of the signs of measures."""
    return char.isalpha() or is_money(char) or char in "%‰‱°'\"/(["


def may_precede(unit: str) -> bool:
    """Return whether a unit may stand before a number, as money does: $5, US$ 5, EUR 5, R 5, %5; but not e3, x3 or (5."""
    is_letter = len(unit) == 1 and unit.isalpha() and (unit.islower() or unit in "EX")
    return is_money(unit) or unit == "%" or (unit[:1].isalpha() and not is_letter)


def is_money(unit: str) -> bool:
    """Return whether there is a sign for money in it."""
    return any(unicodedata.category(char) == "Sc" for char in unit)
