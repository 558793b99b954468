"""Histograms as rectangles: ten bins in, columns in units of the viewBox of their drawing out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BAR, GAP = 28, 4
CHART = {"width": 316, "middle": 158, "height": 96, "bar": BAR}


@dataclass(frozen=True)
class Bar:
    """One column of a histogram: results from `start` to `end` percent, and its rectangle in units of the viewBox."""

    start: int
    end: int
    number: int
    x: int
    y: int
    height: int

    @property
    def label_x(self) -> int:
        return self.x + BAR // 2


def bars(bins: Iterable[int]) -> list[Bar]:
    """Return the columns of a histogram of ten bins, the highest as high as the chart."""
    numbers = list(bins)
    most = max([*numbers, 1])
    heights = [round(number / most * CHART["height"]) for number in numbers]
    return [
        Bar(place * 10, place * 10 + 10, number, place * (BAR + GAP), CHART["height"] - height, height)
        for place, (number, height) in enumerate(zip(numbers, heights, strict=True))
    ]
