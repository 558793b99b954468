"""One process serves the site, unless all that do share a cache: each would count tries, and keep sessions, by itself.

`WEB_PROCESSES` says how many are meant (quizzes/checks.py). This finds the one too many that nobody has told about: on
PostgreSQL by an advisory lock, on whatever machine the other runs; on SQLite by a lock on a file of the data folder.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import OperationalError, connection

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
SERVING = 7_290_002  # the advisory lock of the process that serves; a number of our own choice
FILE = "serving.lock"
# A machine that lost its power says no good-bye: PostgreSQL asks for it, and gives the lock up after a minute.
KEEP_ALIVE = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"


def refuse_company() -> None:
    """Raise CommandError where another process serves this site and no cache is shared; hold the place until the end."""
    if settings.REDIS_URL or takes_place():
        return
    raise CommandError(
        "Another process serves this site already, and without a cache that they share each would count tries, and keep"
        " sessions, by itself. Stop it, or set REDIS_URL and WEB_PROCESSES for both (deploy/README.md)."
    )


def takes_place() -> bool:
    return lock_database() if connection.vendor == "postgresql" else lock_file(Path(settings.DATA_DIR))


def lock_database() -> bool:
    """Take the lock by the connection of this thread, which serves no request and stays open."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(KEEP_ALIVE)
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SERVING])
            return bool(cursor.fetchone()[0])
    except OperationalError as error:  # out of reach; it may come back, and until then our own page is shown
        log.warning("whether another process serves this site could not be asked: %s", error)
        return True


def lock_file(folder: Path) -> bool:
    """Take the lock by a file that stays open as long as this process lives, however that ends."""
    if fcntl is None:
        return True
    try:
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:  # of another owner
        log.warning("whether another process serves this site could not be asked: %s", error)
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    return True
