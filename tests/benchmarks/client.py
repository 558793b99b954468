"""Learners who answer as fast as they can and repeat what is not acknowledged; and what of it the database has lost."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.browser import Browser

QUESTIONS = 10
SAVES_IN_AN_ATTEMPT = 150
PATIENCE = 60  # seconds that a client repeats one request
AWAY = (OSError, http.client.HTTPException)
AWAY_STATUSES = (502, 503, 504)


@dataclass
class Client:
    """One learner who answers, and what the site acknowledged."""

    open_browser: Callable[[], Browser]
    slug: str
    rng: random.Random
    acknowledged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # → revision, choice
    submitted: list[int] = field(default_factory=list)
    saves: int = 0
    repeats: int = 0
    longest: float = 0.0
    told: set[str] = field(default_factory=set)  # in words, by answers that acknowledged nothing
    faults: list[str] = field(default_factory=list)
    browser: Browser | None = None

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
        finally:
            self.hang_up()

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

    def submit(self, browser: Browser, attempt: int) -> tuple[int, dict[str, Any]]:
        status, headers, _body = browser.post(f"/attempts/{attempt}/submit/", confirmed="yes")
        return (200 if status == 302 else status), headers

    def insist(self, act: Any) -> Any:
        """Repeat a request until it is answered; connections that break and 503 (a proxy's 502) are expected here."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.browser = self.browser or self.open_browser()
                reply = act(self.browser)
                if isinstance(reply, int):
                    return reply
                status, body = reply
                if status == 200:
                    return body
                if status not in AWAY_STATUSES:
                    raise AssertionError(f"status {status}: {body}")
                self.told |= {body["message"]} if "message" in body else set()
            except AWAY:
                self.hang_up()
            except RuntimeError as error:  # a start that was answered with an error page
                if not any(str(status) in str(error) for status in AWAY_STATUSES):
                    raise
            if time.monotonic() > deadline:
                raise TimeoutError("not answered in time")
            self.repeats += 1
            time.sleep(self.rng.uniform(0.05, 0.2))

    def hang_up(self) -> None:
        if self.browser:
            self.browser.connection.close()
        self.browser = None


@contextmanager
def answering(clients: list[Client]) -> Iterator[None]:
    """Let all of them answer meanwhile; in the end each waits for what it has sent."""
    stop = threading.Event()
    threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def saves_of(clients: list[Client]) -> int:
    return sum(client.saves for client in clients)


def lost(clients: list[Client]) -> list[str]:
    """Acknowledged answers that are not in the database as they were acknowledged, and marks that are wrong."""
    from quizzes.models import Answer, Attempt  # noqa: PLC0415  after the database was chosen

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
