"""Threads for requests: the one that was busy last is asked first, and no task is lost or passed over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from quizsite.pool import WarmPool

PATIENCE = 10


@pytest.fixture
def pool() -> Iterator[WarmPool]:
    made = WarmPool(4)
    yield made
    made.shutdown()


def name() -> str:
    return threading.current_thread().name


def test_one_task_after_the_other_is_done_by_one_thread(pool: WarmPool) -> None:
    seen = set()
    for _task in range(20):
        until = time.monotonic() + PATIENCE
        while len(pool._idle) < 4 and time.monotonic() < until:
            time.sleep(0.001)
        seen.add(pool.submit(name).result(PATIENCE))
    assert len(seen) == 1


def test_tasks_at_one_time_are_done_at_one_time(pool: WarmPool) -> None:
    together = threading.Barrier(4)
    tasks = [pool.submit(together.wait, PATIENCE) for _thread in range(4)]
    assert sorted(task.result(PATIENCE) for task in tasks) == [0, 1, 2, 3]


def test_more_tasks_than_threads_are_done_in_their_order(pool: WarmPool) -> None:
    go_on, done = threading.Event(), []
    held = [pool.submit(go_on.wait, PATIENCE) for _thread in range(3)]  # one thread is left
    tasks = [pool.submit(done.append, number) for number in range(50)]
    for task in tasks:
        task.result(PATIENCE)
    assert done == list(range(50))
    go_on.set()
    assert all(task.result(PATIENCE) for task in held)


def test_an_error_is_told_to_who_asked_and_ends_no_thread(pool: WarmPool) -> None:
    for _task in range(8):
        assert isinstance(pool.submit(int, "x").exception(PATIENCE), ValueError)
    assert pool.submit(name).result(PATIENCE)


def test_what_waits_is_done_before_the_threads_end() -> None:
    pool, go_on = WarmPool(1), threading.Event()
    running, waiting = pool.submit(go_on.wait, PATIENCE), pool.submit(threading.current_thread)
    pool.shutdown()
    go_on.set()
    assert running.result(PATIENCE)
    thread = waiting.result(PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive()
