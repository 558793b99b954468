"""What errors of either database tell; and that errors of other kinds tell nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, connection

from quizzes import outages
from quizzes.models import Quiz
from tests.databases import real_database


class Psycopg(Exception):
    """An error of the driver, with PostgreSQL's code."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def wrapped(error: Exception, reason: Exception) -> Exception:
    error.__cause__ = reason
    return error


@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection already closed")])
def test_what_passes_may_promise_that_answers_are_safe(error: Exception) -> None:
    outage = outages.of(error)
    assert outage is not None
    assert outage.passes
    assert "answers are safe" in str(outage.message)


@pytest.mark.parametrize("outage", [outages.DAMAGED, outages.NOT_FOUND, outages.NOT_SET_UP])
def test_nothing_else_does(outage: outages.Outage) -> None:
    assert not outage.passes
    assert "safe" not in str(outage.message)


@pytest.mark.parametrize(
    ("code", "outage"), [("XX001", outages.DAMAGED), ("XX002", outages.DAMAGED), ("42P01", outages.NOT_SET_UP)]
)
def test_postgresql_tells_by_its_code(code: str, outage: outages.Outage) -> None:
    assert outages.of(wrapped(DatabaseError(), Psycopg(code))) is outage


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("a fault of ours"),
        ObjectDoesNotExist(),
        IntegrityError("UNIQUE constraint failed"),
        DataError("value too long"),
        DatabaseError("Save with update_fields did not affect any rows."),
        wrapped(DatabaseError(), Psycopg("25P02")),
    ],
)
def test_faults_of_ours_tell_nothing(error: Exception | None) -> None:
    assert outages.of(error) is None


@pytest.mark.parametrize("vendor", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_table_that_is_missing_tells_that_nothing_was_set_up(vendor: str, django_db_blocker: Any) -> None:
    with real_database(vendor, django_db_blocker), connection.cursor() as cursor:
        with pytest.raises(DatabaseError) as missing:
            cursor.execute("SELECT * FROM nowhere")
        assert outages.of(missing.value) is outages.NOT_SET_UP
        with pytest.raises(DatabaseError) as missing:
            cursor.execute(f"SELECT absent FROM {Quiz._meta.db_table}")
        assert outages.of(missing.value) is outages.NOT_SET_UP
