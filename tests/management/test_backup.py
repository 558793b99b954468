"""`manage.py backup` on SQLite: what it makes, what it refuses, and in which words.

Restoring is in `test_restore.py`; copies made while people answer are in `tests/faults/test_backup.py`.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from quizzes.management.backups import verifying
from quizzes.management.backups.verifying import violations as in_another_process
from quizzes.models import Attempt, User
from quizzes.services import attempts
from tests import factories
from tests.copying import MORNING, backup, damage, files, names, on_the_command_line, restore, violations

pytestmark = [pytest.mark.usefixtures("site"), pytest.mark.slow]


def test_a_copy_has_a_note_and_both_are_for_their_owner_only(folder: Path) -> None:
    copy = backup(folder)
    assert files(folder) == ["quizsite-2026-11-27T093800Z.sqlite3", "quizsite-2026-11-27T093800Z.sqlite3.json"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    note = json.loads(copy.with_name(copy.name + ".json").read_text())
    assert (note["counts"]["quizzes_user"], note["invariants"], note["database"]) == (1, "hold", "sqlite")
    assert note["made_at"] == "2026-11-27T09:38:00+00:00"
    assert note["migrations"]["quizzes"] == max(
        name for app, name in MigrationRecorder(connection).applied_migrations() if app == "quizzes"
    )


def test_a_copy_without_its_companions_is_readable_on_a_disk_that_is_not_writable(folder: Path) -> None:
    copy = backup(folder)
    with closing(sqlite3.connect(f"file:{copy}?immutable=1", uri=True)) as file:
        assert file.execute("SELECT username FROM quizzes_user").fetchall() == [("ada",)]
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_rows_that_come_between_counting_and_copying_are_in_neither(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = verifying.counts
    visitors: list[User] = []

    def count_and_let_a_visitor_come(database: Any) -> dict[str, int]:
        found = count(database)
        visitors.append(factories.user(f"visitor{len(visitors)}"))
        return found

    monkeypatch.setattr(verifying, "counts", count_and_let_a_visitor_come)
    copy = backup(folder)  # which compares the rows of the copy with those of the database
    assert visitors
    with closing(sqlite3.connect(copy)) as file:
        assert file.execute("SELECT username FROM quizzes_user").fetchall() == [("ada",)]


def test_a_damaged_database_gives_no_copy(site: Path, folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    damage(site)
    with pytest.raises(CommandError, match=r"damaged|cannot be (read|copied)"):
        backup(folder)
    assert files(folder) == []


def test_a_row_that_points_nowhere_gives_no_copy(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO quizzes_user_groups (user_id, group_id) VALUES (1, 77)")
    with pytest.raises(CommandError, match=r"damaged: row 1 of quizzes_user_groups points to no row of auth_group"):
        backup(folder)
    assert files(folder) == []


def test_a_copy_in_which_something_does_not_hold_is_kept_but_does_not_count(folder: Path) -> None:
    spoil()
    with pytest.raises(CommandError, match=r"(?s)does not count as one:.*I2  learner \d+, quiz \d+: .*1 violations"):
        backup(folder)
    [copy, _note] = files(folder)
    assert copy == "doubtful-2026-11-27T093800Z.sqlite3"
    with pytest.raises(CommandError, match=r"(?s)Something does not hold in doubtful-.*I2"):
        restore(folder / copy, yes=True)
    restore(folder / copy, yes=True, accept_violations=True)


def test_another_process_finds_what_does_not_hold() -> None:
    spoil()
    found = in_another_process(connection)
    assert "I2" in found[0]
    assert found == violations(connection)  # which the other tests ask in its place


def spoil() -> None:
    """Leave an attempt with a number that none before it leads to."""
    row = attempts.start(User.objects.get(), factories.quiz(1), now=datetime.now(UTC))
    Attempt.objects.filter(pk=row.pk).update(number=2)


def test_attempts_that_are_overdue_while_the_site_is_stopped_are_no_fault_of_the_copy(folder: Path) -> None:
    quiz = factories.quiz(1, time_limit=1)
    attempts.start(User.objects.get(), quiz, now=MORNING - timedelta(hours=1))
    with pytest.raises(CommandError, match="violations"):
        call_command("check_invariants")
    assert backup(folder).exists()


def test_a_database_that_was_not_migrated_yet_is_copied_and_the_note_says_so(folder: Path) -> None:
    MigrationRecorder(connection).record_unapplied("quizzes", "0002_saved_events")
    copy = backup(folder)
    assert json.loads(copy.with_name(copy.name + ".json").read_text())["invariants"].startswith("not checked")
    restore(copy, yes=True)


def test_old_copies_go_when_a_new_one_stands_and_other_files_stay(folder: Path) -> None:
    first = backup(folder, datetime(2025, 1, 5, 2, 0, tzinfo=UTC))
    (folder / "quizsite-notes.sqlite3").touch()
    abandoned, running = folder / ".partial-abandoned", folder / ".partial-running"
    for path, touched in ((abandoned, datetime(2026, 11, 26, 9, 0, tzinfo=UTC)), (running, MORNING)):
        path.touch()
        os.utime(path, (touched.timestamp(), touched.timestamp()))
    second = backup(folder)
    expected = [running.name, second.name, f"{second.name}.json", "quizsite-notes.sqlite3"]
    assert (files(folder), first.exists()) == (sorted(expected), False)


@pytest.mark.ci
def test_all_copies_are_kept_on_demand(folder: Path) -> None:
    first = backup(folder, datetime(2025, 1, 5, 2, 0, tzinfo=UTC))
    backup(folder, keep_all=True)
    assert first.exists()


@pytest.mark.ci
def test_on_the_command_line_a_database_that_is_gone_is_named_not_made_and_brought_back(
    site: Path, folder: Path
) -> None:
    copy = backup(folder)
    connection.close()
    site.unlink()
    refused = on_the_command_line(site, "backup", f"--folder={folder}")
    assert (refused.returncode, refused.stderr) == (1, f"CommandError: There is no database {site}.\n")
    assert not site.exists()
    assert on_the_command_line(site, "restore", str(copy), "--yes").returncode == 0
    assert (names(), files(folder)) == ({"ada"}, [copy.name, f"{copy.name}.json"])
