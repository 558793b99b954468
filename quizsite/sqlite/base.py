"""Django's SQLite backend, with the writers of this process served in the order in which they come.

SQLite has one writer at a time and lets the others sleep and look again, in no order: under load a thread can wait for
seconds while others pass. Here a thread takes its place in a queue before it asks SQLite, for a transaction or for a
single statement outside of one; single statements with RETURNING, such as the one that saves an answer, are written
together with those that wait beside them (`together.py`). Writers of other processes are still sorted out by SQLite itself.
Measured by `python -m tests.benchmarks.write_lock`; figures in tests/load/README.md.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from quizsite.sqlite import together
from quizsite.sqlite.fair_lock import FairLock

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")
NOTICEABLE = 0.1  # seconds in the queue from which on SQLite is told
_locks: defaultdict[str, FairLock] = defaultdict(FairLock)  # by database file
_gatherings: defaultdict[str, together.Gathering] = defaultdict(together.Gathering)


class DatabaseWrapper(base.DatabaseWrapper):
    holds_lock = False
    is_hurried = False  # SQLite waits for other processes a shorter time than usual, once
    got_through = True

    @property
    def patience(self) -> float:
        """Seconds that a writer waits in all: in our queue, then for writers of other processes."""
        return float(self.settings_dict["OPTIONS"].get("timeout", 5))

    def take_lock(self) -> None:
        """Wait for our turn to write; SQLite may then wait for what is left of our time."""
        began = time.monotonic()
        if not _locks[str(self.settings_dict["NAME"])].acquire(self.patience):
            raise OperationalError("database is locked: another writer of this process did not finish")
        self.holds_lock = self.got_through = True
        waited = time.monotonic() - began
        if waited > NOTICEABLE:
            self.is_hurried = True
            self.let_sqlite_wait(self.patience - waited)

    def leave_lock(self) -> None:
        if self.holds_lock:
            self.holds_lock = False
            if self.is_hurried:
                self.is_hurried = False
                with suppress(sqlite3.Error):  # closed
                    self.let_sqlite_wait(self.patience)
            _locks[str(self.settings_dict["NAME"])].release(got_through=self.got_through)

    def write_together(self, query: str, params: Any) -> list[Any]:
        """Rows of a single statement that is committed, with those of other threads if it has to wait."""
        if _locks[str(self.settings_dict["NAME"])].acquire_free():
            return self._write_alone(query, params)
        gathering = _gatherings[str(self.settings_dict["NAME"])]
        own = together.Statement(query, params)
        if not gathering.join(own):
            self._write_all(gathering)
        elif not own.wait(2 * self.patience):  # the first had to wait before it, and then for the disk
            raise OperationalError("database is locked: the writer before did not finish")
        return own.result()

    def _write_alone(self, query: str, params: Any) -> list[Any]:
        self.holds_lock = self.got_through = True
        try:
            return self._rows_of(query, params)
        except sqlite3.OperationalError:
            self.got_through = False
            raise
        finally:
            self.leave_lock()

    def _write_all(self, gathering: together.Gathering) -> None:
        statements: list[together.Statement] = []
        try:
            self.take_lock()
            statements = gathering.take()
            together.write(self.connection, self._rows_of, statements)
            self.got_through = not any(isinstance(one.error, sqlite3.OperationalError) for one in statements)
        except BaseException as error:
            statements = statements or gathering.take()
            for statement in statements:
                statement.error = error
        finally:
            self.leave_lock()
            for statement in statements:
                statement.end()

    def _rows_of(self, query: str, params: Any) -> list[Any]:
        return list(self.create_cursor().execute(query, params).fetchall())

    def let_sqlite_wait(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {max(0, round(seconds * 1000))}")

    def _start_transaction_under_autocommit(self) -> None:
        self.take_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self.got_through = False
            self.leave_lock()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self.leave_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self.leave_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self.leave_lock()

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=partial(Cursor, wrapper=self))


@lru_cache(maxsize=1024)
def with_question_marks(query: str) -> str:
    """The statement with SQLite's own place holders; to look for them takes as long as many a statement runs."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


@lru_cache(maxsize=128)
def with_names(query: str, names: tuple[str, ...]) -> str:
    return query % {name: f":{name}" for name in names}


class Cursor(base.SQLiteCursorWrapper):
    """Takes the queue's turn for a single writing statement, and gives it back when the statement is committed."""

    def __init__(self, connection: Any, *, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self.wrapper = wrapper
        self.rows: deque[Any] | None = None  # those of RETURNING, all of them

    def execute(self, query: str, params: Any = None) -> Any:
        self.rows = None
        if self.wrapper.holds_lock or not query.lstrip()[:6].upper().startswith(WRITES):
            return super().execute(query, params)
        if "RETURNING" in query:
            self.rows = deque(self.wrapper.write_together(query, params))
            return self
        self.wrapper.take_lock()
        try:
            return super().execute(query, params)
        except sqlite3.OperationalError:
            self.wrapper.got_through = False
            raise
        finally:
            self.wrapper.leave_lock()

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        self.rows = None
        if self.wrapper.holds_lock:
            return super().executemany(query, param_list)
        self.wrapper.take_lock()
        try:
            return super().executemany(query, param_list)
        finally:
            self.wrapper.leave_lock()

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        return with_question_marks(query) if param_names is None else with_names(query, tuple(param_names))

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(self.fetchone, None)

    def fetchone(self) -> Any:
        if self.rows is None:
            return super().fetchone()
        return self.rows.popleft() if self.rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        size = size or self.arraysize
        if self.rows is None:
            return super().fetchmany(size)
        return [self.rows.popleft() for _row in range(min(size, len(self.rows)))]

    def fetchall(self) -> list[Any]:
        if self.rows is None:
            return super().fetchall()
        rows, self.rows = list(self.rows), deque()
        return rows
