"""A database file that is damaged, empty, foreign or not there: one plain sentence everywhere, and no promise that cannot be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests import databases
from tests.servers import ROOT

PROMISE = "answers are safe"


def damaged(file: Path) -> None:
    """Overwrite what follows the first page of a real database."""
    with file.open("r+b") as database:
        size = database.seek(0, os.SEEK_END)
        database.seek(4096)
        database.write(b"\xff" * (size - 4096))


def foreign(file: Path) -> None:
    file.write_bytes(b"This is no database. " * 1000)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def not_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


KINDS: dict[Callable[[Path], None], str] = {
    damaged: "damaged",
    foreign: "damaged",
    empty: "not_set_up",
    not_there: "cannot_be_opened",
}
kinds = pytest.mark.parametrize("spoil", KINDS, ids=lambda kind: kind.__name__)


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: Any) -> Path:
    """A database with all tables, closed."""
    with django_db_blocker.unblock():
        return Path(shutil.copyfile(databases.template(), tmp_path / "site.sqlite3"))


def configured(path: Path) -> dict[str, Any]:
    return databases.sqlite() | {"NAME": str(path)}


@pytest.fixture
def spoiled(spoil: Callable[[Path], None], file: Path, django_db_blocker: Any) -> Iterator[Path]:
    """The database of this process, with a fault."""
    spoil(file)
    with django_db_blocker.unblock(), databases.standing_in(configured(file)):
        yield file


@kinds
def test_health_checks_name_the_fault(spoil: Callable[[Path], None], spoiled: Path, client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, KINDS[spoil])


@kinds
@pytest.mark.smoke
def test_pages_say_so_and_promise_nothing(spoiled: Path, client: Client) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    for path in ("/quizzes/", "/attempts/1/", "/admin/", "/accounts/login/"):
        response = client.get(path)
        words = response.content.decode()
        assert response.status_code == 503
        assert "The database of Quizsite" in words
        assert "tell your instructor" in words
        assert response["X-Request-ID"] in words
        assert PROMISE not in words


@kinds
def test_a_visitor_who_logs_in_is_told_so(spoiled: Path, client: Client) -> None:
    client.raise_request_exception = False
    response = client.post("/accounts/login/", {"login": "learner", "password": "x"})
    assert response.status_code == 503
    assert PROMISE not in response.content.decode()


@kinds
def test_a_script_is_told_so(spoiled: Path, client: Client) -> None:
    client.raise_request_exception = False
    client.cookies["sessionid"] = "x" * 32
    response = client.post("/attempts/1/save/", {"slot": 1}, content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (503, "unavailable")
    assert PROMISE not in response.json()["message"]


@kinds
def test_serve_refuses_it_in_one_sentence(spoil: Callable[[Path], None], spoiled: Path) -> None:
    with pytest.raises(CommandError, match=rf"^The database {spoiled} .*\.|migrate$"):
        call_command("serve")


def run(*command: str, file: Path, folder: Path) -> tuple[int, str]:
    """Run a command of its own process; return its exit code and what it said of errors."""
    variables = os.environ | {"DATABASE_URL": f"sqlite:///{file}", "DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("spoil", "command", "advice"),
    [
        (damaged, "quickstart", "is damaged (database disk image is malformed). Restore the last backup"),
        (foreign, "migrate", "is damaged (file is not a database). Restore the last backup"),
        (empty, "check_invariants", "lacks a table or a column (no such table: "),
        (not_there, "migrate", "cannot be opened (unable to open database file). Look at DATABASE_URL"),
    ],
    ids=["damaged", "foreign", "empty", "not there"],
)
def test_commands_end_with_one_sentence(
    spoil: Callable[[Path], None], command: str, advice: str, file: Path, tmp_path: Path
) -> None:
    spoil(file)
    code, said = run(command, file=file, folder=tmp_path)
    assert code == 1
    assert f"The database {file} {advice}" in said
    assert "Traceback" not in said
