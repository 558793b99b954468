"""Single statements of several threads, written in one transaction.

While a statement waits for its turn to write, others come. Whoever waits first takes all of them along: one commit, one
wait for the disk, and each page of the log that they share is written once. Nobody goes on before the commit.
"""

from __future__ import annotations

import copy
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

Run = Callable[[str, Any], list[Any]]


class Statement:
    """One thread's statement, and what became of it."""

    def __init__(self, query: str, params: Any) -> None:
        self.query, self.params = query, params
        self.rows: list[Any] = []
        self.error: BaseException | None = None
        self._is_over = threading.Lock()
        self._is_over.acquire()

    def end(self) -> None:
        self._is_over.release()

    def wait(self, seconds: float) -> bool:
        """Whether it is over."""
        return self._is_over.acquire(timeout=seconds)

    def result(self) -> list[Any]:
        """The rows it returned; raises its error."""
        if self.error is not None:
            raise copy.copy(self.error) from self.error
        return self.rows


class Gathering:
    """Statements that wait for the next turn."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[Statement] = []

    def join(self, statement: Statement) -> int:
        """How many wait already; at 0 it is the first, who has to ask for the turn of all."""
        with self._guard:
            self._waiting.append(statement)
            return len(self._waiting) - 1

    def take(self) -> list[Statement]:
        """All that have come; who comes now is the first of the next."""
        with self._guard:
            taken, self._waiting = self._waiting, []
            return taken


def write(connection: sqlite3.Connection, run: Run, statements: Sequence[Statement]) -> None:
    """Run and commit them, in one transaction if there are several; a statement that fails fails alone.

    What fails at the commit cannot be told apart, so a broken constraint makes each one try alone.
    """
    try:
        if len(statements) == 1:
            return run_each(connection, run, statements)
        connection.execute("BEGIN IMMEDIATE")
        run_each(connection, run, statements)
        connection.execute("COMMIT")
    except sqlite3.IntegrityError:
        roll_back(connection)
        for statement in statements:
            statement.error = None
            run_each(connection, run, [statement])
    except BaseException as error:
        roll_back(connection)
        for statement in statements:
            statement.error = error


def run_each(connection: sqlite3.Connection, run: Run, statements: Sequence[Statement]) -> None:
    for statement in statements:
        try:
            statement.rows = run(statement.query, statement.params)
        except sqlite3.Error as error:
            if len(statements) > 1 and not connection.in_transaction:  # such as a full disk, which undid all of it
                raise
            statement.error = error


def roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
