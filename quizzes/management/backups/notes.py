"""What stands next to a copy, as JSON: when and from what it was made, and what it must still hold when it is restored."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from django.core.management import CommandError

STAMP = "%Y-%m-%dT%H%M%SZ"
PREFIX = "quizsite-"
DOUBTFUL = "doubtful-"  # a copy in which something does not hold: better than none, but it does not count as one
ENDING = ".json"


@dataclass(frozen=True)
class Note:
    """`counts` are rows by table, `migrations` the last of each app, `invariants` what checking them said."""

    made_at: str
    database: str
    version: str
    sha256: str
    size: int
    invariants: str
    migrations: dict[str, str]
    counts: dict[str, int]


def name_of(made_at: datetime, suffix: str, *, prefix: str = PREFIX) -> str:
    return f"{prefix}{made_at.astimezone(UTC).strftime(STAMP)}{suffix}"


def made_at(file: Path, suffix: str, *, prefix: str = PREFIX) -> datetime | None:
    """Return the instant in the name of a copy; None for every other file."""
    try:
        made_at = datetime.strptime(file.name, f"{prefix}{STAMP}{suffix}")  # noqa: DTZ007  the zone follows
    except ValueError:
        return None
    return made_at.replace(tzinfo=UTC)


def place(copy: Path) -> Path:
    return copy.with_name(copy.name + ENDING)


def read(copy: Path) -> Note | None:
    """Return the note of a copy; None where there is none, CommandError where it cannot be read."""
    try:
        return Note(**json.loads(place(copy).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise CommandError(f"{place(copy)} is not the note of a copy ({error}).") from error


def write(copy: Path, note: Note) -> None:
    file = place(copy)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(note), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def version() -> str:
    """Return the version of Quizsite that runs; "" where it was not installed as a package."""
    try:
        return metadata.version("quizsite")
    except metadata.PackageNotFoundError:
        return ""
