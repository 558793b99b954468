"""Kill the servers while people answer, and look whether anything that was acknowledged is lost.

    python -m tests.benchmarks.kill --database postgresql --saves 10000 --kills 30

Twelve clients save as fast as they can through a real server process; each repeats a save until it is acknowledged, and
hands its attempt in now and then. Meanwhile the process dies by kill -9, the service is restarted (SIGTERM) and, on
PostgreSQL, the database server dies by kill -9; all come back as systemd would bring them. In the end every acknowledged
answer must be in the database as it was acknowledged, marks must be right, and `manage.py check_invariants` must be silent.
Exit code 1 otherwise. Runs on this machine only, some minutes.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections import Counter
from functools import partial

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.client import QUESTIONS, Client, answering, lost, saves_of


def strike(server: site.Server, rng: random.Random) -> str:
    """Kill something and bring it back as a supervisor would; return what it was."""
    roll = rng.random()
    if site.cluster and roll < 0.25:
        site.cluster.kill()
        time.sleep(rng.uniform(0, 1))
        site.cluster.start()
        return "database"
    if roll < 0.45:
        server.stop()
        server.start()
        return "service"
    server.kill()
    server.start()
    return "process"


def clients_of(server: site.Server, slug: str, options: argparse.Namespace) -> list[Client]:
    return [
        Client(partial(Browser, server.port, session, timeout=30), slug, random.Random(f"{options.seed}-{number}"))
        for number, (_user, session) in enumerate(site.people(options.clients))
    ]


def strike_again_and_again(server: site.Server, clients: list[Client], options: argparse.Namespace) -> Counter[str]:
    """Return how often what was killed while so many saves were acknowledged; give up after the minutes."""
    rng, kills = random.Random(options.seed), Counter[str]()
    end = time.monotonic() + options.minutes * 60
    while saves_of(clients) < options.saves or kills.total() < options.kills:
        wanted = saves_of(clients) + options.saves * rng.uniform(0.5, 1.0) / options.kills
        while saves_of(clients) < wanted:  # people work between two accidents
            if time.monotonic() > end or all(client.faults for client in clients):
                return kills
            time.sleep(0.01)
        kills[strike(server, rng)] += 1
    return kills


def manage(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "manage.py", command], cwd=site.ROOT, capture_output=True, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--saves", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--minutes", type=float, default=20, help="give up after")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    site.choose_database(options.database)
    site.prepare()
    try:
        return run(options)
    finally:
        if site.cluster:
            site.cluster.stop()


def run(options: argparse.Namespace) -> int:
    from django.db import connections  # noqa: PLC0415  after the database was chosen

    from tests import factories  # noqa: PLC0415

    began = time.monotonic()
    quiz = factories.quiz(QUESTIONS, slug=f"kill-{time.time_ns():x}")
    with site.Server() as server:
        clients = clients_of(server, quiz.slug, options)
        connections.close_all()  # the database server dies
        with answering(clients):
            kills = strike_again_and_again(server, clients, options)
        time.sleep(1)
    missing, faults = lost(clients), [fault for client in clients for fault in client.faults]
    manage("close_overdue_attempts")  # grades what a crash left submitted
    invariants = manage("check_invariants")
    print(
        f"{options.database}: {saves_of(clients)} saves acknowledged, {kills.total()} kills {dict(kills)},"
        f" {sum(client.repeats for client in clients)} repeats,"
        f" {sum(len(client.submitted) for client in clients)} attempts handed in,"
        f" longest wait {max(client.longest for client in clients):.1f} s, {time.monotonic() - began:.0f} s in all"
    )
    told = invariants.stdout.strip()[-300:] or invariants.stderr[-300:]
    print(f"lost: {len(missing)}; faults: {len(faults)}; invariants: {told}")
    print(*missing[:10], *faults[:10], sep="\n")
    is_enough = saves_of(clients) >= options.saves and kills.total() >= options.kills
    return 0 if is_enough and not (missing or faults or invariants.returncode) else 1


if __name__ == "__main__":
    sys.exit(main())
