"""Each race runs on SQLite in a file and on a real PostgreSQL server."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import real_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[str]:
    """The vendor of an empty database that every thread shares and that commits."""
    with real_database(request.param, django_db_blocker):
        yield request.param


@pytest.fixture
def postgresql(django_db_blocker: Any) -> Iterator[None]:
    """The same for what only PostgreSQL can get wrong."""
    with real_database("postgresql", django_db_blocker):
        yield
