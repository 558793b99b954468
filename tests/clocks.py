"""The clock of the site in the hands of a test: it stands still, and goes where the test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest import mock


class Clock:
    """Stands in for `quizzes.clock.now`. Only the site's own clock stands; sessions, cache and log have the real one."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move_to(self, at: datetime) -> None:
        self.at = at

    def shift(self, by: timedelta) -> None:
        self.at += by


@contextmanager
def stopped_at(at: datetime) -> Iterator[Clock]:
    """Let the clock of the site stand at an instant; `Clock` moves it."""
    clock = Clock(at)
    with mock.patch("quizzes.clock.now", clock.now):
        yield clock
