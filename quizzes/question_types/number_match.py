"""What is near enough to a number: shared by numeric questions and number gaps. How numbers may be written stands in
number_reading.py.

A text that cannot be read is kept as it was typed, the learner is told, and it earns nothing. Of two readings the
likelier counts that the author foresaw, as right or as a near miss: nobody loses points over a habit of writing, and a
foreseen slip by a factor of 1000 is one. Where neither is foreseen the likelier counts.
"""

import re
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, model_validator

from quizzes.question_types.base import verdict
from quizzes.question_types.number_reading import DecimalMark, NotANumber, Written, read_number
from quizzes.question_types.text_match import unread_text
from quizzes.question_types.units import UNIT_LIMIT
from quizzes.question_types.values import ShortText, SpecModel

PRECISE = Context(prec=200)  # more digits than an answer and a power of ten can have


def decimal_text(value: object) -> object:
    """Return a figure of a spec as text: JSON numbers are taken as they print."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def one_reading(value: str) -> str:
    """Return a figure of a spec: digits with a point, so that it has one meaning everywhere."""
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?", value.strip(), re.ASCII):
        raise ValueError(_("must be a number in digits with a decimal point, such as 36 or 2.5"))
    return value.strip()


Figure = Annotated[str, BeforeValidator(decimal_text), AfterValidator(one_reading)]


class NearMiss(SpecModel):
    """A foreseen mistake, and what to say to it."""

    value: Figure
    feedback: ShortText = ""


class NumberKey(SpecModel):
    """A value with a tolerance, or a range from `low` to `high`; the ends count as right."""

    value: Figure | None = None
    tolerance: Figure = "0"
    tolerance_kind: Literal["absolute", "relative"] = "absolute"
    low: Figure | None = None
    high: Figure | None = None
    signed: bool = False
    decimal_mark: DecimalMark = "either"
    near_misses: tuple[NearMiss, ...] = ()
    feedback: ShortText = ""
    feedback_wrong: ShortText = ""

    @model_validator(mode="after")
    def value_or_range(self) -> "NumberKey":
        ends = (self.low, self.high)
        if (self.value is None) == all(end is None for end in ends) or (self.value is None and None in ends):
            raise ValueError(_("give either a value, or both ends of a range"))
        if Fraction(self.tolerance) < 0:
            raise ValueError(_("the tolerance is below zero"))
        low, high = self.bounds
        if low > high:
            raise ValueError(_("the range ends before it begins"))
        for miss in self.near_misses:
            if low <= Fraction(miss.value) <= high:
                raise ValueError(_("the near miss %(value)s would count as right") % {"value": miss.value})
        return self

    def takes_unit(self, unit: str) -> bool:
        """Return whether a number may be written with this unit; a gap has none, its unit stands in the text."""
        return False

    @cached_property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The smallest and the largest number that is right."""
        if self.value is None:
            return Fraction(str(self.low)), Fraction(str(self.high))
        value, tolerance = Fraction(self.value), Fraction(self.tolerance)
        if self.tolerance_kind == "relative":
            tolerance *= abs(value)
        return value - tolerance, value + tolerance

    @cached_property
    def missed(self) -> dict[Fraction, NearMiss]:
        """The foreseen mistakes by their values; the first of two that are the same."""
        return {Fraction(miss.value): miss for miss in reversed(self.near_misses)}

    @property
    def keyboard(self) -> str:
        """What phones are asked to show. It depends on nothing that is right, so that nothing can be read off it."""
        return "text" if self.signed else "decimal"


# Reading an answer ----------------------------------------------------------------------------------------------------


def written(key: NumberKey, text: object) -> Written | None:
    """Return an answer as a number with its unit; None for no answer, and for one that cannot be read."""
    try:
        number = read_number(text, decimal_mark=key.decimal_mark) if isinstance(text, str) else None
    except NotANumber:
        return None
    return number if number and (not number.unit or key.takes_unit(number.unit)) else None


def value_of(key: NumberKey, text: object) -> Fraction | None:
    """Return the value that counts of those an answer can mean."""
    number = written(key, text)
    if number is None:
        return None
    low, high = key.bounds
    foreseen = (value for value in number.values if value in key.missed or low <= value <= high)
    return next(foreseen, number.values[0])


def is_right_number(key: NumberKey, text: object) -> bool:
    value = value_of(key, text)
    low, high = key.bounds
    return value is not None and low <= value <= high


def near_miss(key: NumberKey, text: object) -> NearMiss | None:
    """Return the foreseen mistake this is, if any."""
    value = value_of(key, text)
    return None if value is None else key.missed.get(value)


def unread_number(key: NumberKey, text: str) -> str:
    """Return why an answer cannot be read, in a sentence; empty when it can."""
    if written(key, text) is not None:
        return ""
    if excess := unread_text(text):
        return excess
    try:
        unit = read_number(text, decimal_mark=key.decimal_mark).unit
    except NotANumber:
        return _("Enter a number such as 3.5, 1 200 or 1.5e6, in digits and without other words.")
    return _("Enter the number alone, without “%(unit)s”.") % {"unit": unit[:UNIT_LIMIT]}


def two_readings(key: NumberKey, text: str) -> str:
    """Return what can be misunderstood in an answer, in a sentence; empty when it has one meaning. Tells nothing of
    the key."""
    number = written(key, text)
    if number is None or not number.is_ambiguous:
        return ""
    values = [plain_figure(value) for value in number.values]
    if len(values) == 1:
        return _("“%(text)s” is read as %(value)s.") % {"text": text, "value": values[0]}
    words = _("“%(text)s” can mean %(one)s or %(other)s; write the one you mean.")
    return words % {"text": text, "one": values[0], "other": values[1]}


# Afterwards -----------------------------------------------------------------------------------------------------------


def number_words(key: NumberKey) -> str:
    """Return what is right, in words."""
    if key.value is None:
        return _("from %(low)s to %(high)s") % {"low": key.low, "high": key.high}
    if not Fraction(key.tolerance):
        return key.value
    low, high = key.bounds
    return _("%(value)s (from %(low)s to %(high)s counts)") % {
        "value": key.value,
        "low": plain_figure(low),
        "high": plain_figure(high),
    }


def plain_figure(value: Fraction) -> str:
    """Return a figure without needless zeros; every bound is a finite decimal."""
    exact = PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))
    return f"{PRECISE.normalize(exact):f}"


def judged_number(key: NumberKey, text: str | None, *, is_right: bool) -> dict[str, object]:
    """Return what a page shows of a number after the fact; `read_as` where it could have been read otherwise."""
    miss = near_miss(key, text)
    feedback = key.feedback if is_right else miss.feedback if miss else key.feedback_wrong
    return {
        "value": text or "",
        "verdict": verdict(Fraction(int(is_right)), answered=text is not None),
        "feedback": (unread_number(key, text) or feedback) if text else "",
        "right": number_words(key),
        "read_as": read_as(key, text),
    }


def read_as(key: NumberKey, text: str | None) -> str:
    """Return how a number was read that has two readings or a power of ten; empty for any other."""
    reading, value = written(key, text), value_of(key, text)
    is_plain = reading is None or value is None or not (reading.is_ambiguous or reading.has_power)
    return "" if is_plain or value is None else plain_figure(value)


def number_label(key: NumberKey, text: str) -> str:
    """Return the class of a number for statistics: the value, a near miss, or the number itself in one way of writing."""
    if is_right_number(key, text):
        return key.value or number_words(key)
    miss, value = near_miss(key, text), value_of(key, text)
    return miss.value if miss else text[:80] if value is None else f"{float(value):.12g}"


def number_keys(key: NumberKey) -> list[str]:
    return [figure for figure in (key.value, key.low, key.high) if figure is not None]


def number_feedbacks(key: NumberKey) -> list[str]:
    return [key.feedback, *(miss.feedback for miss in key.near_misses), key.feedback_wrong]
