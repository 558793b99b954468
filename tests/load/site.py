"""A real Quizsite for load tests: its own data folder, its own port, server processes that can be measured and killed.

Import this before anything of Django: it decides which database the process talks to. Everything listens on 127.0.0.1.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("LOAD_DIR") or tempfile.mkdtemp(prefix="quizsite-load-"))
FOLDER.mkdir(parents=True, exist_ok=True)
FOLDER.chmod(0o755)
os.environ["DATA_DIR"] = str(FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "quizsite.settings"
os.environ.setdefault("LOG_LEVEL", "CRITICAL")

from tests.postgres import Cluster, children_of, is_alive  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
cluster: Cluster | None = None


def choose_database(vendor: str) -> None:
    """`sqlite` in the data folder, or a fresh `postgresql` server; before Django is set up."""
    global cluster
    if vendor == "postgresql":
        cluster = Cluster(FOLDER / "pg")
        os.environ["DATABASE_URL"] = cluster.create("quizsite")
    else:
        os.environ.pop("DATABASE_URL", None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The site's processes. `python` says what to run: by default what `quickstart` runs once all is set up."""

    SERVE = "from quizzes.management.serving import serve; serve('127.0.0.1', {port})"

    def __init__(self, *, settings: str = "quizsite.settings") -> None:
        self.port = free_port()
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        code = f"import django; django.setup(); {self.SERVE.format(port=self.port)}"
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": self.settings}
        with (FOLDER / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=log, stdout=log
            )
        self.wait_until_it_answers()
        return self

    def wait_until_it_answers(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"no answer on port {self.port}; see {FOLDER / 'server.log'}")

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

    def cpu(self) -> float:
        """Seconds of CPU that all processes have used, the database server's included where there is one."""
        return sum(map(cpu_of, self.pids)) + (cpu_of_tree(cluster.pid) if cluster else 0.0)

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


def cpu_of(pid: int) -> float:
    """User and system time of a process and of children it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def cpu_of_tree(pid: int) -> float:
    return cpu_of(pid) + sum(cpu_of(child) for child in children_of(pid))


def pss_of(pid: int) -> float:
    """kB of memory, pages that processes share divided among them."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0


def prepare() -> None:
    """Set up database, bank and collected assets, as `quickstart` does; then Django in this process."""
    command = [sys.executable, "manage.py", "quickstart", "--no-serve"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    import_django()


def import_django() -> None:
    import django  # noqa: PLC0415  after the database was chosen

    django.setup()


def people(count: int) -> list[tuple[Any, str]]:
    """Learners and the session cookies of their browsers."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from quizzes.models import User  # noqa: PLC0415

    label = secrets.token_hex(3)
    users = User.objects.bulk_create([User(username=f"load-{label}-{number}", password="!") for number in range(count)])
    stores = []
    for user in users:
        store = SessionStore(session_key=secrets.token_hex(16))
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "quizsite.accounts.Backend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        stores.append(store)
    model = SessionStore.get_model_class()
    model.objects.bulk_create([store.create_model_instance(dict(store.items())) for store in stores])
    return [(user, str(store.session_key)) for user, store in zip(users, stores, strict=True)]
