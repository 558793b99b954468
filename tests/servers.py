"""The site's own server processes on 127.0.0.1, to be measured, starved and killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.postgres import children_of, is_alive

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """What `quickstart` runs once all is set up, with variables of the environment of its own."""

    SERVE = "from quizzes.management.serving import serve; serve('127.0.0.1', {port})"
    FIRST = ""  # Python to run before anything else

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.environment = dict(environment)
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        code = f"{self.FIRST}\nimport django; django.setup(); {self.SERVE.format(port=self.port)}"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code], cwd=ROOT, env=os.environ | self.environment, stderr=log, stdout=log
            )
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"no answer on port {self.port}; see {self.log}")

    @property
    def master(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        return [pid for pid in children_of(self.master) if is_alive(pid)]

    @property
    def pids(self) -> list[int]:
        return [self.master, *self.workers]

    def memory(self) -> float:
        """Proportional set size of all web processes in MiB."""
        return sum(pss_of(pid) for pid in self.pids) / 1024

    def kill_worker(self) -> None:
        for pid in self.workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_master(self) -> None:
        """The whole service, as a supervisor would see it die; its workers follow."""
        pids = self.pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill_master()

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
