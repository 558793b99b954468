"""Another process that holds SQLite's write lock (F35): a backup, an import, VACUUM."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from quizsite.sqlite import fair_lock
from quizsite.sqlite.fair_lock import FairLock
from quizzes.models import Attempt, Topic
from tests import waiting
from tests.benchmarks.browser import Browser
from tests.databases import configured, standing_in
from tests.faults.conftest import PATIENCE, session_of
from tests.servers import Server

RIGHT = {"choice": ["0"]}
HOLD = """
import sqlite3, sys, time
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
writer.execute("COMMIT")
"""


@contextmanager
def long_writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until it is told to let go, or the end."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_saves_wait_for_another_process_that_writes_for_long(
    server: Server, phone: Browser, attempt: Attempt, sqlite: Path
) -> None:
    session = session_of(attempt.learner)

    def save(slot: int) -> int:
        browser = Browser(server.port, session, timeout=PATIENCE)
        with closing(browser.connection):
            return browser.save(attempt.pk, slot, 1, RIGHT)[0]

    with long_writer(sqlite) as writer, ThreadPoolExecutor(6) as pool:
        saves = [pool.submit(save, slot) for slot in range(1, 7)]
        assert phone.get(f"/attempts/{attempt.pk}/questions/1/")[0] == 200
        assert not any(one.done() for one in saves), "the page is read while the lock is held"
        writer.communicate("let go\n")
        assert [one.result() for one in saves] == [200] * 6
    assert attempt.answers.filter(revision=1).count() == 6


def test_a_writer_that_does_not_end_is_told_as_503_and_the_save_succeeds_after_it(
    attempt: Attempt, sqlite: Path, client: Client
) -> None:
    client.force_login(attempt.learner)
    hasty = configured("sqlite") | {"OPTIONS": settings.SQLITE_OPTIONS | {"timeout": 0.1}}
    body = {"slot": 1, "revision": 1, "answer": RIGHT}

    def save() -> Any:
        return client.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")

    with standing_in(hasty):
        with long_writer(sqlite):
            refused = save()
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert save().status_code == 200
    assert attempt.answers.get(slot=1).revision == 1


def test_the_server_waits_for_seconds_and_gives_up_before_the_browser_does() -> None:
    script = (settings.BASE_DIR / "quizzes/static/quizzes/js/queue.js").read_text()
    (milliseconds,) = re.findall(r"TIMEOUT_MS = ([\d_]+);", script)
    assert 3 < settings.SQLITE_OPTIONS["timeout"] < int(milliseconds) / 1000


def busy_timeout() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        return int(cursor.fetchone()[0])


def test_time_spent_in_the_queue_is_not_waited_once_more(sqlite: Path) -> None:
    left: list[int] = []

    def work() -> None:
        try:
            with transaction.atomic():
                left.append(busy_timeout())
            left.append(busy_timeout())
        finally:
            connections.close_all()

    with transaction.atomic():
        thread = threading.Thread(target=work)
        thread.start()
        assert waiting.until(lambda: connection.lock.waiting == 1)  # type: ignore[attr-defined]
        time.sleep(0.2)  # which is what it waited
    thread.join()
    usual = settings.SQLITE_OPTIONS["timeout"] * 1000
    assert (left[0] < usual - 150, left[1]) == (True, usual)


def test_while_nobody_gets_through_only_a_few_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_lock, "MAX_WAITERS_WHILE_STALLED", 1)
    monkeypatch.setattr(fair_lock, "STALLED_AFTER", 0)
    lock, results = FairLock(), []
    assert lock.acquire(1)
    patient = threading.Thread(target=lambda: results.append(lock.acquire(PATIENCE)))
    patient.start()
    assert waiting.until(lambda: lock.waiting)
    assert lock.acquire(PATIENCE) is False, "one waits already, and nothing moves"
    lock.release(write_succeeded=False)
    patient.join()
    assert results == [True]
    lock.release()
    assert lock.acquire(1)


def test_writers_that_move_may_all_wait(monkeypatch: pytest.MonkeyPatch, sqlite: Path) -> None:
    monkeypatch.setattr(fair_lock, "MAX_WAITERS_WHILE_STALLED", 0)
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                Topic.objects.create(slug=f"{number}-{turn}", name=f"{number}-{turn}")
        except OperationalError as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
