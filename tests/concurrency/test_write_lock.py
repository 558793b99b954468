"""SQLite's writers of one process are served in the order in which they come, and a failed one blocks nobody."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections, transaction

from quizsite.sqlite import together
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


def test_transactions_queue_and_single_statements_go_with_the_first_of_them(sqlite: None) -> None:
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
    # 1, 3 and 5 are single statements
    assert list(Topic.objects.order_by("pk").values_list("name", flat=True)) == ["0", "1", "3", "5", "2", "4"]


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


INSERT = "INSERT INTO quizzes_topic (slug, name, description) VALUES (%s, %s, '') RETURNING name"


def write_at_once(statements: list[tuple[str, list[Any]]]) -> list[Any]:
    """Rows or error of single statements that wait for the same turn, in the order in which they came."""
    outcomes: dict[int, Any] = {}

    def write(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(*statements[number])
                outcomes[number] = cursor.fetchall()
        except DatabaseError as error:
            outcomes[number] = type(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        threads = [threading.Thread(target=write, args=(number,)) for number in range(len(statements))]
        for thread in threads:
            thread.start()
            time.sleep(0.03)
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(statements))]


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each commit had."""
    sizes: list[int] = []
    written = together.write

    def write(connection: Any, run: Any, statements: Any) -> None:
        sizes.append(len(statements))
        written(connection, run, statements)

    monkeypatch.setattr(together, "write", write)
    return sizes


def test_statements_that_wait_are_committed_at_once_and_each_gets_its_own_rows(
    sqlite: None, commits: list[int]
) -> None:
    outcomes = write_at_once([(INSERT, [name, name]) for name in "abcd"])
    assert outcomes == [[("a",)], [("b",)], [("c",)], [("d",)]]
    assert commits == [4]
    assert Topic.objects.count() == 4


def test_a_statement_that_breaks_a_constraint_fails_alone(sqlite: None, commits: list[int]) -> None:
    outcomes = write_at_once([(INSERT, ["a", "a"]), (INSERT, ["a", "again"]), (INSERT, ["b", "b"])])
    assert outcomes == [[("a",)], IntegrityError, [("b",)]]
    assert commits == [3]
    assert sorted(Topic.objects.values_list("name", flat=True)) == ["a", "b"]


def test_a_constraint_that_is_looked_at_with_the_commit_makes_each_try_alone(sqlite: None) -> None:
    lost = "INSERT INTO quizzes_question_tags (question_id, tag_id) VALUES (%s, %s) RETURNING tag_id"
    outcomes = write_at_once([(INSERT, ["a", "a"]), (lost, [9, 9]), (INSERT, ["b", "b"])])
    assert outcomes == [[("a",)], IntegrityError, [("b",)]]
    assert sorted(Topic.objects.values_list("name", flat=True)) == ["a", "b"]


def test_what_undoes_the_transaction_fails_for_all(sqlite: None, monkeypatch: pytest.MonkeyPatch) -> None:
    began = together.run_each

    def run_each(connection: Any, run: Any, statements: Any) -> None:
        began(connection, run, statements)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(together, "run_each", run_each)
    assert write_at_once([(INSERT, ["a", "a"]), (INSERT, ["b", "b"])]) == [OperationalError, OperationalError]
    monkeypatch.undo()
    assert not Topic.objects.exists()
    assert write_at_once([(INSERT, ["a", "a"])]) == [[("a",)]]


def test_when_the_first_gives_up_all_that_wait_with_it_are_told(sqlite: None) -> None:
    hasty = configured("sqlite") | {"OPTIONS": {"timeout": 0.2, "transaction_mode": "IMMEDIATE"}}
    with standing_in(hasty):
        holder = transaction.atomic()
        holder.__enter__()
        outcomes: list[Any] = []

        def write(name: str) -> None:
            try:
                Topic.objects.create(slug=name, name=name)
            except OperationalError as error:
                outcomes.append(str(error))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        holder.__exit__(None, None, None)
        assert len(outcomes) == 3
        assert all("another writer" in told for told in outcomes)
        Topic.objects.create(slug="after", name="after")
