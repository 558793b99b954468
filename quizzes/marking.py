"""From fractions to marks: exact arithmetic until the end, and the one rounding of the application.

A `fraction` is an exact share 0…1 of an item, `marks` are points; both are Fractions until they are shown. What is shown
never contradicts what is true of the exact value: it lies on the same side of every edge, such as the pass mark.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

CENT = Decimal("0.01")
WHOLE = Decimal(1)
STORED_FRACTION = Decimal("0.0000001")
STORED_SHARE = Decimal("0.00000001")
Number = Fraction | Decimal | int
Edges = tuple[int, ...]  # in percent: where anything changes that is said of a result, such as the pass mark
ALIKE = 4096  # fractions of a school are few and stand many times: what is made of them is kept


class Earned(NamedTuple):
    """What an answer is worth, exactly: a fraction of its points, and marks; None while it waits for a person."""

    fraction: Fraction | None = None
    marks: Fraction | None = None


@lru_cache(maxsize=ALIKE)
def rounded(value: Fraction, step: Decimal = CENT) -> Decimal:
    """Round half up to a multiple of `step`."""
    scaled = value / Fraction(step)
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(whole if scaled >= 0 else -whole) * step).quantize(step, rounding=ROUND_HALF_UP)


def shown(value: Fraction, step: Decimal, edges: Iterable[Fraction] = ()) -> Decimal:
    """Round half up to a multiple of `step`, or the other way where that would reach or leave one of the `edges`.

    Where both ways would, it is said with one decimal more.
    """
    edges = tuple(edges)
    nearest = rounded(value, step)
    other = nearest - step if nearest > value else nearest + step
    for figure in (nearest, other):
        if all((figure >= edge) == (value >= edge) for edge in edges):
            return figure
    return shown(value, step / 10, edges)


@lru_cache(maxsize=ALIKE)
def shown_marks(marks: Fraction, possible: Number, edges: Edges = ()) -> Decimal:
    """Return marks with two places; `edges` are percents of what is possible, and all of it is one."""
    return shown(marks, CENT, [Fraction(possible) * edge / 100 for edge in (100, *edges)])


@lru_cache(maxsize=ALIKE)
def shown_percent(share: Fraction, edges: Edges = ()) -> int:
    """Return a share as whole percent; `edges` are such, and 100 is one."""
    return int(shown(share * 100, WHOLE, [Fraction(edge) for edge in (100, *edges)]))


def marks(fraction: Fraction, points: Decimal, *, penalty: Decimal = Decimal(0), answered: bool = True) -> Fraction:
    """Return marks of one item: its fraction of the points; a wholly wrong answer costs `penalty` (0…1) of them."""
    if answered and fraction == 0 and penalty:
        return -Fraction(penalty) * Fraction(points)
    return fraction * Fraction(points)


def total(item_marks: Iterable[Fraction]) -> Fraction:
    """Return marks of an attempt: the exact sum, never below zero."""
    return max(sum(item_marks, Fraction(0)), Fraction(0))


@lru_cache(maxsize=ALIKE)
def share(achieved: Number, possible: Number) -> Fraction:
    """Return marks as an exact fraction 0…1 of what was possible; an attempt worth nothing counts as 0."""
    return min(Fraction(achieved) / Fraction(possible), Fraction(1)) if possible else Fraction(0)


@lru_cache(maxsize=ALIKE)
def is_pass(achieved: Number, possible: Number, pass_fraction: Decimal | None) -> bool | None:
    """Return whether the pass mark is reached (exactly equal passes); None where a quiz has no pass mark."""
    if pass_fraction is None:
        return None
    return share(achieved, possible) >= Fraction(pass_fraction)


def counted(fractions: Sequence[Fraction], rule: str) -> Fraction | None:
    """Return the fraction that counts of attempts in order of their number: highest, latest, first or average."""
    if not fractions:
        return None
    rules: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
        "highest": max,
        "latest": lambda values: values[-1],
        "first": lambda values: values[0],
        "average": mean,
    }
    return rules[rule](fractions)


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the exact mean of at least one value."""
    return sum(values, Fraction(0)) / len(values)
