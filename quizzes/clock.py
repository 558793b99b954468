"""The only read of the wall clock; everything below the views takes `now` as an argument."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return timezone.now()


@dataclass(frozen=True)
class Step:
    """From one look at the clocks to the next: what the wall clock showed, and the time that really passed."""

    before: datetime
    after: datetime
    passed: timedelta

    @property
    def jump(self) -> timedelta:
        """How far the wall clock was set forward meanwhile; negative: back. A machine that slept jumps forward too."""
        return self.after - self.before - self.passed


class Watch:
    """The wall clock next to a clock that nobody can set, to notice when the first one is."""

    def __init__(self) -> None:
        self.shown, self.ticks = now(), time.monotonic()

    def look(self) -> Step:
        """Return what happened since the last look."""
        shown, ticks = self.shown, self.ticks
        self.shown, self.ticks = now(), time.monotonic()
        return Step(shown, self.shown, timedelta(seconds=self.ticks - ticks))
