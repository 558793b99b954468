"""Whether a copy is whole: its file, its references, its rows, and what must always hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from quizzes import installation

OURS = "quizzes."  # other apps may have gone, and left their migrations in the table
SHOWN = 10  # violations in one message


@dataclass(frozen=True)
class Contents:
    """Rows by table, and the migrations that were applied, as `app.name`."""

    counts: dict[str, int]
    migrations: frozenset[str]

    @property
    def lacks(self) -> set[str]:
        """Migrations of this version that the database has not had."""
        return known() - self.migrations

    @property
    def is_newer(self) -> bool:
        """Whether a later version of Quizsite has changed the tables."""
        return any(name.startswith(OURS) for name in self.migrations - known())

    @property
    def last_migrations(self) -> dict[str, str]:
        return {name.split(".")[0]: name.split(".", 1)[1] for name in sorted(self.migrations)}


def known() -> set[str]:
    return {f"{app}.{name}" for app, name in installation.known_migrations()}


def another(name: str) -> BaseDatabaseWrapper:
    """Return a connection of its own to the database of this name, with the settings of the site's; close it."""
    other: BaseDatabaseWrapper = connection.copy()
    other.settings_dict["NAME"] = name
    return other


def whole(database: BaseDatabaseWrapper, *, expected: Mapping[str, int] | None) -> Contents:
    """Return what a copy holds; CommandError where it is damaged, or where rows are missing that must be there."""
    try:
        refuse_damage(database)
        contents = Contents(counts(database), migrations(database))
    except DatabaseError as error:
        raise CommandError(f"The copy cannot be read: {str(error).strip()}.") from error
    different = {name for name, count in (expected or contents.counts).items() if contents.counts.get(name) != count}
    if different:
        raise CommandError(f"The copy has not the rows that it must have, in {', '.join(sorted(different))}.")
    return contents


def refuse_damage(database: BaseDatabaseWrapper) -> None:
    """Refuse what SQLite finds damaged. PostgreSQL has just built every index and constraint of the copy, or refused."""
    if database.vendor != "sqlite":
        return
    with database.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        faults = [str(row[0]) for row in cursor.fetchall() if row != ("ok",)]
        cursor.execute("PRAGMA foreign_key_check")
        orphans = cursor.fetchall()
    faults += [f"row {row} of {table} points to no row of {target}" for table, row, target, _key in orphans]
    if faults:
        raise CommandError(f"The copy is damaged: {'; '.join(faults[:SHOWN])}.")


def counts(database: BaseDatabaseWrapper) -> dict[str, int]:
    """Return the rows of each table."""
    rows: dict[str, int] = {}
    with database.cursor() as cursor:
        for name in sorted(database.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {database.ops.quote_name(name)}")  # noqa: S608  names of our tables
            rows[name] = cursor.fetchone()[0]
    return rows


def migrations(database: BaseDatabaseWrapper) -> frozenset[str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return frozenset(f"{app}.{name}" for app, name in cursor.fetchall())


def violations(database: BaseDatabaseWrapper) -> list[str]:
    """Return what does not hold in a database of this version, the last lines of it.

    Another process looks: what this one keeps of rows belongs to another database.
    """
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "check_invariants", "--no-sweep"]
    environment = os.environ | {"DATABASE_URL": url_of(database)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own
    return (done.stdout + done.stderr).strip().splitlines()[-SHOWN:] if done.returncode else []


def url_of(database: BaseDatabaseWrapper) -> str:
    """Return the DATABASE_URL of a database."""
    settings: dict[str, Any] = database.settings_dict
    name = quote(str(settings["NAME"]))
    if database.vendor == "sqlite":
        return f"sqlite:///{name}"
    person = quote(settings["USER"] or "", safe="") + (
        f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    )
    place = quote(settings["HOST"] or "", safe="") + (f":{settings['PORT']}" if settings["PORT"] else "")
    mode = settings.get("OPTIONS", {}).get("sslmode", "")
    return f"postgres://{person}@{place}/{name}" + (f"?sslmode={mode}" if mode else "")
