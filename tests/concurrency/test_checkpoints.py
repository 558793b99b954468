"""Processes that write and checkpoint one SQLite file at once lose nothing that was committed."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from quizzes import checks
from tests.concurrency.checkpointing import connect

SECONDS = os.environ.get("CHECKPOINT_SECONDS", "2")  # a minute on demand
HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64"


def run_at_once(path: Path, processes: int) -> list[set[int]]:
    """The numbers that each of the processes wrote and saw committed."""
    command = [sys.executable, "-m", "tests.concurrency.checkpointing", str(path)]
    writers = [
        subprocess.Popen(
            [*command, str(first), str(processes), SECONDS], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
        )
        for first in range(processes)
    ]
    written = [set(map(int, writer.communicate()[0].split())) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * processes
    return written


def test_two_processes_that_write_and_checkpoint_lose_no_committed_row(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    connect(str(path)).close()
    written = run_at_once(path, 2)
    assert all(written), "both have written"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = {number for (number,) in database.execute("SELECT number FROM written")}
    assert stored == set.union(*written)


def test_on_linux_all_that_import_sqlite_get_one_without_the_fault(db: None) -> None:
    assert sqlite3.sqlite_version_info >= checks.SAFE_SQLITE or not HAS_WHEEL
    if connection.vendor == "sqlite":
        assert checks.sqlite_version() == sqlite3.sqlite_version_info


@pytest.mark.parametrize(("version", "warnings"), [((3, 51, 2), ["quizzes.W002"]), ((3, 51, 3), [])])
def test_an_older_sqlite_is_warned_of(version: tuple[int, int, int], warnings: list[str]) -> None:
    assert [message.id for message in checks.sqlite_is_safe(version)] == warnings
