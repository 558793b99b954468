"""Queries of the hot spots, compiled once and then only bound again; rows come as tuples.

Building SQL out of a QuerySet takes several times as long as the database needs to run it. A question that every save or
page of an attempt asks gets a name, and a function that says it in the words of the QuerySets, ending in `values_list`:

    REVISIONS = prepared(lambda attempt: Answer.objects.filter(attempt=attempt).values_list("slot", "revision"))

    for slot, revision in REVISIONS(attempt=attempt): ...

Where a row of a model is wanted, ask for `columns(User)` and make it by `instance(User, row)`.

Compiling leans on undocumented parts of Django, so there is a plain twin: the QuerySet itself, asked at every call. It
runs where the setting PREPARED_QUERIES says no, and on every Django that is not in TESTED.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

import django
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet, Value
from django.db.models.query import ValuesListIterable

Bound = int | str | datetime  # what can stand in a place of a compiled query
Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
TESTED = ((5, 2), (6, 1))
COLUMN_RANGE = range(-(2**63), 2**63)
ALL: list[Prepared[Any]] = []


class Bind(Value):
    """Place holder of a value: among the parameters of the SQL it stands for itself until the value is known."""

    def as_sql(self, compiler: object, connection: object) -> Any:
        return "%s", [self]


class Prepared(Generic[Row]):
    """Call it with the values, get a list of tuples (1 query).

    A value is a row, a number, a text or an instant. The function cannot ask anything of it; a list of values for `__in`,
    None and a slice that varies have no place in SQL that is compiled once.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self.queryset = build
        self.names = frozenset(inspect.signature(build).parameters)
        ALL.append(self)

    def __call__(self, **values: object) -> list[Row]:
        if values.keys() != self.names:
            raise TypeError(f"Expected {sorted(self.names)}, not {sorted(values)}.")
        try:
            bound = {name: bindable(name, value) for name, value in values.items()}
        except EmptyResultSet:
            return []
        return self.compiled().rows(bound) if is_compiled() else list(self.queryset(**bound))

    def first(self, **values: object) -> Row | None:
        """Return the first row; all are fetched, so it is for what finds one by its key."""
        return next(iter(self(**values)), None)

    def compiled(self) -> CompiledQuery:
        # Kept with the connection, which belongs to one thread and one database: nothing is shared, nothing outlives it.
        connection = connections[DEFAULT_DB_ALIAS]
        queries = vars(connection).setdefault("prepared_queries", {})
        if self not in queries:
            queries[self] = CompiledQuery(self.queryset(**{name: Bind(name) for name in self.names}), connection)
        query: CompiledQuery = queries[self]
        return query


prepared = Prepared


@cache
def attributes(model: type[Model]) -> tuple[str, ...]:
    """Return the names of the attributes that hold the model's columns."""
    return tuple(field.attname for field in model._meta.get_fields() if field.concrete and not field.many_to_many)


def columns(model: type[Model], path: str = "") -> list[str]:
    """Return the model's columns as `values_list` takes them; `path` leads to the model, such as "quiz__"."""
    return [path + name for name in attributes(model)]


def instance(model: type[M], row: Sequence[object], names: Sequence[str] = ()) -> M:
    """Return a row of `columns(model)` as an instance; with `names`, of these columns only, the others deferred."""
    if names:
        values = dict(zip(names, row, strict=True))
        names = [name for name in attributes(model) if name in values]  # `from_db` reads in the order of the model
        row = [values[name] for name in names]
    return model.from_db(DEFAULT_DB_ALIAS, names or attributes(model), row)


def is_compiled() -> bool:
    """Return whether queries are compiled once; else the QuerySet runs."""
    return settings.PREPARED_QUERIES and django.VERSION[:2] in TESTED


def bindable(name: str, value: object) -> Bound:
    """Return the value as it can be bound; EmptyResultSet for one that no column can hold, which equals nothing."""
    if isinstance(value, Model):
        value = value.pk
    if isinstance(value, datetime):
        return value
    if not isinstance(value, int | str):
        raise TypeError(f"{name} is {value!r}: only rows, numbers, text and instants can be bound.")
    can_be_stored = value in COLUMN_RANGE if isinstance(value, int) else "\0" not in value
    if not can_be_stored:
        raise EmptyResultSet
    return value


class CompiledQuery:
    """The SQL of one query on one connection, and how to read its rows."""

    def __init__(self, queryset: QuerySet[Model, object], connection: BaseDatabaseWrapper) -> None:
        if queryset._iterable_class is not ValuesListIterable:
            raise TypeError("Prepared queries give tuples only: end the QuerySet in values_list().")
        self.connection = connection
        self.compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.parameters = with_constants(*self.compiler.as_sql())
        select = self.compiler.select[: self.compiler.col_count]  # behind them columns that only sort or filter
        self.converters = self.compiler.get_converters([expression for expression, *_sql in select])

    def rows(self, values: Mapping[str, Bound]) -> list[Any]:
        adapted = {name: self.adapted(value) for name, value in values.items()}
        parameters: list[Any] = [
            adapted[given.value] if isinstance(given, Bind) else given for given in self.parameters
        ]
        with self.connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        if self.compiler.has_extra_select:
            rows = [row[: self.compiler.col_count] for row in rows]
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return list(map(tuple, rows))

    def adapted(self, value: Bound) -> object:
        return self.connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def with_constants(sql: str, parameters: Iterable[object]) -> tuple[str, list[object]]:
    """Return the SQL with the words and numbers of the program spelled out, and the parameters left.

    Where a partial index depends on a word, SQLite would make its plan again for each value that it could have.
    """
    places: list[str] = []
    left: list[object] = []
    for given in parameters:
        word = None if isinstance(given, Bind) else literal(given)
        places.append(word or "%s")
        if word is None:
            left.append(given)
    return sql.replace("%%", "%%%%") % tuple(places), left


def literal(value: object) -> str | None:
    """Return the value as SQL, in which % has its double; None for what is better bound."""
    if isinstance(value, str):
        return "'{}'".format(str(value).replace("'", "''").replace("%", "%%"))
    return str(value) if type(value) is int else None
