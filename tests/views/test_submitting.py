"""Handing in with questions unanswered asks once more: a slip must not cost an attempt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Attempt, Classroom, Quiz, User
from tests import factories
from tests.clocks import Clock
from tests.pages import browser, read


@pytest.fixture
def student(learner: User) -> Client:
    return browser(learner)


def started(learner: User, now: datetime, *, right: int = 0, **fields: Any) -> Attempt:
    return factories.attempt(learner, factories.quiz(3, **fields), now=now, right=right)


def submitted(student: Client, attempt: Attempt, **fields: str) -> Any:
    return student.post(f"/attempts/{attempt.pk}/submit/", fields)


def asked(student: Client, attempt: Attempt) -> str:
    """What handing in leads to."""
    return read(student.post(f"/attempts/{attempt.pk}/submit/", follow=True))


pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("allowed", "sentence"),
    [
        (3, "You have 2 attempts left after this."),
        (2, "You have 1 attempt left after this."),
        (1, "This is your last attempt."),
        (None, "You can take it again as often as you like."),
    ],
)
def test_with_questions_unanswered_it_asks_once_more_and_says_what_is_left(
    student: Client, learner: User, now: datetime, allowed: int | None, sentence: str
) -> None:
    attempt = started(learner, now, right=1, attempts_allowed=allowed)
    page = asked(student, attempt)
    assert "2 of 3 questions are unanswered. Submit anyway?" in page
    assert sentence in page
    assert Attempt.objects.get().is_in_progress


def test_the_attempts_left_are_those_of_the_assignment(
    student: Client, learner: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(2, attempts_allowed=1)
    given = factories.assignment(classroom, quiz, attempts_allowed=3)
    factories.accommodation(given, learner, now=now, attempts_allowed=5)
    factories.attempt(learner, quiz, now=now, submit=True)  # on their own
    factories.attempt(learner, quiz, now=now, submit=True, assignment=given)
    attempt = factories.attempt(learner, quiz, now=now, assignment=given)
    assert "You have 3 attempts left after this." in asked(student, attempt)


def test_once_confirmed_it_is_handed_in(student: Client, learner: User, now: datetime) -> None:
    attempt = started(learner, now)
    assert 'name="confirmed" value="yes"' in asked(student, attempt)
    assert submitted(student, attempt, confirmed="yes").headers["Location"] == f"/attempts/{attempt.pk}/result/"
    assert Attempt.objects.get().closed_by == "learner"


def test_with_every_question_answered_nothing_is_asked(student: Client, learner: User, now: datetime) -> None:
    attempt = started(learner, now, right=3)
    assert submitted(student, attempt).status_code == 302
    assert not Attempt.objects.get().is_in_progress


def test_when_time_is_over_nothing_is_asked(student: Client, learner: User, now: datetime, clock: Clock) -> None:
    attempt = started(learner, now, time_limit=40)
    clock.move_to(now + timedelta(minutes=40))
    assert submitted(student, attempt).status_code == 302
    assert Attempt.objects.get().closed_by == "deadline"


def test_an_attempt_handed_in_before_leads_to_its_result(student: Client, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(2), now=now, submit=True)
    assert submitted(student, attempt).status_code == 302


def test_unanswered_questions_stand_first_as_links_then_the_flagged(
    student: Client, learner: User, now: datetime
) -> None:
    attempt = started(learner, now, right=1)
    attempt.answers.filter(slot=1).update(is_flagged=True)
    for page in (read(student.get(f"/attempts/{attempt.pk}/summary/")), asked(student, attempt)):
        at = f'<a href="/attempts/{attempt.pk}/questions/'
        assert page.index("You can't change your answers") < page.index("<button class=")
        assert page.index(f'{at}2/"') < page.index(f'{at}3/"') < page.index('id="flagged"') < page.index(f'{at}1/"')


def test_on_one_page_the_numbers_lead_to_the_questions_there(student: Client, learner: User, now: datetime) -> None:
    attempt = started(learner, now, layout=Quiz.Layout.ALL)
    assert f'<a href="/attempts/{attempt.pk}/all/#question-2"' in asked(student, attempt)


def test_a_sequential_quiz_leads_only_to_the_question_it_has_reached(
    student: Client, learner: User, now: datetime
) -> None:
    attempt = started(learner, now, navigation="sequential")
    page = asked(student, attempt)
    assert f'<a href="/attempts/{attempt.pk}/questions/1/"' in page
    assert f'<a href="/attempts/{attempt.pk}/questions/2/"' not in page


def test_the_question_is_not_asked_where_nothing_is_unanswered_or_open(
    student: Client, learner: User, now: datetime
) -> None:
    attempt = started(learner, now, right=3)
    here = f"/attempts/{attempt.pk}/"
    assert student.get(f"{here}unanswered/").headers["Location"] == f"{here}summary/"
    submitted(student, attempt)
    assert "/result/" in student.get(f"{here}unanswered/", follow=True).redirect_chain[-1][0]


def test_a_stranger_is_asked_nothing(learner: User, stranger: User, now: datetime) -> None:
    assert submitted(browser(stranger), started(learner, now)).status_code == 404
