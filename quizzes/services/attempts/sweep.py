"""Closing what is overdue, many attempts at once: for a page that shows them, and for the sweep over all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection, transaction

from quizzes.models import Attempt
from quizzes.models.attempts import AttemptQuerySet
from quizzes.services import grading
from quizzes.services.attempts.close import close_if_overdue
from quizzes.services.retrying import retried

log = logging.getLogger(__name__)
Operation = Callable[[Attempt], object]  # true where it did something
LAST_SWEEP = "quizzes.last_sweep"
# Attempts in one transaction of the sweep, which takes its turn to write and waits for the disk once for all of them; on
# SQLite everybody's saves wait meanwhile: 10 to 30 ms for attempts of ten questions, about 30 for a hundred.
BATCH = 20
SWEEPING = 7_290_001  # the advisory lock of PostgreSQL that a sweep holds; a number of our own choice


def close_overdue(*, now: datetime, among: AttemptQuerySet | None = None) -> int:
    """Close attempts past their deadline and grace; one bad attempt stops no other. Returns how many it closed.

    The sweep (without `among`) also grades what an error or a crash left ungraded. Of several processes only one sweeps at
    a time; the others return 0.
    """
    close = partial(close_if_overdue, now=now)
    if among is not None:
        return _one_by_one(among.past_grace_at(now).select_related("quiz", "assignment"), close)
    with _turn() as is_ours:
        return _sweep(close, now) if is_ours else 0


def _sweep(close: Operation, now: datetime) -> int:
    # In the order of their partial indexes: to have them by number, SQLite would read all attempts there are.
    closed = _in_batches(Attempt.objects.past_grace_at(now).order_by("due_at"), close)
    ungraded = Attempt.objects.awaiting_grading().order_by("submitted_at")
    _in_batches(ungraded, partial(grading.grade_or_leave, now=now))
    _note_sweep(now)
    return closed


@contextmanager
def _turn() -> Iterator[bool]:
    """Yield whether no other process sweeps now; on SQLite each transaction takes its turn to write anyway."""
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEPING])
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(DatabaseError, InterfaceError):  # a connection that is gone has taken its lock along
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEPING])


def _in_batches(attempts: AttemptQuerySet, operation: Operation) -> int:
    """Run the operation on all attempts, each batch in one transaction; for how many it did something."""
    pks, done = list(attempts.values_list("pk", flat=True)), 0
    for start in range(0, len(pks), BATCH):
        batch = attempts.filter(pk__in=pks[start : start + BATCH]).order_by()
        try:
            done += _in_one_transaction(batch, operation)
        except Exception:  # nothing of it has happened; alone, the others are not stopped by the one that is bad
            log.warning("attempts from %s on: not all together, so each alone", pks[start], exc_info=True)
            done += _one_by_one(batch, operation)
    return done


@retried
@transaction.atomic
def _in_one_transaction(batch: AttemptQuerySet, operation: Operation) -> int:
    # What others have locked is left to the next sweep: of two who hold several rows, none may wait for the other's.
    return sum(bool(operation(attempt)) for attempt in batch.select_for_update(no_key=True, skip_locked=True))


def _one_by_one(attempts: Iterable[Attempt], operation: Operation) -> int:
    done = 0
    for attempt in attempts:
        try:
            done += bool(operation(attempt))
        except Exception:
            log.exception("attempt %s could not be closed", attempt.pk)
    return done


def _note_sweep(now: datetime) -> None:
    try:
        cache.set(LAST_SWEEP, now.timestamp(), timeout=None)
    except Exception:  # of whatever cache it is
        log.exception("the sweep could not be noted in the cache")


def last_sweep() -> float | None:
    """Return when the last sweep ended, in seconds of the epoch; None where no cache is shared, or it is away."""
    try:
        at: float | None = cache.get(LAST_SWEEP)
    except Exception:  # people can go on answering without it
        log.exception("the cache could not be asked for the last sweep")
        return None
    return at
