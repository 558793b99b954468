"""Copies of an SQLite file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.core.management import CommandError
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from quizzes import installation
from quizzes.management.backups import verifying

SUFFIX = ".sqlite3"
COMPANIONS = ("-wal", "-shm", "-journal")
PATIENCE = 2  # seconds
IN_USE = ("SQLITE_BUSY", "SQLITE_LOCKED")


def copy(target: Path) -> dict[str, int]:
    """Copy the site's database into a file; return the rows of each table at that instant."""
    live = live_file()
    if not live.exists():
        raise CommandError(f"There is no database {live}.")
    refuse_without_room(target.parent, live)
    source = verifying.another(str(live))
    try:
        with source.cursor() as cursor, closing(sqlite3.connect(target)) as file:
            # One state of the database for the counts and the copy. In WAL mode a reader holds up no writer; page by
            # page and without this, the copy would begin again with each write.
            cursor.execute("BEGIN")
            counts = verifying.counts(source)
            source.connection.backup(file)
            cursor.execute("ROLLBACK")
            return counts
    except (sqlite3.Error, DatabaseError) as error:
        raise CommandError(f"{live} cannot be copied: {error}.") from error
    finally:
        source.close()


def live_file() -> Path:
    if installation.database_folder() is None:
        raise CommandError("The database lies in memory: there is no file.")
    return Path(str(connection.settings_dict["NAME"])).absolute()


def refuse_without_room(folder: Path, file: Path) -> None:
    needed = sum(part.stat().st_size for part in (file, beside(file, "-wal")) if part.exists())
    if shutil.disk_usage(folder).free < needed:
        raise CommandError(f"{folder} has no room for a copy, which may take {needed / 1e6:.0f} MB.")


def beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


@contextmanager
def opened(file: Path) -> Iterator[BaseDatabaseWrapper]:
    """Yield the copy in a file as a database; afterwards the file is all there is of it."""
    database = verifying.another(str(file))
    try:
        yield database
    finally:
        database.close()
        if file.exists():
            with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as own:
                own.execute("PRAGMA journal_mode=DELETE")  # a file that can be read from a read-only disk


@contextmanager
def loaded(file: Path) -> Iterator[BaseDatabaseWrapper]:
    """Yield the same next to the site's database, so that it can take its place; the copy itself is left alone."""
    live = live_file()
    live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_without_room(live.parent, file)
    handle, name = tempfile.mkstemp(prefix=f"{live.name}.restoring-", dir=live.parent)
    os.close(handle)
    try:
        shutil.copyfile(file, name)
        with opened(Path(name)) as database:
            yield database
    finally:
        for ending in ("", *COMPANIONS):
            beside(Path(name), ending).unlink(missing_ok=True)


def refuse_while_in_use() -> None:
    """Raise CommandError while another process has the database open: only the last may end write-ahead logging."""
    connections.close_all()
    live = live_file()
    if not live.exists():
        return
    with closing(sqlite3.connect(live, timeout=PATIENCE)) as probe:
        try:
            is_alone = probe.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        except sqlite3.Error as error:  # damaged: that is why it is replaced
            is_alone = not str(getattr(error, "sqlite_errorname", "")).startswith(IN_USE)
    if not is_alone:
        raise CommandError(f"{live} is in use. Stop the site first: systemctl stop quizsite.socket quizsite")


def swap(incoming: BaseDatabaseWrapper, stamp: str) -> str:
    """Put a database in the place of the site's; return where that is kept, "" where there was none."""
    incoming.close()
    live, kept = live_file(), ""
    new = Path(str(incoming.settings_dict["NAME"]))
    owner = (live if live.exists() else live.parent).stat()
    if os.geteuid() == 0:
        os.chown(new, owner.st_uid, owner.st_gid)  # root restores, the site's user serves
    sync(new)
    if live.exists():
        aside = beside(live, f".before-{stamp}")
        os.link(live, aside)  # there is a database at every instant
        kept = str(aside)
        for ending in COMPANIONS:  # a log of the old file would be written into the new one
            with suppress(FileNotFoundError):
                beside(live, ending).rename(beside(aside, ending))
    new.replace(live)
    sync(live.parent)
    return kept


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
