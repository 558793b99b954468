"""Sweeps that close many attempts at a time, beside each other and beside whoever wants the same rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models import QuerySet

from quizzes.models import Attempt, Quiz, version_cache
from quizzes.reports import invariants
from quizzes.services import attempts, deadlines, grading, retrying
from quizzes.services.attempts import sweep
from tests import factories
from tests.concurrency.racing import ROUNDS, errors_in, track, until_waiting

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(minutes=40)
OVER = DUE + timedelta(minutes=1)
CLOSED, SUBMITTED = ["closed", "graded", "started"], ["graded", "started", "submitted"]


@pytest.fixture(autouse=True)
def nobody_remembers() -> Iterator[None]:
    """Numbers of rows come again after a database was emptied. And three attempts make a turn of the sweep."""
    version_cache.clear()
    with mock.patch.object(sweep, "BATCH", 3):
        yield


def running(quiz: Quiz, count: int) -> list[Attempt]:
    return [attempts.start(factories.user(), quiz, now=NOW) for _number in range(count)]


def close_all() -> int:
    return attempts.close_overdue(now=OVER)


def log(row: Attempt) -> list[str]:
    return sorted(row.events.values_list("kind", flat=True))


def test_a_sweep_commits_and_takes_its_turn_to_write_once_for_several_attempts(database: str) -> None:
    running(factories.quiz(1, time_limit=40), 7)
    own: Any = connections["default"]
    with mock.patch.object(own, "commit", wraps=own.commit) as commit:
        assert close_all() == 7
    assert commit.call_count == 3


def test_two_sweeps_and_the_learners_own_submits_end_each_attempt_once(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    quiz = factories.quiz(1, time_limit=40)
    with track(4) as race:
        for _round in range(max(5, ROUNDS // 6)):
            rows = running(quiz, 8)

            def submit(of: list[Attempt]) -> None:
                for row in of:
                    attempts.submit(Attempt.objects.get(pk=row.pk), now=DUE - timedelta(minutes=1))

            results = race(close_all, close_all, lambda rows=rows: submit(rows[::-1]), lambda rows=rows: submit(rows))
            assert errors_in(results) == []
            close_all()  # what a submit had locked just then
            for row in rows:
                assert log(row) in (CLOSED, SUBMITTED)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert list(invariants.check(now=OVER)) == []


@pytest.mark.postgres
def test_of_several_processes_one_sweeps_at_a_time(postgresql: None) -> None:
    rows = running(factories.quiz(1, time_limit=40), 2)
    other: Any = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [sweep.SWEEPING])
            assert close_all() == 0
            cursor.execute(
                "SELECT pg_advisory_unlock(%s)", [sweep.SWEEPING]
            )  # the server takes its time with a closed connection
    finally:
        other.close()
    assert close_all() == 2
    assert [log(row) for row in rows] == [CLOSED, CLOSED]


@transaction.atomic
def grades_whatever_it_finds(attempt: Attempt, *, now: datetime) -> Attempt:
    """The unguarded twin of `_grade_once`: it does not look whether somebody has graded meanwhile."""
    return grading._grade_locked(grading.lock(attempt.pk), now=now)


def of_two_sweeps_over_ungraded(rounds: int) -> list[list[str]]:
    """What is in the logs of attempts that two sweeps and a person found ungraded at the same time."""
    quiz, found = factories.quiz(1, time_limit=40), []
    with track(3) as race:
        for _round in range(rounds):
            rows = running(quiz, 4)
            Attempt.objects.in_progress().update(status="submitted", submitted_at=DUE, closed_by="deadline")

            def grade_again(seen: list[Attempt]) -> None:
                for row in seen:
                    grading.grade_or_leave(row, now=OVER)

            results = race(close_all, close_all, lambda rows=rows: grade_again(rows[::-1]))
            assert errors_in(results) == []
            found += [log(row) for row in rows]
    return found


def test_two_sweeps_and_a_person_grade_what_was_left_once(database: str) -> None:
    assert set(map(tuple, of_two_sweeps_over_ungraded(max(5, ROUNDS // 6)))) == {("graded", "started")}


def test_control_without_a_second_look_it_is_graded_again(database: str) -> None:
    with mock.patch.object(grading, "_grade_once", grades_whatever_it_finds):
        assert {"regraded"} & {kind for kinds in of_two_sweeps_over_ungraded(5) for kind in kinds}


# Against whoever holds several attempts ---------------------------------------------------------------------------------


@contextmanager
def waiting_for_locks() -> Iterator[None]:
    """The twin that takes the rows one after the other and waits for each."""
    select_for_update = QuerySet.select_for_update

    def wait(rows: Any, *, skip_locked: bool = False, **options: Any) -> Any:
        return select_for_update(rows, **options)

    with mock.patch.object(QuerySet, "select_for_update", wait):
        yield


def sweep_while_two_are_extended(until: Callable[[Event], object]) -> tuple[list[Any], int, list[Attempt]]:
    """An instructor's change has moved the second attempt and wants the first, while a sweep closes both.

    Between the two it waits `until` something, which gets the event that the sweep has ended. Returns what became of both,
    how often a transaction was given up for the other, and the attempts.
    """
    first, second = running(factories.quiz(1, time_limit=40), 2)
    boss, is_held, is_swept = factories.user("boss", is_staff=True), Event(), Event()
    gave_way = mock.Mock(wraps=retrying.gave_way)

    def extend_both() -> None:
        with transaction.atomic():
            for row in (second, first):
                later = DUE + timedelta(hours=1)
                deadlines.extend(row, due_at=later, reason="alarm", actor=boss, now=DUE - timedelta(minutes=1))
                is_held.set()
                until(is_swept)

    def sweep_then() -> int:
        is_held.wait(timeout=20)
        try:
            return close_all()
        finally:
            is_swept.set()

    with mock.patch.object(retrying, "gave_way", gave_way), track(2) as race:
        results = race(extend_both, sweep_then)
    return results, gave_way.call_count, [first, second]


@pytest.mark.postgres
def test_a_sweep_takes_what_is_free_and_waits_for_nobody(postgresql: None) -> None:
    (extended, swept), gave_way, (first, second) = sweep_while_two_are_extended(
        lambda is_swept: is_swept.wait(timeout=20)
    )
    assert (type(extended).__name__, swept, gave_way) == ("AttemptClosed", 1, 0)
    assert log(first) == CLOSED
    assert close_all() == 1, "the change was refused as a whole; the next sweep closes what it held"
    assert log(second) == CLOSED


@pytest.mark.postgres
def test_control_a_sweep_that_waits_for_locks_ends_in_a_deadlock(postgresql: None) -> None:
    with waiting_for_locks():
        (extended, _swept), gave_way, _rows = sweep_while_two_are_extended(lambda _is_swept: until_waiting())
    assert gave_way or isinstance(extended, OperationalError)
