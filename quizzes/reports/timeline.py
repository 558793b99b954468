"""The timeline: events in order, and where each one's dot stands in the picture. Read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from quizzes.models import TimelineEntry, User

WIDTH, MARGIN, DOT = (
    960,
    24,
    14,
)  # in the units of the picture: of the picture, left and right of the dots, of a dot's column
STEPS = (1, 2, 5, 10, 25, 50, 100, 250)  # years between two ticks
MOST_TICKS = 12


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    is_beyond: bool


@dataclass(frozen=True)
class Tick:
    x: int
    year: int


@dataclass(frozen=True)
class Timeline:
    """The events for the table, and the picture above it: dots stand on the axis, one above the other where years crowd."""

    events: list[TimelineEntry]
    dots: list[Dot]
    ticks: list[Tick]
    width: int
    height: int
    axis: int  # y of the line


def timeline(reader: User) -> Timeline:
    """Return what a person may read of the timeline (1 query)."""
    events = list(TimelineEntry.objects.readable_by(reader).select_related("source").order_by("date", "pk"))
    years = [event.year for event in events]
    columns = [round(_x(year, years) / DOT) for year in years]
    tallest = max(Counter(columns).values(), default=1)
    axis = tallest * DOT + DOT
    places = _stacked(columns)
    dots = [
        Dot(column * DOT, axis - DOT * (place + 1) + 2, event.is_beyond)
        for event, column, place in zip(events, columns, places, strict=True)
    ]
    return Timeline(events, dots, _ticks(years), WIDTH, axis + 28, axis)


def _x(year: int, years: Sequence[int]) -> float:
    span = max(years) - min(years) or 1
    return MARGIN + (year - min(years)) / span * (WIDTH - 2 * MARGIN)


def _stacked(columns: Sequence[int]) -> list[int]:
    """Return the place of each dot in its column, from 0 at the axis."""
    height: Counter[int] = Counter()
    places = []
    for column in columns:
        places.append(height[column])
        height[column] += 1
    return places


def _ticks(years: Sequence[int]) -> list[Tick]:
    """Round years along the axis, few enough to be read."""
    if not years:
        return []
    first, last = min(years), max(years)
    step = next((step for step in STEPS if (last - first) / step <= MOST_TICKS), STEPS[-1])
    start = -(-first // step) * step
    return [Tick(round(_x(year, years)), year) for year in range(start, last + 1, step)]
