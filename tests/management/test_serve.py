"""`manage.py serve`: what it refuses, in words that help, and the process it runs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from quizzes.management import listening, serving
from tests import databases
from tests.benchmarks.browser import Browser
from tests.servers import ROOT, Server, environment, free_port

pytestmark = pytest.mark.slow

PATIENCE = 60  # seconds; on a busy machine a process takes ten to start


@pytest.fixture
def ready(settings: Any, tmp_path: Path) -> Any:
    """Settings with a folder of static files."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return settings


@pytest.mark.django_db
def test_a_port_in_use_gets_one_sentence(ready: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"cannot listen on 127.0.0.1:{port} .*--port {port + 1}"):
            call_command("serve", port=port)


@pytest.mark.django_db
def test_an_address_of_another_machine_gets_one_sentence(ready: Any) -> None:
    with pytest.raises(CommandError, match=r"cannot listen on 192\.0\.2\.1:8000 .*--host 127\.0\.0\.1"):
        call_command("serve", host="192.0.2.1")


@pytest.mark.django_db
def test_without_static_files_it_says_how_to_collect_them(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "nothing"
    with pytest.raises(CommandError, match=r"There are no static files in .*nothing.* manage.py collectstatic"):
        call_command("serve")


@pytest.mark.django_db
def test_with_files_that_were_copied_but_not_collected_it_says_so_too(ready: Any) -> None:
    ready.STORAGES = ready.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    with pytest.raises(CommandError, match=r"Run: python manage\.py collectstatic"):
        call_command("serve")


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_refused(ready: Any) -> None:
    MigrationRecorder(connection).record_unapplied("quizzes", "0002_saved_events")
    with pytest.raises(CommandError, match=r"^The database lacks 1 migration\. Run: python manage.py migrate$"):
        call_command("serve")


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["serve", "quickstart"])
def test_https_without_a_proxy_is_refused(ready: Any, tmp_path: Path, command: str) -> None:
    ready.DATA_DIR, ready.SECURE_SSL_REDIRECT, ready.TRUSTED_PROXY = tmp_path, True, ""
    with pytest.raises(CommandError, match=r"every page would redirect to itself. Set BEHIND_PROXY=true"):
        call_command(command)


def test_a_core_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no core 4711 to stay on"):
        serving.stay_on("4711")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
def test_a_connection_is_given_up_when_its_client_does_not_read_for_long() -> None:
    port = free_port()
    with listening.listen("127.0.0.1", port) as listener:
        listener.listen()
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0] as accepted:
            milliseconds = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert milliseconds == 30_000


# The process --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(django_db_blocker: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables of a server on an empty database."""
    with databases.real_database("sqlite", django_db_blocker):
        yield environment(tmp_path)


def health(server: Server) -> Any:
    browser = Browser(server.port, "", timeout=PATIENCE)
    with closing(browser.connection):
        status, _headers, body = browser.request("GET", "/healthz", **{"Accept-Encoding": "identity"})
    assert status == 200
    return json.loads(body)


def cores_of(server: Server) -> set[int]:
    return set.union(*(os.sched_getaffinity(int(thread)) for thread in os.listdir(f"/proc/{server.pid}/task")))


def test_it_serves_on_one_core_and_sweeps_until_it_is_told_to_stop(data: dict[str, str], tmp_path: Path) -> None:
    with Server(data, tmp_path / "log") as server:
        assert health(server)["database"] == "ok"
        assert len(cores_of(server)) == 1
        ages = (health(server)["sweep_age"] for _look in range(1_000))
        assert next(age for age in ages if age is not None) < PATIENCE
        server.stop(PATIENCE)
        assert server.process
        assert server.process.returncode == 0
        assert "Traceback" not in server.log.read_text()


@pytest.mark.ci
def test_core_and_sweep_can_be_left_to_others(data: dict[str, str], tmp_path: Path) -> None:
    with Server(data, tmp_path / "log", "--core=all", "--no-sweep", "--threads=2") as server:
        assert health(server)["sweep_age"] is None
        assert cores_of(server) == os.sched_getaffinity(0)


# As systemd starts a service that has a socket unit: the socket is number 3, and the variable names the process.
ACTIVATED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "manage.py", "serve"])
"""


class Activated(Server):
    """A service whose socket outlives its process."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        super().__init__(environment, log)
        self.socket = socket.create_server(("127.0.0.1", self.port))

    def start(self) -> Activated:
        number = self.socket.fileno()
        command = [sys.executable, "-c", ACTIVATED, str(number)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self.environment, pass_fds=[number], stderr=log, stdout=log
            )
        return self


def test_with_a_socket_of_systemd_a_new_client_waits_for_a_restart(data: dict[str, str], tmp_path: Path) -> None:
    with Activated(data, tmp_path / "log") as server, server.socket:
        assert health(server)["database"] == "ok"
        server.stop(PATIENCE)
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as early:
            early.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            server.start()
            assert early.recv(100).startswith(b"HTTP/1.0 200 ")
