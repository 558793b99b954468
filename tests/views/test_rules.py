"""The page of a quiz's rules, with the ways to take it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from quizzes.models import User
from tests import factories
from tests.pages import browser, read

DAY = timedelta(days=1)


def test_what_one_can_start_stands_before_what_opens_later_and_what_is_closed(
    learner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quizzes.clock.now", lambda: now)
    quiz = factories.quiz(is_open_to_all=False)
    for name, opens, closes in (("Closed", -9, -2), ("Later", 2, 4), ("Open", -1, 1)):
        room = factories.classroom(name=name, students=[learner])
        factories.assignment(room, quiz, opens_at=now + opens * DAY, closes_at=now + closes * DAY)
    page = read(browser(learner).get(f"/quizzes/{quiz.slug}/"))
    places = [page.index(f"<h2>{name}</h2>") for name in ("Open", "Later", "Closed")]
    assert places == sorted(places)
