"""SQLite's writers of one process are served in the order in which they come, and a failed one blocks nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from quizsite.sqlite.fair_lock import FairLock
from quizzes.models import Topic
from tests.databases import configured, real_database, standing_in


@pytest.fixture
def sqlite(django_db_blocker: Any) -> Iterator[None]:
    with real_database("sqlite", django_db_blocker):
        yield


def queue_up(turns: list[int], act: Any) -> list[threading.Thread]:
    """Threads that ask one after the other, each noting when it was served."""

    def work(number: int) -> None:
        act(number)
        turns.append(number)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
        time.sleep(0.03)
    return threads


def test_a_lock_serves_in_order() -> None:
    lock, turns = FairLock(), []
    assert lock.acquire(1)
    threads = queue_up(turns, lambda _number: lock.acquire(5) and lock.release())
    lock.release()
    for thread in threads:
        thread.join()
    assert turns == [0, 1, 2, 3, 4, 5]
    assert lock.acquire(0)


def test_who_gives_up_does_not_stop_the_next() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    assert lock.acquire(0.01) is False
    lock.release()
    assert lock.acquire(0.01)


def test_transactions_and_single_statements_queue_together(sqlite: None) -> None:
    turns: list[int] = []

    def write(number: int) -> None:
        if number % 2:
            Topic.objects.create(slug=f"topic-{number}", name=str(number))
        else:
            with transaction.atomic():
                Topic.objects.create(slug=f"topic-{number}", name=str(number))

    with transaction.atomic():
        threads = queue_up(turns, write)
        assert turns == []
    for thread in threads:
        thread.join()
    assert list(Topic.objects.order_by("pk").values_list("name", flat=True)) == ["0", "1", "2", "3", "4", "5"]


def test_an_error_gives_the_turn_back(sqlite: None) -> None:
    for _try in range(2):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        with connection.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
            cursor.execute("INSERT INTO nowhere VALUES (1)")
    Topic.objects.create(slug="one", name="one")


def test_closing_in_the_middle_of_a_transaction_gives_the_turn_back(sqlite: None) -> None:
    def break_off() -> None:
        transaction.atomic().__enter__()
        Topic.objects.create(slug="lost", name="lost")
        connections.close_all()

    thread = threading.Thread(target=break_off)
    thread.start()
    thread.join()
    Topic.objects.create(slug="kept", name="kept")
    assert [topic.slug for topic in Topic.objects.all()] == ["kept"]


def test_a_writer_waits_no_longer_than_sqlite_would(sqlite: None) -> None:
    hasty = configured("sqlite") | {"OPTIONS": {"timeout": 0.05, "transaction_mode": "IMMEDIATE"}}
    done: list[str] = []

    def work() -> None:
        try:
            Topic.objects.create(slug="x", name="x")
        except OperationalError as error:
            done.append(str(error))
        finally:
            connections.close_all()

    with standing_in(hasty), transaction.atomic():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert "another writer of this process" in done[0]


def test_returned_rows_are_all_there(sqlite: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO quizzes_topic (slug, name, description) VALUES ('a', 'a', ''), ('b', 'b', '') RETURNING slug"
        )
        assert cursor.fetchone() == ("a",)
        assert cursor.fetchall() == [("b",)]
        assert cursor.fetchone() is None
        cursor.execute("UPDATE quizzes_topic SET description = 'c' RETURNING slug")
        assert list(cursor) == [("a",), ("b",)]
        cursor.execute("DELETE FROM quizzes_topic RETURNING slug")
        assert cursor.fetchmany(1) == [("a",)]
