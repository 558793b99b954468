"""Databases that stand in for the default one while a test runs, so that one `pytest` covers SQLite in a file and PostgreSQL.

Threads need a database that they can share: a file for SQLite, a server for PostgreSQL. `standing_in` makes one the
default of every thread; rows are committed, and flushed afterwards.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tests import postgres

GIVEN = os.environ.get("DATABASE_URL", "")


@contextmanager
def standing_in(configured: dict[str, Any]) -> Iterator[None]:
    """Make a database the default one of this thread and of all that start inside."""
    own, own_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": configured})["default"]
    del connections["default"]
    forget_rows()
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = own_settings
        connections["default"] = own
        forget_rows()


def forget_rows() -> None:
    """Empty what the process keeps of rows: in another database the same keys stand for others."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415  servers are started without Django

    from quizzes.models import version_cache  # noqa: PLC0415

    ContentType.objects.clear_cache()
    version_cache.clear()


@cache
def folder() -> Path:
    """A folder of this test process that the server's own user may enter."""
    path = Path(tempfile.mkdtemp(prefix="quizsite-databases-"))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@cache
def server() -> postgres.Cluster:
    return postgres.Cluster(folder() / "pg")


@cache
def sqlite() -> dict[str, Any]:
    """SQLite in a file, with the options of the site."""
    configured = {
        "ENGINE": "quizsite.sqlite",
        "NAME": str(folder() / "races.sqlite3"),
        "OPTIONS": settings.SQLITE_OPTIONS,
    }
    return migrated(configured)


@cache
def postgresql() -> dict[str, Any]:
    """PostgreSQL, with the options of the site; raises postgres.Missing where no server can run."""
    name = f"quizsite_races_{os.getpid()}"
    if GIVEN.startswith("postgres"):
        postgres.create_database(GIVEN, name)
        configured: dict[str, Any] = dict(dj_database_url.parse(GIVEN)) | {"NAME": name}
    else:
        configured = dict(dj_database_url.parse(server().create(name)))
    return migrated(configured | {"OPTIONS": {"options": "-c statement_timeout=15s -c lock_timeout=10s"}})


def migrated(configured: dict[str, Any]) -> dict[str, Any]:
    with standing_in(configured):
        call_command("migrate", verbosity=0)
    return configured


def configured(vendor: str) -> dict[str, Any]:
    """The settings of a migrated database; skips the test where there is none, fails where CI must have one."""
    try:
        return sqlite() if vendor == "sqlite" else postgresql()
    except postgres.Missing as reason:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL is required in CI: {reason}")
        pytest.skip(str(reason))


def without_waiting(found: dict[str, Any]) -> dict[str, Any]:
    """The same database, not waiting for the disk: for tests of logic that commit a hundred thousand times."""
    options = dict(found["OPTIONS"])
    if "init_command" in options:
        options["init_command"] += " PRAGMA synchronous=OFF;"
    else:
        options["options"] += " -c synchronous_commit=off"
    return found | {"OPTIONS": options}


@contextmanager
def real_database(vendor: str, blocker: Any, *, waits_for_disk: bool = True) -> Iterator[None]:
    """A migrated, empty database that commits; emptied again afterwards."""
    with blocker.unblock():
        found = configured(vendor)
        with standing_in(found if waits_for_disk else without_waiting(found)):
            try:
                yield
            finally:
                empty()


def empty() -> None:
    """Delete every row of our own tables, of sessions and of the admin's log; the triggers and the migrations stay."""
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("quizzes_", "django_session", "django_admin_log"))
        ]
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = '60s'")  # emptied files are written out, which a busy disk delays
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys=OFF")
        for name in tables:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("PRAGMA foreign_keys=ON")
