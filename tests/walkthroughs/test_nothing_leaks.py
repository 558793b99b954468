"""Right answers, feedback and explanations never leave the server before they may be seen: sentinels in every type,
every response a student can get in every state of an attempt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from quizzes import question_types
from quizzes.models import Assignment, Attempt, Classroom, Question, Quiz, User
from quizzes.question_types.base import QuestionType
from quizzes.services import deadlines
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED

SENTINEL = "sentinel-that-nobody-may-see"
SECRET_FIELDS = {"explanation", "feedback", "feedback_true", "feedback_false", "feedback_wrong", "model_answer"}


def planted(value: Any) -> Any:
    """A spec with the sentinel in every secret text, and as one more accepted answer."""
    if isinstance(value, dict):
        found = {name: SENTINEL if name in SECRET_FIELDS else planted(part) for name, part in value.items()}
        if isinstance(found.get("answers"), list):
            found["answers"].append({"text": SENTINEL, "fraction": 1, "feedback": SENTINEL})
        return found
    if isinstance(value, (list, tuple)):
        return [planted(part) for part in value]
    return value


def planted_question(kind: QuestionType[Any]) -> Question:
    spec = planted(json.loads(json.dumps(kind.examples[0].spec, default=str)))
    spec["explanation"] = SENTINEL
    row = factories.question(spec, type=kind.key)
    source = factories.source()
    row.places.create(source=source, paragraph=1, evidence="some words")
    return row


@pytest.fixture
def questions(db: None) -> list[Question]:
    return [planted_question(kind) for kind in question_types.all_types()]


def pages(client: Client, attempt: Attempt, quiz: Quiz) -> Iterator[tuple[str, str]]:
    """Every address a student can ask with GET, and what it says."""
    slots = attempt.answers.count()
    at = f"/attempts/{attempt.pk}/"
    addresses = [
        "/",
        "/quizzes/",
        f"/quizzes/{quiz.slug}/",
        "/attempts/",
        at,
        *(f"{at}questions/{slot}/" for slot in range(1, slots + 1)),
        *(f"{at}{name}/" for name in ("all", "summary", "result", "state", "timeline", "deadline")),
        "/sources/source/",
        "/topics/topic/",
    ]
    if attempt.assignment:
        addresses += ["/classrooms/", f"/classrooms/{attempt.assignment.classroom_id}/"]
    for address in addresses:
        yield address, client.get(address, follow=True).content.decode()


def save(client: Client, attempt: Attempt, slot: int, revision: int) -> str:
    body = {"slot": slot, "revision": revision, "answer": {}}
    return client.post(
        f"/attempts/{attempt.pk}/save/", json.dumps(body), content_type="application/json"
    ).content.decode()


def leaks(client: Client, attempt: Attempt, quiz: Quiz) -> list[str]:
    return [address for address, text in pages(client, attempt, quiz) if SENTINEL in text]


def start(client: Client, quiz: Quiz, assignment: Assignment | None = None) -> Attempt:
    client.post(f"/quizzes/{quiz.slug}/start/", {"assignment": assignment.pk} if assignment else {})
    return Attempt.objects.get(quiz=quiz)


def test_the_sentinels_are_planted_in_every_type(questions: list[Question]) -> None:
    assert len(questions) == len(question_types.all_types()) == 9
    assert all(json.dumps(row.ready_version.spec).count(SENTINEL) >= 1 for row in questions if row.ready_version)


def test_nothing_shows_while_a_homework_is_in_progress_and_everything_after(
    client: Client, learner: User, questions: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(questions, feedback="homework")
    client.force_login(learner)
    with stopped_at(now):
        attempt = start(client, quiz)
        assert leaks(client, attempt, quiz) == []
        for slot in range(1, len(questions) + 1):
            assert SENTINEL not in save(client, attempt, slot, revision=1)
            assert SENTINEL not in save(
                client, attempt, slot, revision=1
            )  # the reply to a stale save shows what is stored
        assert SENTINEL not in client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED).content.decode()
        assert f"/attempts/{attempt.pk}/result/" in leaks(client, attempt, quiz)


def test_what_was_shown_is_hidden_again_while_an_attempt_is_reopened(
    client: Client, learner: User, instructor: User, questions: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(questions, feedback="homework")
    client.force_login(learner)
    with stopped_at(now):
        attempt = start(client, quiz)
        client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        assert f"/attempts/{attempt.pk}/result/" in leaks(client, attempt, quiz)
        deadlines.reopen(attempt, due_at=None, reason="a fire drill", actor=instructor, now=now)
        assert leaks(client, attempt, quiz) == []
        assert SENTINEL not in save(client, attempt, 1, revision=1)


def test_nothing_of_an_examination_shows_before_it_has_closed_for_the_last_member(
    client: Client, learner: User, stranger: User, classroom: Classroom, questions: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(questions, feedback="exam", is_open_to_all=False)
    closes = now + timedelta(hours=2)
    assignment = factories.assignment(classroom, quiz, opens_at=now, closes_at=closes)
    factories.member(classroom, stranger)
    factories.accommodation(assignment, stranger, now=now, closes_at=closes + timedelta(hours=1))
    client.force_login(learner)
    with stopped_at(now + timedelta(minutes=1)):
        attempt = start(client, quiz, assignment)
        client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        assert leaks(client, attempt, quiz) == []
        assert "0 of" not in client.get(f"/attempts/{attempt.pk}/result/").content.decode()
        assert SENTINEL not in save(client, attempt, 1, revision=1)  # refused, with what is stored
    with stopped_at(closes):
        assert leaks(client, attempt, quiz) == []  # one member still has an hour
    with stopped_at(closes + timedelta(hours=1)):
        assert f"/attempts/{attempt.pk}/result/" in leaks(client, attempt, quiz)


def test_a_survey_never_shows_anything(client: Client, learner: User, questions: list[Question], now: datetime) -> None:
    quiz = factories.quiz(questions, feedback="survey")
    client.force_login(learner)
    with stopped_at(now):
        attempt = start(client, quiz)
        client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
    with stopped_at(now + timedelta(days=400)):
        assert leaks(client, attempt, quiz) == []


def test_practice_shows_only_what_was_checked(
    client: Client, learner: User, questions: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(questions, feedback="practice")
    client.force_login(learner)
    with stopped_at(now):
        attempt = start(client, quiz)
        assert leaks(client, attempt, quiz) == []
        client.post(f"/attempts/{attempt.pk}/questions/1/check/", {"q1-revision": "0"})
        assert leaks(client, attempt, quiz) == []  # it was not right, and the answer was not asked for
        client.post(f"/attempts/{attempt.pk}/questions/1/show/")
        at = f"/attempts/{attempt.pk}/"
        assert set(leaks(client, attempt, quiz)) == {at, f"{at}questions/1/", f"{at}all/", f"{at}result/"}


def test_a_stranger_sees_no_attempt_in_any_state(
    client: Client, learner: User, stranger: User, questions: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(questions, feedback="homework", is_open_to_all=False)
    given = factories.assignment(factories.classroom(students=[learner]), quiz)
    attempt = factories.attempt(learner, quiz, assignment=given, now=now, submit=True)
    client.force_login(stranger)
    at = f"/attempts/{attempt.pk}/"
    names = ("", "questions/1/", "all/", "summary/", "result/", "state/", "timeline/", "deadline/")
    assert {client.get(at + name).status_code for name in names} == {404}
    assert client.post(f"{at}submit/").status_code == 404
    assert client.get(f"/quizzes/{quiz.slug}/").status_code == 404
    assert SENTINEL not in save(client, attempt, 1, revision=1)
