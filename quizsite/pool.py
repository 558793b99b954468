"""Threads for requests, of which the one that was busy last is asked first.

Whichever thread has waited longest is what Python's own pool asks: all of them take their turns, each with a connection and
caches of its own, which have grown cold meanwhile. Here a quiet site is served by one warm thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any

Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]


class WarmPool(Executor):
    """What gunicorn uses of an executor: `submit` and `shutdown`."""

    def __init__(self, threads: int) -> None:
        self._guard = threading.Lock()
        self._idle: list[SimpleQueue[Task | None]] = []  # the last one was busy last
        self._waiting: deque[Task] = deque()
        self._is_over = False
        for number in range(threads):
            threading.Thread(target=self._serve, name=f"request-{number}", daemon=True).start()

    def submit(self, act: Callable[..., Any], /, *values: Any) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        task = (future, act, values)
        with self._guard:
            thread = self._idle.pop() if self._idle else None
            if thread is None:
                self._waiting.append(task)
        if thread is not None:
            thread.put(task)
        return future

    def _serve(self) -> None:
        own: SimpleQueue[Task | None] = SimpleQueue()
        while (task := self._next(own)) is not None:
            future, act, values = task
            del task
            try:
                result = act(*values)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del future, act, values

    def _next(self, own: SimpleQueue[Task | None]) -> Task | None:
        """The task that has waited longest, or the next that comes; None when it is over."""
        with self._guard:
            if self._waiting:
                return self._waiting.popleft()
            if self._is_over:
                return None
            self._idle.append(own)
        return own.get()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Threads end when nothing waits any more; nobody waits for them."""
        with self._guard:
            self._is_over = True
            idle, self._idle = self._idle, []
        for thread in idle:
            thread.put(None)
