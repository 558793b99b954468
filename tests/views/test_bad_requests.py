"""Requests that no page of ours sends (B20 to B29): refused with a sentence or taken as nothing, never an error of ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quizzes.models import User
from tests import factories


@pytest.fixture
def browser_of_learner(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


@pytest.fixture
def get(browser_of_learner: Client) -> Any:
    return browser_of_learner.get


@pytest.mark.parametrize("path", ["/quizzes/\udcff/", "/quizzes/%ff/", "/attempts/%00/", "/%c0%ae%c0%ae/etc/passwd"])
def test_b20_an_address_that_is_no_text_is_not_found(get: Any, path: str) -> None:
    response = get(path.encode("utf-8", "surrogateescape").decode("latin-1"))
    assert response.status_code in (400, 404)
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["page=%ff", "page=abc", "page=-1", "page=1000000000", "page=" + "9" * 5000, "page=%00"]
)
def test_b22_a_page_that_does_not_exist_is_the_first_or_the_last(get: Any, query: str) -> None:
    assert get(f"/attempts/?{query}").status_code == 200
    assert get(f"/quizzes/?{query}").status_code == 200


def test_b29_of_a_parameter_that_is_repeated_the_last_counts(get: Any) -> None:
    for _number in range(25):
        factories.quiz(0)
    assert is_second(get("/quizzes/?page=2"))
    assert is_second(get("/quizzes/?page=1&page=2"))
    assert not is_second(get("/quizzes/?page=2&page=1"))


def is_second(page: Any) -> bool:
    return "Page 2 of 2" in page.content.decode()


def test_b29_of_a_form_field_that_stands_there_twice_the_last_counts(
    browser_of_learner: Client, learner: User, now: datetime
) -> None:
    attempt = factories.attempt(learner, factories.quiz(3), now=now)
    form = {"q1-choice": "1", "q1-revision": "0", "page": ["2", "1"]}
    response = browser_of_learner.post(f"/attempts/{attempt.pk}/questions/3/turn/", form)
    assert (response.status_code, response["Location"]) == (302, f"/attempts/{attempt.pk}/questions/3/")
    assert attempt.answers.get(slot=1).response == 1


def test_b29_a_second_answer_to_a_question_with_one_is_refused(
    browser_of_learner: Client, learner: User, now: datetime
) -> None:
    attempt = factories.attempt(learner, factories.quiz(3), now=now)
    form = {"q1-choice": ["0", "1"], "q1-revision": "0"}
    response = browser_of_learner.post(f"/attempts/{attempt.pk}/questions/1/", form)
    assert (response.status_code, "Only one answer" in response.content.decode()) == (409, True)
    assert attempt.answers.get(slot=1).response is None


@pytest.mark.parametrize("query", ["sort=password", "sort=__class__", "user__password=x", "topic=%00", "q=%ff&q=%00"])
def test_b23_an_order_or_a_filter_that_is_not_offered_changes_nothing(get: Any, query: str) -> None:
    assert get(f"/quizzes/?{query}").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https:evil.example", "\\\\evil.example", "javascript:alert(1)"])
def test_b24_logging_in_leads_to_no_other_site(client: Client, learner: User, target: str) -> None:
    learner.set_password("a very long sentence 9")
    learner.save()
    fields = {"login": learner.username, "password": "a very long sentence 9", "next": target}
    response = client.post("/accounts/login/", fields)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_b25_another_host_is_refused(get: Any) -> None:
    assert get("/quizzes/", headers={"host": "evil.example"}).status_code == 400


def test_b26_an_odd_language_or_cookie_stops_nobody(client: Client, learner: User) -> None:
    client.force_login(learner)
    client.cookies["time_zone"] = "../../etc/passwd"
    client.cookies["csrftoken"] = "\\" * 200
    assert client.get("/quizzes/", headers={"accept-language": "*;q=" + "9" * 5000}).status_code == 200


def test_b27_too_many_fields_or_files_get_a_sentence(browser_of_learner: Client) -> None:
    fields = browser_of_learner.post("/accounts/login/", {f"field-{number}": "x" for number in range(1_001)})
    assert (fields.status_code, "at most 1000 fields" in fields.content.decode()) == (400, True)
    many = {f"file-{number}": SimpleUploadedFile("a.csv", b"x") for number in range(101)}
    files = browser_of_learner.post("/accounts/login/", many)
    assert (files.status_code, "at most" in files.content.decode()) == (400, True)


def test_a_form_that_was_open_for_too_long_leads_back_to_its_own_page(learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    here = "http://testserver/account/"
    text = client.post("/account/", headers={"referer": here}).content.decode()
    assert f'href="{here}">Reload</a>' in text
    for elsewhere in ("http://evil.example/account/", ""):
        text = client.post("/account/", headers={"referer": elsewhere}).content.decode()
        assert "Reload the page" in text
        assert ">Reload</a>" not in text
