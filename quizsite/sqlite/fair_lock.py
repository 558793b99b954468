"""A lock that serves waiting threads in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """`acquire(timeout)` and `release()`, first come first served; whoever releases hands over to the next."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_held = False
        self._turns: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; whether the lock is held now."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
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

    def release(self) -> None:
        with self._guard:
            if self._turns:
                self._turns.popleft().release()
            else:
                self._is_held = False
