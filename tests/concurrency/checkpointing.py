"""A process that writes and checkpoints: `python -m tests.concurrency.checkpointing DATABASE FIRST STEP SECONDS`.

It prints each number that is committed, so that its parent can look for all of them afterwards.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from itertools import count

from quizsite import settings

TABLE = "CREATE TABLE IF NOT EXISTS written (number INTEGER PRIMARY KEY, filling BLOB)"
INSERT = "INSERT INTO written VALUES (?, zeroblob(3000))"
BETWEEN_CHECKPOINTS = 5


def connect(path: str) -> sqlite3.Connection:
    """A connection with the site's settings, whose only checkpoints are those asked for."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=20)
    connection.executescript(f"{settings.SQLITE_OPTIONS['init_command']}PRAGMA wal_autocheckpoint=0")
    connection.execute(TABLE)
    return connection


def main(path: str, first: int, step: int, seconds: float) -> None:
    connection = connect(path)
    end = time.monotonic() + seconds
    for number in count(first, step):
        if time.monotonic() > end:
            break
        connection.execute(INSERT, [number])
        print(number, flush=True)
        if number // step % BETWEEN_CHECKPOINTS == 0:
            connection.execute("PRAGMA wal_checkpoint(RESTART)")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
