"""What was late: the one answer, from the rows of attempts, members, exceptions and what instructors did by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes.entitlements import lateness
from quizzes.models import Assignment, Attempt, Classroom, Membership, Quiz, User
from quizzes.services import assignments, attempts, classrooms, deadlines
from tests import factories


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)


@pytest.fixture
def given(classroom: Classroom) -> Assignment:
    """20 minutes, open from 9:30 to 12:00, due at 9:55."""
    times = {"opens_at": at(9, 30), "due_at": at(9, 55), "closes_at": at(12)}
    return factories.assignment(classroom, factories.quiz(1, time_limit=20), **times)


@pytest.fixture
def member(classroom: Classroom, learner: User) -> Membership:
    return classroom.memberships.get(user=learner)


def handed_in(learner: User, given: Assignment, started: datetime, submitted: datetime) -> Attempt:
    return attempts.submit(factories.attempt(learner, given.quiz, now=started, assignment=given), now=submitted)


def is_late(attempt: Attempt) -> bool:
    return lateness.is_late(Attempt.objects.get(pk=attempt.pk))


def slower(member: Membership, factor: str = "1.5") -> None:
    Membership.objects.filter(pk=member.pk).update(time_factor=Decimal(factor))


# Granted by terms -----------------------------------------------------------------------------------------------------


def test_a_time_factor_is_not_late_and_a_classmate_at_that_time_is(
    given: Assignment, member: Membership, learner: User, stranger: User
) -> None:
    slower(member)
    factories.member(given.classroom, stranger)
    assert not is_late(handed_in(learner, given, at(9, 30), at(9, 58)))
    assert is_late(handed_in(stranger, given, at(9, 40), at(9, 58)))


def test_the_time_of_a_factor_is_not_more_than_was_granted(
    given: Assignment, member: Membership, learner: User
) -> None:
    slower(member)
    assert not is_late(handed_in(learner, given, at(9, 45), at(10, 0, 59)))
    assert is_late(handed_in(learner, given, at(9, 45), at(10, 1)))


@pytest.mark.parametrize("submitted", [at(9, 55, 59), at(9, 56)], ids=str)
def test_a_minute_that_is_named_lasts_to_its_end(submitted: datetime, given: Assignment, learner: User) -> None:
    assert is_late(handed_in(learner, given, at(9, 40), submitted)) is (submitted == at(9, 56))


def test_a_later_window_of_an_exception_is_not_late(given: Assignment, learner: User) -> None:
    factories.accommodation(given, learner, now=at(9), opens_at=at(10), closes_at=at(11))
    assert not is_late(handed_in(learner, given, at(10), at(10, 15)))


@pytest.mark.parametrize(("submitted", "late"), [(at(10, 30, 59), False), (at(10, 31), True)], ids=str)
def test_an_exception_has_its_own_due_date(submitted: datetime, late: bool, given: Assignment, learner: User) -> None:
    factories.accommodation(given, learner, now=at(9), due_at=at(10, 30))
    assert is_late(handed_in(learner, given, at(10, 20), submitted)) is late


def test_an_exception_may_be_due_earlier_or_where_the_class_is_not(
    given: Assignment, learner: User, classroom: Classroom
) -> None:
    factories.accommodation(given, learner, now=at(9), due_at=at(9, 45))
    assert is_late(handed_in(learner, given, at(9, 40), at(9, 50)))
    free = factories.assignment(classroom, factories.quiz(1))
    factories.accommodation(free, learner, now=at(9), due_at=at(9, 45))
    assert is_late(handed_in(learner, free, at(9, 40), at(9, 50)))


def test_an_exception_granted_in_the_middle_counts(
    given: Assignment, member: Membership, learner: User, instructor: User
) -> None:
    running = factories.attempt(learner, given.quiz, now=at(9, 35), assignment=given)
    assignments.grant(given, member, time_limit=60, reason="ill", actor=instructor, now=at(9, 40))
    assert not is_late(attempts.submit(running, now=at(10, 30)))


def test_a_factor_set_in_the_middle_counts(
    given: Assignment, member: Membership, learner: User, instructor: User
) -> None:
    running = factories.attempt(learner, given.quiz, now=at(9, 35), assignment=given)
    classrooms.set_time(member, time_factor=Decimal(2), is_untimed=False, actor=instructor, now=at(9, 40))
    assert not is_late(attempts.submit(running, now=at(10, 14)))


def test_a_limit_that_follows_from_the_questions_is_stretched_as_well(
    given: Assignment, member: Membership, learner: User
) -> None:
    """One question of single choice: 54 s and more make 2 minutes, 4 with the factor."""
    Quiz.objects.filter(pk=given.quiz_id).update(time_rule="computed", time_limit=None)
    given.refresh_from_db()
    slower(member, "4")
    attempt = factories.attempt(learner, given.quiz, now=at(9, 53), assignment=given)
    assert attempt.due_at is not None
    assert attempt.due_at > at(9, 56)
    assert not is_late(attempts.submit(attempt, now=attempt.due_at))


def test_nobody_is_late_for_what_was_due_before_they_joined(
    given: Assignment, member: Membership, learner: User
) -> None:
    attempt = handed_in(learner, given, at(11), at(11, 10))
    assert is_late(attempt)
    Membership.objects.filter(pk=member.pk).update(joined_at=at(10))
    assert not is_late(attempt)


def test_self_study_is_never_late(given: Assignment, learner: User, django_assert_max_num_queries: Any) -> None:
    alone = factories.attempt(learner, given.quiz, now=at(11), submit=True)
    with django_assert_max_num_queries(0):
        assert not lateness.is_late(alone)


# Given by hand --------------------------------------------------------------------------------------------------------


def extend(attempt: Attempt, due_at: datetime | None, actor: User, *, now: datetime) -> Attempt:
    return deadlines.extend(attempt, due_at=due_at, reason="a fire drill", actor=actor, now=now)


@pytest.mark.parametrize("until", [at(10, 30), None], ids=str)
def test_a_deadline_moved_by_hand_is_in_time_until_its_end(
    until: datetime | None, given: Assignment, learner: User, instructor: User
) -> None:
    running = factories.attempt(learner, given.quiz, now=at(9, 40), assignment=given)
    extend(running, until, instructor, now=at(9, 50))
    assert not is_late(attempts.submit(running, now=at(10, 25)))


def test_a_deadline_moved_by_hand_does_not_mend_what_was_begun_late(
    given: Assignment, learner: User, instructor: User
) -> None:
    running = factories.attempt(learner, given.quiz, now=at(10), assignment=given)
    extend(running, at(10, 40), instructor, now=at(10, 10))
    assert is_late(attempts.submit(running, now=at(10, 30)))


def test_a_deadline_brought_forward_gives_no_time(given: Assignment, learner: User, instructor: User) -> None:
    running = factories.attempt(learner, given.quiz, now=at(9, 50), assignment=given)
    extend(running, at(10, 5), instructor, now=at(9, 51))
    assert is_late(attempts.submit(running, now=at(10, 4)))


def test_a_later_close_for_all_is_not_time_given_to_one(classroom: Classroom, learner: User, instructor: User) -> None:
    given = factories.assignment(classroom, factories.quiz(1, time_limit=60), due_at=at(9, 55), closes_at=at(10))
    running = factories.attempt(learner, given.quiz, now=at(9, 40), assignment=given)
    assignments.change(given, closes_at=at(11), actor=instructor, now=at(9, 45))
    running.refresh_from_db()
    assert running.due_at == at(10, 40)
    assert is_late(attempts.submit(running, now=at(10, 20)))


def test_what_was_opened_again_is_in_time_until_its_new_end(given: Assignment, learner: User, instructor: User) -> None:
    attempt = handed_in(learner, given, at(9, 40), at(9, 50))
    deadlines.reopen(attempt, due_at=at(11), reason="a fire drill", actor=instructor, now=at(10))
    assert not is_late(attempts.submit(attempt, now=at(10, 50)))


# Many -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 5])
def test_many_ask_the_database_as_one_does(
    number: int, given: Assignment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Exceptions, members, and what was given by hand."""
    people = [factories.user() for _number in range(number)]
    for person in people:
        factories.member(given.classroom, person)
        factories.accommodation(given, person, now=at(9), attempts_allowed=3)
        handed_in(person, given, at(9, 40), at(9, 58))
    found = list(Attempt.objects.select_related("quiz", "assignment"))
    with django_assert_max_num_queries(3):
        assert lateness.among(found) == {row.pk for row in found}


def test_what_is_in_time_asks_for_exceptions_only(
    given: Assignment, learner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    handed_in(learner, given, at(9, 40), at(9, 50))
    found = list(Attempt.objects.select_related("quiz", "assignment"))
    with django_assert_max_num_queries(1):
        assert lateness.among(found) == set()
