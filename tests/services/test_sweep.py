"""The sweep of what is overdue or was left ungraded: some attempts in one transaction, and none that stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Attempt
from quizzes.question_types.single_choice import SingleChoice
from quizzes.services import attempts, events, grading
from quizzes.services.attempts import close, sweep
from tests import factories

MINUTE = timedelta(minutes=1)
ONCE = ["started", "closed", "graded"]


@pytest.fixture(autouse=True)
def by_threes() -> Iterator[None]:
    with mock.patch.object(sweep, "BATCH", 3):
        yield


@pytest.fixture
def seven(db: None, now: datetime) -> list[Attempt]:
    """Attempts of different learners that end in one instant: two turns of three, and one more."""
    quiz = factories.quiz(2, time_limit=40)
    return [factories.attempt(factories.user(), quiz, now=now) for _number in range(7)]


@pytest.fixture
def over(now: datetime) -> datetime:
    return now + 41 * MINUTE


def logs(rows: list[Attempt]) -> list[list[str]]:
    return [list(row.events.order_by("pk").values_list("kind", flat=True)) for row in rows]


def failing_for(bad: Attempt, act: Any, error: BaseException) -> Any:
    def fail(row: Attempt, *args: Any, **kwargs: Any) -> Any:
        if row.pk == bad.pk:
            raise error
        return act(row, *args, **kwargs)

    return fail


def test_all_are_closed_at_the_deadline_and_graded_once(seven: list[Attempt], now: datetime, over: datetime) -> None:
    assert attempts.close_overdue(now=over) == 7
    ends = Attempt.objects.values_list("status", "closed_by", "submitted_at").distinct()
    assert list(ends.order_by()) == [("graded", "deadline", now + 40 * MINUTE)]
    assert logs(seven) == [ONCE] * 7
    assert attempts.close_overdue(now=over + MINUTE) == 0
    assert logs(seven) == [ONCE] * 7


def test_the_sweep_asks_so_often(
    seven: list[Attempt], over: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lists, turns = 2, 3
    a_turn = 2 + 1  # its transaction, and one look at its attempts
    an_attempt = (2 + 3) + (2 + 6)  # a savepoint for closing it, and one for grading it and for the review deck
    with django_assert_max_num_queries(lists + turns * a_turn + 7 * an_attempt):
        attempts.close_overdue(now=over)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table as a whole")
def test_the_sweep_finds_its_attempts_by_their_indexes(seven: list[Attempt], over: datetime) -> None:
    with CaptureQueriesContext(connection) as asked:
        attempts.close_overdue(now=over)
    plans = []
    with connection.cursor() as cursor:
        for place in (0, -1):
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[place]['sql']}")
            plans.append(" ".join(str(row[3]) for row in cursor.fetchall()))
    assert "INDEX attempt_open_due (due_at<?)" in plans[0]
    assert "attempt_to_grade" in plans[1]


@pytest.mark.parametrize("place", range(7))
def test_one_that_cannot_be_closed_does_not_stop_those_of_its_turn(
    seven: list[Attempt], over: datetime, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    bad = seven[place]
    fail = failing_for(bad, close._store_closing, RuntimeError("a bad row"))
    with mock.patch.object(close, "_store_closing", fail):
        assert attempts.close_overdue(now=over) == 6
    assert [log == ONCE for log in logs(seven)].count(True) == 6
    assert logs([bad]) == [["started"]]
    assert f"attempt {bad.pk} could not be closed" in caplog.text
    assert attempts.close_overdue(now=over) == 1
    assert logs(seven) == [ONCE] * 7


def test_one_that_the_database_refuses_does_not_stop_those_of_its_turn(seven: list[Attempt], over: datetime) -> None:
    bad = seven[1]
    record = events.record

    def refuse_one(attempt_id: int, *args: Any, **kwargs: Any) -> None:
        if attempt_id == bad.pk:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO quizzes_attemptevent (attempt_id) VALUES (NULL)")
        record(attempt_id, *args, **kwargs)

    with mock.patch.object(events, "record", refuse_one):
        assert attempts.close_overdue(now=over) == 6
    assert logs([bad]) == [["started"]]
    assert attempts.close_overdue(now=over) == 1
    assert logs(seven) == [ONCE] * 7


def test_one_that_cannot_be_graded_is_closed_with_the_others_and_graded_later(
    seven: list[Attempt], over: datetime
) -> None:
    bad = seven[4]
    fail = failing_for(bad, grading._grade_once, RuntimeError("bad content"))
    with mock.patch.object(grading, "_grade_once", fail):
        assert attempts.close_overdue(now=over) == 7
    assert logs([bad]) == [["started", "closed"]]
    assert attempts.close_overdue(now=over + MINUTE) == 0
    assert logs(seven) == [ONCE] * 7


def test_a_crash_between_closing_and_grading_undoes_that_turn_only_and_the_next_sweep_repairs_it(
    seven: list[Attempt], now: datetime, over: datetime
) -> None:
    crash = failing_for(seven[4], grading._grade_once, KeyboardInterrupt())
    with mock.patch.object(grading, "_grade_once", crash), pytest.raises(KeyboardInterrupt):
        attempts.close_overdue(now=over)
    assert logs(seven) == [ONCE] * 3 + [["started"]] * 4
    assert attempts.close_overdue(now=over + MINUTE) == 4
    assert logs(seven) == [ONCE] * 7
    assert set(Attempt.objects.values_list("submitted_at", flat=True)) == {now + 40 * MINUTE}


def test_what_was_left_ungraded_is_graded_in_turns_whatever_one_of_them_says(
    seven: list[Attempt], over: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with mock.patch.object(SingleChoice, "grade", side_effect=RuntimeError("bad content")):
        attempts.close_overdue(now=over)
    assert set(Attempt.objects.values_list("status", flat=True)) == {"submitted"}
    bad = seven[2]
    with mock.patch.object(grading, "_grade_once", failing_for(bad, grading._grade_once, RuntimeError("still bad"))):
        attempts.close_overdue(now=over)
    assert list(Attempt.objects.awaiting_grading()) == [bad]
    attempts.close_overdue(now=over)
    assert logs(seven) == [ONCE] * 7
