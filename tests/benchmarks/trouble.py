"""People answer while something takes the database away for a while, and nothing that was acknowledged may be lost.

    python -m tests.benchmarks.trouble writer --seconds 30     another process holds SQLite's write lock
    python -m tests.benchmarks.trouble disk --seconds 30       no file may grow, as on a full disk
    python -m tests.benchmarks.trouble backup                  one copy after the other, each restored and checked
    python -m tests.benchmarks.trouble restart                 the service starts again, as for a new version
    python -m tests.benchmarks.trouble tables --seconds 30     PostgreSQL, its tables on a disk that is full
    python -m tests.benchmarks.trouble log --seconds 30        PostgreSQL, its write-ahead log on a disk that is full
    python -m tests.benchmarks.trouble trickle                 a hundred connections send large bodies, a few bytes at a time
    python -m tests.benchmarks.trouble nothing                 to compare with

`tables` and `log` mount a small file system and need a user who may (see small.py). Twelve clients save all the while and
repeat what is not acknowledged; one more reads a page again and again. Prints what was answered by 503, the longest wait of
a reader and of a save, and what was lost (exit code 1 if anything was).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path

from tests.benchmarks import site, small
from tests.benchmarks.browser import Browser
from tests.benchmarks.client import AWAY, QUESTIONS, Client, answering, lost, saves_of
from tests.benchmarks.kill import clients_of, manage


def hold_the_lock(_server: site.Server, seconds: float) -> str:
    with closing(
        sqlite3.connect(site.FOLDER / "data" / "quizsite.sqlite3", isolation_level=None, timeout=20)
    ) as writer:
        writer.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        writer.execute("ROLLBACK")
    return f"write lock held for {seconds:.0f} s"


def fill_the_disk(server: site.Server, seconds: float) -> str:
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
    time.sleep(seconds)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return f"no room for {seconds:.0f} s"


def back_up(_server: site.Server, seconds: float) -> str:
    """The command of deploy/README.md, as often as it goes; each copy is restored elsewhere and checked."""
    until, times, problems = time.monotonic() + seconds, [], 0
    while time.monotonic() < until:
        folder = Path(tempfile.mkdtemp(prefix="restored-", dir=site.FOLDER))
        began = time.monotonic()
        copy = folder / "quizsite.sqlite3"
        if shutil.which("sqlite3"):
            source = str(site.FOLDER / "data" / "quizsite.sqlite3")
            subprocess.run(["sqlite3", source, f".backup '{copy}'"], check=True)
        else:
            with (
                closing(sqlite3.connect(site.FOLDER / "data" / "quizsite.sqlite3")) as live,
                closing(sqlite3.connect(copy)) as target,
            ):
                live.backup(target)
        times.append(time.monotonic() - began)
        with closing(sqlite3.connect(copy)) as restored:
            problems += restored.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        command = [sys.executable, "manage.py", "check_invariants"]
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{copy}"}
        problems += subprocess.run(
            command, cwd=site.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode
    return f"{len(times)} copies in {min(times):.2f} to {max(times):.2f} s each, {problems} with problems"


def restart(server: site.Server, seconds: float) -> str:
    """What `systemctl restart` does for a new version, every three seconds."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        server.stop()
        server.start()
        count += 1
        time.sleep(3)
    return f"{count} restarts"


def trickle(server: site.Server, seconds: float) -> str:
    """Half of them announce 4 MB and half 10 MB; none reads a reply, and whose connection breaks comes again at once."""
    until, lines, count = time.monotonic() + seconds, {}, 0
    while time.monotonic() < until:
        while len(lines) < TRICKLING:
            count += 1
            line = socket.create_connection(("127.0.0.1", server.port))
            line.sendall(LARGE % (4_000_000 if count % 2 else 10_000_000))
            lines[line.fileno()] = line
        for number, line in list(lines.items()):
            try:
                line.send(b"x" * 20)
            except OSError:
                lines.pop(number).close()
        time.sleep(0.2)
    memory = server.memory()
    for line in lines.values():
        line.close()
    return f"{count} connections trickled, {TRICKLING} at a time; {memory:.0f} MiB then"


def nothing(_server: site.Server, seconds: float) -> str:
    time.sleep(seconds)
    return "no trouble"


TROUBLES = {
    "writer": hold_the_lock,
    "disk": fill_the_disk,
    "backup": back_up,
    "restart": restart,
    "tables": small.fill_tables,
    "log": small.fill_log,
    "trickle": trickle,
    "nothing": nothing,
}
TRICKLING = 100
LARGE = (
    b"POST /attempts/1/save/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    + b"x" * 40_000
)


@contextmanager
def reading(server: site.Server) -> Iterator[list[float]]:
    """Let one learner read a page again and again meanwhile; how long each took, in seconds."""
    stop, waits = threading.Event(), [0.0]
    (_user, session), *_rest = site.people(1)

    def read_on() -> None:
        browser = Browser(server.port, session, timeout=30)
        while not stop.wait(0.2):
            began = time.monotonic()
            with suppress(*AWAY):
                if browser.get("/quizzes/")[0] == 200:
                    waits.append(time.monotonic() - began)
        browser.connection.close()

    thread = threading.Thread(target=read_on)
    thread.start()
    try:
        yield waits
    finally:
        stop.set()
        thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trouble", choices=TROUBLES)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    room = small.ROOMS.get(options.trouble)
    site.choose_database("postgresql" if room else "sqlite")
    with room() if room else nullcontext():
        return run(options)


def run(options: argparse.Namespace) -> int:
    site.prepare()
    from django.db import connections  # noqa: PLC0415

    from tests import factories  # noqa: PLC0415

    quiz = factories.quiz(QUESTIONS, slug=f"trouble-{time.time_ns():x}")
    with site.Server() as server:
        clients = clients_of(server, quiz.slug, options)
        with reading(server) as waits:
            connections.close_all()
            with answering(clients):
                time.sleep(3)
                saves, pages = saves_of(clients), len(waits)
                done = TROUBLES[options.trouble](server, options.seconds)
                saves, pages = saves_of(clients) - saves, len(waits) - pages
                time.sleep(5)
    return report(clients, f"{done}: {saves} saves and {pages} pages meanwhile", max(waits))


def report(clients: list[Client], done: str, longest_page: float) -> int:
    """Print what it came to; return the exit code."""
    missing, faults = lost(clients), [fault for client in clients for fault in client.faults]
    checked = manage("check_invariants")
    print(
        f"{done}; {saves_of(clients)} saves acknowledged in all, {sum(client.repeats for client in clients)} repeats;"
        f" longest wait of a save {max(client.longest for client in clients):.1f} s, of a page {longest_page:.1f} s"
    )
    print("told meanwhile:", *sorted(set().union(*(client.told for client in clients))), sep="\n  ")
    print(f"lost: {len(missing)}; faults: {len(faults)}; invariants: {checked.stdout.strip()[-300:]}")
    print(*missing[:10], *faults[:10], sep="\n")
    return 1 if missing or faults or checked.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
