"""Whoever reads about an attempt whose time is over finds it closed at its deadline, sweep or no sweep."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, User
from tests import factories

GRACE = timedelta(seconds=5)


@pytest.fixture
def given(classroom: Classroom) -> Assignment:
    return factories.assignment(classroom, factories.quiz(2, title="Charter", time_limit=40))


@pytest.fixture
def forgotten(given: Assignment, learner: User, now: datetime) -> Attempt:
    return factories.attempt(learner, given.quiz, assignment=given, right=1, now=now)


def read(client: Client, address: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("quizzes.clock.now", lambda: at)
    response = client.get(address)
    assert response.status_code == 200, address
    return response.getvalue().decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("learner", "/"),
        ("learner", "/quizzes/"),
        ("learner", "/quizzes/{quiz}/"),
        ("learner", "/attempts/"),
        ("learner", "/attempts/{attempt}/result/"),
        ("learner", "/attempts/{attempt}/timeline/"),
        ("learner", "/attempts/{attempt}/deadline/"),
        ("learner", "/attempts/{attempt}/state/"),
        ("learner", "/classrooms/{classroom}/"),
        ("instructor", "/classrooms/{classroom}/gradebook/"),
        ("instructor", "/classrooms/{classroom}/gradebook.csv"),
        ("instructor", "/classrooms/{classroom}/gradebook.xlsx"),
        ("instructor", "/attempts/{attempt}/result/"),
        ("instructor", "/attempts/{attempt}/timeline/"),
        ("instructor", "/attempts/{attempt}/deadline/"),
    ],
)
def test_a_page_about_an_attempt_past_its_deadline_closes_it_there(
    client: Client,
    given: Assignment,
    forgotten: Attempt,
    who: str,
    address: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(request.getfixturevalue(who))
    path = address.format(quiz=given.quiz.slug, attempt=forgotten.pk, classroom=given.classroom_id)
    assert forgotten.due_at is not None
    read(client, path, forgotten.due_at + GRACE + timedelta(milliseconds=1), monkeypatch)
    forgotten.refresh_from_db()
    assert (forgotten.status, forgotten.submitted_at, forgotten.closed_by) == ("graded", forgotten.due_at, "deadline")


def test_the_list_of_quizzes_offers_no_way_into_an_attempt_that_is_over(
    client: Client, learner: User, forgotten: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(learner)
    assert forgotten.due_at is not None
    assert "Continue" in read(client, "/quizzes/", forgotten.due_at - GRACE, monkeypatch)
    assert "Continue" not in read(client, "/quizzes/", forgotten.due_at + 2 * GRACE, monkeypatch)


def test_the_gradebook_has_the_marks_of_an_attempt_that_nobody_submitted(
    client: Client, instructor: User, given: Assignment, forgotten: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(instructor)
    assert forgotten.due_at is not None
    address = f"/classrooms/{given.classroom_id}/gradebook.csv"
    assert "in progress" in read(client, address, forgotten.due_at - GRACE, monkeypatch)
    assert "1.00,2.00,done,1.00,2.00" in read(client, address, forgotten.due_at + 2 * GRACE, monkeypatch)
