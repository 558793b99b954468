"""What an assistant, who may be a fellow student, does not see: e-mail addresses, and why someone has an exception."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, User
from quizzes.services import assignments, attempts
from tests import factories
from tests.clocks import stopped_at

ADDRESS, REASON = "lea@example.org", "SECRETREASON dyslexia"


@pytest.fixture
def assistant(classroom: Classroom) -> User:
    person = factories.user("assistant")
    factories.member(classroom, person, role="assistant")
    return person


@pytest.fixture
def assignment(classroom: Classroom) -> Assignment:
    return factories.assignment(classroom, factories.quiz(2, time_limit=20))


@pytest.fixture
def attempt(assignment: Assignment, learner: User, instructor: User, now: datetime) -> Attempt:
    """One of the learner, whose time was then extended by an exception with a reason."""
    User.objects.filter(pk=learner.pk).update(email=ADDRESS)
    found = attempts.start(learner, assignment.quiz, assignment=assignment, now=now)
    membership = assignment.classroom.memberships.get(user=learner)
    assignments.grant(assignment, membership, time_limit=60, reason=REASON, actor=instructor, now=now)
    return found


@pytest.fixture
def paths(attempt: Attempt, assignment: Assignment, learner: User) -> dict[str, str]:
    room = f"/classrooms/{assignment.classroom_id}"
    seat = assignment.classroom.memberships.get(user=learner)
    return {
        "members": f"{room}/members/",
        "member": f"{room}/members/{seat.pk}/",
        "assignment": f"/assignments/{assignment.pk}/",
        "timeline": f"/attempts/{attempt.pk}/timeline/",
        "deadline": f"/attempts/{attempt.pk}/deadline/",
    }


def seen(client: Client, user: User, path: str, now: datetime) -> str:
    client.force_login(user)
    with stopped_at(now + timedelta(minutes=1)):
        response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["members", "member"])
def test_addresses_are_for_instructors(
    client: Client, paths: dict[str, str], assistant: User, instructor: User, now: datetime, name: str
) -> None:
    assert ADDRESS in seen(client, instructor, paths[name], now)
    assert ADDRESS not in seen(client, assistant, paths[name], now)


def test_a_search_tells_an_assistant_nothing_of_addresses(
    client: Client, paths: dict[str, str], assistant: User, instructor: User, now: datetime
) -> None:
    search = f"{paths['members']}?q=lea@example"
    assert "1 member" in seen(client, instructor, search, now)
    assert "1 member" not in seen(client, assistant, search, now)


@pytest.mark.parametrize("name", ["assignment", "timeline", "deadline"])
def test_reasons_of_exceptions_are_for_instructors(
    client: Client, paths: dict[str, str], assistant: User, instructor: User, now: datetime, name: str
) -> None:
    assert REASON in seen(client, instructor, paths[name], now)
    assert REASON not in seen(client, assistant, paths[name], now)


@pytest.mark.parametrize("name", ["timeline", "deadline"])
def test_learners_read_why_their_own_deadline_moved(
    client: Client, paths: dict[str, str], learner: User, now: datetime, name: str
) -> None:
    assert REASON in seen(client, learner, paths[name], now)
