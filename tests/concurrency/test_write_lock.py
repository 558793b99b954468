"""SQLite's writers of one process are served in the order in which they come, and a failed one blocks nobody."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from quizsite.sqlite.fair_lock import FairLock
from quizzes.models import Topic
from tests import waiting
from tests.databases import configured, real_database, standing_in


@pytest.fixture
def sqlite(django_db_blocker: Any) -> Iterator[None]:
    with real_database("sqlite", django_db_blocker):
        yield


def queue_up(lock: FairLock, turns: list[int], act: Any) -> list[threading.Thread]:
    """Threads that ask one after the other for a lock that is held, each noting when it was served."""

    def work(number: int) -> None:
        act(number)
        turns.append(number)
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        assert waiting.until(lambda number=number: lock.waiting == number)
    return threads


def test_a_lock_serves_in_order() -> None:
    lock, turns = FairLock(), []
    assert lock.acquire(1)
    threads = queue_up(lock, turns, lambda _number: lock.acquire(5) and lock.release())
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


def test_transactions_and_single_statements_are_served_in_order(sqlite: None) -> None:
    turns: list[int] = []

    def write(number: int) -> None:
        if number % 2:
            Topic.objects.create(slug=f"topic-{number}", name=str(number))
        else:
            with transaction.atomic():
                Topic.objects.create(slug=f"topic-{number}", name=str(number))

    with transaction.atomic():
        threads = queue_up(connection.lock, turns, write)  # type: ignore[attr-defined]
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


INSERT = "INSERT INTO quizzes_topic (slug, name, description) VALUES (%s, %s, '') RETURNING name"


def write_in_another_thread(slug: str) -> threading.Thread:
    def write() -> None:
        Topic.objects.create(slug=slug, name=slug)
        connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def holds_lock() -> bool:
    return bool(connection.holds_lock)  # type: ignore[attr-defined]


def test_a_statement_that_returns_rows_keeps_its_turn_until_its_cursor_is_closed(sqlite: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, ["first", "first"])  # SQLite commits with the last row
        thread = write_in_another_thread("second")
        assert holds_lock()
        assert cursor.fetchall() == [("first",)]
    assert not holds_lock()
    thread.join()
    assert list(Topic.objects.order_by("pk").values_list("slug", flat=True)) == ["first", "second"]


def test_a_cursor_that_is_not_closed_gives_its_turn_back_when_it_goes(sqlite: None) -> None:
    cursor = connection.cursor()
    cursor.execute(INSERT, ["first", "first"])
    assert holds_lock()
    del cursor
    gc.collect()
    write_in_another_thread("second").join()
    assert Topic.objects.filter(slug="second").exists()


def test_a_broken_constraint_gives_the_turn_back(sqlite: None) -> None:
    Topic.objects.create(slug="one", name="one")
    with pytest.raises(IntegrityError):
        Topic.objects.create(slug="one", name="again")
    write_in_another_thread("two").join()
    assert Topic.objects.count() == 2


def test_what_is_to_be_done_after_the_commit_does_not_keep_the_turn(sqlite: None) -> None:
    with transaction.atomic():
        Topic.objects.create(slug="first", name="first")
        transaction.on_commit(lambda: write_in_another_thread("second").join())
    assert Topic.objects.count() == 2
