"""Many rows in little time: the values of new ones stand ready before a transaction begins, which then only hands them over.

    versions = Insertion(QuestionVersion, rows, late=("question_id",))    # before
    versions.write([(pk,) for pk in pks])                                 # inside

`bulk_create` computes the values inside; for five thousand questions with what belongs to them that is most of a second in
which nobody else can save. `bulk_update` takes some seconds for as many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


class Insertion:
    """Rows of one model as values of its columns; `late` names those that are known only inside the transaction."""

    def __init__(self, model: type[Model], rows: Iterable[Model], *, late: Sequence[str] = ()) -> None:
        self.model, self.late = model, late
        every = [field for field in model._meta.concrete_fields if not field.primary_key]
        fields = [field for field in every if field.attname not in late]
        self.names = [str(field.attname) for field in fields]
        self.values = [[_value(field, row) for field in fields] for row in rows]

    def write(self, late: Iterable[Sequence[Any]] = ()) -> None:
        """Insert the rows, each with its `late` values."""
        rows = [[*one, *more] for one, more in zip(self.values, late, strict=True)] if self.late else self.values
        insert(self.model, (*self.names, *self.late), rows)


def insert(model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values as the database has them, in the order given, by one statement; `names` are those of columns."""
    quote = connection.ops.quote_name
    columns = {field.attname: quote(str(field.column)) for field in model._meta.concrete_fields}
    into = ", ".join(columns[name] for name in names)
    places = ", ".join(["%s"] * len(names))
    if rows:
        table = quote(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({into}) VALUES ({places})", rows)  # noqa: S608  names of our tables


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Store these fields of rows of one model, by one statement."""
    if not rows:
        return
    meta, quote = type(rows[0])._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if field.name in names]
    changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    key = quote(str(meta.pk.column))
    values = [[*(_value(field, row) for field in fields), row.pk] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {key} = %s", values)  # noqa: S608  as above


def _value(field: Field[Any, Any], row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
