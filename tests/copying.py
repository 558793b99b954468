"""Copies of the database as an operator makes them and puts them back, and what stands in them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from quizzes.management.backups import verifying
from quizzes.models import User
from tests import databases
from tests.servers import ROOT

MORNING = datetime(2026, 11, 27, 9, 38, tzinfo=UTC)


def backup(folder: Path, at: datetime = MORNING, **options: Any) -> Path:
    """Make a copy at an instant and return its file."""
    with time_machine.travel(at, tick=False):
        call_command("backup", folder=folder, **options)
    return folder / f"quizsite-{at:%Y-%m-%dT%H%M%S}Z.sqlite3"


def violations(database: BaseDatabaseWrapper) -> list[str]:
    """Return what `verifying.violations` does, found in this process: another one takes a second to start."""
    told = StringIO()
    with databases.standing_in(database.settings_dict):
        try:
            call_command("check_invariants", no_sweep=True, stdout=told)
        except CommandError as error:
            return [*told.getvalue().splitlines(), f"CommandError: {error}"][-verifying.SHOWN :]
    return []


def restore(file: Path, **options: Any) -> None:
    connection.close()
    call_command("restore", str(file), **options)


def names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def damage(file: Path) -> None:
    """Overwrite a page in each stretch of the file but the first, which has the list of tables."""
    with file.open("r+b") as handle:
        for place in range(40 * 4096, file.stat().st_size, 20 * 4096):
            handle.seek(place)
            handle.write(b"\xa5" * 4096)


def on_the_command_line(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{site}"}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
