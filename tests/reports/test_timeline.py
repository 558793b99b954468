"""Where the dots of the timeline stand."""

import pytest

from quizzes.models import TimelineEntry, User
from quizzes.reports import timeline


def event(date: str, number: int) -> None:
    TimelineEntry.objects.create(slug=f"e-{number}", date=date, title="E", line="L", status="published")


def test_events_are_in_order_and_stacked_where_years_crowd(learner: User) -> None:
    for number, date in enumerate(["2021", "1948-05", "1948", "1815"]):
        event(date, number)
    found = timeline.timeline(learner)
    assert [row.date for row in found.events] == ["1815", "1948", "1948-05", "2021"]
    first, second, third, last = found.dots
    assert first.x < second.x == third.x < last.x
    assert third.y < second.y == first.y
    assert [tick.year for tick in found.ticks] == [1825, 1850, 1875, 1900, 1925, 1950, 1975, 2000]


@pytest.mark.parametrize(("dates", "ticks"), [([], []), (["1948"], [1948])])
def test_a_timeline_of_little_can_be_drawn(learner: User, dates: list[str], ticks: list[int]) -> None:
    for date in dates:
        event(date, 1)
    found = timeline.timeline(learner)
    assert (len(found.dots), [tick.year for tick in found.ticks]) == (len(dates), ticks)
