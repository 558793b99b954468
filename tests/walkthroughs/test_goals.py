"""A weekly goal that one sets oneself, and days in a row: on Today, for oneself alone, and off where one wants none."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Classroom, User
from quizzes.services import people
from tests import factories
from tests.clocks import stopped_at
from tests.pages import browser, nothing_inline, read

DAY = timedelta(days=1)


def words(client: Client, address: str = "/") -> str:
    """What a page says, without its marks."""
    response = client.get(address)
    assert nothing_inline(response) == []
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", read(response)))


def answer(learner: User, count: int, at: datetime) -> None:
    factories.attempt(learner, factories.quiz(count), now=at, right=count, submit=True)


def test_a_learner_sets_a_goal_reaches_it_and_wants_none(learner: User, now: datetime) -> None:
    client = browser(learner)
    with stopped_at(now) as clock:  # a Monday
        assert "weekly goal" not in words(client), "somebody new has one thing to do"
        answer(learner, 2, now)
        assert "Set a weekly goal" in words(client)
        assert "from 1 to 1000" in read(client.post("/goal/", {"questions": "0"}, follow=True))
        client.post("/goal/", {"questions": "5"})
        assert "2 of 5 questions" in words(client)
        assert '<rect width="40%"' in read(client.get("/"))
        answer(learner, 4, now)
        assert "6 of 5 questions : goal reached" in words(client)
        assert "0 of 5 questions" in (clock.shift(7 * DAY), words(client))[1]

        page = read(client.post("/goal/", {"questions": "5", "do": "off"}, follow=True))
        assert "You have no weekly goal." in page
        assert "eekly goal" not in words(client)


def test_the_profile_holds_goal_and_streak(learner: User, now: datetime) -> None:
    client = browser(learner)
    profile = {"first_name": "Sam", "last_name": "", "time_zone": "", "theme": ""}
    with stopped_at(now):
        answer(learner, 1, now)
        client.post("/account/", profile | {"shows_streak": "on"})
        assert "Set a weekly goal" in words(client), "who never had a goal has refused none"
        client.post("/account/", profile | {"shows_streak": "on", "weekly_goal": "12"})
        assert "1 of 12 questions" in words(client)
        assert client.get("/account/").context["form"]["weekly_goal"].value() == 12
        assert "less than or equal to 1000" in read(client.post("/account/", profile | {"weekly_goal": "1001"}))
        client.post("/account/", profile)
        learner.refresh_from_db()
        assert (learner.weekly_goal, learner.shows_streak) == (0, False)
    people.anonymise(learner, by=factories.user(is_superuser=True, is_staff=True), now=now)
    learner.refresh_from_db()
    assert (learner.weekly_goal, learner.shows_streak) == (None, True)


def test_days_in_a_row_are_counted_where_the_learner_is_and_one_missed_is_forgiven(
    learner: User, classroom: Classroom, instructor: User, now: datetime
) -> None:
    learner.time_zone = "Pacific/Auckland"  # 13 hours ahead
    learner.save()
    client = browser(learner)
    with stopped_at(now):
        answer(learner, 1, now)
        assert "Days in a row" not in words(client)
        for days in (1, 3, 4):  # not two days ago, which is a Saturday there too
            answer(learner, 1, now - days * DAY)
        assert "Days in a row Saturday was missed and is forgiven 4" in words(client)
        answer(learner, 1, now - 2 * DAY + timedelta(hours=2))  # 11 o'clock here is midnight there: a Sunday
        assert "Saturday was missed" in words(client)
        answer(learner, 1, now - 2 * DAY)
        assert "Days in a row one missed day in seven is forgiven 5" in words(client)

        member = classroom.memberships.get(user=learner)
        for page in (f"/classrooms/{classroom.pk}/members/{member.pk}/", f"/classrooms/{classroom.pk}/board/"):
            assert "ays in a row" not in words(browser(instructor), page)
        learner.shows_streak = False
        learner.save()
        assert "Days in a row" not in words(client)


def test_a_long_streak_is_counted_with_few_statements(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(40), now=now - 40 * DAY, submit=True)
    for days, saved in enumerate(attempt.answers.all()):
        saved.saved_at = now - days * DAY
        saved.save(update_fields=["saved_at"])
    client = browser(learner)
    with stopped_at(now):
        words(client)  # which makes review cards of what was missed
        with CaptureQueriesContext(connection) as long:
            assert "is forgiven 40" in words(client)
        learner.shows_streak = False
        learner.save()
        with CaptureQueriesContext(connection) as none:
            words(client)
    assert len(long) - len(none) == 4
