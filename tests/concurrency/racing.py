"""Threads that start together, again and again, and what became of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.db import connection, connections

from tests import waiting

# Of each race; a control shows its fault in the first five. A nightly run takes 2,000.
ROUNDS = int(os.environ.get("RACE_ROUNDS") or (60 if os.environ.get("CI") else 20))
Race = Callable[..., list[Any]]


@contextmanager
def track(lanes: int) -> Iterator[Race]:
    """A function that runs one act in each lane behind a barrier; lanes keep their connections between races.

    It returns the results in order, an error as the exception itself.
    """
    barrier = Barrier(lanes)

    def run(act: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        barrier.wait(timeout=30)
        try:
            return act()
        except Exception as error:
            return error

    def close() -> None:
        barrier.wait(timeout=30)  # so that every lane closes its own
        connections.close_all()

    with ThreadPoolExecutor(lanes) as pool:

        def race(*acts: Callable[[], Any]) -> list[Any]:
            assert len(acts) == lanes
            return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]

        try:
            yield race
        finally:
            for future in [pool.submit(close) for _lane in range(lanes)]:
                future.result(timeout=60)


A_MOMENT, PATIENCE = 0.05, 20  # seconds


def gap(lanes: int, seconds: float = A_MOMENT) -> Callable[[], None]:
    """A function that stands between a look and a write: it waits until so many lanes have come to it, at most so long.

    A guard lets no second lane come, so a test waits for a moment; its control has patience, and so it never misses the fault.
    """
    barrier = Barrier(lanes)

    def meet() -> None:
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=seconds)

    return meet


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def until_waiting(count: int = 1) -> None:
    """Return once so many transactions wait for a lock of the PostgreSQL server."""

    def is_so() -> bool:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0] >= count)

    with connection.cursor() as cursor:
        assert waiting.until(is_so), f"{count} should wait for a lock"


def errors_in(results: Sequence[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
