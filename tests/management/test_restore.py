"""`manage.py restore` on SQLite: what it replaces, what it refuses, and in which words."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests import factories, upgrading
from tests.copying import MORNING, backup, damage, files, names, restore

pytestmark = [pytest.mark.usefixtures("site"), pytest.mark.slow]


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


@pytest.mark.ci
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


@pytest.mark.ci
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


@pytest.mark.ci
def test_a_copy_that_was_changed_is_refused(folder: Path) -> None:
    copy = backup(folder)
    damage(copy)
    with pytest.raises(CommandError, match=r"is not what it was when it was made: its SHA-256 differs"):
        restore(copy, yes=True)


@pytest.mark.ci
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


@pytest.mark.ci
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
