"""`/healthz`, as a monitor sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from quizzes.models import User
from quizzes.services import attempts
from quizzes.services.attempts import sweep
from tests import factories
from tests.clocks import Clock

WELL = {
    "database": "ok",
    "disk": "ok",
    "static_files": "ok",
    "migrations": "ok",
    "sweep": "ok",
    "sweep_age": None,
}


@pytest.fixture(autouse=True)
def clock(clock: Clock) -> Iterator[Clock]:
    cache.delete(sweep.LAST_SWEEP)
    yield clock
    cache.delete(sweep.LAST_SWEEP)


def test_a_site_that_sweeps_is_healthy(client: Client, db: None, now: datetime, clock: Clock) -> None:
    attempts.close_overdue(now=now)
    clock.move_to(now + timedelta(seconds=180))
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, WELL | {"sweep_age": 180})
    assert "no-store" in response["Cache-Control"]


def test_a_sweep_that_stopped_is_not(client: Client, db: None, now: datetime, clock: Clock) -> None:
    attempts.close_overdue(now=now)
    clock.move_to(now + timedelta(seconds=181))
    assert client.get("/healthz").status_code == 503


def test_without_a_shared_cache_an_attempt_that_nobody_closed_tells(
    client: Client, learner: User, now: datetime, clock: Clock
) -> None:
    assert client.get("/healthz").json() == WELL
    factories.attempt(learner, factories.quiz(1, time_limit=1), now=now)
    clock.move_to(now + timedelta(seconds=60 + 181))
    assert (client.get("/healthz").status_code, client.get("/healthz").json()["sweep"]) == (503, "late")


def test_a_cache_that_is_away_takes_nobody_off_the_site(client: Client, db: None, now: datetime) -> None:
    away = mock.Mock(get=mock.Mock(side_effect=ConnectionError), set=mock.Mock(side_effect=ConnectionError))
    with mock.patch.object(sweep, "cache", away):
        assert attempts.close_overdue(now=now) == 0
        response = client.get("/healthz")
    assert (response.status_code, response.json()["sweep_age"]) == (200, None)


def test_a_database_that_is_down_is_503_with_retry_after(client: Client, db: None) -> None:
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone")):
        response = client.get("/healthz")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"database": "unreachable", "disk": "ok", "static_files": "ok"}


def test_a_migration_that_the_database_lacks_is_503(client: Client, db: None) -> None:
    MigrationRecorder(connection).record_unapplied("quizzes", "0002_saved_events")
    response = client.get("/healthz")
    assert (response.status_code, response.json()["migrations"]) == (503, "missing")


def test_static_files_that_were_not_collected_are_503(client: Client, db: None) -> None:
    with mock.patch("quizzes.installation.staticfiles_storage", mock.Mock(manifest_name="staticfiles.json")):
        response = client.get("/healthz")
    assert (response.status_code, response.json()["static_files"]) == (503, "missing")


def test_it_asks_the_database_twice(client: Client, db: None, django_assert_max_num_queries: Any) -> None:
    client.get("/healthz")
    with django_assert_max_num_queries(2):  # migrations, attempts that nobody closed
        client.get("/healthz")


def test_pages_and_saves_say_503_too_while_the_database_is_down(client: Client, learner: User) -> None:
    client.force_login(learner)
    client.raise_request_exception = False
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone")):
        page = client.get("/quizzes/")
        save = client.post("/attempts/1/save/", {"slot": 1}, content_type="application/json")
    assert (page.status_code, save.status_code) == (503, 503)
    assert page["Retry-After"] == save["Retry-After"] == "5"
    assert save.json()["error"] == "unavailable"
