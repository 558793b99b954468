"""Queries that are compiled once and then only bound anew.

Building SQL out of a QuerySet takes several times as long as SQLite needs to run it. A question that is asked on every
page gets a name, and a function that says it in the words of the QuerySets:

    OWN_AT = prepared(lambda learner, quiz: Attempt.objects.taken_by(learner).filter(quiz=quiz).select_related("quiz"))

    for attempt in OWN_AT(learner=request.user, quiz=quiz): ...

The function gets a place holder for each value. It can hand it to the database, but not ask it anything; a list of
values for `__in` has no place (say it by a subquery), nor has None (`= NULL` is never true), nor a slice that varies.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet, Value, query
from django.db.models.base import ModelState
from django.http import Http404

Row = TypeVar("Row")
COLUMN_RANGE = range(-(2**63), 2**63)
ALL: list[Prepared[Any]] = []
readers: Any = query  # what QuerySets themselves read rows with; its types are those of the next Django


class Bind(Value):
    """Place holder of a value: among the parameters of the SQL it stands for itself until the value is known."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class Prepared(Generic[Row]):
    """Call it with the values for a list of what the QuerySet gives: instances, tuples or single values (1 query)."""

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self.queryset = build  # the same question, compiled anew at every call
        self.names = frozenset(inspect.signature(build).parameters)
        ALL.append(self)

    def __call__(self, **values: Any) -> list[Row]:
        plan = self.plan()
        try:
            parameters = plan.bound(values)
        except EmptyResultSet:
            return []
        with plan.connection.cursor() as cursor:
            cursor.execute(plan.sql, parameters)
            return list(plan.read(cursor.fetchall()))

    def first(self, **values: Any) -> Row | None:
        """The first row; all are fetched, so it is for what finds one by its key, or is cut by `[:1]`."""
        return next(iter(self(**values)), None)

    def get_or_404(self, **values: Any) -> Row:
        for row in self(**values):
            return row
        raise Http404

    def plan(self) -> Plan:
        # Kept with the connection, which belongs to one thread and to one database: nothing is shared, nothing outlives.
        connection: Any = connections[DEFAULT_DB_ALIAS]
        plans = vars(connection).setdefault("prepared_plans", {})
        if self not in plans:
            plans[self] = Plan(self.queryset(**{name: Bind(name) for name in self.names}), self.names, connection)
        plan: Plan = plans[self]
        return plan


prepared = Prepared


def with_constants(sql: str, parameters: Iterable[Any]) -> tuple[str, list[Any]]:
    """The SQL with the words and numbers of the program spelled out, and the parameters left.

    Where a partial index depends on a word, SQLite would make its plan anew for each value that it could have.
    """
    places, left = [], []
    for given in parameters:
        word = None if isinstance(given, Bind) else literal(given)
        places.append(word or "%s")
        if word is None:
            left.append(given)
    return sql.replace("%%", "%%%%") % tuple(places), left


def literal(value: Any) -> str | None:
    """The value as SQL, in which % has its double; None for what is better bound."""
    if isinstance(value, str):
        return "'{}'".format(str(value).replace("'", "''").replace("%", "%%"))
    return str(value) if type(value) is int else None


class Plan:
    """The SQL of one question on one connection, and how to read its rows."""

    def __init__(self, queryset: Any, names: frozenset[str], connection: Any) -> None:
        if queryset._prefetch_related_lookups:
            raise TypeError("prefetch_related asks further questions: give them names of their own.")
        self.connection, self.names = connection, names
        self.compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.parameters = with_constants(*self.compiler.as_sql())
        self.select = self.compiler.select
        self.converters = self.compiler.get_converters(
            [field for field, *_sql in self.select[: self.compiler.col_count]]
        )
        self.result = {
            readers.ModelIterable: self._instances,
            readers.ValuesListIterable: lambda rows: map(tuple, rows),
            readers.FlatValuesListIterable: lambda rows: (row[0] for row in rows),
        }[queryset._iterable_class]
        if info := self.compiler.klass_info:
            self.model, places = info["model"], info["select_fields"]
            self.own = slice(places[0], places[-1] + 1)
            self.attributes = [field.target.attname for field, *_sql in self.select[self.own]]
            self.related = readers.get_related_populators(info, self.select, DEFAULT_DB_ALIAS)

    def bound(self, values: dict[str, Any]) -> list[Any]:
        """The parameters in their places; EmptyResultSet for what no column can hold, which equals nothing."""
        if values.keys() != self.names:
            raise TypeError(f"Expected {sorted(self.names)}, not {sorted(values)}.")
        adapted = {name: self._adapted(name, value) for name, value in values.items()}
        return [adapted[given.value] if isinstance(given, Bind) else given for given in self.parameters]

    def _adapted(self, name: str, value: Any) -> Any:
        if isinstance(value, Model):
            value = value.pk
        if isinstance(value, datetime):
            return self.connection.ops.adapt_datetimefield_value(value)
        if not isinstance(value, int | str):
            raise TypeError(f"{name} is {value!r}: only rows, numbers, text and instants can be bound.")
        can_be_stored = value in COLUMN_RANGE if isinstance(value, int) else "\0" not in value
        if not can_be_stored:
            raise EmptyResultSet
        return value

    def read(self, rows: Iterable[Any]) -> Iterable[Any]:
        if self.compiler.has_extra_select:
            rows = (row[: self.compiler.col_count] for row in rows)
        return self.result(self.compiler.apply_converters(rows, self.converters) if self.converters else rows)

    def _instances(self, rows: Iterable[Any]) -> Iterable[Model]:
        """As ModelIterable makes them, without the signals and the detours of `Model.__init__`."""
        for row in rows:
            instance = self.model.__new__(self.model)
            instance._state = state = ModelState()
            state.adding, state.db = False, DEFAULT_DB_ALIAS
            vars(instance).update(zip(self.attributes, row[self.own], strict=True))
            for populator in self.related:
                populator.populate(row, instance)
            for name, position in self.compiler.annotation_col_map.items():
                setattr(instance, name, row[position])
            yield instance
