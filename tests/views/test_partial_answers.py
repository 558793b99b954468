"""Plain forms keep what cannot be read or stored: whole, in its own field, with a sentence there."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Answer, Attempt, User
from quizzes.services import attempts
from tests import factories
from tests.browser import samples
from tests.question_types.cards import Controls

TOO_LONG = "3,007 characters too many; this answer may have at most 40,000."
OF_A_FIELD = "42,507 characters too many; this answer may have at most 500."


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def phone(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def began(learner: User, *types: str, now: datetime, **fields: Any) -> Attempt:
    return attempts.start(learner, samples.quiz(*types, **fields), now=now)


def send(phone: Client, attempt: Attempt, slot: int = 0, *, verb: str = "", **fields: str) -> Any:
    """Press a button of a question's page, or of the one page, as it stands with `fields` changed: q1_text="…"."""
    page = f"/attempts/{attempt.pk}/" + (f"questions/{slot}/" if slot else "all/")
    changed = {name.replace("_", "-"): value for name, value in fields.items()}
    where = f"{page}{verb}" if slot else f"/attempts/{attempt.pk}/{verb or 'all/'}"
    return phone.post(where, {**shown(phone.get(page)), **changed, "page": str(slot or "all")})


def words(page: Any) -> str:
    """The page without the words that its script may say."""
    text = re.sub(r'<template id="words">.*?</template>', "", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


def shown(page: Any) -> dict[str, list[str]]:
    """What the fields of the questions hold on a page."""
    found = Controls(page.content.decode()).fields.items()
    return {name: [value.removeprefix("\n") for value in values] for name, values in found if re.match(r"q\d+-", name)}


def field(page: Any, name: str) -> dict[str, str | None]:
    return next(control for control in Controls(page.content.decode()).controls if control.get("name") == name)


def said_at(page: Any, name: str) -> str:
    """The sentences that describe a field."""
    ids = (field(page, name).get("aria-describedby") or "").split()
    found = [re.search(rf'id="{one}"[^>]*>([^<]*)<', page.content.decode()) for one in ids]
    return " ".join(one[1].strip() for one in found if one)


def response(attempt: Attempt, slot: int = 1) -> Any:
    return Answer.objects.get(attempt=attempt, slot=slot).response


# Too long ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "name", "before"),
    [
        ("short_answer", "q1_text", "DPO"),
        ("numeric", "q1_text", "36"),
        ("essay", "q1_text", "Consent matters."),
        ("cloze", "q1_gap_0", "UNTSO"),
    ],
)
def test_a_text_that_is_too_long_stands_whole_in_its_own_field_and_what_was_saved_stays(
    phone: Client, learner: User, now: datetime, type: str, name: str, before: str
) -> None:
    attempt = began(learner, type, now=now)
    send(phone, attempt, 1, **{name: before})
    kept = response(attempt)
    text = "1" * 43_006 + "é"
    page = send(phone, attempt, 1, verb="advance/", **{name: text})
    name = name.replace("_", "-")
    assert page.status_code == 409
    assert shown(page)[name] == [text]
    assert (TOO_LONG if type == "essay" else OF_A_FIELD) in said_at(page, name)
    assert field(page, name)["aria-invalid"] == "true"
    assert field(page, name)["data-stored"] == before  # for the script
    assert response(attempt) == kept
    assert "You had entered" not in page.content.decode()


def test_a_gap_that_is_too_long_keeps_the_others_and_its_own_last_text(
    phone: Client, learner: User, now: datetime
) -> None:
    attempt = began(learner, "cloze", now=now)
    send(phone, attempt, 1, verb="advance/", q1_gap_0="UNTSO")
    page = send(phone, attempt, 1, verb="advance/", q1_gap_0="x" * 43_007, q1_gap_1="1948", q1_gap_2="1")
    assert response(attempt) == ["UNTSO", "1948", 1]
    assert shown(page)["q1-gap-0"] == ["x" * 43_007]
    assert shown(page)["q1-gap-1"] == ["1948"]
    assert f"Gap 1: {OF_A_FIELD}" in said_at(page, "q1-gap-0")
    assert said_at(page, "q1-gap-1") == ""


@pytest.mark.parametrize(("type", "name"), [("single_choice", "q1_choice"), ("matching", "q1_left_0")])
def test_a_text_in_place_of_a_choice_is_refused_in_the_same_words(
    phone: Client, learner: User, now: datetime, type: str, name: str
) -> None:
    attempt = began(learner, type, now=now)
    page = send(phone, attempt, 1, verb="advance/", **{name: "x" * 43_007})
    assert (page.status_code, response(attempt)) == (409, None)


def test_lengths_count_what_is_stored(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "essay", now=now)
    lines = "\r\n".join(["e\u0301" * 3_999] * 10)  # 10 × 3,999 letters and 9 line breaks
    assert send(phone, attempt, 1, verb="advance/", q1_text=lines).status_code == 302
    assert len(response(attempt)) == 39_999


def test_the_same_text_made_shorter_goes_on(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "essay", "short_answer", now=now)
    send(phone, attempt, 1, verb="advance/", q1_text="x" * 40_001)
    page = send(phone, attempt, 1, verb="advance/", q1_text="x" * 40_000)
    assert (page.status_code, page.url) == (302, f"/attempts/{attempt.pk}/questions/2/")
    assert response(attempt) == "x" * 40_000


def test_on_one_page_the_other_questions_are_saved(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "essay", "short_answer", now=now, layout="all")
    page = send(phone, attempt, verb="review/", q1_text="x" * 43_007, q2_text="DPO")
    assert (page.status_code, response(attempt, 1), response(attempt, 2)) == (409, None, "DPO")
    assert shown(page)["q1-text"] == ["x" * 43_007]


# Unread --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "fields", "name", "sentence"),
    [
        ("numeric", {"q1_text": "about 36"}, "q1-text", "Enter the number alone"),
        ("numeric", {"q1_text": "1" * 501}, "q1-text", "1 character too many; this answer may have at most 500."),
        ("short_answer", {"q1_text": "x" * 501}, "q1-text", "1 character too many; this answer may have at most 500."),
        ("cloze", {"q1_gap_0": "UNTSO", "q1_gap_1": "about 1948"}, "q1-gap-1", "Gap 2: Enter the number alone"),
        ("ordering", {"q1_place_0": "1", "q1_place_1": "9"}, "q1-place-1", "A place is a whole number from 1 to 4."),
        ("ordering", {"q1_place_0": "2", "q1_place_1": "2"}, "q1-place-1", "Two elements have the place 2;"),
        ("ordering", {"q1_place_0": "1", "q1_place_1": "1" * 11}, "q1-place-1", "A place is a whole number"),
    ],
)
def test_what_cannot_be_read_is_shown_once_more_and_a_second_press_goes_on(
    phone: Client, learner: User, now: datetime, type: str, fields: dict[str, str], name: str, sentence: str
) -> None:
    attempt = began(learner, type, "true_false", now=now)
    page = send(phone, attempt, 1, verb="advance/", **fields)
    assert page.status_code == 200
    assert sentence in said_at(page, name)
    assert field(page, name)["aria-invalid"] == "true"
    assert "press again to go on" in words(page)
    assert "Saved, but can't be read" in words(page)
    assert response(attempt) is not None

    again = phone.post(page.request["PATH_INFO"], shown(page))
    assert (again.status_code, again.url) == (302, f"/attempts/{attempt.pk}/questions/2/")


def test_without_way_back_one_is_told_before_going_on(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "numeric", "true_false", now=now, navigation="sequential")
    assert send(phone, attempt, 1, verb="advance/", q1_text="about 36").status_code == 200
    assert send(phone, attempt, 1, verb="advance/", q1_text="36").url == f"/attempts/{attempt.pk}/questions/2/"
    assert response(attempt) == "36"


@pytest.mark.parametrize("verb", ["", "flag/"])
def test_a_button_that_stays_on_the_page_needs_no_second_press(
    phone: Client, learner: User, now: datetime, verb: str
) -> None:
    attempt = began(learner, "numeric", now=now)
    assert send(phone, attempt, 1, verb=verb, q1_text="about 36").status_code == 302
    page = phone.get(f"/attempts/{attempt.pk}/questions/1/")
    assert "Enter the number alone" in said_at(page, "q1-text")
    assert "press again to go on" not in words(page)


def test_a_practice_check_waits_until_one_has_been_told(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "numeric", now=now, feedback="practice")
    send(phone, attempt, 1, verb="show/", q1_text="about 36")
    assert not Answer.objects.get(attempt=attempt).is_checked
    send(phone, attempt, 1, verb="show/")
    assert Answer.objects.get(attempt=attempt).is_checked


def test_the_summary_names_what_cannot_be_read_and_leads_there(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "numeric", "short_answer", "cloze", now=now, layout="all")
    send(phone, attempt, q1_text="about 36", q2_text="DPO", q3_gap_1="then")
    text = words(phone.get(f"/attempts/{attempt.pk}/summary/"))
    told = re.search(r"<p[^>]*data-unread>(.*?)</p>", text)
    assert told
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', told[1])
    assert links == [(f"/attempts/{attempt.pk}/questions/{n}/", f"question {n}") for n in (1, 3)]
    assert text.count("can't be read\"") == 2
    assert text.count(', answered"') == 1


def test_a_summary_with_nothing_unread_says_nothing_of_it(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "numeric", now=now)
    send(phone, attempt, 1, verb="advance/", q1_text="36")
    assert "data-unread" not in phone.get(f"/attempts/{attempt.pk}/summary/").content.decode()


# The reply to a save -------------------------------------------------------------------------------------------------


def save(phone: Client, attempt: Attempt, revision: int, **answer: str) -> Any:
    fields = {name.replace("_", "-"): [value] for name, value in answer.items()}
    body = {"slot": 1, "revision": revision, "answer": fields}
    return phone.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")


def test_the_reply_to_a_save_says_what_cannot_be_read_and_where(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "cloze", now=now)
    remarks = save(phone, attempt, 1, gap_0="UNTSO", gap_1="about 1948").json()["remarks"]
    message = "Gap 2: Enter the number alone, without “about”."
    assert remarks == [{"field": "gap-1", "message": message, "is_unread": True}]
    assert response(attempt) == ["UNTSO", "about 1948", None]
    assert save(phone, attempt, 2, gap_0="UNTSO", gap_1="1948").json()["remarks"] == []


def test_a_stale_save_is_told_the_remarks_of_what_is_stored(phone: Client, learner: User, now: datetime) -> None:
    attempt = began(learner, "numeric", now=now)
    save(phone, attempt, 5, text="about 36")
    stale = save(phone, attempt, 5, text="36")
    assert stale.status_code == 409
    assert [remark["field"] for remark in stale.json()["remarks"]] == ["text"]


def test_nothing_of_the_key_is_in_the_remarks(phone: Client, learner: User, now: datetime) -> None:
    several = factories.question({"stem": "How many?", "value": "1200"}, type="numeric")
    attempt = attempts.start(learner, factories.quiz([several]), now=now)
    right, wrong = (save(phone, attempt, n, text=text).json()["remarks"] for n, text in ((1, "1,200"), (2, "1,300")))
    assert [row["message"].replace("2", "3") for row in right] == [row["message"].replace("2", "3") for row in wrong]
    assert right[0]["is_unread"] is False
