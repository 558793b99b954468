"""Waiting for what another thread, process or server does: until it is so, and not for a time that someone guessed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress

A_MOMENT = 0.02  # seconds between two looks


def until(is_so: Callable[[], object], *, seconds: float = 20) -> bool:
    """Look again and again, and return whether it came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(A_MOMENT)
    return True


def is_open(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
