"""From fractions to marks: exact arithmetic, and the one rounding of the application.

A `fraction` is an exact share 0…1 of an item; `marks` are points, Decimal with two places.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

CENT = Decimal("0.01")
STORED_FRACTION = Decimal("0.0000001")


@lru_cache(maxsize=4096)  # most answers are wholly right or wholly wrong, for the same points
def rounded(value: Fraction, step: Decimal = CENT) -> Decimal:
    """Round half up to a multiple of `step`; the only place where a figure loses precision."""
    scaled = value / Fraction(step)
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(whole if scaled >= 0 else -whole) * step).quantize(step, rounding=ROUND_HALF_UP)


@lru_cache(maxsize=4096)
def marks(fraction: Fraction, points: Decimal, *, penalty: Decimal = Decimal(0), answered: bool = True) -> Decimal:
    """Marks of one item: its fraction of the points; a wholly wrong answer costs `penalty` (0…1) of them."""
    if answered and fraction == 0 and penalty:
        return rounded(-Fraction(penalty) * Fraction(points))
    return rounded(fraction * Fraction(points))


def total(item_marks: Iterable[Decimal]) -> Decimal:
    """Marks of an attempt: the exact sum, never below zero."""
    return max(sum(item_marks, Decimal("0.00")), Decimal("0.00"))


def share(achieved: Decimal, possible: Decimal) -> Fraction:
    """Marks as an exact fraction 0…1 of what was possible; an attempt worth nothing counts as 0."""
    return Fraction(achieved) / Fraction(possible) if possible else Fraction(0)


def is_pass(achieved: Decimal, possible: Decimal, pass_fraction: Decimal | None) -> bool | None:
    """Whether the pass mark is reached (exactly equal passes); None where a quiz has no pass mark."""
    if pass_fraction is None:
        return None
    return share(achieved, possible) >= Fraction(pass_fraction)


def counted(fractions: Sequence[Fraction], rule: str) -> Fraction | None:
    """The fraction that counts of attempts in order of their number: highest, latest, first or average."""
    if not fractions:
        return None
    rules: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
        "highest": max,
        "latest": lambda values: values[-1],
        "first": lambda values: values[0],
        "average": lambda values: sum(values, Fraction(0)) / len(values),
    }
    return rules[rule](fractions)
