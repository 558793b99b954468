"""Django's SQLite backend with a fair write lock: writers of this process are served in the order in which they come.

SQLite has one writer at a time and lets the others sleep and look again, in no order: under load a thread can wait for
seconds while others pass. Here a thread takes its place in a queue before it asks SQLite, for a transaction or for a
single statement outside of one. SQLite itself sorts out writers of other processes.
Measured by `python -m tests.benchmarks.write_lock`.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from quizsite.sqlite.fair_lock import FairLock

Result = TypeVar("Result")
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
NOTICEABLE_WAIT = 0.1  # seconds in the queue from which on SQLite's own waiting is shortened
_locks: defaultdict[str, FairLock] = defaultdict(FairLock)  # by database file


def make_private(file: str) -> None:
    """Make the file of a new database, for its owner only; SQLite gives its companions (-wal, -shm) the same mode.

    One that is there is left alone: to close it here would end the locks that this process has on it.
    """
    if not file.startswith(("file:", ":")) and not os.path.exists(file):
        with suppress(OSError):  # SQLite says what is wrong
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


class DatabaseWrapper(base.DatabaseWrapper):
    holds_lock = False
    busy_timeout_lowered = False
    write_succeeded = True

    def get_new_connection(self, conn_params: dict[str, object]) -> sqlite3.Connection:
        make_private(str(conn_params["database"]))
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    @property
    def lock(self) -> FairLock:
        return _locks[str(self.settings_dict["NAME"])]

    @property
    def lock_timeout(self) -> float:
        """Seconds that a writer waits in all: in our queue, then for writers of other processes."""
        return float(self.settings_dict["OPTIONS"].get("timeout", 5))

    def take_lock(self) -> None:
        """Wait for our turn to write; SQLite may then wait for what is left of our time."""
        began = time.monotonic()
        if not self.lock.acquire(self.lock_timeout):
            raise OperationalError("database is locked: another writer of this process did not finish")
        self.holds_lock = self.write_succeeded = True
        waited = time.monotonic() - began
        if waited > NOTICEABLE_WAIT:
            self.busy_timeout_lowered = True
            self.set_busy_timeout(self.lock_timeout - waited)

    def leave_lock(self) -> None:
        """Hand the turn to the next writer; does nothing when we do not have it."""
        if not self.holds_lock:
            return
        self.holds_lock = False
        if self.busy_timeout_lowered:
            self.busy_timeout_lowered = False
            with suppress(sqlite3.Error):  # the connection may be closed
                self.set_busy_timeout(self.lock_timeout)
        self.lock.release(write_succeeded=self.write_succeeded)

    def set_busy_timeout(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {max(0, round(seconds * 1000))}")

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        """Take the lock before a transaction begins; `atomic` begins each of its transactions by this call."""
        begins = force_begin_transaction_with_broken_autocommit and not autocommit and not self.holds_lock
        if begins:
            self.ensure_connection()
            self.take_lock()
        try:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        except BaseException:
            if begins:
                self.write_succeeded = False
                self.leave_lock()
            raise

    def commit(self) -> None:
        super().commit()  # a commit that fails is rolled back by its caller, who gives the lock back there
        self.leave_lock()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave_lock()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.leave_lock()

    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=partial(Cursor, database=self))
        return cursor


class Cursor(base.SQLiteCursorWrapper):
    """Takes the lock for a single writing statement, and gives it back when the statement is committed."""

    takes_turn = False

    def __init__(self, connection: sqlite3.Connection, *, database: DatabaseWrapper) -> None:
        super().__init__(connection)
        self.database = database

    def execute(self, query: str, params: Any = None) -> Any:
        if self.database.holds_lock or not query.lstrip()[:6].upper().startswith(WRITES):
            return super().execute(query, params)
        return self._in_turn(partial(super().execute, query, params), is_committed="RETURNING" not in query)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        if self.database.holds_lock:
            return super().executemany(query, param_list)
        return self._in_turn(partial(super().executemany, query, param_list), is_committed=True)

    def close(self) -> None:
        # SQLite commits a statement with RETURNING when its rows are read, so it keeps its turn up to here.
        super().close()
        self._end_turn()

    def __del__(self) -> None:
        self._end_turn()

    def _in_turn(self, run: Callable[[], Result], *, is_committed: bool) -> Result:
        self.database.take_lock()
        self.takes_turn = True
        try:
            result = run()
        except BaseException as error:
            self.database.write_succeeded = not isinstance(error, sqlite3.OperationalError)
            self._end_turn()
            raise
        if is_committed:
            self._end_turn()
        return result

    def _end_turn(self) -> None:
        if self.takes_turn:
            self.takes_turn = False
            self.database.leave_lock()
