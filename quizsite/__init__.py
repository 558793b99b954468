"""The installation: settings, addresses, the server's entry point, templates' environment and the SQLite lock."""

import sys

# Before 3.51.3, SQLite can lose committed writes: two connections that checkpoint at the same moment as one writes
# (the "WAL-reset fault"). So everything here that imports `sqlite3` gets the module of the wheel, where there is one:
# Django, whose database backend is loaded after the settings, and tools that share the process. A process must not
# use two SQLite libraries on one file either, since closing it in one takes the file's locks from the other.
try:
    from quizsite import sqlite_module
except ImportError:  # no wheel for this kind of machine; quizzes.checks warns of an older SQLite
    pass
else:
    sys.modules["sqlite3"] = sys.modules["sqlite3.dbapi2"] = sqlite_module
