"""A lock that serves waiting threads in the order in which they came."""

from __future__ import annotations

import threading
import time
from collections import deque

MAX_WAITERS_WHILE_STALLED = 4  # of a server's eight threads: one more holds the lock, the others go on reading
STALLED_AFTER = 4  # seconds


class FairLock:
    """A lock with `acquire(timeout)` and `release()`; each release hands it to the thread that has waited longest.

    While no write succeeds for some seconds, only a few threads may wait: those that wait for a writer of another
    process would be missing where people only read.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._stalled_since: float | None = None  # since when no write has succeeded
        self._turns: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; return whether the lock is held now."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                self._stalled_since = self._stalled_since or time.monotonic()
                return True
            if len(self._turns) >= MAX_WAITERS_WHILE_STALLED and self._is_stalled():
                return False
            turn = threading.Lock()
            turn.acquire()
            self._turns.append(turn)
        return turn.acquire(timeout=timeout) or not self._leave_queue(turn)

    def release(self, *, write_succeeded: bool = True) -> None:
        """Hand the lock to the next in the queue; `write_succeeded` says whether SQLite let the holder write."""
        with self._guard:
            if write_succeeded:
                self._stalled_since = time.monotonic() if self._turns else None
            if self._turns:
                self._turns.popleft().release()
            else:
                self._is_held = False

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._turns)

    def _is_stalled(self) -> bool:
        return time.monotonic() - (self._stalled_since or 0) > STALLED_AFTER

    def _leave_queue(self, turn: threading.Lock) -> bool:
        """Give up waiting; False when the lock was handed over at the last moment."""
        with self._guard:
            if turn not in self._turns:
                return False
            self._turns.remove(turn)
            return True
