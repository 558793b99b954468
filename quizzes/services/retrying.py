"""Transactions that the database gave up to let another one through are done again: nothing of them had happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 3
PAUSE = 0.02  # seconds for whom we gave way to: tried again at once, we would stand in their way again
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


def retried(act: Callable[P, R]) -> Callable[P, R]:
    """Run a whole transaction up to three times; inside a larger one only its owner can repeat it."""

    @wraps(act)
    def repeat(*args: P.args, **kwargs: P.kwargs) -> R:
        for _try in range(TRIES - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not gave_way(error):
                    raise
                time.sleep(PAUSE)
        return act(*args, **kwargs)

    return repeat


def gave_way(error: OperationalError) -> bool:
    """Return whether PostgreSQL ended the transaction for a deadlock or a serialization failure."""
    return getattr(error.__cause__, "sqlstate", None) in (SERIALIZATION_FAILURE, DEADLOCK)
