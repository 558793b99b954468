"""What the processes of a site share besides the database: a cache (Redis), which may be away for a while.

Only counts of tries need it; without it they are refused (`limits.Uncounted`). Everything else in it saves work, and is made
again where it cannot be asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

try:
    from redis.exceptions import RedisError
except ImportError:  # without the extra `scale` the cache is this process's own memory

    class RedisError(Exception):  # type: ignore[no-redef]
        """A cache that cannot be asked."""


Away = RedisError
PAUSE = 5  # seconds in which a cache that was away is not asked again: one that hangs would hold every thread in turn
Value = TypeVar("Value")
_asked_again_at = 0.0
_makers = tuple(threading.Lock() for _number in range(16))


def get_or_make(key: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """Return what the cache keeps under the key, else make it and keep it for so long."""
    global _asked_again_at
    if time.monotonic() < _asked_again_at:
        return make()
    try:
        value: Value | None = cache.get(key)
        if value is None:
            value = make()
            cache.set(key, value, seconds)
        return value
    except Away:
        _asked_again_at = time.monotonic() + PAUSE
        return make()


def make_once(key: str, make: Callable[[], Value], *, seconds: int) -> Value:
    """The same for what is dear: one thread of this process makes it, and those that want it meanwhile wait.

    `make` asks for nothing else by this way: what waits for each other in a ring waits for ever.
    """
    with _makers[hash(key) % len(_makers)]:
        return get_or_make(key, make, seconds=seconds)
