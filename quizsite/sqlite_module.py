"""The module `sqlite3` as Django knows it, on the newer SQLite of the wheel `pysqlite3`; put in place by `quizsite`."""

from __future__ import annotations

import sys
from typing import Any

import pysqlite3
from pysqlite3.dbapi2 import *  # noqa: F403  it takes the place of a module, so it has all its names

dbapi2 = sys.modules[__name__]  # for `from sqlite3 import dbapi2`
SQLITE_LIMIT_COLUMN = 2
SQLITE_LIMIT_VARIABLE_NUMBER = 9
COMPILED_LIMITS = {SQLITE_LIMIT_COLUMN: "MAX_COLUMN", SQLITE_LIMIT_VARIABLE_NUMBER: "MAX_VARIABLE_NUMBER"}


class Connection(pysqlite3.Connection):
    """Adds what Django 6.1 asks of a connection and the wheel does not have."""

    def getlimit(self, category: int, /) -> int:
        """Return a limit that this SQLite was compiled with; nothing here lowers one."""
        options = dict(option.partition("=")[::2] for (option,) in self.execute("PRAGMA compile_options"))
        return int(options[COMPILED_LIMITS[category]])


def connect(database: object, *args: object, **options: object) -> Any:
    return pysqlite3.connect(database, *args, **{"factory": Connection} | options)
