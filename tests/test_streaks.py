"""Days in a row; the seventh of March 2026 is a Saturday, and here it is always today."""

from datetime import date

import pytest

from quizzes import streaks

TODAY = date(2026, 3, 7)


def streak(pattern: str) -> tuple[int, int | None]:
    """Of a pattern of days, the last of them today (x: done, -: missed): how many days, and which one is forgiven."""
    first = TODAY.toordinal() - len(pattern) + 1
    done = {date.fromordinal(first + place) for place, sign in enumerate(pattern) if sign == "x"}
    found = streaks.up_to(TODAY, done)
    return found.days, None if found.missed is None else TODAY.toordinal() - found.missed.toordinal()


@pytest.mark.parametrize(
    ("pattern", "days", "missed"),
    [
        ("", 0, None),
        ("-", 0, None),
        ("x", 1, None),
        ("xxx", 3, None),
        ("xx-", 2, None),  # today may still come
        ("xx--", 2, 1),  # and yesterday is forgiven
        ("xx---", 0, None),
        ("xx-x", 3, 1),
        ("xx--x", 1, None),
        ("x-x-x", 2, 1),  # of seven days two are missed: what came after the first counts
        ("xx-xxxxxx-x", 9, 1),  # seven days apart
        ("xx-xxxxx-xx", 7, 2),  # six days apart
        ("x" * 300, 300, None),
    ],
)
def test_one_missed_day_in_seven_is_forgiven(pattern: str, days: int, missed: int | None) -> None:
    assert streak(pattern) == (days, missed)
