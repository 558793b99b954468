"""What a key claims: answers that it accepts by its own words, each as people type it on what they have.

The linter tries them, so that no question is published that nobody can answer. A phone's pad for decimals has either a
comma or a point; its keyboard makes curly quotes, long dashes and one sign of three dots.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from unicodedata import normalize

from django.utils.translation import gettext as _

from quizzes.question_types.number_match import NumberKey
from quizzes.question_types.text_match import TextKey, without_stars
from quizzes.question_types.units import is_money


class Typed(NamedTuple):
    """A text that must be accepted: for which place of the key, and the least share that it must earn."""

    where: str
    text: str
    fraction: Fraction = Fraction(1)


def claimed_texts(key: TextKey) -> Iterator[Typed]:
    """Yield each accepted text, plainly and as a phone makes it."""
    for number, answer in enumerate(key.answers, start=1):
        if answer.fraction:
            plain = without_stars(answer.text)
            for text in dict.fromkeys((plain, as_phones_write(plain))):
                yield Typed(_("answer %(number)d") % {"number": number}, text, answer.fraction)


def as_phones_write(text: str) -> str:
    """Return the text with the signs that the keyboard of a phone puts in by itself."""
    curly = "".join(
        {"'": "’", '"': "”" if place and text[place - 1] != " " else "“"}.get(char, char)
        for place, char in enumerate(text)
    )
    return curly.replace("...", "…").replace("--", "—")


def figures(key: NumberKey) -> list[tuple[str, str]]:
    """Return the figures of a key that are right, with their places in words."""
    named = ((_("value"), key.value), (_("range from"), key.low), (_("range to"), key.high))
    return [(where, figure) for where, figure in named if figure is not None]


def claimed_numbers(key: NumberKey, *, unit: str = "", unit_required: bool = False) -> Iterator[Typed]:
    """Yield each right figure without and with the unit, with every decimal mark that must do."""
    for where, figure in figures(key):
        for number in written_figures(key, figure):
            if not unit_required:
                yield Typed(where, number)
            for text in with_unit(number, unit):
                yield Typed(_("unit"), text)


def written_figures(key: NumberKey, figure: str) -> list[str]:
    """Return a figure as people write it. A pad for decimals has one mark, and which one is a matter of the phone."""
    plain = f"{Decimal(figure).normalize():f}"
    with_comma = plain.replace(".", ",")
    if key.keyboard == "decimal":
        return [*dict.fromkeys((plain, with_comma))]
    return [with_comma if key.decimal_mark == "comma" else plain]


def with_unit(number: str, unit: str) -> list[str]:
    """Return a number with its unit: behind it, with a space and without, in plain figures, and before it where it is
    money."""
    if not unit:
        return []
    written = dict.fromkeys((unit, normalize("NFKC", unit)))
    forms = [form for one in written for form in (f"{number} {one}", f"{number}{one}")]
    return [*forms, f"{unit}{number}"] if is_money(unit) else forms
