"""Kill the servers while people answer, and look whether anything that was acknowledged is lost.

    python -m tests.benchmarks.kill --database postgresql --saves 10000 --kills 30

Twelve clients save as fast as they can through real server processes; each repeats a save until it is acknowledged, and
hands its attempt in now and then. Meanwhile workers, the whole service and (on PostgreSQL) the database server die by
kill -9 and come back. In the end every acknowledged answer must be in the database as it was acknowledged, marks must be
right, and `manage.py check_invariants` must be silent. Exit code 1 otherwise. Runs on this machine only, some minutes.
"""

from __future__ import annotations

import argparse
import http.client
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks import site

QUESTIONS = 10
SAVES_IN_AN_ATTEMPT = 150
PATIENCE = 60  # seconds that a client repeats one request
AWAY = (OSError, http.client.HTTPException)


@dataclass
class Client:
    """One learner who answers, and what the site acknowledged."""

    session: str
    slug: str
    port: int
    rng: random.Random
    acknowledged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # → revision, choice
    submitted: list[int] = field(default_factory=list)
    saves: int = 0
    repeats: int = 0
    longest: float = 0.0
    told: set[str] = field(default_factory=set)  # in words, by answers that acknowledged nothing
    faults: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                attempt = self.insist(lambda browser: browser.start(self.slug))
                for number in range(SAVES_IN_AN_ATTEMPT):
                    if stop.is_set():
                        return
                    self.save(attempt, 1 + number % QUESTIONS, 1 + number // QUESTIONS)
                self.insist(lambda browser, attempt=attempt: self.submit(browser, attempt))
                self.submitted.append(attempt)
        except Exception as error:
            self.faults.append(repr(error))

    def save(self, attempt: int, slot: int, revision: int) -> None:
        choice = self.rng.randrange(4)
        began = time.monotonic()
        body = self.insist(lambda browser: browser.save(attempt, slot, revision, {"choice": [str(choice)]}))
        if body.get("revision") != revision:
            self.faults.append(f"attempt {attempt} slot {slot}: {body}")
            return
        self.acknowledged[attempt, slot] = (revision, choice)
        self.saves += 1
        self.longest = max(self.longest, time.monotonic() - began)

    def submit(self, browser: Any, attempt: int) -> tuple[int, dict[str, Any]]:
        status, headers, _body = browser.post(f"/attempts/{attempt}/submit/")
        return (200 if status == 302 else status), headers

    def insist(self, act: Any) -> Any:
        """Repeat a request until it is answered; connections that break and 503 are what is expected here."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                reply = act(self.browser())
                if isinstance(reply, int):
                    return reply
                status, body = reply
                if status == 200:
                    return body
                if status != 503:
                    raise AssertionError(f"status {status}: {body}")
                self.told |= {body["message"]} if "message" in body else set()
            except AWAY:
                self.forget_browser()
            except RuntimeError as error:  # a start that was answered with an error page
                if "503" not in str(error):
                    raise
            if time.monotonic() > deadline:
                raise TimeoutError("not answered in time")
            self.repeats += 1
            time.sleep(self.rng.uniform(0.05, 0.2))

    def browser(self) -> Any:
        from tests.benchmarks.browser import Browser  # noqa: PLC0415

        if not hasattr(self, "_browser"):
            self._browser = Browser(self.port, self.session, timeout=30)
        return self._browser

    def forget_browser(self) -> None:
        if hasattr(self, "_browser"):
            self._browser.connection.close()
            del self._browser


def strike(server: site.Server, rng: random.Random) -> str:
    """Kill something and bring it back as a supervisor would."""
    roll = rng.random()
    if site.cluster and roll < 0.25:
        site.cluster.kill()
        time.sleep(rng.uniform(0, 1))
        site.cluster.start()
        return "database"
    if roll < 0.45:
        server.kill_master()
        server.start()
        return "service"
    server.kill_worker()  # its master starts another
    return "worker"


def lost(clients: list[Client]) -> list[str]:
    """Acknowledged answers that are not in the database as they were acknowledged, and marks that are wrong."""
    from quizzes.models import Answer, Attempt  # noqa: PLC0415

    stored = {
        (attempt, slot): (revision, response)
        for attempt, slot, revision, response in Answer.objects.values_list("attempt", "slot", "revision", "response")
    }
    found = []
    for client in clients:
        for place, sent in client.acknowledged.items():
            if stored.get(place, (0, None))[0] < sent[0] or (stored[place][0] == sent[0] and stored[place] != sent):
                found.append(f"{place}: acknowledged {sent}, stored {stored.get(place)}")
        for attempt in client.submitted:
            right = sum(choice == 0 for (row, _slot), (_rev, choice) in client.acknowledged.items() if row == attempt)
            row = Attempt.objects.get(pk=attempt)
            if row.is_in_progress or (row.is_graded and row.marks != right):
                found.append(f"attempt {attempt}: {row.status} {row.marks}, answered {right} rightly")
    return found


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
    from django.db import connections  # noqa: PLC0415

    from tests import factories  # noqa: PLC0415

    quiz = factories.quiz(QUESTIONS, slug="kill")
    server = site.Server().start()
    rng = random.Random(options.seed)
    clients = [
        Client(session, quiz.slug, server.port, random.Random(f"{options.seed}-{number}"))
        for number, (_user, session) in enumerate(site.people(options.clients))
    ]
    connections.close_all()
    stop = threading.Event()
    threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    kills: dict[str, int] = {"worker": 0, "service": 0, "database": 0}
    began = time.monotonic()
    try:
        while sum(client.saves for client in clients) < options.saves or sum(kills.values()) < options.kills:
            if time.monotonic() - began > options.minutes * 60 or all(client.faults for client in clients):
                break
            wanted = sum(client.saves for client in clients) + options.saves * rng.uniform(0.5, 1.0) / options.kills
            while sum(client.saves for client in clients) < wanted and time.monotonic() - began < options.minutes * 60:
                time.sleep(0.01)  # people work between two accidents
            kills[strike(server, rng)] += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    time.sleep(1)
    server.stop()
    saves, faults = sum(client.saves for client in clients), [fault for client in clients for fault in client.faults]
    missing = lost(clients)
    # what a crash left submitted is for the sweep
    subprocess.run(
        [sys.executable, "manage.py", "close_overdue_attempts"], cwd=site.ROOT, check=True, stdout=subprocess.DEVNULL
    )
    invariants = subprocess.run(
        [sys.executable, "manage.py", "check_invariants"], cwd=site.ROOT, capture_output=True, text=True
    )
    print(
        f"{options.database}: {saves} saves acknowledged, {sum(kills.values())} kills {kills},"
        f" {sum(client.repeats for client in clients)} repeats,"
        f" {sum(len(client.submitted) for client in clients)} attempts handed in,"
        f" longest wait {max(client.longest for client in clients):.1f} s, {time.monotonic() - began:.0f} s in all"
    )
    print(
        f"lost: {len(missing)}; faults: {len(faults)}; invariants: {invariants.stdout.strip()[-300:] or invariants.stderr[-300:]}"
    )
    print(*missing[:10], *faults[:10], sep="\n")
    if site.cluster:
        site.cluster.stop()
    reached = saves >= options.saves and sum(kills.values()) >= options.kills
    return 0 if reached and not (missing or faults or invariants.returncode) else 1


if __name__ == "__main__":
    sys.exit(main())
