"""The little statistics that rules over a whole bank need."""

import math
from collections.abc import Sequence

FEW = 20  # below this number of items a share says nothing


def chi_square(observed: Sequence[int], expected: Sequence[float]) -> float:
    """Return Pearson's statistic."""
    return sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(observed, expected, strict=True))


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the probability of a statistic at least this large, for whole degrees of freedom.

    The closed forms of the upper incomplete gamma function (Abramowitz & Stegun 1964, 26.4.4 and 26.4.5).
    """
    if statistic <= 0:
        return 1.0
    half = statistic / 2
    if freedom % 2 == 0:
        return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(freedom // 2))
    tail = math.erfc(math.sqrt(half))
    return tail + math.fsum(
        math.exp(-half) * math.pow(half, k - 0.5) / math.gamma(k + 0.5) for k in range(1, freedom // 2 + 1)
    )


def margin(chance: float, count: int, *, points: float) -> float:
    """Return how far a share may lie above chance: `points` (0…1), or 1.96 standard errors where few items make it noisy."""
    return max(points, 1.96 * math.sqrt(chance * (1 - chance) / count)) if count else 1.0


def percent(share: float) -> int:
    """Return a share as a whole number of hundredths."""
    return round(100 * share)
