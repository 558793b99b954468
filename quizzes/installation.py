"""What an installation must have before it can serve: migrations, static files, room on the disk. Cheap enough to ask often."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OTHERS = 0o007  # neither owner nor group
ROOM = 65_536  # bytes; a few saves


def missing_migrations() -> int:
    """Return how many migrations of this version the database lacks, by one query; raises what the database raises."""
    applied = MigrationRecorder(connection).migration_qs.values_list("app", "name")
    return len(known_migrations() - set(applied))


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return app and name of all migrations of this version, which stay the same while the process runs."""
    return frozenset(MigrationLoader(None).graph.nodes)


def has_static_files() -> bool:
    """Return whether pages find their style sheets and scripts; while developing they come from where they lie."""
    manifest = getattr(staticfiles_storage, "manifest_name", "")
    return settings.DEBUG or Path(settings.STATIC_ROOT, manifest).exists()


def has_room() -> bool:
    """Return whether the folder of an SQLite database takes a few more bytes: the disk has room, and is not read-only."""
    if connection.vendor != "sqlite" or (folder := database_folder()) is None:
        return True
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:  # without a name, and never brought to the disk
            return probe.write(bytes(ROOM)) == ROOM
    except OSError:
        return False


def close_to_others() -> None:
    """Take a database file of an earlier version away from other users of the machine, who could read it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or database_folder() is None:
        return
    for file in (Path(name + ending) for ending in ("", "-wal", "-shm")):
        with suppress(OSError):  # of another owner, or not there
            if file.stat().st_mode & OTHERS:
                file.chmod(0o600)


def is_open_to_others(path: Path) -> bool:
    """Return whether other users of the machine may look into a folder or file."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:  # not there, or closed to us as well
        return False


def database_folder() -> Path | None:
    """Return the folder in which SQLite keeps its file; None for a database in memory."""
    name = str(connection.settings_dict["NAME"])
    return None if name.startswith(("file:", ":memory:")) else Path(name).absolute().parent
