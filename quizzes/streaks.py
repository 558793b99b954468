"""How many days in a row something was done, where of any seven days one may be missed. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

APART = timedelta(days=7)  # missed days that lie nearer together end a streak
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Streak:
    """`days` on which something was done; `missed` is the latest that was not, and is forgiven; `ended` the one that was
    one too many.
    """

    days: int
    missed: date | None
    ended: date


def up_to(today: date, done: Container[date]) -> Streak:
    """Return the longest streak that lasts until today; today itself may still come.

    Days are looked at from the latest on, so a second missed day shortens a streak to what came after the first, and only
    two in a row end it.
    """
    day = today if today in done else today - DAY
    days = 0
    missed: date | None = None
    pending: date | None = None
    while True:
        if day in done:
            days, missed = days + 1, missed or pending
        elif pending is not None and pending - day < APART:
            return Streak(days, missed, day)
        else:
            pending = day
        day -= DAY
