"""Databases that stand in for the default one while a test runs, so that one `pytest` covers SQLite in a file and PostgreSQL.

Threads need a database that they can share: a file for SQLite, a server for PostgreSQL. `standing_in` makes one the
default of every thread; rows are committed, and flushed afterwards.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tests import postgres

GIVEN = os.environ.get("DATABASE_URL", "")
ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache" / "databases"  # between runs


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
def shared() -> Path:
    """A folder of this run that all its processes share."""
    return Path(os.environ["SHARED_BY_TESTS"]) if "SHARED_BY_TESTS" in os.environ else folder()


@contextmanager
def one_at_a_time(place: Path) -> Iterator[None]:
    """Let no other process do the same meanwhile."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def server() -> postgres.Cluster:
    """One for all processes of the run, at whose end `environment` stops it."""
    with one_at_a_time(shared()):
        return postgres.Cluster(shared() / "pg", shared=shared() != folder())


@cache
def sqlite() -> dict[str, Any]:
    """SQLite in a file, with the options of the site."""
    file = folder() / "races.sqlite3"
    shutil.copyfile(template(), file)
    return _sqlite_in(file)


def _sqlite_in(file: Path) -> dict[str, Any]:
    return {"ENGINE": "quizsite.sqlite", "NAME": str(file), "OPTIONS": settings.SQLITE_OPTIONS}


@cache
def template() -> Path:
    """A migrated, empty SQLite database to copy: to migrate takes seconds. It is kept until what it is made by changes."""
    file, kept = folder() / "template.sqlite3", KEPT / f"{_what_it_is_made_by()}.sqlite3"
    with one_at_a_time(KEPT):
        if not kept.exists():
            for old in KEPT.glob("*.sqlite3"):
                old.unlink()
            _migrate_into(file)
            shutil.copyfile(file, draft := kept.with_suffix(".draft"))
            draft.replace(kept)
        shutil.copyfile(kept, file)
    return file


def _migrate_into(file: Path) -> None:
    with standing_in(migrated(_sqlite_in(file))), connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=DELETE")  # all of it in one file


def _what_it_is_made_by() -> str:
    """Return a hash of the apps, of the packages they come from, and of our migrations and models."""
    packages = [version(name) for name in ("django", "django-allauth")]
    made_by = hashlib.sha256(f"{settings.INSTALLED_APPS} {packages} {sqlite3.sqlite_version}".encode())
    for file in sorted([*(ROOT / "quizzes/migrations").glob("*.py"), *(ROOT / "quizzes/models").glob("*.py")]):
        made_by.update(file.read_bytes())
    return made_by.hexdigest()[:16]


@contextmanager
def filled_in_memory() -> Iterator[None]:
    """Let Django's test database in memory be there already, and migrated, when Django makes it."""
    if connection.settings_dict["TEST"]["NAME"] != ":memory:":
        yield
        return
    with closing(sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)) as memory:
        with closing(sqlite3.connect(template())) as source:
            source.backup(memory)
        yield


@cache
def postgresql() -> dict[str, Any]:
    """PostgreSQL, with the options of the site; raises postgres.Missing where no server can run."""
    name = f"quizsite_races_{os.getpid()}"
    if GIVEN.startswith("postgres"):
        postgres.create_database(GIVEN, name)
        configured: dict[str, Any] = dict(dj_database_url.parse(GIVEN)) | {"NAME": name}
        return migrated(configured | TIMEOUTS)
    server().copy(_template_on_the_server(), name)
    return dict(dj_database_url.parse(server().url(name))) | TIMEOUTS


TIMEOUTS = {"OPTIONS": {"options": "-c statement_timeout=15s -c lock_timeout=10s"}}


def _template_on_the_server() -> str:
    """Return the name of a migrated, empty PostgreSQL database to copy, made once for all processes of the run."""
    done, name = shared() / "migrated", "quizsite_template"
    with one_at_a_time(shared()):
        if not done.exists():
            migrated(dict(dj_database_url.parse(server().create(name))) | TIMEOUTS)
            done.touch()
    return name


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
            _empty_on_the_server(cursor, tables)
            return
        cursor.execute("PRAGMA foreign_keys=OFF")
        for name in tables:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("PRAGMA foreign_keys=ON")


def _empty_on_the_server(cursor: Any, tables: list[str]) -> None:
    cursor.execute("SET statement_timeout = '60s'")  # emptied files are written out, which a busy disk delays
    cursor.execute("SHOW is_superuser")
    if cursor.fetchone() == ("on",):  # who may turn keys and triggers off needs no new files for sixty tables
        deletes = "; ".join(f"DELETE FROM {name}" for name in tables)
        cursor.execute(f"SET session_replication_role = replica; {deletes}; SET session_replication_role = DEFAULT")
    else:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
