"""`manage.py backup` and `restore` on SQLite: what they make, what they refuse, and in which words.

Copies made while people answer are in `tests/faults/test_backup.py`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from quizzes.management.backups import verifying
from quizzes.models import Attempt, User
from quizzes.services import attempts
from tests import databases, factories, upgrading
from tests.servers import ROOT

MORNING = datetime(2026, 11, 27, 9, 38, tzinfo=UTC)


@pytest.fixture(autouse=True)
def site(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A site of its own with one user: its database file."""
    file = tmp_path / "data" / "quizsite.sqlite3"
    file.parent.mkdir()
    with django_db_blocker.unblock():
        copied = databases.configured("sqlite")
        with closing(sqlite3.connect(copied["NAME"])) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
        with databases.standing_in(copied | {"NAME": str(file)}):
            factories.user("ada")
            yield file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def backup(folder: Path, at: datetime = MORNING, **options: Any) -> Path:
    """Make a copy at an instant and return its file."""
    with time_machine.travel(at, tick=False):
        call_command("backup", folder=folder, **options)
    return folder / f"quizsite-{at:%Y-%m-%dT%H%M%S}Z.sqlite3"


def restore(file: Path, **options: Any) -> None:
    connection.close()
    call_command("restore", str(file), **options)


def names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Making ---------------------------------------------------------------------------------------------------------------


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


def damage(file: Path) -> None:
    """Overwrite a page in each stretch of the file but the first, which has the list of tables."""
    with file.open("r+b") as handle:
        for place in range(40 * 4096, file.stat().st_size, 20 * 4096):
            handle.seek(place)
            handle.write(b"\xa5" * 4096)


def test_a_row_that_points_nowhere_gives_no_copy(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("INSERT INTO quizzes_user_groups (user_id, group_id) VALUES (1, 77)")
    with pytest.raises(CommandError, match=r"damaged: row 1 of quizzes_user_groups points to no row of auth_group"):
        backup(folder)
    assert files(folder) == []


def test_a_copy_in_which_something_does_not_hold_is_kept_but_does_not_count(folder: Path) -> None:
    spoil()
    with pytest.raises(CommandError, match=r"(?s)does not count as one:.*I2  learner 1, quiz 1: .*1 violations"):
        backup(folder)
    [copy, _note] = files(folder)
    assert copy == "doubtful-2026-11-27T093800Z.sqlite3"
    with pytest.raises(CommandError, match=r"(?s)Something does not hold in doubtful-.*I2"):
        restore(folder / copy, yes=True)
    restore(folder / copy, yes=True, accept_violations=True)


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


def test_all_copies_are_kept_on_demand(folder: Path) -> None:
    first = backup(folder, datetime(2025, 1, 5, 2, 0, tzinfo=UTC))
    backup(folder, keep_all=True)
    assert first.exists()


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


def on_the_command_line(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{site}"}
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )


# Restoring ------------------------------------------------------------------------------------------------------------


def test_a_restore_brings_the_copy_back_and_keeps_what_was_there(site: Path, folder: Path) -> None:
    copy = backup(folder)
    factories.user("boole")
    with time_machine.travel(MORNING, tick=False):
        restore(copy, yes=True)
    assert names() == {"ada"}
    assert site.stat().st_mode & 0o777 == 0o600
    aside = site.with_name("quizsite.sqlite3.before-2026-11-27T093800Z")
    connection.close()
    assert files(site.parent) == [site.name, aside.name]
    restore(aside, yes=True)  # and back again
    assert names() == {"ada", "boole"}


def test_the_database_stays_with_its_owner_when_root_restores(site: Path, folder: Path) -> None:
    copy = backup(folder)
    if os.geteuid() == 0:  # another user cannot give files away, and so keeps them
        os.chown(site, 12345, 12345)
    owner = site.stat().st_uid
    restore(copy, yes=True)
    assert site.stat().st_uid == owner


def test_without_yes_a_copy_is_verified_and_nothing_is_replaced(site: Path, folder: Path) -> None:
    copy = backup(folder)
    factories.user("boole")
    with pytest.raises(CommandError, match=r"Nothing was replaced\. With --yes, quizsite-.* takes the place of"):
        restore(copy)
    assert names() == {"ada", "boole"}
    connection.close()
    assert files(site.parent) == [site.name]


def test_while_the_database_is_in_use_nothing_is_replaced(site: Path, folder: Path) -> None:
    copy = backup(folder)
    with closing(sqlite3.connect(site)) as server:
        server.execute("SELECT * FROM quizzes_user").fetchall()
        with pytest.raises(CommandError, match=r"is in use\. Stop the site first"):
            restore(copy, yes=True)
        assert server.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert files(site.parent) == [site.name]


def test_a_database_that_is_damaged_or_gone_is_replaced(site: Path, folder: Path) -> None:
    copy = backup(folder)
    connection.close()
    site.write_bytes(b"no database at all" * 1000)
    site.with_name("quizsite.sqlite3-wal").write_bytes(b"a log of it")
    restore(copy, yes=True)
    assert names() == {"ada"}
    connection.close()
    [aside] = site.parent.glob("*.before-*Z")
    assert aside.read_bytes() == b"no database at all" * 1000
    site.unlink()
    restore(copy, yes=True)
    assert names() == {"ada"}


def test_a_copy_that_was_changed_is_refused(folder: Path) -> None:
    copy = backup(folder)
    damage(copy)
    with pytest.raises(CommandError, match=r"is not what it was when it was made: its SHA-256 differs"):
        restore(copy, yes=True)


def test_a_copy_without_a_note_is_verified_by_itself(site: Path, folder: Path) -> None:
    copy = backup(folder)
    copy.with_name(copy.name + ".json").unlink()
    restore(copy, yes=True)
    damage(copy)
    with pytest.raises(CommandError, match=r"damaged|cannot be read"):
        restore(copy, yes=True)
    assert names() == {"ada"}


def test_a_copy_of_a_later_version_is_refused(folder: Path) -> None:
    MigrationRecorder(connection).record_applied("quizzes", "9999_of_tomorrow")
    with pytest.raises(CommandError, match=r"later version of Quizsite than this\. Install that version first"):
        backup(folder)


def test_what_is_no_copy_is_refused_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^There is no file nowhere\.$"):
        restore(Path("nowhere"))
    other = tmp_path / "letter.txt"
    other.write_text("Dear Ada")
    with pytest.raises(CommandError, match=r"^The copy cannot be read: file is not a database\.$"):
        restore(other, yes=True)


# A new version, and back again ----------------------------------------------------------------------------------------


def test_the_copy_of_an_earlier_version_is_brought_back_after_migrating_and_can_be_migrated_again(
    site: Path, folder: Path
) -> None:
    connection.close()
    site.unlink()
    upgrading.load({"ENGINE": "sqlite", "NAME": str(site)}, upgrading.VERSIONS[0], "sqlite")
    earlier = upgrading.counts()
    copy = backup(folder)
    call_command("migrate", verbosity=0)
    assert upgrading.counts().keys() > earlier.keys()
    restore(copy, yes=True)
    assert upgrading.counts() == earlier
    call_command("migrate", verbosity=0)
    call_command("check_invariants", no_sweep=True)
