"""A learner, an attempt under way and the site's real server process on one database file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from quizzes.models import Attempt, User
from quizzes.services import attempts
from tests import databases, factories
from tests.benchmarks.browser import Browser
from tests.servers import Server, environment

PATIENCE = 15  # seconds for one reply: far more than one takes


@pytest.fixture
def sqlite(django_db_blocker: Any) -> Iterator[Path]:
    """The file of an empty database that commits."""
    with databases.real_database("sqlite", django_db_blocker):
        yield Path(connection.settings_dict["NAME"])


@pytest.fixture
def attempt(sqlite: Path) -> Attempt:
    """Ten questions, just begun."""
    return attempts.start(factories.user("learner"), factories.quiz(10), now=datetime.now(UTC))


@pytest.fixture(scope="package")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """One for all tests that leave it as it was; rows come and go meanwhile.

    It ends with the tests of this folder: it sweeps, by the clock of today, and other tests use the database as well.
    """
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = Server(environment(folder), folder / "server.log").start()
        yield running
        running.kill()


def session_of(person: User) -> str:
    """The cookie of a browser in which the person is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@pytest.fixture
def phone(server: Server, attempt: Attempt) -> Iterator[Browser]:
    """The learner's browser at that server."""
    browser = Browser(server.port, session_of(attempt.learner), timeout=PATIENCE)
    yield browser
    browser.connection.close()
