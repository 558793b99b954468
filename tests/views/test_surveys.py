"""A survey has no marks, and no page of a learner speaks of them."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from quizzes.models import Quiz, User
from quizzes.services import attempts
from tests import factories, saving
from tests.pages import browser, read

ESSAY = {"stem": "What should change?", "min_words": 1, "max_words": 50}


@pytest.fixture
def survey(db: None) -> Quiz:
    questions = [factories.question(), factories.question(ESSAY, type="essay")]
    return factories.quiz(questions, feedback="survey", pass_mark=50)


@pytest.fixture
def client(learner: User) -> Client:
    return browser(learner)


def test_the_rules_and_the_questions_of_a_survey_name_no_points(
    client: Client, learner: User, survey: Quiz, now: datetime
) -> None:
    rules = read(client.get(f"/quizzes/{survey.slug}/"))
    assert "A survey has no marks" in rules
    assert not any(words in rules for words in ("points)", "attempt counts", "Pass mark"))
    attempt = attempts.start(learner, survey, now=now)
    for slot in (1, 2):
        asked = read(client.get(f"/attempts/{attempt.pk}/questions/{slot}/"))
        assert "1 point" not in asked
        assert "Waiting for marking" not in asked


def test_a_survey_that_was_handed_in_waits_for_no_marks(
    client: Client, learner: User, survey: Quiz, now: datetime
) -> None:
    attempt = attempts.start(learner, survey, now=now)
    saving.save(attempt.pk, learner, slot=2, fields={"text": ["Nothing."]}, revision=1, now=now)
    attempts.submit(attempt, now=now)
    for path in ("/attempts/", f"/quizzes/{survey.slug}/", "/"):
        page = read(client.get(path))
        assert "urvey, no marks" in page
        assert not any(words in page for words in ("Waiting for marking", "to be marked", "after the quiz closes"))
    result = read(client.get(f"/attempts/{attempt.pk}/result/"))
    assert "Thank you for taking part" in result
    assert "Waiting for marking" not in result


def test_the_list_promises_no_result_of_a_survey(client: Client, learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(feedback="survey"), now=now, submit=True)
    page = read(client.get("/quizzes/"))
    assert "Survey, no marks" in page
    assert "Result after closing" not in page


@pytest.mark.parametrize(
    ("quiz_is", "assignment_is", "waits"),
    [("survey", "", 0), ("homework", "survey", 0), ("survey", "homework", 1), ("homework", "", 1)],
)
def test_nobody_is_asked_to_mark_a_survey(
    instructor: User, learner: User, now: datetime, quiz_is: str, assignment_is: str, waits: int
) -> None:
    room = factories.classroom(instructor=instructor, students=[learner])
    quiz = factories.quiz([factories.question(ESSAY, type="essay")], feedback=quiz_is)
    given = factories.assignment(room, quiz, feedback=assignment_is)
    attempt = attempts.start(learner, quiz, assignment=given, now=now)
    saving.save(attempt.pk, learner, slot=1, fields={"text": ["Nothing."]}, revision=1, now=now)
    attempts.submit(attempt, now=now)
    client = browser(instructor)
    assert ("Nothing to mark." in read(client.get("/marking/"))) is (waits == 0)
    assert ("Nothing to mark." in read(client.get("/"))) is (waits == 0)
