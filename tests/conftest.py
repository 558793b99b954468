"""The cast of every test: an instructor, a learner in their class, a stranger; and an instant for all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.backends.signals import connection_created
from django.test import override_settings

from quizzes.models import Classroom, User, version_cache
from quizzes.reports import glossary, guests
from tests import databases, factories
from tests.clocks import Clock


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """Django's own hook before it makes the test database, which then only has to look whether it is migrated."""
    with django_db_blocker.unblock(), databases.filled_in_memory():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Once Playwright's loop runs in this thread, Django takes a second connection; PostgreSQL drops no database in use."""
    opened: WeakSet[Any] = WeakSet()
    this_thread = threading.get_ident()

    def note(connection: Any, **_more: Any) -> None:
        if threading.get_ident() == this_thread:
            opened.add(connection)

    connection_created.connect(note)
    yield
    connection_created.disconnect(note)
    for connection in list(opened):
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password is slow to try on purpose, a quarter of a second each time; tests have nobody to keep out."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a module: rows that are made in it once are there for each of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Rows get the same numbers again in the next test; what the process keeps about them must not outlive the test."""
    version_cache.clear()
    glossary.forget()
    guests.forget()
    cache.clear()
    yield
    version_cache.clear()


@pytest.fixture
def mail_is_sent(settings: Any) -> None:
    """A site with a mail server; without it pages promise no mail."""
    settings.MAIL_SCHEME = "smtp"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the site. It stands at a Monday morning in March, before any change of clocks, until the test moves it.

    `time_machine` is for what reads another clock than the site's: a process, a file's age, the end of a session.
    """
    clock = Clock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    monkeypatch.setattr("quizzes.clock.now", clock.now)
    return clock


@pytest.fixture
def now(clock: Clock) -> datetime:
    """What the clock of the site says: what comes over HTTP is of this instant, on whatever day the tests are run."""
    return clock.at


@pytest.fixture
def instructor(db: None) -> User:
    return factories.user("instructor", is_staff=True)


@pytest.fixture
def learner(db: None) -> User:
    return factories.user("learner")


@pytest.fixture
def stranger(db: None) -> User:
    return factories.user("stranger")


@pytest.fixture
def classroom(instructor: User, learner: User) -> Classroom:
    """The instructor's class with the learner in it."""
    return factories.classroom(instructor=instructor, students=[learner])
