"""The cache that several processes share is away: learners go on, tries that would have to be counted are refused in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.test import Client

from quizzes import shared_cache
from quizzes.models import Assignment, Attempt, Classroom, User
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED
from tests.servers import free_port

PASSWORD = "correct horse 9"
JSON = "application/json"


@pytest.fixture(autouse=True)
def away(settings: Any, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Any:
    """The settings of several processes, and nothing at the address of their Redis."""
    backend = "django.core.cache.backends.redis.RedisCache"
    monkeypatch.setattr(shared_cache, "_asked_again_at", 0.0)
    with stopped_at(now):
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
        with pytest.raises(shared_cache.Away):
            cache.get("anything")
        yield


@pytest.fixture
def nothing_kept() -> None:
    """There is no cache to empty (in the place of the fixture of all tests)."""


@pytest.fixture
def phone(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


@pytest.fixture
def assignment(classroom: Classroom) -> Assignment:
    return factories.assignment(classroom, factories.quiz(2))


def test_an_attempt_is_started_answered_and_handed_in(phone: Client, assignment: Assignment) -> None:
    assert phone.get("/quizzes/").status_code == 200
    assert phone.post(f"/quizzes/{assignment.quiz.slug}/start/").status_code == 302
    attempt = Attempt.objects.get()
    body = {"slot": 1, "revision": 1, "answer": factories.RIGHT}
    assert phone.post(f"/attempts/{attempt.pk}/save/", body, content_type=JSON).status_code == 200
    assert phone.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED).status_code == 302
    assert phone.get(f"/attempts/{attempt.pk}/result/").status_code == 200


def test_a_board_follows_and_the_cache_is_left_alone_for_a_while(
    phone: Client, learner: User, assignment: Assignment, now: datetime
) -> None:
    factories.attempt(learner, assignment.quiz, assignment=assignment, right=2, now=now, submit=True)
    address = f"/assignments/{assignment.pk}/board/"
    first = phone.get(address, headers={"X-Requested-With": "fetch"})
    assert first.status_code == 200
    with mock.patch.object(shared_cache, "cache") as asked:
        known = {"X-Requested-With": "fetch", "If-None-Match": first["ETag"]}
        assert phone.get(address, headers=known).status_code == 304
    assert asked.mock_calls == []


def test_a_log_in_is_refused_in_words_and_says_when_to_try_again(client: Client, learner: User) -> None:
    learner.set_password(PASSWORD)
    learner.save()
    response = client.post("/accounts/login/", {"login": learner.username, "password": PASSWORD})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "log in, sign up or join a class right now" in response.content.decode()
    assert client.get("/").status_code == 302 or "_auth_user_id" not in client.session


def test_joining_a_class_is_refused_in_words(phone: Client, stranger: User, classroom: Classroom) -> None:
    phone.force_login(stranger)
    response = phone.post("/classrooms/join/", {"code": classroom.join_code})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert not classroom.memberships.filter(user=stranger).exists()


def test_logging_out_ends_the_session(phone: Client) -> None:
    assert phone.post("/accounts/logout/").status_code == 302
    assert phone.get("/attempts/").status_code == 302
