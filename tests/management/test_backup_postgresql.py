"""`manage.py backup` and `restore` on PostgreSQL: what they leave on the server, what they refuse, and in which words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from quizzes.management.backups import postgresql, verifying
from quizzes.models import User
from tests import databases, factories, postgres

pytestmark = pytest.mark.postgres
OWN = f"quizsite_copied_{os.getpid()}"


@pytest.fixture(scope="module")
def server(django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """A database of this file's own, up to date: its settings."""
    with django_db_blocker.unblock():
        configured = databases.configured("postgresql")
        with postgres.client_programs(), databases.standing_in(configured):
            on_the_server(f'CREATE DATABASE "{OWN}" TEMPLATE template0 ENCODING utf8')
            yield databases.migrated(configured | {"NAME": OWN})
            for name in ours():
                on_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def site(server: dict[str, Any], django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), databases.standing_in(server):
        databases.empty()
        factories.user("ada")
        yield


def on_the_server(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def ours() -> list[str]:
    """The databases on the server that are this file's, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY 1", [f"{OWN}%"])
        return [name for (name,) in cursor.fetchall()]


def backup(folder: Path) -> Path:
    call_command("backup", folder=folder)
    [copy] = folder.glob("quizsite-*.dump")
    return copy


def names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def test_a_restore_brings_the_copy_back_and_keeps_what_was_there(site: None, tmp_path: Path) -> None:
    copy = backup(tmp_path)
    assert ours() == [OWN]  # the database in which it was verified is gone
    assert copy.stat().st_mode & 0o777 == 0o600
    factories.user("boole")
    call_command("restore", str(copy), yes=True)
    assert names() == {"ada"}
    [_now, before] = ours()
    assert before.startswith(f"{OWN}_before_")
    with databases.standing_in(connection.settings_dict | {"NAME": before}):
        assert names() == {"ada", "boole"}


def test_while_others_are_connected_nothing_is_replaced(site: None, tmp_path: Path) -> None:
    copy, other = backup(tmp_path), verifying.another(OWN)
    factories.user("boole")
    there = ours()
    other.connect()
    try:
        with pytest.raises(CommandError, match=rf"The database {OWN} is in use \(connections: 1\)\. Stop the site"):
            call_command("restore", str(copy), yes=True)
    finally:
        other.close()
    assert (names(), ours()) == ({"ada", "boole"}, there)


def test_a_copy_that_is_no_dump_is_refused_and_leaves_nothing_behind(site: None, tmp_path: Path) -> None:
    letter, there = tmp_path / "letter.dump", ours()
    letter.write_text("Dear Ada")
    with pytest.raises(CommandError, match=r"pg_restore failed: .*not appear to be a valid archive"):
        call_command("restore", str(letter), yes=True)
    assert (names(), ours()) == ({"ada"}, there)


def test_without_client_programs_it_says_which_package_has_them(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"^pg_dump is not on this machine\. .*\(Debian: postgresql-client\)\.$"):
        call_command("backup", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_role_that_may_make_no_database_is_told_what_it_needs(
    server: dict[str, Any], site: None, tmp_path: Path
) -> None:
    on_the_server("DROP ROLE IF EXISTS guest")
    on_the_server("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    on_the_server("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    on_the_server("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO guest")
    try:
        with (
            databases.standing_in(server | {"USER": "guest", "PASSWORD": "guest"}),
            pytest.raises(CommandError, match=r'permission denied to create database\. .* ALTER ROLE "guest" CREATEDB'),
        ):
            call_command("backup", folder=tmp_path)
    finally:
        on_the_server("DROP OWNED BY guest")
        on_the_server("DROP ROLE guest")
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_copy_fits_what_the_server_allows(server: dict[str, Any]) -> None:
    with databases.standing_in(server | {"NAME": "é" * 31}):
        assert postgresql.longer("_copy_0123abcd") == "é" * 24 + "_copy_0123abcd"
