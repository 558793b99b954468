"""Databases of earlier versions, loaded from their dumps (`tests/fixtures/v…`) and brought up to date by `migrate`."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from tests import databases

FOLDER = Path(__file__).parent / "fixtures"
VERSIONS = sorted(path.name for path in FOLDER.glob("v*"))
BOOKKEEPING = ("django_content_type", "auth_permission", "django_migrations")  # Django adds to them as the models grow
Results = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Upgraded:
    """A database that was brought up to date, and what stood in it before: rows of each table, marks of each attempt."""

    settings: dict[str, Any]
    counts: dict[str, int]
    results: Results


@contextmanager
def upgraded(version: str, vendor: str) -> Iterator[Upgraded]:
    """The database of a version, up to date; it is gone afterwards."""
    with _new_database(vendor, f"upgraded_{version.replace('.', '_')}_{os.getpid()}") as settings:
        load(settings, version, vendor)
        with databases.standing_in(settings):
            _share_out()
            before = Upgraded(settings, counts(), results())
            call_command("migrate", verbosity=0)
        yield before


@contextmanager
def _new_database(vendor: str, name: str) -> Iterator[dict[str, Any]]:
    """Settings of a database with nothing in it."""
    migrated = databases.configured(vendor)
    if vendor == "sqlite":
        path = databases.folder() / f"{name}.sqlite3"
        yield migrated | {"NAME": str(path)}
        path.unlink()
        return
    _on_the_server(migrated, f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING utf8')
    yield migrated | {"NAME": name}
    _on_the_server(migrated, f'DROP DATABASE "{name}" WITH (FORCE)')


# Everything in the dumps is ada's. The keys of two questions are those of her colleague then, and one is the site's.
FOREIGN, THE_SITES = (11, 12), 10


def _share_out() -> None:
    """Give questions that ada's quizzes ask and draw to other owners, as nothing kept instructors from doing."""
    with connection.cursor() as cursor:
        colleague = "(SELECT id FROM quizzes_user WHERE username = 'boole')"
        cursor.execute(f"UPDATE quizzes_question SET owner_id = {colleague} WHERE id IN {FOREIGN}")
        cursor.execute(f"UPDATE quizzes_question SET owner_id = NULL WHERE id = {THE_SITES}")


def _on_the_server(settings: dict[str, Any], statement: str) -> None:
    with databases.standing_in(settings), connection.cursor() as cursor:
        cursor.execute(statement)


def load(settings: dict[str, Any], version: str, vendor: str) -> None:
    """Fill an empty database with what stood in that of a version."""
    dump = gzip.decompress((FOLDER / version / f"{vendor}.sql.gz").read_bytes()).decode()
    if settings["ENGINE"].endswith("postgresql"):
        _on_the_server(settings, dump)
        return
    with closing(sqlite3.connect(settings["NAME"])) as file:
        file.executescript(dump)


def counts() -> dict[str, int]:
    """Rows of each table of the database in use."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT COUNT(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


def results() -> Results:
    """State and marks of each attempt, and the marks of each answer, in plain SQL: the models are those of today."""
    found: Results = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status, closed_by, due_at, marks, max_marks, fraction FROM quizzes_attempt ORDER BY id"
        )
        found += cursor.fetchall()
        cursor.execute("SELECT id, response, revision, fraction, marks, override FROM quizzes_answer ORDER BY id")
        found += cursor.fetchall()
    return found


def schema() -> dict[str, Any]:
    """Columns, constraints and indexes of each table, and the triggers, of the database in use."""
    found: dict[str, Any] = {}
    inspect = connection.introspection
    with connection.cursor() as cursor:
        for table in inspect.table_names(cursor):
            columns = {(row.name, row.type_code, row.null_ok) for row in inspect.get_table_description(cursor, table)}
            constraints = inspect.get_constraints(cursor, table)
            found[table] = columns, {name: str(row["columns"]) for name, row in constraints.items()}
        cursor.execute(TRIGGERS[connection.vendor])
        found["triggers"] = sorted(cursor.fetchall())
    return found


TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, t.tgrelid::regclass::text, p.prosrc || pg_get_triggerdef(t.oid)"
    " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal",
}
