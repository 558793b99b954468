"""A lock that serves waiting threads in the order in which they came."""

from __future__ import annotations

import threading
import time
from collections import deque

CROWD = 4  # of a server's eight threads: one more holds the lock, the others go on reading
STUCK_SECONDS = 4


class FairLock:
    """`acquire(timeout)` and `release()`, first come first served; whoever releases hands over to the next.

    When nobody has got through for some seconds, only a few may wait: threads that wait for a writer of another process
    would be missing where people only read.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._stuck_since: float | None = None  # since when nobody got through
        self._turns: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; whether the lock is held now."""
        with self._guard:
            if self._take():
                return True
            if len(self._turns) >= CROWD and time.monotonic() - (self._stuck_since or 0) > STUCK_SECONDS:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._turns.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._guard:
            if turn not in self._turns:  # handed over in the last moment
                return True
            self._turns.remove(turn)
            return False

    def acquire_free(self) -> bool:
        """Take the lock if nobody has it; whether it is held now."""
        with self._guard:
            return self._take()

    def _take(self) -> bool:
        if self._is_held:
            return False
        self._is_held = True
        self._stuck_since = self._stuck_since or time.monotonic()
        return True

    def release(self, *, got_through: bool = True) -> None:
        """Give the lock back; `got_through`: whether what it stands for could be had."""
        with self._guard:
            if got_through:
                self._stuck_since = time.monotonic() if self._turns else None
            if self._turns:
                self._turns.popleft().release()
            else:
                self._is_held = False
