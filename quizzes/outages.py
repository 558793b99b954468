"""What a database error tells of the state of the database, with a sentence for pages and one for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from quizzes.errors import Text


@dataclass(frozen=True)
class Outage:
    """A state of the database in which nothing can be served.

    `code` is for monitors, `message` for pages, `advice` for the command line. `passes` says whether it ends by itself.
    """

    code: str
    title: Text
    message: Text
    advice: str
    passes: bool = False


AWAY = Outage(
    "unreachable",
    _("One moment"),
    # True of every error that comes here: nothing is called saved before it is committed.
    _("Quizsite can't reach its database right now. Your saved answers are safe. Try again in a moment."),
    "cannot be reached ({error}).",
    passes=True,
)
DAMAGED = Outage(
    "damaged",
    _("Out of order"),
    _("The database of Quizsite is damaged. An administrator has to restore it; tell your instructor."),
    "is damaged ({error}). Restore the last backup; docs/operations.md says how.",
)
NOT_FOUND = Outage(
    "cannot_be_opened",
    _("Out of order"),
    _("The database of Quizsite cannot be opened. An administrator has to look at it; tell your instructor."),
    "cannot be opened ({error}). Look at DATABASE_URL or DATA_DIR, and who may write to that folder.",
)
NOT_SET_UP = Outage(
    "not_set_up",
    _("Out of order"),
    _("The database of Quizsite is empty or not up to date. An administrator has to set it up; tell your instructor."),
    "lacks a table or a column ({error}). Run: python manage.py migrate",
)
# SQLite's names of errors, or how these begin. One write that fails (SQLITE_IOERR_WRITE) is a full disk most of the time.
SQLITE = {
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_IOERR_READ": DAMAGED,
    "SQLITE_IOERR_SHORT_READ": DAMAGED,
    "SQLITE_IOERR_CORRUPTFS": DAMAGED,
    "SQLITE_CANTOPEN": NOT_FOUND,
}
POSTGRESQL = {"42P01": NOT_SET_UP, "42703": NOT_SET_UP, "3F000": NOT_SET_UP, "XX001": DAMAGED, "XX002": DAMAGED}
NO_TABLE = ("no such table", "no such column", "has no column named")  # for which SQLite has no number


def of(error: BaseException | None) -> Outage | None:
    """Return what the error tells of the database; None where it tells of something else, such as a fault of ours."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    for reason in reasons(error):
        name = str(getattr(reason, "sqlite_errorname", ""))
        found = next((outage for prefix, outage in SQLITE.items() if name.startswith(prefix)), None)
        found = found or POSTGRESQL.get(str(getattr(reason, "sqlstate", "")))
        if found is None and name == "SQLITE_ERROR" and any(words in str(reason) for words in NO_TABLE):
            found = NOT_SET_UP
        if found is not None:
            return found
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def reasons(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, and what it was raised from: Django wraps the errors of drivers."""
    reason: BaseException | None = error
    while reason is not None:
        yield reason
        reason = reason.__cause__ or reason.__context__


def for_command_line(error: BaseException, database: str) -> str:
    """Return one sentence about the database of this name; "" where the error tells of something else."""
    outage = of(error)
    return "" if outage is None else f"The database {database} " + outage.advice.format(error=str(error).strip())
