"""The buttons of an attempt's pages: each has an address, saves what its form holds, does one thing and leads on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Answer, Attempt, User
from tests import factories

FIELDS = {"q1-choice": "1", "q1-revision": "0"}


@pytest.fixture
def attempt(learner: User, now: datetime) -> Attempt:
    return factories.attempt(learner, factories.quiz(3, feedback="practice"), now=now)


@pytest.fixture
def phone(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def leads_to(response: Any, attempt: Attempt) -> str:
    return str(response.headers.get("Location", response.status_code)).removeprefix(f"/attempts/{attempt.pk}/")


def stored(attempt: Attempt) -> Answer:
    return attempt.answers.get(slot=1)


@pytest.mark.parametrize(
    ("button", "page", "where"),
    [
        ("questions/1/", "1", "questions/1/"),
        ("questions/1/advance/", "1", "questions/2/"),
        ("questions/3/turn/", "1", "questions/3/"),
        ("review/", "1", "summary/"),
        ("one-page/", "1", "all/"),
        ("questions/1/check/", "1", "questions/1/"),
        ("questions/1/show/", "1", "questions/1/"),
        ("questions/1/try-again/", "1", "questions/1/"),
        ("questions/1/flag/", "1", "questions/1/"),
        ("questions/1/unflag/", "1", "questions/1/"),
        ("all/", "all", "all/"),
        ("questions/2/check/", "all", "all/#verdict-2"),
        ("questions/2/flag/", "all", "all/#question-2"),
        ("questions/1/turn/", "all", "questions/1/"),
        ("review/", "all", "summary/"),
    ],
)
def test_each_button_saves_the_answer_in_its_form_and_leads_on(
    phone: Client, attempt: Attempt, button: str, page: str, where: str
) -> None:
    response = phone.post(f"/attempts/{attempt.pk}/{button}", {**FIELDS, "page": page})
    assert (stored(attempt).response, leads_to(response, attempt)) == (1, where)


@pytest.mark.parametrize("page", ["", "0", "4", "99999", "no", "²", "all, "])
def test_a_form_that_says_no_page_was_on_that_of_its_button(phone: Client, attempt: Attempt, page: str) -> None:
    response = phone.post(f"/attempts/{attempt.pk}/questions/1/flag/", {**FIELDS, "page": page})
    assert leads_to(response, attempt) == "questions/1/"


def test_where_an_answer_is_refused_the_page_comes_back_and_nothing_is_done(phone: Client, attempt: Attempt) -> None:
    refused = {"q1-choice": "9", "q1-revision": "0", "page": "1"}
    for button in ("questions/2/flag/", "questions/2/turn/", "review/"):
        response = phone.post(f"/attempts/{attempt.pk}/{button}", refused)
        assert (response.status_code, "Question 1 of 3" in response.content.decode()) == (409, True)
    assert not attempt.answers.filter(is_flagged=True).exists()


def test_without_a_way_back_only_the_open_question_has_buttons(phone: Client, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(3, navigation="sequential"), now=now)
    at = f"/attempts/{attempt.pk}/"
    assert leads_to(phone.post(f"{at}questions/2/advance/", {"q2-choice": "1", "q2-revision": "0"}), attempt) == (
        "questions/1/"
    )
    assert leads_to(phone.post(f"{at}questions/1/advance/", FIELDS), attempt) == "questions/2/"
    assert leads_to(phone.post(f"{at}questions/1/turn/", {"page": "2"}), attempt) == "questions/1/"
    assert leads_to(phone.get(f"{at}questions/1/"), attempt) == "questions/2/"
    assert leads_to(phone.post(f"{at}questions/1/advance/", {"q1-choice": "2", "q1-revision": "1"}), attempt) == (
        "questions/2/"
    )
    assert list(attempt.answers.values_list("response", flat=True)) == [1, None, None]


def test_the_address_of_a_button_opened_by_itself_leads_to_its_page(phone: Client, attempt: Attempt) -> None:
    assert leads_to(phone.get(f"/attempts/{attempt.pk}/questions/2/flag/"), attempt) == "questions/2/"
    assert leads_to(phone.get(f"/attempts/{attempt.pk}/review/"), attempt) == "questions/1/"
    assert not attempt.answers.filter(is_flagged=True).exists()
