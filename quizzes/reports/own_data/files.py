"""One's own data as files: JSON in one piece, or a table in CSV for each part, in a zip archive.

Rows are read and written batch by batch into a file that leaves the memory when it grows, so that years of answers take no
more of it than a week's; who downloads slowly then reads a file, and keeps no thread.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from quizzes.formats import sheets
from quizzes.reports.own_data.parts import Part, Reader, Row
from quizzes.reports.own_data.registry import PARTS

IN_MEMORY = 1_000_000  # bytes; more of it is kept in a temporary file
ENCODER = DjangoJSONEncoder(ensure_ascii=False)


def json_file(reader: Reader) -> IO[bytes]:
    """Return everything as JSON, ready to be read: an object with a list for each part, one object for the account."""
    return _written(lambda made: made.writelines(text.encode("utf-8", "replace") for text in _json(reader)))


def _json(reader: Reader) -> Iterator[str]:
    yield '{\n"about": ' + ENCODER.encode(about(reader))
    for part in PARTS:
        yield f',\n"{part.name}": '
        rows = iter(part.rows(reader))
        if part.is_single:
            yield ENCODER.encode(next(rows, None))
            continue
        yield "["
        for number, row in enumerate(rows):
            yield (",\n" if number else "\n") + ENCODER.encode(row)
        yield "]"
    yield "\n}\n"


def about(reader: Reader) -> Row:
    """Return what the file is, and what is not in it."""
    return {
        "what": _("Everything that this site stores about your account."),
        "site": settings.SITE_URL,
        "made_at": reader.now,
        "not_included": [
            _("Secrets: your password, second factors, links out of mails."),
            _("What an exam asks until its results are out; such rows say until when they are held back."),
            _("Questions, quizzes and texts that you wrote to teach: the workshop exports them."),
            _("Names of other people, and the copies of the database that the operator keeps."),
        ],
    }


def csv_archive(reader: Reader) -> IO[bytes]:
    """Return everything as a zip archive, ready to be read: a table for each part, and a text on what they are."""
    return _written(lambda made: _archive(made, reader))


def _archive(made: IO[bytes], reader: Reader) -> None:
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _read_me(reader))
        for part in PARTS:
            with archive.open(f"{part.name}.csv", "w") as table:
                for line in sheets.csv_lines(_table(part, reader)):
                    table.write(line)


def _read_me(reader: Reader) -> str:
    told = about(reader)
    lines = [told["what"], f"{told['site']}, {reader.now:%Y-%m-%d %H:%M} UTC", "", _("Not included:")]
    return "\n".join([*lines, *(f"- {line}" for line in told["not_included"]), ""])


def _table(part: Part, reader: Reader) -> Iterator[list[Any]]:
    yield list(part.columns)
    for row in part.rows(reader):
        yield [_cell(row[column]) for column in part.columns]


def _cell(value: Any) -> Any:
    """Return a value for a table; `sheets` keeps a text from being taken for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (datetime, date)):
        return ENCODER.default(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _written(write: Callable[[IO[bytes]], None]) -> IO[bytes]:
    """Return a file in which that was written, at its beginning; its reader closes it."""
    made = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    try:
        write(made)
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made
