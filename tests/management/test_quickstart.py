"""The one command that sets everything up."""

from __future__ import annotations

import socket
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from quizzes.models import Attempt, Classroom, Membership, Question, User
from quizzes.services import demo
from tests.benchmarks.browser import Browser
from tests.servers import Server


def quickstart(**options: object) -> str:
    out = StringIO()
    call_command("quickstart", no_serve=True, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def data_dir(settings: object, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined]
    return tmp_path


@pytest.mark.django_db
def test_it_loads_the_bank_and_a_classroom_and_prints_how_to_log_in(data_dir: Path, client: Client) -> None:
    said = quickstart()
    assert Question.objects.count() == 264
    password = (data_dir / "demo_password").read_text()
    assert f"student / {password}" in said
    assert f"teacher / {password}" in said
    assert client.login(username="student", password=password)
    classroom = Classroom.objects.get()
    assert classroom.memberships.filter(role=Membership.Role.STUDENT).count() == len(demo.MEMBERS) == 13
    graded = Attempt.objects.graded().filter(assignment__classroom=classroom)
    assert graded.count() >= 24
    assert not Attempt.objects.in_progress().exists()
    assert len({attempt.fraction for attempt in graded}) > 8


@pytest.mark.django_db
def test_running_it_again_keeps_all_data_and_the_same_password(data_dir: Path) -> None:
    first = quickstart()
    User.objects.filter(username="student").update(first_name="Renamed")
    before = Attempt.objects.count()
    assert quickstart().splitlines()[-6:] == first.splitlines()[-6:]
    assert Attempt.objects.count() == before
    assert User.objects.get(username="student").first_name == "Renamed"


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_gets_one_sentence(settings: object, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file" / "below"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match=r"Quizsite cannot write to .* set DATA_DIR"):
        quickstart()


@pytest.mark.django_db
def test_a_port_in_use_gets_one_sentence(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"cannot listen on 127.0.0.1:{port}.*--port {port + 1}"):
            call_command("quickstart", port=port)


@pytest.mark.django_db
@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_number_that_is_no_port_gets_one_sentence(data_dir: Path, port: int) -> None:
    with pytest.raises(CommandError, match="is not a port"):
        call_command("quickstart", port=port)


class Quickstart(Server):
    COMMAND = "quickstart"


def test_in_an_empty_folder_it_sets_up_and_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    empty = {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3"}
    with Quickstart(empty, tmp_path / "log") as server:
        browser = Browser(server.port, "", timeout=15)
        with closing(browser.connection):
            status, _headers, page = browser.request("GET", "/", **{"Accept-Encoding": "identity"})
        assert (status, "Quizsite" in page.decode()) == (200, True)
        server.stop(15)
        assert server.process
        assert server.process.returncode == 0
    assert f"http://127.0.0.1:{server.port}/" in server.log.read_text()
