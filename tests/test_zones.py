"""Time zones to choose from, and which one a class and a page are in."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from quizzes import zones
from quizzes.local_time import on_the_clock
from quizzes.models import Classroom, User
from tests import factories
from tests.pages import browser, read


def listed() -> list[str]:
    return [name for _region, places in zones.regions() for name, _place in places]


def test_the_list_is_short_known_and_by_region() -> None:
    assert 90 <= len(listed()) == len(set(listed())) <= 125
    assert [name for name in listed() if not zones.is_known(name)] == []
    assert ("Africa/Nairobi", "Nairobi") in dict(zones.regions())["Africa"]


def test_old_names_become_those_of_today() -> None:
    assert zones.canonical("Asia/Calcutta") == "Asia/Kolkata"
    assert zones.canonical("Europe/Vienna") == "Europe/Vienna"
    assert [old for old in listed() if old in zones.FORMER] == []
    assert [name for name in zones.FORMER.values() if not zones.is_known(name)] == []


def test_a_stored_zone_that_is_not_listed_stays_on_offer() -> None:
    assert ("CET", "CET") in zones.choices("CET")
    assert next(name for name, _places in zones.choices("Europe/Berlin")) == "UTC"


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Berlin", "Berlin time"), ("America/Argentina/Buenos_Aires", "Buenos Aires time"), ("UTC", "UTC")],
)
def test_a_zone_is_called_by_its_place(zone: str, words: str) -> None:
    assert zones.time_of(zone) == words


def test_any_zone_may_be_sent_and_nonsense_not(learner: User) -> None:
    client = browser(learner)
    for sent, stored in (
        ("Pacific/Chatham", "Pacific/Chatham"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Mars", "Europe/Kyiv"),
    ):
        client.post("/account/", {"first_name": "", "last_name": "", "time_zone": sent})
        learner.refresh_from_db()
        assert learner.time_zone == stored


# A class --------------------------------------------------------------------------------------------------------------


def chosen(client: Client) -> str:
    text = read(client.get("/classrooms/new/"))
    return text.partition(" selected>")[0].rpartition('<option value="')[2].rstrip('"')


@pytest.mark.parametrize(
    ("cookie", "profile", "preset"),
    [
        ("Europe/Berlin", "Africa/Nairobi", "Europe/Berlin"),
        ("Asia/Calcutta", "", "Asia/Kolkata"),
        ("Europe/Ljubljana", "", "Europe/Ljubljana"),
        ("", "Africa/Nairobi", "Africa/Nairobi"),
        ("../etc/passwd", "", "UTC"),
        ("", "", "UTC"),
    ],
)
def test_a_class_takes_the_zone_of_the_browser_that_makes_it(
    instructor: User, cookie: str, profile: str, preset: str
) -> None:
    User.objects.filter(pk=instructor.pk).update(time_zone=profile)
    client = browser(instructor)
    client.cookies["time_zone"] = cookie
    assert chosen(client) == preset
    client.post("/classrooms/new/", {"name": "9A", "time_zone": preset})
    assert Classroom.objects.get().time_zone == preset


def test_a_page_where_times_are_typed_is_in_the_zone_of_the_class(instructor: User, learner: User) -> None:
    room = factories.classroom(instructor=instructor, time_zone="Europe/Berlin")
    given = factories.assignment(room, factories.quiz(1))
    client = browser(instructor)
    client.cookies["time_zone"] = "Africa/Nairobi"
    for address in (f"/classrooms/{room.pk}/assignments/new/", f"/assignments/{given.pk}/edit/"):
        text = read(client.get(address))
        assert text.count("Berlin time") >= 3
        assert "Times shown in Berlin time." in text
        assert "Nairobi" not in text
    assert "Times shown in Nairobi time." in read(client.get("/"))


def test_the_end_of_an_attempt_names_its_zone_without_scripts(learner: User, now: datetime) -> None:
    quiz = factories.quiz(1, time_limit=15)
    attempt = factories.attempt(learner, quiz, now=datetime.now(now.tzinfo))
    text = read(browser(learner).get(f"/attempts/{attempt.pk}/questions/1/"))
    assert attempt.due_at
    assert f"until {on_the_clock(attempt.due_at)} UTC" in text
