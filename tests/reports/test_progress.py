"""How a class gets on with an assignment while it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Assignment, Attempt, Classroom, User
from quizzes.reports import progress
from quizzes.services import attempts
from tests import factories

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast(db: None) -> list[User]:
    return [factories.user(name) for name in ("ada", "bob", "cy")]


@pytest.fixture
def room(instructor: User, cast: list[User]) -> Classroom:
    return factories.classroom(instructor=instructor, students=cast)


@pytest.fixture
def given(room: Classroom) -> Assignment:
    """Two questions in 60 minutes."""
    return factories.assignment(room, factories.quiz(2, time_limit=60))


def start(person: User, given: Assignment, now: datetime, **kwargs: Any) -> Attempt:
    return factories.attempt(person, given.quiz, now=now, assignment=given, **kwargs)


def states(found: progress.Progress) -> list[tuple[str, str]]:
    return [(row.name, row.state) for row in found.rows]


def test_members_are_in_the_middle_not_begun_or_done(
    given: Assignment, cast: list[User], now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    start(cast[2], given, now, right=1)
    start(cast[0], given, now, right=2, submit=True)
    with django_assert_max_num_queries(3):
        found = progress.of_assignment(given, now=now + HOUR / 2)
    assert states(found) == [("cy", "in_progress"), ("bob", "not_started"), ("ada", "done")]
    assert found.counts == progress.Counts(not_started=1, in_progress=1, done=1)
    assert found.counts.size == 3
    running, waiting, done = found.rows
    assert (running.answered, running.total, running.percent, running.seconds_left) == (1, 2, 50, 1800)
    assert (waiting.attempts, waiting.attempt_id, waiting.percent) == (0, None, 0)
    assert (done.answered, done.seconds_left, done.submitted_at) == (2, None, now)


@pytest.mark.parametrize(("moment", "state"), [(-SECOND, "in_progress"), (0 * SECOND, "done")])
def test_an_attempt_whose_time_is_over_is_done_though_nobody_closed_it(
    moment: timedelta, state: str, given: Assignment, cast: list[User], now: datetime
) -> None:
    start(cast[0], given, now)
    row = next(row for row in progress.of_assignment(given, now=now + HOUR + moment).rows if row.attempts)
    assert row.state == state
    assert row.submitted_at == (now + HOUR if state == "done" else None)


def test_an_untimed_attempt_has_no_seconds_left(room: Classroom, cast: list[User], now: datetime) -> None:
    given = factories.assignment(room, factories.quiz(1))
    start(cast[0], given, now)
    row = progress.of_assignment(given, now=now + HOUR * 999).rows[0]
    assert (row.state, row.seconds_left) == ("in_progress", None)


def test_a_second_attempt_puts_a_member_into_the_middle_again(
    given: Assignment, cast: list[User], now: datetime
) -> None:
    start(cast[0], given, now, submit=True)
    start(cast[0], given, now)
    row = progress.of_assignment(given, now=now).rows[0]
    assert (row.state, row.attempts) == ("in_progress", 2)


@pytest.mark.parametrize(("moment", "is_late"), [(MINUTE - SECOND, False), (MINUTE, True)])
def test_late_is_after_the_minute_in_which_it_was_due(
    moment: timedelta, is_late: bool, given: Assignment, cast: list[User], now: datetime
) -> None:
    given.due_at = now
    given.save()
    attempts.submit(start(cast[0], given, now - SECOND), now=now + moment)
    assert progress.of_assignment(given, now=now + HOUR).rows[-1].is_late is is_late


def test_late_is_what_is_late_for_this_member(
    room: Classroom, given: Assignment, cast: list[User], now: datetime
) -> None:
    """60 minutes, half of them before it is due; the time of ada is over though nobody has closed it."""
    given.due_at = now + HOUR / 2
    given.save()
    room.memberships.filter(user=cast[1]).update(time_factor="2")
    start(cast[0], given, now)
    attempts.submit(start(cast[1], given, now), now=now + HOUR)
    rows = progress.of_assignment(given, now=now + HOUR).rows
    assert {row.name: row.is_late for row in rows} == {"ada": True, "bob": False, "cy": False}


def test_staff_and_those_who_are_gone_are_not_listed(room: Classroom, given: Assignment, now: datetime) -> None:
    for fields in ({"status": "left"}, {"status": "removed"}, {"role": "assistant"}):
        factories.member(room, factories.user(), **fields)
    assert len(progress.of_assignment(given, now=now).rows) == 3


def test_an_empty_class_has_no_rows(db: None, now: datetime) -> None:
    given = factories.assignment(factories.classroom(), factories.quiz(1))
    found = progress.of_assignment(given, now=now)
    assert (found.rows, found.counts.size) == ((), 0)
