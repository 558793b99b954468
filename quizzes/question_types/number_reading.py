"""Numbers as people write them: a text → the values that it can mean, and its unit.

Read are: 1948 · -3 · −3 · ー3 · +3 · 1.5 · 1,5 · .5 · digits of any script; groups of three set off by a space, an apostrophe,
a comma, a point or a low line, and the Indian ones: 1 200 · 1'200 · 1,200,000 · 1.200,50 · 1_000 · 1,00,000; powers of ten:
1e3 · 1.5 × 10^6 · 1,5·10⁶ · 1.5*10**6 · 5.10^6 · 10^-3; units and money behind or before: 36 km · $5 · -€5 · US$ 5 · 5,- €.
Not read are: 0x10 · ∞ · --1 · 1/2 · ½ · 12 00 · 1.5 × 106 · 2^3 · an exponent above 99 · more than 40 characters.

A comma or point before exactly three digits can be read in two ways: “1,200” is 1200 to some and 1.2 to others. Where the
question says which mark stands before decimals, it is read so. Else both readings are kept, the likelier first; but
“16,000” is 16000, since a comma before three zeros would be pointless precision. “0,125”, “1200.125” and “1,200.5” have
one reading.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from quizzes.question_types.figures import UNREADABLE, written_plainly
from quizzes.question_types.units import UNIT_LIMIT, is_money, may_begin_unit, may_precede

DecimalMark = Literal["either", "point", "comma"]
NUMBER_LIMIT = 40
BODY = r"(?P<body>[0-9][0-9 ',._٫]*|[.,٫][0-9]+)"
EXPONENT = r"10 ?(?:\^|\*\*) ?[({]? ?(?P<power>[+-]? ?[0-9]{1,2})(?![0-9]) ?[)}]?"
LED = re.compile(r"(?P<sign>[+-]?) ?(?P<before>[^0-9.,'_+-][^0-9+-]*?)?(?: ?(?P<inner>[+-]))? ?(?=[.,٫]?[0-9])")
FORMS = [
    re.compile(BODY + r" ?[*xXхХ.] ?" + EXPONENT),
    re.compile("(?P<body>)" + EXPONENT),
    re.compile(BODY + r"(?: ?[eE](?P<power>[+-]?[0-9]{1,2})(?![0-9]))?"),
]
GROUPED = [  # whole part in groups, then perhaps a decimal part after another mark
    (re.compile(r"[0-9]{1,3}(?:[ '_][0-9]{3})+(?:[.,٫][0-9]*)?"), " '_"),
    (re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?:[.٫][0-9]*)?|[0-9]{1,3},[0-9]{3}[.٫][0-9]*"), ","),
    (re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:[,٫][0-9]*)?|[0-9]{1,3}\.[0-9]{3}[,٫][0-9]*"), "."),
    (re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:[.٫][0-9]*)?"), ","),
]
PLAIN_NUMBER = re.compile(r"[0-9]+(?:[.,٫][0-9]*)?|[.,٫][0-9]+")
TWO_WAYS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
GOES_ON = re.compile(r"[eE][+-]?[0-9]|[xXхХ*] ?[0-9]|/ ?[0-9]")  # as a number that is none: 1e100, 0x10, 1/2


class NotANumber(ValueError):
    """A text that cannot be read as a number."""


@dataclass(frozen=True)
class Written:
    """A number as it was written: its text, the values it can mean (the likelier first), its unit, and what needs saying."""

    number: str
    values: tuple[Fraction, ...]
    unit: str = ""
    is_ambiguous: bool = False
    has_power: bool = False


@lru_cache(maxsize=1024)  # an answer is read to mark it, to say what is wrong with it, and to show how it was read
def read_number(text: str, *, decimal_mark: DecimalMark = "either") -> Written:
    """Return the number and unit of a text; raises NotANumber."""
    if len(text) > 2 * (NUMBER_LIMIT + UNIT_LIMIT):
        raise NotANumber(text)
    plain = written_plainly(text)
    led = LED.match(plain)
    found = led and next((match for form in FORMS if (match := form.match(plain, led.end()))), None)
    if led is None or found is None or (led["sign"] and led["inner"]):
        raise NotANumber(text)
    number, rest = _parted(found.group(), plain[found.end() :])
    if len(number) > NUMBER_LIMIT:
        raise NotANumber(text)
    body = found["body"].rstrip(" '_") or "1"
    scale = Fraction(10) ** int((found["power"] or "0").replace(" ", ""))
    sign = -1 if "-" in (led["sign"], led["inner"]) else 1
    return Written(
        number=f"{'-' if sign < 0 else ''}{number}",
        values=tuple(sign * value * scale for value in _values(body, decimal_mark)),
        unit=_unit((led["before"] or "").strip(), rest),
        is_ambiguous=bool(TWO_WAYS.fullmatch(body)),
        has_power=found["power"] is not None,
    )


def _parted(number: str, rest: str) -> tuple[str, str]:
    """Number and rest, with marks at the end of the one that belong to neither or to the other: 5' · 5,- €."""
    kept = number.rstrip(" '_")
    rest = (number[len(kept) :] + rest).strip()
    if kept.endswith((",", ".")):
        rest = re.sub(r"^--?(?![0-9])", "", rest).strip()
    return kept, rest


def _unit(before: str, behind: str) -> str:
    """Return what stands around a number, if it can be a unit."""
    behind = "" if behind in (".", "!", "?", ";") else behind
    may_follow = not behind or (may_begin_unit(behind[0]) and not GOES_ON.match(behind))
    both = before and behind and not is_money(before)
    if both or not may_follow or (before and not may_precede(before)) or UNREADABLE in behind:
        raise NotANumber(behind)
    return f"{before} {behind}".strip()


def _values(body: str, decimal_mark: DecimalMark) -> list[Fraction]:
    for pattern, group_marks in GROUPED:
        if pattern.fullmatch(body):
            return [_decimal("".join(char for char in body if char not in group_marks))]
    if not PLAIN_NUMBER.fullmatch(body):
        raise NotANumber(body)
    if not TWO_WAYS.fullmatch(body):
        return [_decimal(body)]
    as_group, as_decimal = _decimal(re.sub("[.,]", "", body)), _decimal(body)
    has_comma = "," in body
    if decimal_mark != "either":
        return [as_decimal if has_comma == (decimal_mark == "comma") else as_group]
    if has_comma and body.endswith("000"):
        return [as_group]
    return [as_group, as_decimal] if has_comma else [as_decimal, as_group]


def _decimal(text: str) -> Fraction:
    return Fraction(Decimal(re.sub("[,٫]", ".", text)))
