"""The review deck over HTTP: from a missed question to the end of a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from quizzes.models import ReviewLog, User
from tests import factories
from tests.pages import browser, read


@pytest.fixture
def deck(learner: User, now: datetime) -> Client:
    """A learner who missed both questions of a quiz yesterday."""
    factories.attempt(learner, factories.quiz(2), now=now - timedelta(days=1), submit=True)
    return browser(learner)


@pytest.fixture(autouse=True)
def at(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


def answered(client: Client, *, choice: str = "", sure: str = "yes", **more: str) -> str:
    """Answer the card that is asked; returns the page of the answer."""
    fields = dict(re.findall(r'name="(card|number|version)" value="(\d+)"', read(client.get("/review/next/"))))
    if choice:  # the text of the option
        page = client.get("/review/next/").content.decode()
        position = re.search(
            rf'value="(\d)"[^>]*>\s*<span class="letter">\w</span>\s*<span class="opt-text">{choice}', page
        )
        assert position
        fields["q1-choice"] = position[1]
    response = client.post("/review/check/", {"sure": sure} | fields | more)
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def test_a_missed_question_comes_back_the_next_day_and_is_done(deck: Client, learner: User, now: datetime) -> None:
    assert "2 questions to review" in read(deck.get("/review/"))
    page = read(deck.get("/review/next/"))
    assert "1 of 2" in page
    first = answered(deck, choice="the key")
    page = read(deck.get(first))
    assert "Right" in page
    assert "Because the source says so." in page
    assert re.findall(r"<b>(\w+)</b> <span>([\w ]+)</span>", page) == [
        ("Again", "10 min"),
        ("Hard", "1 day"),
        ("Good", "2 days"),
        ("Easy", "8 days"),
    ]
    assert re.search(r'btn-primary" name="grade" value="3"', page)
    assert deck.post(first, {"grade": "4"}).headers["Location"] == "/review/next/"
    assert ReviewLog.objects.get().grade == 4
    assert "2 of 2" in read(deck.get("/review/next/"))
    second = answered(deck, choice="distractor 1")
    assert "Not quite: the key" in read(deck.get(second))
    deck.post(second, {"grade": "1"})
    again = read(deck.get("/review/next/"))  # what was forgotten comes back at the end
    assert "2 of 2" in again
    deck.post(answered(deck, choice="the key", sure="no"), {"grade": "2"})
    end = read(deck.get("/review/next/"))
    assert "You reviewed 2 questions." in end
    assert "2 of 3 answers were right." in end
    assert "Next: 1 question on Tue, Mar 3." in end
