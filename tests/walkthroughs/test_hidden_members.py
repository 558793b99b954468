"""Members who are hidden, removed, gone, inactive or staff: no page a classmate can open says who they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.models import Assignment, Classroom, Membership, User
from tests import factories

SECRET = "never-shown"
REASONS = ("hidden", "removed", "left", "inactive", "staff")


@pytest.fixture
def assignment(classroom: Classroom) -> Assignment:
    now = datetime.now(UTC)
    return factories.assignment(
        classroom, factories.quiz(questions=3, is_open_to_all=False), opens_at=now - timedelta(days=2)
    )


def somebody(number: int, reason: str) -> User:
    """A person whose every name is a secret, and who has done well."""
    return factories.user(
        f"{SECRET}-{reason}-{number}",
        first_name=f"{SECRET}-first",
        last_name=f"{SECRET}-last",
        is_staff=reason == "staff",
    )


def put_away(membership: Membership, reason: str) -> None:
    if reason == "hidden":
        membership.is_visible = False
    elif reason in ("removed", "left"):
        membership.status = reason
    elif reason == "inactive":
        membership.user.is_active = False
        membership.user.save()
    membership.save()


def pages(client: Client, assignment: Assignment) -> dict[str, str]:
    room = f"/classrooms/{assignment.classroom_id}/"
    addresses = [
        "/",
        "/quizzes/",
        f"/quizzes/{assignment.quiz.slug}/",
        "/attempts/",
        "/classrooms/",
        room,
        f"{room}board/",
        f"{room}me/",
        f"/assignments/{assignment.pk}/board/",
    ]
    return {address: client.get(address).content.decode() for address in addresses}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reasons=st.lists(st.sampled_from(REASONS), min_size=1, max_size=4), right=st.integers(0, 3))
def test_nothing_a_classmate_can_open_names_them(
    assignment: Assignment, learner: User, reasons: list[str], right: int
) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    away = []
    for number, reason in enumerate(reasons):
        person = somebody(next(factories.numbers), reason)
        membership = factories.member(assignment.classroom, person, nickname=f"{SECRET}-nick-{number}-{person.pk}")
        factories.attempt(person, assignment.quiz, assignment=assignment, now=now, right=right, submit=True)
        put_away(membership, reason)
        away.append(membership.pk)
    seen = factories.user()
    factories.member(assignment.classroom, seen, nickname=f"quartz {seen.pk}")
    factories.attempt(seen, assignment.quiz, assignment=assignment, now=now, right=1, submit=True)
    client = Client()
    client.force_login(learner)
    found = pages(client, assignment)
    assert [address for address, text in found.items() if SECRET in text] == []
    assert "quartz" in found[f"/assignments/{assignment.pk}/board/"]
    for pk in away:
        assert f"member {pk}<" not in found[f"/assignments/{assignment.pk}/board/"]
