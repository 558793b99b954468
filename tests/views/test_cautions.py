"""Slips in assignments and exceptions: told before they are saved, with everything kept, and confirmed by a second press."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Accommodation, Assignment, Classroom, Quiz, User
from tests import factories
from tests.pages import browser, read

DAY = timedelta(days=1)
PAST = {"due_at": "2026-03-01T10:00"}
ASKED = "Is this what you want?"


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def teacher(instructor: User) -> Client:
    return browser(instructor)


@pytest.fixture
def quiz(db: None) -> Quiz:
    return factories.quiz(title="Diplomacy", attempts_allowed=3)


def assign(teacher: Client, classroom: Classroom, quiz: Quiz, **fields: Any) -> Any:
    filled = {"quiz": quiz.pk, "late_policy": "accept", **fields}
    return teacher.post(f"/classrooms/{classroom.pk}/assignments/new/", filled)


def test_a_due_date_in_the_past_is_told_and_what_was_typed_is_kept(
    teacher: Client, classroom: Classroom, quiz: Quiz
) -> None:
    page = read(assign(teacher, classroom, quiz, time_limit="37", **PAST))
    assert "It is due Sun, Mar 1, 10:00 a.m., which has passed." in page
    assert "Assign anyway" in page
    assert 'value="37"' in page
    assert not Assignment.objects.exists()


def test_assign_anyway_assigns(teacher: Client, classroom: Classroom, quiz: Quiz) -> None:
    assert 'name="told" value="past_due"' in read(assign(teacher, classroom, quiz, **PAST))
    assert assign(teacher, classroom, quiz, told=["past_due"], **PAST).status_code == 302
    assert Assignment.objects.count() == 1


def test_what_was_told_does_not_answer_for_another_slip(teacher: Client, classroom: Classroom, quiz: Quiz) -> None:
    factories.assignment(classroom, quiz)
    page = read(assign(teacher, classroom, quiz, told=["past_due"], **PAST))
    assert f"{classroom} has “Diplomacy” already. Students would find it twice." in page


def test_a_quiz_whose_assignment_is_over_can_be_given_again(
    teacher: Client, classroom: Classroom, quiz: Quiz, now: datetime
) -> None:
    factories.assignment(classroom, quiz, opens_at=now - 3 * DAY, closes_at=now - DAY)
    assert assign(teacher, classroom, quiz).status_code == 302


@pytest.mark.parametrize(
    ("settings", "fields", "is_told"),
    [
        ({"attempts_allowed": None}, {}, True),
        ({"attempts_allowed": None, "counting": "latest"}, {}, True),
        ({"attempts_allowed": None, "feedback": "exam"}, {"feedback": "homework"}, True),
        ({"attempts_allowed": None}, {"attempts_allowed": "2"}, False),
        ({"attempts_allowed": None, "counting": "first"}, {}, False),
        ({"attempts_allowed": None, "feedback": "practice"}, {}, False),
        ({"attempts_allowed": None, "feedback": "survey"}, {}, False),
    ],
)
def test_terms_that_give_the_answers_away_are_told(
    teacher: Client, classroom: Classroom, settings: dict[str, Any], fields: dict[str, str], is_told: bool
) -> None:
    response = assign(teacher, classroom, factories.quiz(**settings), **fields)
    assert response.status_code == (200 if is_told else 302)
    assert ("they can copy the answers" in response.content.decode()) == is_told


def test_changing_an_assignment_tells_only_what_is_new(
    teacher: Client, classroom: Classroom, quiz: Quiz, now: datetime
) -> None:
    given = factories.assignment(classroom, quiz, due_at=now - 2 * DAY)
    here, fields = f"/assignments/{given.pk}/edit/", {"late_policy": "accept", "attempts_allowed": "1"}
    assert ASKED in read(teacher.post(here, fields | PAST))
    assert teacher.post(here, fields | {"due_at": "2026-02-28T09:00"}).status_code == 302


def exception(teacher: Client, given: Assignment, learner: User, **fields: Any) -> Any:
    member = given.classroom.memberships.get(user=learner)
    return teacher.post(f"/assignments/{given.pk}/accommodations/{member.pk}/", {"reason": "a broken arm", **fields})


def test_an_exception_that_is_over_is_told(teacher: Client, classroom: Classroom, quiz: Quiz, learner: User) -> None:
    given = factories.assignment(classroom, quiz)
    page = read(exception(teacher, given, learner, **PAST))
    assert "It is due Sun, Mar 1, 10:00 a.m. for this student, which has passed." in page
    assert "a broken arm" in page
    assert not Accommodation.objects.exists()
    assert exception(teacher, given, learner, told=["past_due_at"], **PAST).status_code == 302


@pytest.mark.parametrize("fields", [{"closes_at": "2026-03-03T10:00"}, {"opens_at": "2026-03-09T10:00"}])
def test_an_exception_that_ends_before_it_begins_for_the_class_is_refused(
    teacher: Client, classroom: Classroom, quiz: Quiz, learner: User, now: datetime, fields: dict[str, str]
) -> None:
    given = factories.assignment(classroom, quiz, opens_at=now + 2 * DAY, closes_at=now + 4 * DAY)
    assert "It would close before it opens for this student." in read(exception(teacher, given, learner, **fields))
    assert not Accommodation.objects.exists()
