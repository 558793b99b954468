"""How a class did: mean, median, spread and a histogram of exact results. Numbers in, numbers out."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quizzes import marking
from quizzes.marking import Edges

BINS = 10
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Figures:
    """Of the percentages of one assignment: how many, and None where there are too few; ten bins of ten percent.

    With one decimal, but for `percent`, the mean as a whole number.
    """

    count: int
    mean: Decimal | None
    median: Decimal | None
    spread: Decimal | None  # standard deviation of the whole class, not an estimate from a sample
    bins: tuple[int, ...]
    percent: int | None = None


def of(results: Iterable[Fraction | None], edges: Edges) -> Figures:
    """Return the figures of these exact shares, None for those without a result, which do not contradict what `edges`
    decide."""
    shares = [share for share in results if share is not None]
    bins = [0] * BINS
    for share in shares:
        bins[min(int(share * BINS), BINS - 1)] += 1
    if not shares:
        return Figures(0, None, None, None, tuple(bins))
    mean = marking.mean(shares)
    return Figures(
        count=len(shares),
        mean=_tenths(mean, edges),
        median=_tenths(statistics.median(shares), edges),
        spread=marking.rounded(Fraction(statistics.pstdev(shares)) * 100, TENTH) if len(shares) > 1 else None,
        bins=tuple(bins),
        percent=marking.shown_percent(mean, edges),
    )


def _tenths(share: Fraction, edges: Edges) -> Decimal:
    """Return percent with one decimal; 100 only for all of it."""
    return marking.shown(100 * share, TENTH, [Fraction(edge) for edge in (100, *edges)])
