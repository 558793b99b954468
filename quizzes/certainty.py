"""How sure one can be of what a few answers say: the share that was right, and how far it may be off. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.2816  # four of five such ranges hold the true share
FEW = 5  # below so many answers no share is told
WIDE = 0.25


@dataclass(frozen=True)
class Estimate:
    """A share of right answers out of so many, and the range it may well lie in (Wilson's score interval of 80%)."""

    answers: int
    share: float
    low: float
    high: float

    @property
    def is_few(self) -> bool:
        """Whether the answers are too few to say anything."""
        return self.answers < FEW

    @property
    def is_rough(self) -> bool:
        """Whether the share is known only about."""
        return self.high - self.low > WIDE

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def low_percent(self) -> int:
        return round(100 * self.low)

    @property
    def high_percent(self) -> int:
        return round(100 * self.high)

    @property
    def width_percent(self) -> int:
        return self.high_percent - self.low_percent


def estimate(fractions: Iterable[float]) -> Estimate:
    """Return what the answers say, each 0 to 1; of none, that it may be anything."""
    given = list(fractions)
    n = len(given)
    if not n:
        return Estimate(0, 0.0, 0.0, 1.0)
    share = sum(given) / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return Estimate(n, share, max(0.0, middle - reach), min(1.0, middle + reach))
