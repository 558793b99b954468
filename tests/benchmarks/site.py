"""A real Quizsite for benchmarks: its own data folder, its own port, a server process that can be measured and killed.

Import this before anything of Django: it decides which database the process talks to. Everything listens on 127.0.0.1.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("BENCHMARK_DIR") or tempfile.mkdtemp(prefix="quizsite-benchmark-"))
FOLDER.mkdir(parents=True, exist_ok=True)
FOLDER.chmod(0o755)
os.environ["DATA_DIR"] = str(FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "quizsite.settings"
os.environ.setdefault("LOG_LEVEL", "CRITICAL")

from tests import servers  # noqa: E402
from tests.postgres import Cluster, children_of  # noqa: E402
from tests.servers import ROOT  # noqa: E402

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


class Server(servers.Server):
    """The site on this run's database, with the settings of a module."""

    def __init__(self, *, settings: str = "quizsite.settings") -> None:
        environment = {"DJANGO_SETTINGS_MODULE": settings}
        super().__init__(environment, FOLDER / "server.log", "--skip-checks")  # a baseline lacks what they ask for

    def stay_on(self, core: int) -> None:
        """Choose where it runs; which core it takes by itself is chance, and servers that are compared share one."""
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            os.sched_setaffinity(int(thread), {core})

    def cpu(self) -> float:
        """Return the seconds of CPU it has used, with those of the database server where there is one."""
        return cpu_of(self.pid) + (cpu_of_tree(cluster.pid) if cluster else 0.0)


def cpu_of(pid: int) -> float:
    """User and system time of a process and of children it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def cpu_of_tree(pid: int) -> float:
    return cpu_of(pid) + sum(cpu_of(child) for child in children_of(pid))


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
    from quizzes.models import User  # noqa: PLC0415

    label = secrets.token_hex(3)
    users = User.objects.bulk_create(
        [User(username=f"learner-{label}-{number}", password="!") for number in range(count)]
    )
    return list(zip(users, sessions(users), strict=True))


def sessions(users: Sequence[Any]) -> list[str]:
    """Log each of the users in; return the cookies of their browsers."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    stores = []
    for user in users:
        store = SessionStore(session_key=secrets.token_hex(16))
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        stores.append(store)
    model = SessionStore.get_model_class()
    model.objects.bulk_create([store.create_model_instance(dict(store.items())) for store in stores])
    return [str(store.session_key) for store in stores]
