"""Copies of a PostgreSQL database, by its own client programs; each is verified in a database made for that."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from quizzes.management.backups import verifying

SUFFIX = ".dump"
MAINTENANCE = "postgres"  # a database of each server, from which others are made and renamed
LONGEST = 63  # bytes of a name
UNLIMITED = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0"


def copy(target: Path) -> dict[str, int]:
    """Dump the site's database into a file; return the rows of each table at that instant."""
    source = verifying.another(name())
    try:
        with source.cursor() as cursor:
            cursor.execute(UNLIMITED)
            # One state of the database for the counts and the dump, which reads what this transaction sees.
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            counts = verifying.counts(source)
            run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}", f"--dbname={name()}")
            cursor.execute("ROLLBACK")
            return counts
    except DatabaseError as error:
        raise CommandError(f"The database {name()} cannot be copied: {str(error).strip()}.") from error
    finally:
        source.close()


def name() -> str:
    return str(connection.settings_dict["NAME"])


def run(program: str, *options: str) -> None:
    """Run a client program on the server of the site; CommandError with what it says where it fails."""
    path = shutil.which(program)
    if path is None:
        raise CommandError(
            f"{program} is not on this machine. Install the client programs of PostgreSQL, of the server's version or"
            " a later one (Debian: postgresql-client)."
        )
    done = subprocess.run([path, *options], env=environment(), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CommandError(f"{program} failed: {done.stderr.strip() or done.returncode}")


def environment() -> dict[str, str]:
    """Say where the server is by variables: other users of the machine see the arguments of a process."""
    settings: dict[str, Any] = connection.settings_dict
    variables = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGSSLMODE": settings.get("OPTIONS", {}).get("sslmode"),
    }
    return os.environ | {key: str(value) for key, value in variables.items() if value}


@contextmanager
def loaded(file: Path) -> Iterator[BaseDatabaseWrapper]:
    """Yield the copy in a file as a new database of the server, which is gone afterwards unless it was renamed."""
    scratch = longer(f"_copy_{secrets.token_hex(4)}")
    with server() as cursor:
        cursor.execute(f"CREATE DATABASE \"{scratch}\" TEMPLATE template0 ENCODING 'UTF8'")
    database = verifying.another(scratch)
    try:
        run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={scratch}", str(file))
        yield database
    finally:
        database.close()
        with server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')


opened = loaded


def longer(ending: str) -> str:
    """Return the name of the database with an ending, within what the server allows."""
    return name().encode()[: LONGEST - len(ending)].decode(errors="ignore") + ending


@contextmanager
def server() -> Iterator[CursorWrapper]:
    """Yield a cursor outside of the site's database; what the role may not do there is a CommandError."""
    maintenance = verifying.another(MAINTENANCE)
    try:
        with maintenance.cursor() as cursor:
            cursor.execute(UNLIMITED)
            yield cursor
    except DatabaseError as error:
        role = connection.settings_dict["USER"]
        advice = f' As a superuser run: ALTER ROLE "{role}" CREATEDB' if "permission denied" in str(error) else ""
        raise CommandError(f"The server does not let {role} work on a copy: {str(error).strip()}.{advice}") from error
    finally:
        maintenance.close()


def refuse_while_in_use() -> None:
    """Raise CommandError while others are connected to the database."""
    connections.close_all()
    with server() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'", [name()]
        )
        others = cursor.fetchone()[0]
    if others:
        raise CommandError(
            f"The database {name()} is in use (connections: {others}). Stop the site first, on each machine:"
            " systemctl stop quizsite.socket quizsite quizsite-sweep"
        )


def swap(incoming: BaseDatabaseWrapper, stamp: str) -> str:
    """Put a database in the place of the site's; return the name under which that is kept, "" where there was none."""
    incoming.close()
    new, aside = str(incoming.settings_dict["NAME"]), longer(f"_before_{stamp}")
    with server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name()])
        is_there = cursor.fetchone() is not None
        cursor.execute("BEGIN")  # there is a database at every instant
        if is_there:
            cursor.execute(f'ALTER DATABASE "{name()}" RENAME TO "{aside}"')
        cursor.execute(f'ALTER DATABASE "{new}" RENAME TO "{name()}"')
        cursor.execute("COMMIT")
    return aside if is_there else ""
