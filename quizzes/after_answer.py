"""Work that begins when the answer has been handed to the server: mails, above all.

A mail server takes seconds, and only where there is an account to write about; the time of an answer would tell who is
registered. Outside of requests the work is done at once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished, request_started

log = logging.getLogger(__name__)
Work = Callable[[], object]
_thread = threading.local()  # a thread answers one request at a time


def run(work: Work) -> None:
    """Do it when the answer to this request is out; what it raises is logged, for nobody is there to be told."""
    waiting: list[Work] | None = getattr(_thread, "waiting", None)
    if waiting is None:
        work()
    else:
        waiting.append(work)


def begin(**kwargs: Any) -> None:
    finish()  # what a request left that was never closed
    _thread.waiting = []


def finish(**kwargs: Any) -> None:
    waiting: list[Work] = getattr(_thread, "waiting", None) or []
    _thread.waiting = None
    for work in waiting:
        try:
            work()
        except Exception:
            log.exception("work after an answer failed")


request_started.connect(begin)
request_finished.connect(finish)
