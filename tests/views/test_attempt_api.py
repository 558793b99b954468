"""The answer API (B01–B16 of the list of bad inputs): what is refused, with which sentence; what is acknowledged."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Attempt, User
from quizzes.services import attempts, deadlines
from tests import factories
from tests.clocks import Clock

GOOD: dict[str, Any] = {"slot": 1, "revision": 1, "answer": {"choice": ["0"]}}
SHORT: dict[str, Any] = {"stem": "Name it.", "answers": [{"text": "peace"}]}


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def attempt(learner: User, now: datetime) -> Attempt:
    """Twenty questions in 40 minutes."""
    return attempts.start(learner, factories.quiz(20, time_limit=40), now=now)


@pytest.fixture
def phone(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def post(phone: Client, attempt: Attempt | int, body: Any, **extra: Any) -> Any:
    pk = attempt if isinstance(attempt, int) else attempt.pk
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    content_type = extra.pop("content_type", "application/json")
    url = reverse("quizzes:attempt_save", args=[pk])
    return phone.generic("POST", url, content, content_type, CONTENT_TYPE=content_type, **extra)


def test_a_save_is_acknowledged_with_the_seconds_left(phone: Client, attempt: Attempt) -> None:
    response = post(phone, attempt, GOOD)
    assert response.status_code == 200
    saved = {"slot": 1, "revision": 1, "saved": "9:00 a.m.", "late_by_ms": 0}
    assert response.json() == {**saved, "seconds_left": 2400.0, "remarks": []}
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_save_takes_three_statements_all_told(
    phone: Client, attempt: Attempt, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    phone.get(reverse("quizzes:attempt", args=[attempt.pk]), follow=True)
    with django_assert_max_num_queries(3) as captured:  # the person, the questions of the attempt, the save
        assert post(phone, attempt, GOOD).status_code == 200
    assert [query["sql"].split()[0] for query in captured.captured_queries] == ["SELECT", "SELECT", "UPDATE"]


class Bad(NamedTuple):
    body: Any
    status: int
    words: str  # of the sentence that refuses it
    id: str


BAD = [
    Bad("{oops", 400, "not valid JSON (line 1, column 2)", id="B01 not JSON"),
    Bad("", 400, "not valid JSON (line 1, column 1)", id="B02 empty"),
    Bad("null", 400, "must be a JSON object", id="B03 null"),
    Bad("[]", 400, "must be a JSON object", id="B03 list"),
    Bad("7", 400, "must be a JSON object", id="B03 number"),
    Bad('{"slot": 1e400, "revision": 1, "answer": {}}', 400, "slot must be a whole number", id="B04 1e400"),
    Bad('{"slot": NaN, "revision": 1, "answer": {}}', 400, "not valid JSON", id="B04 NaN"),
    Bad('{"slot": Infinity, "revision": 1, "answer": {}}', 400, "not valid JSON", id="B04 Infinity"),
    *(
        Bad(GOOD | {"slot": slot}, 400, "slot must be a whole number from 1 to 20", id=f"B05 {slot!r}")
        for slot in (0, -1, 21, "1", True, 1.5, None, 2**63, 2**64)
    ),
    Bad('{"slot": ' + "9" * 5000 + "}", 400, "not valid JSON", id="B05 5000 digits"),
    Bad(GOOD | {"answer": {"choice": ["9"]}}, 400, "not an option of this question", id="B06"),
    Bad(GOOD | {"answer": {"choice": ["-1"]}}, 400, "not an option of this question", id="B06 negative"),
    Bad(GOOD | {"answer": {"choice": ["１"]}}, 400, "not an option of this question", id="B06 full width"),
    Bad(GOOD | {"answer": {"choice": ["0", "1"]}}, 400, "Only one answer", id="B07 two choices"),
    Bad(GOOD | {"answer": {"choice": ["0", "0"]}}, 400, "Only one answer", id="B08 twice the same"),
    Bad(GOOD | {"answer": {"choice": ["x" * 2**20]}}, 413, "at most 40,000", id="B09 1 MB"),
    Bad(GOOD | {"answer": {"choice": ["\x00"]}}, 400, "cannot be stored", id="B10 NUL"),
    Bad('{"slot": 1, "revision": 1, "answer": {"choice": ["\\ud800"]}}', 400, "cannot be stored", id="B10 surrogate"),
    *(
        Bad(GOOD | {name: 1}, 400, f"Unknown field “{name}”", id=f"B13 {name}")
        for name in ("score", "state", "deadline", "user", "is_correct")
    ),
    Bad(GOOD | {"answer": {"text": ["0"]}}, 400, "no field “text”", id="field of another type"),
    Bad(GOOD | {"answer": {"choice": 0}}, 400, "must be texts", id="a number for a text"),
    Bad(GOOD | {"answer": {"choice": [None]}}, 400, "must be texts", id="null for a text"),
    Bad(GOOD | {"answer": {"choice": {"a": "b"}}}, 400, "must be texts", id="an object for a text"),
    Bad(GOOD | {"answer": {"../../etc": ["0"]}}, 400, "no question has", id="a name that is none"),
    Bad(GOOD | {"answer": {f"gap-{n}": ["0"] for n in range(65)}}, 400, "at most 64 fields", id="65 fields"),
    Bad(GOOD | {"answer": {"choice": ["0"] * 33}}, 400, "at most 32 values", id="33 values"),
    Bad(GOOD | {"answer": None}, 400, "answer must be an object", id="no answer"),
    Bad(GOOD | {"answer": "0"}, 400, "answer must be an object", id="a text for the answer"),
    *(
        Bad(GOOD | {"revision": revision}, 400, "revision must be a whole number", id=f"B14 {revision!r}")
        for revision in (None, 0, -1, True, "1", 2**53, 2**63)
    ),
    Bad(b"\xff\xfe", 400, "not UTF-8 (byte 0)", id="not UTF-8"),
    Bad("[" * 100_000, 400, "not valid JSON", id="nested 100,000 deep"),
    Bad("x" * 2_200_000, 413, "larger than", id="2 MB"),
]


def test_bad_requests_are_refused_with_a_sentence(phone: Client, attempt: Attempt) -> None:
    found = {}
    for bad in BAD:
        response = post(phone, attempt, bad.body)
        if response.status_code != bad.status or bad.words not in response.json()["message"]:
            found[bad.id] = (response.status_code, response.content[:300])
    assert found == {}
    assert not attempt.answers.exclude(revision=0).exists()


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"slot": 1, "slot": 2, "revision": 1, "answer": {"choice": ["0"]}}', "slot"),
        ('{"slot": 1, "revision": 1, "answer": {"choice": ["0"]}, "revision": 1}', "revision"),
        ('{"slot": 1, "revision": 1, "answer": {"choice": ["0"], "choice": ["1"]}}', "choice"),
        ('{"score": 1, "score": 1}', "score"),
    ],
)
def test_b29_a_repeated_key_is_refused_by_its_name(phone: Client, attempt: Attempt, body: str, name: str) -> None:
    for address in ("attempt_save", "attempt_flag"):
        url = reverse(f"quizzes:{address}", args=[attempt.pk])
        response = phone.generic("POST", url, body, "application/json")
        assert (response.status_code, response.json()["where"]) == (400, name)
        assert response.json()["message"] == f"The field “{name}” stands there more than once."
    assert not attempt.answers.exclude(revision=0).exists()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_media_type_is_not_read(phone: Client, attempt: Attempt, content_type: str) -> None:
    response = post(phone, attempt, GOOD, content_type=content_type, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["error"]) == (415, "wrong_media_type")  # B15


def test_b16_foreign_missing_and_closed_attempts(
    phone: Client, attempt: Attempt, stranger: User, now: datetime
) -> None:
    foreign = attempts.start(stranger, factories.quiz(1), now=now)
    refusals = [post(phone, pk, GOOD) for pk in (foreign.pk, 10**6, 10**17)]
    assert [response.status_code for response in refusals] == [404, 404, 404]
    assert refusals[0].content == refusals[1].content
    attempts.submit(attempt, now=now)
    closed = post(phone, attempt, GOOD)
    assert (closed.status_code, closed.json()["error"]) == (409, "closed")
    assert "what was saved before counts" in closed.json()["message"]


def test_b21_a_number_no_database_holds_is_not_found(phone: Client, db: None) -> None:
    assert phone.get("/attempts/99999999999999999999/").status_code == 404
    assert phone.get("/attempts/99999999999999999999/state/").status_code == 404
    assert post(phone, 99999999999999999999, GOOD).status_code == 404


@pytest.mark.parametrize(
    "text", ["\u202eright to left", "zero\u200bwidth", "é" + "\u0301" * 200, "=1+1", "<b>", "{{7*7}}"]
)
def test_b11_odd_texts_are_stored_as_they_are_meant(phone: Client, learner: User, now: datetime, text: str) -> None:
    quiz = factories.quiz([factories.question(SHORT, type="short_answer")])
    row = attempts.start(learner, quiz, now=now)
    assert post(phone, row, GOOD | {"answer": {"text": [text]}}).status_code == 200
    assert attempts.submit(row, now=now).status == "graded"


def test_b14_a_lower_revision_is_told_the_stored_answer(phone: Client, attempt: Attempt) -> None:
    assert post(phone, attempt, GOOD | {"revision": 5}).status_code == 200
    response = post(phone, attempt, {"slot": 1, "revision": 4, "answer": {"choice": ["1"]}})
    assert (response.status_code, response.json()["error"]) == (409, "stale")
    assert (response.json()["revision"], response.json()["saved"]) == (5, "9:00 a.m.")
    assert "the key" in response.json()["answer"]
    assert 'name="q1-choice"' in response.json()["html"]


def test_a_replayed_request_is_acknowledged_again(phone: Client, attempt: Attempt) -> None:
    assert post(phone, attempt, GOOD).json() == post(phone, attempt, GOOD).json()
    assert attempt.events.filter(kind="saved").count() == 1


def test_b17_getting_a_posting_address_is_405(phone: Client, attempt: Attempt) -> None:
    for name in ("attempt_save", "attempt_flag", "attempt_submit"):
        assert phone.get(reverse(f"quizzes:{name}", args=[attempt.pk])).status_code == 405


def test_b18_without_a_token_nothing_is_saved(learner: User, attempt: Attempt) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(learner)
    assert post(careful, attempt, GOOD).status_code == 403
    assert not attempt.answers.exclude(revision=0).exists()


def test_b19_a_session_that_ended_is_a_401_in_json(client: Client, attempt: Attempt) -> None:
    response = post(client, attempt, GOOD)
    assert (response.status_code, response.json()["error"]) == (401, "logged_out")
    assert "answers are kept" in response.json()["message"]


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_b28_other_methods_have_no_effect(phone: Client, attempt: Attempt, method: str) -> None:
    response = getattr(phone, method)(reverse("quizzes:attempt_save", args=[attempt.pk]))
    assert response.status_code == 405
    forged = post(phone, attempt, GOOD, headers={"x-http-method-override": "DELETE"})
    assert forged.status_code == 200


def test_seconds_left_never_go_below_zero(phone: Client, attempt: Attempt, clock: Clock, now: datetime) -> None:
    clock.move_to(now + timedelta(minutes=40, seconds=2))
    body = post(phone, attempt, GOOD).json()
    assert (body["seconds_left"], body["late_by_ms"]) == (0.0, 2000)


def test_the_state_tells_the_time_left_and_what_other_devices_saved(phone: Client, attempt: Attempt) -> None:
    post(phone, attempt, GOOD | {"revision": 7})
    state = phone.get(reverse("quizzes:attempt_state", args=[attempt.pk])).json()
    assert (state["is_open"], state["seconds_left"], state["revisions"]["1"]) == (True, 2400.0, 7)
    assert state["csrf"]


def test_asking_for_the_state_takes_three_statements_whatever_the_length_of_the_attempt(
    phone: Client, attempt: Attempt, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        assert phone.get(reverse("quizzes:attempt_state", args=[attempt.pk])).status_code == 200


def test_the_state_of_an_overdue_attempt_says_when_it_ended(
    phone: Client, attempt: Attempt, clock: Clock, now: datetime
) -> None:
    clock.move_to(now + timedelta(minutes=41))
    state = phone.get(reverse("quizzes:attempt_state", args=[attempt.pk])).json()
    assert (state["is_open"], state["seconds_left"]) == (False, 0.0)
    assert state["message"] == "Time ran out at 9:40 a.m., and your saved answers were submitted."


def test_an_extension_reaches_a_running_page_with_the_next_reply(
    phone: Client, attempt: Attempt, instructor: User, now: datetime
) -> None:
    deadlines.extend(attempt, due_at=now + timedelta(hours=1), reason="alarm", actor=instructor, now=now)
    assert post(phone, attempt, GOOD).json()["seconds_left"] == 3600.0


@pytest.mark.parametrize("flagged", [True, False])
def test_flags_are_set_by_the_script(phone: Client, attempt: Attempt, flagged: bool) -> None:
    url = reverse("quizzes:attempt_flag", args=[attempt.pk])
    response = phone.post(url, {"slot": 2, "flagged": flagged}, content_type="application/json")
    assert response.json() == {"slot": 2, "flagged": flagged}
    assert attempt.answers.get(slot=2).is_flagged is flagged


@pytest.mark.parametrize("flagged", ["yes", 1, None])
def test_a_flag_is_true_or_false(phone: Client, attempt: Attempt, flagged: object) -> None:
    url = reverse("quizzes:attempt_flag", args=[attempt.pk])
    assert phone.post(url, {"slot": 2, "flagged": flagged}, content_type="application/json").status_code == 400


def test_nothing_of_the_key_is_in_any_reply_before_submission(
    phone: Client, learner: User, instructor: User, now: datetime
) -> None:
    """I7: sentinels planted in key, feedback and explanation stay on the server."""
    spec = factories.single_choice("What?")
    spec["explanation"] = "SENTINEL explanation"
    for option in spec["options"]:
        option["feedback"] = "SENTINEL feedback"
    row = attempts.start(learner, factories.quiz([factories.question(spec)]), now=now)
    post(phone, row, GOOD | {"revision": 3})
    replies = [post(phone, row, GOOD), post(phone, row, GOOD | {"answer": {"choice": ["1"]}})]
    for name in ("attempt_all", "attempt_summary", "attempt_state", "attempt_timeline", "attempt_deadline"):
        replies.append(phone.get(reverse(f"quizzes:{name}", args=[row.pk])))
    replies.append(phone.get(reverse("quizzes:attempt_question", args=[row.pk, 1])))
    assert [reply.status_code for reply in replies] == [409, 409, 200, 200, 200, 200, 200, 200]
    for reply in replies:
        assert b"SENTINEL" not in reply.content
        assert b'"correct' not in reply.content
