"""A second process that serves the site is refused where the two would share no counts and no sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection

from quizzes.management import alone
from tests import databases
from tests.servers import Server, environment


@pytest.mark.ci
def test_on_sqlite_a_second_process_says_what_to_do_and_ends(django_db_blocker: Any, tmp_path: Path) -> None:
    with databases.real_database("sqlite", django_db_blocker):
        data = environment(tmp_path)
        with Server(data, tmp_path / "log") as first:
            with pytest.raises(TimeoutError):
                Server(data, tmp_path / "second").start()
            assert "Another process serves this site already" in (tmp_path / "second").read_text()
            first.kill()
            Server(data, tmp_path / "third").start().stop()


@pytest.mark.postgres
def test_on_postgresql_it_is_refused_on_any_machine(django_db_blocker: Any) -> None:
    with databases.real_database("postgresql", django_db_blocker):
        other: Any = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [alone.SERVING])
                with pytest.raises(CommandError, match="set REDIS_URL and WEB_PROCESSES for both"):
                    alone.refuse_company()
                cursor.execute("SELECT pg_advisory_unlock(%s)", [alone.SERVING])
        finally:
            other.close()
        alone.refuse_company()


@pytest.mark.postgres
def test_with_a_cache_that_all_share_there_may_be_several(django_db_blocker: Any, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:6379/0"
    with databases.real_database("postgresql", django_db_blocker):
        alone.refuse_company()
        assert held() == 0


def held() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [alone.SERVING])
        return int(cursor.fetchone()[0])
