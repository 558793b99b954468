"""The site's own server process on 127.0.0.1, to be measured, starved and killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests import databases, waiting

ROOT = Path(__file__).resolve().parent.parent
LARGE_FILE = "large.css"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    """Return variables that give a server the database of tests, and a data folder of its own with one large asset."""
    static = folder / "static"
    static.mkdir()
    (static / LARGE_FILE).write_bytes(os.urandom(300_000))
    return {
        "DATABASE_URL": f"sqlite:///{databases.sqlite()['NAME']}",
        "DATA_DIR": str(folder),
        "LOG_LEVEL": "CRITICAL",
    }


class Server:
    """`manage.py serve` with variables of the environment and options of its own."""

    COMMAND = "serve"

    def __init__(self, environment: Mapping[str, str], log: Path, *options: str) -> None:
        self.port = free_port()
        self.environment = dict(environment)
        self.log = log
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        command = [sys.executable, "manage.py", self.COMMAND, f"--port={self.port}", *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | self.environment, stderr=log, stdout=log
            )
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, seconds: float = 60) -> None:
        assert self.process is not None
        process = self.process
        waiting.until(lambda: process.poll() is not None or waiting.is_open(self.port), seconds=seconds)
        if process.poll() is None and waiting.is_open(self.port):
            return
        raise TimeoutError(f"no answer on port {self.port}; see {self.log}")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def memory(self) -> float:
        """Return its proportional set size in MiB."""
        return pss_of(self.pid) / 1024

    def kill(self) -> None:
        """End it by kill -9, as for want of memory; something has to start it again."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self, seconds: float = 20) -> None:
        """End it by SIGTERM, as `systemctl stop` does, and by SIGKILL after so long."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def pss_of(pid: int) -> float:
    """kB of memory, pages that processes share divided among them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0
