"""Quizsite as a school of many runs it: nginx, three `serve` processes, PostgreSQL and Redis, on 127.0.0.1.

Each part tells the seconds of CPU it has used since the beginning, those of its processes that died included.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import proxies, servers
from tests.benchmarks import site
from tests.postgres import Cluster
from tests.servers import free_port

NEEDED = {"redis-server": "redis-server", "nginx": "nginx", "openssl": "openssl"}  # programs and their packages
PROCESSES = 3
PATIENCE = 60


def missing() -> str:
    """Return one sentence about the programs that are not on this machine; "" where all are."""
    for name, package in NEEDED.items():
        try:
            proxies.program(name, package)
        except proxies.Missing as reason:
            return str(reason)
    return ""


def install() -> None:
    """Install what is missing, by apt, as root."""
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    packages = sorted(set(NEEDED.values()))
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True)


class Web(servers.Server):
    """One `serve`, whose CPU counts on when it was killed and started again."""

    spent = 0.0

    def kill(self) -> None:
        self.spent = self.cpu()
        super().kill()

    def cpu(self) -> float:
        return self.spent + (site.cpu_of(self.pid) if self.process and self.process.poll() is None else 0.0)


class Redis:
    """A Redis with the settings of a fresh Debian: what it holds is on the disk when it is stopped."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.port, self.spent = folder, free_port(), 0.0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", "3600 1"]
        command = [proxies.program("redis-server"), *options]
        self.process = proxies.launch(command, self.folder / "redis.log", self.port)

    def stop(self) -> None:
        self.spent = self.cpu()
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def cpu(self) -> float:
        return self.spent + (site.cpu_of(self.process.pid) if self.process and self.process.poll() is None else 0.0)


class Database:
    """The PostgreSQL server of this run."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.spent = cluster, 0.0

    def stop(self) -> None:
        self.spent = self.cpu()
        self.cluster.shut_down()

    def start(self) -> None:
        self.cluster.start()

    def cpu(self) -> float:
        """The dead children of the server count as its own; what it spent before a restart is in `spent`."""
        return self.spent + site.cpu_of_tree(self.cluster.pid)


class Fleet:
    """All of them; `cpu()` by the names of the parts."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.http, self.https = free_port(), free_port()
        self.redis, self.database = Redis(folder / "redis"), Database(cluster)
        cores = sorted(os.sched_getaffinity(0))
        self.web = [
            Web(self.environment, folder / f"serve-{number}.log", f"--core={cores[number % len(cores)]}")
            for number in range(PROCESSES)
        ]
        self.folder = folder
        self.proxy: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.https}"

    @property
    def environment(self) -> dict[str, str]:
        """What /etc/quizsite.env would say."""
        return {
            "SITE_URL": self.origin,
            "BEHIND_PROXY": "true",
            "REDIS_URL": self.redis.url,
            "WEB_PROCESSES": str(PROCESSES),
            "EMAIL_URL": "none://",
            "LOG_LEVEL": "WARNING",
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as until_the_end:
            self.redis.start()
            until_the_end.callback(self.redis.stop)
            for server in self.web:
                until_the_end.enter_context(server)
            ports = [server.port for server in self.web]
            command = proxies.nginx(self.folder, http=self.http, https=self.https, servers=ports)
            self.proxy = until_the_end.enter_context(proxies.running(command, self.folder / "nginx.log", self.https))
            yield

    def cpu(self) -> dict[str, float]:
        """Seconds since the beginning."""
        assert self.proxy
        return {
            "web": sum(server.cpu() for server in self.web),
            "PostgreSQL": self.database.cpu(),
            "Redis": self.redis.cpu(),
            "nginx": site.cpu_of(self.proxy.pid),
        }


def manage(command: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", command, *options], cwd=site.ROOT, capture_output=True, text=True
    )


def accidents(fleet: Fleet) -> list[tuple[str, Callable[[], None]]]:
    """What goes away in the middle, and comes back as systemd would bring it."""

    def restart(part: Redis | Database) -> None:
        part.stop()
        part.start()

    def kill() -> None:
        fleet.web[0].kill()
        fleet.web[0].start()

    return [
        ("one serve process killed", kill),
        ("Redis restarted", lambda: restart(fleet.redis)),
        ("PostgreSQL restarted", lambda: restart(fleet.database)),
    ]
