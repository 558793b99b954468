"""The clock of the site in the hands of a test: it stands still, and goes where the test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta


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
