"""Numbers as people write them, and what is near enough: shared by numeric questions and number gaps.

Read are: 1948 · -3 · −3 · +3 · 1.5 · 1,5 · .5 · 1e3 · 1.5E-3 · fullwidth and other scripts' digits; groups of three
set off by a space, an apostrophe, a comma or a point: 1 200 · 1'200 · 1,200,000 · 1.200,50.
Refused with a sentence: 0x10 · ∞ · nan · --1 · 10² · 1/2 · 12 00 · an exponent above 99 · more than 40 characters.

One comma or point before exactly three digits can be read in two ways ("1,200" is 1200 to some and 1.2 to others):
both readings are kept and the answer counts by the better one, so that nobody loses points over a habit of writing.
"0,125", "1200.125" and "1,200.5" have one reading.
"""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, model_validator

from quizzes.errors import BadAnswer
from quizzes.question_types.base import ShortText, SpecModel, verdict

NUMBER_LIMIT = 40
UNIT_LIMIT = 40
SAME = str.maketrans("−‐‑–﹣－’‘ʼ´`＇٫٬", "------''''''.,")
NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?(?P<body>[0-9][0-9 ',.]*|[.,][0-9]+)(?:[eE](?P<power>[+-]?[0-9]{1,2}))?", re.ASCII
)
GROUPED = [  # whole part in groups of three, then perhaps a decimal part after another mark
    (re.compile(r"[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]*)?"), " '"),
    (re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]*)?|[0-9]{1,3},[0-9]{3}\.[0-9]*"), ","),
    (re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]*)?|[0-9]{1,3}\.[0-9]{3},[0-9]*"), "."),
]
ADORNED = ("<super>", "<sub>", "<circle>", "<fraction>")
NO_UNIT = re.compile(r"[xX×*^/⁄]?[0-9+\-.,']|[/⁄^]")  # what goes on as a number that is none: 0x10, 1/2, 12 00
PLAIN_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+")
AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


class NotANumber(ValueError):
    """A text that cannot be read as a number."""


def written_plainly(text: str) -> str:
    """Digits of any script as 0-9, spaces, minus signs and apostrophes in one form; 10² becomes 10^2, not 102."""
    raised = "".join(f"^{char}" if unicodedata.decomposition(char).startswith(ADORNED) else char for char in text)
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in raised.translate(SAME))
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", digits).translate(SAME)).strip()


def split_unit(text: str) -> tuple[str, str]:
    """("36", "countries") of "36 countries": the number as written plainly, and what stands behind it."""
    plain = written_plainly(text)
    found = NUMBER.match(plain)
    if found is None:
        raise NotANumber(text)
    number = found.group().rstrip(" '")
    unit = plain[len(number) :].strip()
    if NO_UNIT.match(unit):
        raise NotANumber(text)
    return number, unit


def readings(number: str) -> list[Fraction]:
    """The exact values a text can mean, the likelier first; raises NotANumber."""
    found = NUMBER.fullmatch(number)
    if found is None or len(number) > NUMBER_LIMIT:
        raise NotANumber(number)
    values = _values(found["body"])
    scale = Fraction(10) ** int(found["power"] or 0)
    return [(-value if found["sign"] == "-" else value) * scale for value in values]


def _values(body: str) -> list[Fraction]:
    for pattern, group_marks in GROUPED:
        if pattern.fullmatch(body):
            whole = "".join(char for char in body if char not in group_marks)
            return [_decimal(whole)]
    if not PLAIN_NUMBER.fullmatch(body):
        raise NotANumber(body)
    if not AMBIGUOUS.fullmatch(body):
        return [_decimal(body)]
    as_group, as_decimal = _decimal(re.sub("[.,]", "", body)), _decimal(body)
    return [as_group, as_decimal] if "," in body else [as_decimal, as_group]


def _decimal(text: str) -> Fraction:
    return Fraction(Decimal(text.replace(",", ".")))


def checked_number(text: str, *, where: str, unit: str = "", any_unit: bool = False) -> str:
    """The text as typed if it can be read as a number, with the unit shown beside the field or, if asked, any unit."""
    try:
        if len(text) > NUMBER_LIMIT + (UNIT_LIMIT if unit or any_unit else 0):
            raise NotANumber(text)
        number, rest = split_unit(text)
        readings(number)
        if rest and not any_unit and not same_unit(rest, unit):
            raise NotANumber(text)
    except NotANumber as error:
        raise BadAnswer(
            _("Enter a number such as 3.5 or 1 200, in digits and without other words."), where=where
        ) from error
    return text


def same_unit(one: str, other: str, *, exactly: bool = False) -> bool:
    """Whether two units are the same, in any case unless `exactly` (mW is not MW)."""
    first, second = (written_plainly(unit).replace(" ", "") for unit in (one, other))
    return first == second if exactly else first.casefold() == second.casefold()


# What counts as right --------------------------------------------------------------------------------------------------


def decimal_text(value: Any) -> Any:
    """A figure of a spec as text: JSON numbers are taken as they print."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def one_reading(value: str) -> str:
    """A figure of a spec: digits with a point, so that it has one meaning everywhere."""
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
        low, high = bounds(self)
        if low > high:
            raise ValueError(_("the range ends before it begins"))
        for miss in self.near_misses:
            if low <= Fraction(miss.value) <= high:
                raise ValueError(_("the near miss %(value)s would count as right") % {"value": miss.value})
        return self


def bounds(key: NumberKey) -> tuple[Fraction, Fraction]:
    """The smallest and the largest number that is right."""
    if key.value is None:
        return Fraction(str(key.low)), Fraction(str(key.high))
    value, tolerance = Fraction(key.value), Fraction(key.tolerance)
    if key.tolerance_kind == "relative":
        tolerance *= abs(value)
    return value - tolerance, value + tolerance


def values_of(text: str | None) -> list[Fraction]:
    """The values of a stored answer; none for no answer."""
    try:
        return readings(split_unit(text)[0]) if text else []
    except NotANumber:
        return []


def is_right_number(key: NumberKey, text: str | None) -> bool:
    low, high = bounds(key)
    return any(low <= value <= high for value in values_of(text))


def near_miss(key: NumberKey, text: str | None) -> NearMiss | None:
    """The foreseen mistake this is, if any."""
    given = values_of(text)
    return next((miss for miss in key.near_misses if Fraction(miss.value) in given), None)


def number_words(key: NumberKey) -> str:
    """What is right, in words."""
    if key.value is None:
        return _("from %(low)s to %(high)s") % {"low": key.low, "high": key.high}
    if not Fraction(key.tolerance):
        return key.value
    low, high = bounds(key)
    return _("%(value)s (from %(low)s to %(high)s counts)") % {
        "value": key.value,
        "low": plain_figure(low),
        "high": plain_figure(high),
    }


def plain_figure(value: Fraction) -> str:
    """A figure without needless zeros; every bound is a finite decimal."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.normalize():f}"


def judged_number(key: NumberKey, text: str | None, *, is_right: bool) -> dict[str, Any]:
    """What a page shows of a number after the fact."""
    miss = near_miss(key, text)
    feedback = key.feedback if is_right else miss.feedback if miss else key.feedback_wrong
    return {
        "value": text or "",
        "verdict": verdict(Fraction(int(is_right)), answered=text is not None),
        "feedback": feedback if text else "",
        "right": number_words(key),
    }


def number_label(key: NumberKey, text: str) -> str:
    """The class of a number for statistics: the value, a near miss, or the number itself in one way of writing."""
    if is_right_number(key, text):
        return key.value or number_words(key)
    miss = near_miss(key, text)
    values = values_of(text)
    return miss.value if miss else f"{float(values[0]):.12g}" if values else text[:80]


def number_keys(key: NumberKey) -> list[str]:
    return [figure for figure in (key.value, key.low, key.high) if figure is not None]


def number_feedbacks(key: NumberKey) -> list[str]:
    return [key.feedback, *(miss.feedback for miss in key.near_misses), key.feedback_wrong]
