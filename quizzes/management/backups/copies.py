"""Copies of the database in a folder: one is made, verified and named; the old ones go; one is put back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.core.management import CommandError
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from quizzes.management.backups import keeping, notes, postgresql, sqlite, verifying
from quizzes.management.backups.notes import Note

PARTIAL = ".partial-"


class Engine(Protocol):
    """What each database can do; the modules `sqlite` and `postgresql` are such."""

    SUFFIX: str

    def copy(self, target: Path) -> dict[str, int]: ...
    def opened(self, file: Path) -> AbstractContextManager[BaseDatabaseWrapper]: ...
    def loaded(self, file: Path) -> AbstractContextManager[BaseDatabaseWrapper]: ...
    def refuse_while_in_use(self) -> None: ...
    def swap(self, incoming: BaseDatabaseWrapper, stamp: str) -> str: ...


@dataclass(frozen=True)
class Restored:
    """What a restore did: where the former database is kept ("" where there was none), and what is to do next."""

    kept: str
    lacks_migrations: int


def engine() -> Engine:
    return postgresql if connection.vendor == "postgresql" else sqlite


# Making ---------------------------------------------------------------------------------------------------------------


def make(folder: Path, *, now: datetime) -> tuple[Path, Note]:
    """Make a copy, verify it, and only then give it its name; CommandError where it is not whole.

    A copy in which something does not hold is kept under a name that does not count, and is a CommandError as well.
    """
    of, folder = engine(), folder.absolute()
    prepare(folder)
    handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=folder)  # for its owner only
    os.close(handle)
    partial = Path(name)
    try:
        expected = of.copy(partial)
        with of.opened(partial) as database:
            contents, violations = verified(database, expected=expected)
        note = described(partial, contents, made_at=now, violations=violations)
        prefix = notes.DOUBTFUL if violations else notes.PREFIX
        target = publish(partial, folder / notes.name_of(now, of.SUFFIX, prefix=prefix), note)
    finally:
        for ending in ("", *sqlite.COMPANIONS):
            sqlite.beside(partial, ending).unlink(missing_ok=True)
    if violations:
        words = f"Something does not hold in the database. The copy is kept as {target}, but does not count as one:"
        raise CommandError("\n".join([words, *violations]))
    return target, note


def prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"The folder {folder} cannot be made ({error.strerror}).") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(f"Nothing can be written into {folder}.")


def publish(partial: Path, target: Path, note: Note) -> Path:
    """Give a copy its name when it and its note are on the disk."""
    if target.exists():
        raise CommandError(f"{target} is there already; try again in a second.")
    notes.write(target, note)
    for file in (partial, notes.place(target)):
        sqlite.sync(file)
    partial.replace(target)
    sqlite.sync(target.parent)
    return target


def verified(
    database: BaseDatabaseWrapper, *, expected: Mapping[str, int] | None
) -> tuple[verifying.Contents, list[str]]:
    """Return what a copy holds and what does not hold in it; CommandError where it is not whole."""
    contents = verifying.whole(database, expected=expected)
    database.close()
    if contents.is_newer:
        raise CommandError("The database is of a later version of Quizsite than this. Install that version first.")
    # Before they are migrated, tables lack columns for which the queries ask.
    return contents, [] if contents.lacks else verifying.violations(database)


def described(file: Path, contents: verifying.Contents, *, made_at: datetime, violations: list[str]) -> Note:
    held = "do not hold" if violations else "hold"
    return Note(
        made_at=made_at.isoformat(timespec="seconds"),
        database=connection.vendor,
        version=notes.version(),
        sha256=notes.digest(file),
        size=file.stat().st_size,
        invariants="not checked: migrations are missing" if contents.lacks else held,
        migrations=contents.last_migrations,
        counts=contents.counts,
    )


# Keeping --------------------------------------------------------------------------------------------------------------


def thin(folder: Path, *, now: datetime, ages: keeping.Ages) -> list[Path]:
    """Delete the copies that their age no longer keeps, and what an interrupted run left; return the copies."""
    copies = in_folder(folder)
    gone = [copies[at] for at in sorted(keeping.to_delete(copies, now=now, ages=ages))]
    doubtful = in_folder(folder, prefix=notes.DOUBTFUL)
    gone += [file for at, file in doubtful.items() if now - at > timedelta(days=ages.every)]
    for file in gone:
        file.unlink()
        notes.place(file).unlink(missing_ok=True)
    yesterday = (now - timedelta(days=1)).timestamp()
    for partial in folder.glob(f"{PARTIAL}*"):
        if partial.stat().st_mtime < yesterday:
            partial.unlink()
    return gone


def in_folder(folder: Path, *, prefix: str = notes.PREFIX) -> dict[datetime, Path]:
    """Return each copy of this kind of database by the instant when it was made."""
    suffix = engine().SUFFIX
    files = {notes.made_at(file, suffix, prefix=prefix): file for file in folder.glob(f"{prefix}*{suffix}")}
    return {at: file for at, file in files.items() if at is not None}


# Restoring ------------------------------------------------------------------------------------------------------------


def restore(file: Path, *, now: datetime, replaces: bool, accepts_violations: bool = False) -> Restored:
    """Verify a copy and, if it `replaces`, put it in the place of the site's database, which is kept.

    CommandError where the copy is not whole, something does not hold in it that is not accepted, or the site is running.
    """
    of, note = engine(), described_by(file)
    if replaces:
        of.refuse_while_in_use()
    with of.loaded(file) as incoming:
        contents, violations = verified(incoming, expected=note.counts if note else None)
        if violations and not accepts_violations:
            raise CommandError("\n".join([f"Something does not hold in {file.name}:", *violations]))
        if not replaces:
            return Restored("", len(contents.lacks))
        of.refuse_while_in_use()  # again: to verify takes its time
        kept = of.swap(incoming, now.strftime(notes.STAMP))
    return Restored(kept, len(contents.lacks))


def described_by(file: Path) -> Note | None:
    """Return the note of a copy; CommandError where there is no such file, or it is not the one that was noted."""
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    note = notes.read(file)
    if note is not None and note.database != connection.vendor:
        raise CommandError(f"{file.name} is a copy of a database of {note.database}, this is {connection.vendor}.")
    if note is not None and note.sha256 != notes.digest(file):
        raise CommandError(f"{file.name} is not what it was when it was made: its SHA-256 differs. Take another copy.")
    return note
