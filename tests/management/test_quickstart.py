"""The one command that sets everything up."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings

from quizzes.models import Attempt, Classroom, Membership, Question, Quiz, QuizShare, Tag, User
from quizzes.services import demo, shipped
from tests import factories
from tests.benchmarks.browser import Browser
from tests.servers import Server

pytestmark = pytest.mark.slow


def quickstart(**options: object) -> str:
    out = StringIO()
    call_command("quickstart", no_serve=True, stdout=out, **options)
    return out.getvalue()


@dataclass(frozen=True)
class First:
    """What the first run said, and the password that it chose."""

    said: str
    password: str


@pytest.fixture
def data_dir(settings: object, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture(scope="class")
def first(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[First]:
    folder = tmp_path_factory.mktemp("data")
    with (
        django_db_blocker.unblock(),
        override_settings(DATA_DIR=folder, STATIC_ROOT=folder / "static"),
        transaction.atomic(),
    ):
        yield First(quickstart(), (folder / "demo_password").read_text())
        transaction.set_rollback(True)


class TestAfterTheFirstRun:
    """The site as the first run leaves it, made once for all of these; each takes back what it does to it."""

    @pytest.fixture(autouse=True)
    def again(self, first: First, data_dir: Path, db: None) -> None:
        (data_dir / "demo_password").write_text(first.password)

    def test_it_has_the_bank_and_a_classroom_and_was_told_how_to_log_in(self, first: First, client: Client) -> None:
        assert Question.objects.live().count() == len(shipped.read().questions) > 300
        assert f"student / {first.password}" in first.said
        assert f"teacher / {first.password}" in first.said
        assert client.login(username="student", password=first.password)
        classroom = Classroom.objects.get()
        assert classroom.memberships.filter(role=Membership.Role.STUDENT).count() == len(demo.MEMBERS) == 13
        graded = Attempt.objects.graded().filter(assignment__classroom=classroom)
        assert graded.count() >= 24
        assert not Attempt.objects.in_progress().exists()
        assert len({attempt.fraction for attempt in graded}) > 8
        assert QuizShare.objects.get().quiz.owner == User.objects.get(username="teacher")

    def test_running_it_again_keeps_all_data_and_the_same_password(self, first: First) -> None:
        User.objects.filter(username="student").update(first_name="Renamed")
        before = Attempt.objects.count()
        assert quickstart().splitlines()[-6:] == first.said.splitlines()[-6:]
        assert Attempt.objects.count() == before
        assert User.objects.get(username="student").first_name == "Renamed"

    def test_running_it_again_brings_the_bank_up_to_date(self) -> None:
        key = next(iter(shipped.read().questions))
        Quiz.objects.filter(slug="final").delete()
        question = Question.objects.get(uuid=key)
        question.tags.set([Tag.objects.create(slug="ours")])
        said = quickstart()
        assert "quizzes new: 1 (final)" in said
        assert f"left: questions {key}: it was edited here." in said
        assert "left:" not in quickstart()

    def test_opened_to_others_the_demo_is_closed_and_opens_again_on_this_machine(
        self, first: First, data_dir: Path, client: Client
    ) -> None:
        client.login(username="student", password=first.password)
        quickstart(host="0.0.0.0")
        assert client.get("/classrooms/").status_code == 302  # logged out
        assert Classroom.objects.get().join_code != demo.JOIN_CODE
        assert not User.objects.get(username="teacher").has_usable_password()
        said = quickstart()
        password = (data_dir / "demo_password").read_text()
        assert f"student / {password}" in said
        assert client.login(username="student", password=password)
        assert Classroom.objects.count() == 1

    def test_a_password_that_a_user_chose_is_left_alone(self, client: Client) -> None:
        teacher = User.objects.get(username="teacher")
        teacher.set_password("chosen by Ada")
        teacher.save()
        assert "teacher /" not in quickstart()
        quickstart(host="0.0.0.0")
        assert client.login(username="teacher", password="chosen by Ada")


@pytest.mark.django_db
def test_a_site_with_its_own_questions_only_is_not_given_the_bank(data_dir: Path) -> None:
    factories.question()
    quickstart(host="0.0.0.0")
    assert Question.objects.count() == 1


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


# Open to others -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_open_to_others_it_lets_nobody_in_by_a_demo(data_dir: Path) -> None:
    said = quickstart(host="0.0.0.0")
    assert Question.objects.live().count() == len(shipped.read().questions) > 300
    assert not User.objects.exists()
    assert not Classroom.objects.exists()
    assert not (data_dir / "demo_password").exists()
    assert "manage.py createsuperuser" in said
    assert "passwords travel unencrypted" in said
    assert "Serve it with: python manage.py quickstart --host 0.0.0.0\n" in said


@pytest.mark.django_db
@pytest.mark.ci
def test_a_demo_that_is_asked_for_has_a_random_join_code(data_dir: Path, client: Client) -> None:
    said = quickstart(host="0.0.0.0", demo=True)
    password = (data_dir / "demo_password").read_text()
    assert client.login(username="teacher", password=password)
    classroom = Classroom.objects.get()
    assert classroom.join_code != demo.JOIN_CODE
    assert f"join code {classroom.join_code}" in said
    assert f"teacher / {password}" in said


@pytest.mark.django_db
@pytest.mark.ci
def test_accounts_that_have_the_names_of_the_demo_stay_as_they_are(data_dir: Path) -> None:
    teacher = factories.user("teacher")
    quickstart(host="0.0.0.0", demo=True)
    password = teacher.password
    teacher.refresh_from_db()
    assert (teacher.is_staff, teacher.password) == (False, password)
    assert not Classroom.objects.exists()


class Quickstart(Server):
    COMMAND = "quickstart"


@pytest.mark.ci
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
