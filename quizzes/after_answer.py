"""Work that begins when an answer has left: mails, above all.

A mail server takes seconds, and only where there is an account to write about; the time of an answer would tell who is
registered. `serve` starts a thread for it, because a server may hold an answer back until its request is closed. Elsewhere
it is done when the request is closed, and outside of requests at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import connections

log = logging.getLogger(__name__)
Work = Callable[[], object]
HEAD_START_SECONDS = 0.1  # for the answer, which shares the core with this work
PATIENCE_SECONDS = 5  # for what waits when the server ends; systemd gives all of it 15
_thread = threading.local()  # a thread answers one request at a time
_queues: list[queue.SimpleQueue[Work | None]] = []  # that of the thread which does the work, where there is one


def run(work: Work) -> None:
    """Do it when the answer to this request is out; what it raises is logged, as no reader waits for it any more."""
    waiting: list[Work] | None = getattr(_thread, "waiting", None)
    if waiting is None:
        work()
    else:
        waiting.append(work)


def begin(**kwargs: object) -> None:
    finish()  # what a request left that was never closed
    _thread.waiting = []


def finish(**kwargs: object) -> None:
    waiting: list[Work] = getattr(_thread, "waiting", None) or []
    _thread.waiting = None
    for work in waiting:
        if _queues:
            _queues[0].put(work)
        else:
            _do(work)


request_started.connect(begin)
request_finished.connect(finish)


@contextmanager
def in_a_thread() -> Iterator[None]:
    """Do the work of all requests in one thread of its own; at the end, wait a little for what is left."""
    waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
    thread = threading.Thread(target=_do_all, args=[waiting], daemon=True)
    thread.start()
    _queues.append(waiting)
    try:
        yield
    finally:
        _queues.remove(waiting)
        waiting.put(None)
        thread.join(PATIENCE_SECONDS)
        if left := waiting.qsize():
            log.warning("%d mails or the like were not sent before the end", left)


def _do_all(waiting: queue.SimpleQueue[Work | None]) -> None:
    while (work := waiting.get()) is not None:
        time.sleep(HEAD_START_SECONDS)
        _do(work)
        connections.close_all()  # those of this thread; the next mail may be hours away


def _do(work: Work) -> None:
    try:
        work()
    except Exception:
        log.exception("work after an answer failed")
