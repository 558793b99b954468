"""No room for another byte (F07): nothing is called saved, nothing is half written, reading goes on, and so does saving later."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from quizzes import clock
from quizzes.models import Attempt
from quizzes.reports import invariants
from quizzes.services import attempts
from tests import factories
from tests.benchmarks.browser import Browser
from tests.databases import real_database
from tests.pages import CONFIRMED
from tests.servers import Server

RIGHT = {"choice": ["0"]}
ROOM = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def files_that_cannot_grow(server: Server) -> Iterator[None]:
    """Every write beyond the first 1,000 bytes of a file fails, as on a disk that is full."""
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, ROOM)


def is_sound() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return cursor.fetchall() == [("ok",)] and not list(invariants.check(now=clock.now()))


def test_a_real_server_says_503_until_there_is_room_again(server: Server, phone: Browser, attempt: Attempt) -> None:
    other = factories.quiz(3, slug="another")
    assert phone.save(attempt.pk, 1, 1, RIGHT)[0] == 200
    with files_that_cannot_grow(server):
        status, body = phone.save(attempt.pk, 1, 2, {"choice": ["1"]})
        assert (status, body["error"]) == (503, "unavailable")
        assert "saved answers are safe" in body["message"]
        for path in (f"/quizzes/{other.slug}/start/", f"/attempts/{attempt.pk}/submit/"):
            status, headers, _page = phone.post(path, **CONFIRMED)
            assert (status, headers["Retry-After"]) == (503, "5")
            assert headers["Content-Type"].startswith("text/html")
        assert phone.get(f"/attempts/{attempt.pk}/questions/1/")[0] == 200
        status, _headers, health = phone.get("/healthz")
        assert (status, json.loads(health)["disk"]) == (503, "full")
        assert Attempt.objects.get().is_in_progress
        assert attempt.answers.get(slot=1).revision == 1
        assert is_sound()
    assert phone.get("/healthz")[0] == 200
    assert phone.save(attempt.pk, 1, 2, {"choice": ["1"]})[0] == 200
    assert phone.start(other.slug) == Attempt.objects.exclude(pk=attempt.pk).get().pk
    assert phone.post(f"/attempts/{attempt.pk}/submit/", **CONFIRMED)[0] == 302
    assert attempt.answers.get(slot=1).response == 1
    assert is_sound()


def save(client: Client, attempt: Attempt, revision: int) -> Any:
    body = {"slot": 1, "revision": revision, "answer": RIGHT}
    return client.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")


def saves_until_refused(client: Client, attempt: Attempt) -> int:
    """The first revision that is answered by 503; those before were acknowledged."""
    for revision in range(1, 2_000):
        response = save(client, attempt, revision)
        if response.status_code != 200:
            assert (response.status_code, response["Retry-After"]) == (503, "5")
            assert response.json()["error"] == "unavailable"
            return revision
    raise AssertionError("never refused")


def test_a_database_file_that_may_not_grow_keeps_what_was_acknowledged(attempt: Attempt, client: Client) -> None:
    client.force_login(attempt.learner)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # without the pages that other tests left free
        cursor.execute("PRAGMA max_page_count = 1")  # what it has: SQLite then says "database or disk is full"
        refused = saves_until_refused(client, attempt)
        assert attempt.answers.get(slot=1).revision == refused - 1
        assert attempt.events.filter(kind="saved").count() == refused - 1
        assert is_sound()
        cursor.execute("PRAGMA max_page_count = 1000000000")
    assert save(client, attempt, refused).status_code == 200
    assert is_sound()


NO_SPACE = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_space BEFORE UPDATE ON quizzes_answer FOR EACH ROW EXECUTE FUNCTION no_space();
"""


@pytest.mark.postgres
def test_postgresql_without_space_is_503_too(django_db_blocker: Any, client: Client) -> None:
    with real_database("postgresql", django_db_blocker), connection.cursor() as cursor:
        attempt = attempts.start(factories.user("learner"), factories.quiz(3), now=clock.now())
        client.force_login(attempt.learner)
        cursor.execute(NO_SPACE)
        try:
            assert saves_until_refused(client, attempt) == 1
        finally:
            cursor.execute("DROP FUNCTION no_space CASCADE")
        assert save(client, attempt, 1).status_code == 200
