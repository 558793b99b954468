"""What a class is given to do, changes that reach attempts in progress, and exceptions for single members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import entitlements, terms
from quizzes.errors import NotOpen, QuizError
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz, User
from quizzes.services import assignments, attempts, deadlines
from tests import factories

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def quiz(db: None) -> Quiz:
    """One question, 40 minutes."""
    return factories.quiz(1, time_limit=40)


@pytest.fixture
def given(classroom: Classroom, quiz: Quiz, now: datetime) -> Assignment:
    """Closes in three hours."""
    return assignments.assign(classroom, quiz, closes_at=now + 3 * HOUR, now=now)


@pytest.fixture
def running(given: Assignment, learner: User, now: datetime) -> Attempt:
    return factories.attempt(learner, given.quiz, now=now, assignment=given)


@pytest.fixture
def member(classroom: Classroom, learner: User) -> Membership:
    return classroom.memberships.get(user=learner)


def due(attempt: Attempt) -> datetime | None:
    return Attempt.objects.get(pk=attempt.pk).due_at


# Assign ---------------------------------------------------------------------------------------------------------------


def test_an_assignment_takes_every_term(classroom: Classroom, quiz: Quiz, now: datetime) -> None:
    wanted: dict[str, Any] = {
        "opens_at": now,
        "due_at": now + HOUR,
        "closes_at": now + DAY,
        "late_policy": "refuse",
        "time_limit": 20,
        "attempts_allowed": 2,
        "feedback": "exam",
    }
    made = assignments.assign(classroom, quiz, now=now, **wanted)
    stored = Assignment.objects.values(*wanted).get(pk=made.pk)
    assert stored == wanted


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"opens_at": NOW + HOUR, "closes_at": NOW + HOUR}, "closes_at"),
        ({"opens_at": NOW + HOUR, "due_at": NOW + HOUR}, "due_at"),
        ({"due_at": NOW + 2 * HOUR, "closes_at": NOW + HOUR}, "due_at"),
        ({"closes_at": NOW}, "closes_at"),
        ({"due_at": NOW, "late_policy": "refuse"}, "closes_at"),
        ({"time_limit": 0}, "time_limit"),
        ({"time_limit": 1441}, "time_limit"),
        ({"attempts_allowed": 0}, "attempts_allowed"),
        ({"late_policy": "forgive"}, "late_policy"),
        ({"feedback": "oracle"}, "feedback"),
        ({"feedback": "exam"}, "closes_at"),
        ({"feedback": "exam", "due_at": NOW + HOUR}, "closes_at"),
    ],
    ids=str,
)
def test_terms_that_contradict_each_other_are_refused_with_the_field(
    fields: dict[str, Any], where: str, classroom: Classroom, quiz: Quiz
) -> None:
    with pytest.raises(QuizError) as refused:
        assignments.assign(classroom, quiz, now=NOW, **fields)
    assert refused.value.where == where
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"closes_at": NOW + HOUR}, {"due_at": NOW + HOUR, "late_policy": "refuse"}], ids=str
)
def test_an_examination_that_closes_is_fine(fields: dict[str, Any], classroom: Classroom, quiz: Quiz) -> None:
    assert assignments.assign(classroom, quiz, feedback="exam", now=NOW, **fields).pk


def test_an_examination_may_close_with_its_quiz(classroom: Classroom, now: datetime) -> None:
    quiz = factories.quiz(1, feedback="exam", closes_at=now + HOUR)
    assert assignments.assign(classroom, quiz, now=now).pk


def test_a_draft_and_an_archived_class_are_refused(classroom: Classroom, quiz: Quiz, now: datetime) -> None:
    with pytest.raises(QuizError, match="not published"):
        assignments.assign(classroom, factories.quiz(1, status="draft"), now=now)
    classroom.archived_at = now
    with pytest.raises(QuizError, match="archived"):
        assignments.assign(classroom, quiz, now=now)


# Change ---------------------------------------------------------------------------------------------------------------


def test_more_time_reaches_attempts_that_run(
    running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    assignments.change(given, actor=instructor, now=now + MINUTE, time_limit=60)
    assert (due(running), given.time_limit) == (now + 60 * MINUTE, 60)


def test_less_time_leaves_attempts_that_run_alone(
    running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    assignments.change(given, actor=instructor, now=now, time_limit=20, closes_at=now + 30 * MINUTE)
    assert due(running) == now + 40 * MINUTE
    assert Assignment.objects.get(pk=given.pk).time_limit == 20


@pytest.mark.parametrize(("minutes_in", "expected"), [(10, 20), (30, 30)], ids=["to the new end", "never before now"])
def test_less_time_reaches_them_where_it_is_asked_for(
    minutes_in: int, expected: int, running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    moment = now + minutes_in * MINUTE
    assignments.change(given, actor=instructor, now=moment, apply_to_running=True, time_limit=20)
    assert due(running) == now + expected * MINUTE


def test_an_extension_by_hand_survives_a_change_of_something_else(
    running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    deadlines.extend(running, due_at=now + 70 * MINUTE, reason="fire alarm", actor=instructor, now=now)
    assignments.change(given, actor=instructor, now=now, apply_to_running=True, attempts_allowed=3)
    assert due(running) == now + 70 * MINUTE


def test_an_earlier_close_shortens_only_those_it_concerns(
    given: Assignment, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    factories.member(given.classroom, stranger)
    early = factories.attempt(learner, given.quiz, now=now, assignment=given)
    late = factories.attempt(stranger, given.quiz, now=now + 30 * MINUTE, assignment=given)
    assignments.change(
        given, actor=instructor, now=now + 31 * MINUTE, apply_to_running=True, closes_at=now + 50 * MINUTE
    )
    assert (due(early), due(late)) == (now + 40 * MINUTE, now + 50 * MINUTE)


def test_a_limit_taken_away_lets_attempts_run_to_the_close(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = assignments.assign(classroom, factories.quiz(1), time_limit=40, now=now)
    running = factories.attempt(learner, given.quiz, now=now, assignment=given)
    assignments.change(given, actor=instructor, now=now, time_limit=None)
    assert due(running) is None
    assignments.change(given, actor=instructor, now=now, time_limit=20)
    assert due(running) is None
    assignments.change(given, actor=instructor, now=now, time_limit=10, apply_to_running=True)
    assert due(running) == now + 10 * MINUTE


def test_a_close_ends_attempts_that_had_no_end(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = assignments.assign(classroom, factories.quiz(1), now=now)
    running = factories.attempt(learner, given.quiz, now=now, assignment=given)
    assignments.change(given, actor=instructor, now=now + HOUR, closes_at=now + HOUR)
    assert due(running) is None  # not by surprise: a close that does not lie ahead is less time, to be asked for
    assignments.change(given, actor=instructor, now=now + HOUR, closes_at=now + DAY)
    assert due(running) is None  # a later close is no new one
    assignments.change(given, actor=instructor, now=now + HOUR, closes_at=None)
    assignments.change(given, actor=instructor, now=now + HOUR, time_limit=10, closes_at=now + DAY)
    assert due(running) == now + DAY
    assert running.events.get(kind="extended").actor == instructor


def test_a_close_leaves_a_promised_deadline_alone(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = assignments.assign(classroom, factories.quiz(1), time_limit=40, now=now)
    running = factories.attempt(learner, given.quiz, now=now, assignment=given)
    assignments.change(given, actor=instructor, now=now, closes_at=now + 20 * MINUTE)
    assert due(running) == now + 40 * MINUTE


def test_an_attempt_that_was_freed_of_its_deadline_by_hand_stays_free(
    running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    deadlines.extend(running, due_at=None, reason="illness", actor=instructor, now=now)
    assignments.change(given, actor=instructor, now=now, closes_at=now + 20 * MINUTE)
    assert due(running) is None


def test_an_examination_does_not_show_its_answers_to_whoever_may_still_answer(
    classroom: Classroom, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    """It was homework without an end when they began, and became an examination with a close."""
    factories.member(classroom, stranger)
    given = assignments.assign(classroom, factories.quiz(1), now=now)
    factories.attempt(learner, given.quiz, now=now, assignment=given)
    done = factories.attempt(stranger, given.quiz, now=now, assignment=given, submit=True)
    assignments.change(given, actor=instructor, now=now, feedback="exam", closes_at=now + HOUR)
    assert attempts.close_overdue(now=now + 2 * HOUR) == 1
    done = Attempt.objects.get(pk=done.pk)
    assert entitlements.revealed(done, stranger, now=now + 2 * HOUR) == terms.EVERYTHING


def test_time_factors_and_exceptions_hold_in_a_change(
    given: Assignment, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    factories.member(given.classroom, stranger, time_factor=2)
    factories.accommodation(given, learner, now=now, time_limit=100)
    slow = factories.attempt(stranger, given.quiz, now=now, assignment=given)
    excepted = factories.attempt(learner, given.quiz, now=now, assignment=given)
    assignments.change(given, actor=instructor, now=now, time_limit=50)
    assert (due(slow), due(excepted)) == (now + 100 * MINUTE, now + 100 * MINUTE)


def test_a_computed_limit_is_the_one_of_the_questions_drawn(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = assignments.assign(classroom, factories.quiz(3, time_rule="computed"), closes_at=now + DAY, now=now)
    running = factories.attempt(learner, given.quiz, now=now, assignment=given)
    before = due(running)
    assignments.change(given, actor=instructor, now=now, closes_at=now + 2 * DAY, apply_to_running=True)
    assert due(running) == before
    assert before is not None
    assert before < now + HOUR


def test_attempts_that_are_closed_or_over_are_left_alone(
    given: Assignment, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    factories.member(given.classroom, stranger)
    done = factories.attempt(learner, given.quiz, now=now, assignment=given, submit=True)
    over = factories.attempt(stranger, given.quiz, now=now, assignment=given)
    assignments.change(given, actor=instructor, now=now + 40 * MINUTE, time_limit=60)
    assert (due(done), due(over)) == (now + 40 * MINUTE, now + 40 * MINUTE)


def test_a_refused_change_changes_nothing(running: Attempt, given: Assignment, instructor: User, now: datetime) -> None:
    with pytest.raises(QuizError):
        assignments.change(given, actor=instructor, now=now, time_limit=60, opens_at=now + DAY)
    assert Assignment.objects.get(pk=given.pk).time_limit is None
    assert due(running) == now + 40 * MINUTE
    assert given.time_limit is None


def test_an_examination_keeps_its_close(classroom: Classroom, quiz: Quiz, instructor: User, now: datetime) -> None:
    exam = assignments.assign(classroom, quiz, feedback="exam", closes_at=now + HOUR, now=now)
    with pytest.raises(QuizError, match="Set a closing time"):
        assignments.change(exam, actor=instructor, now=now, closes_at=None)


def test_a_past_close_can_be_set_to_end_an_assignment_now(
    given: Assignment, instructor: User, learner: User, now: datetime
) -> None:
    assignments.change(given, actor=instructor, now=now, closes_at=now)
    with pytest.raises(NotOpen):
        attempts.start(learner, given.quiz, assignment=given, now=now)


def test_practice_and_graded_work_cannot_be_exchanged_once_begun(
    running: Attempt, given: Assignment, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError) as refused:
        assignments.change(given, actor=instructor, now=now, feedback="practice")
    assert refused.value.where == "feedback"
    assignments.change(given, actor=instructor, now=now, feedback="exam")


def test_only_terms_can_be_changed(given: Assignment, instructor: User, now: datetime) -> None:
    with pytest.raises(TypeError, match="quiz"):
        assignments.change(given, actor=instructor, now=now, quiz=factories.quiz())


def test_a_change_takes_no_more_queries_when_many_run(given: Assignment, instructor: User, now: datetime) -> None:
    def queries(number: int) -> int:
        for _number in range(number):
            person = factories.user()
            factories.member(given.classroom, person)
            factories.attempt(person, given.quiz, now=now, assignment=given)
        with CaptureQueriesContext(connection) as looked:
            assignments.change(given, actor=instructor, now=now, attempts_allowed=3)
        return len(looked)

    one = queries(1)
    assert queries(10) <= one


# Withdraw -------------------------------------------------------------------------------------------------------------


def test_what_nobody_has_begun_can_be_withdrawn(given: Assignment) -> None:
    assignments.withdraw(given)
    assert not Assignment.objects.exists()


def test_what_somebody_has_begun_stays(running: Attempt, given: Assignment) -> None:
    with pytest.raises(QuizError, match="Students have started already"):
        assignments.withdraw(given)
    assert Assignment.objects.exists()


# Exceptions -----------------------------------------------------------------------------------------------------------


def grant(given: Assignment, member: Membership, instructor: User, now: datetime, **fields: Any) -> Accommodation:
    return assignments.grant(given, member, **({"reason": "a broken arm"} | fields), actor=instructor, now=now)


def test_an_exception_is_kept_with_its_reason_and_reaches_the_attempt(
    running: Attempt, given: Assignment, member: Membership, instructor: User, now: datetime
) -> None:
    row = grant(given, member, instructor, now, time_limit=90, reason="  a broken arm ")
    assert (row.reason, row.granted_by, row.granted_at) == ("a broken arm", instructor, now)
    assert due(running) == now + 90 * MINUTE
    assert running.events.get(kind="extended").details["reason"] == "a broken arm"


def test_a_second_exception_takes_the_place_of_the_first(
    running: Attempt, given: Assignment, member: Membership, instructor: User, now: datetime
) -> None:
    grant(given, member, instructor, now, time_limit=90)
    grant(given, member, instructor, now + MINUTE, closes_at=now + 4 * HOUR)
    row = Accommodation.objects.get()
    assert (row.time_limit, row.closes_at) == (None, now + 4 * HOUR)
    assert due(running) == now + 40 * MINUTE


def test_an_exception_keeps_a_due_date_of_its_own(
    given: Assignment, member: Membership, instructor: User, now: datetime
) -> None:
    grant(given, member, instructor, now, due_at=now + 2 * HOUR)
    assert Accommodation.objects.get().due_at == now + 2 * HOUR
    grant(given, member, instructor, now, due_at=now + 5 * HOUR, closes_at=now + 5 * HOUR)
    assert Accommodation.objects.get().due_at == now + 5 * HOUR


def test_where_late_work_is_refused_the_due_date_of_an_exception_moves_the_close(
    running: Attempt, given: Assignment, member: Membership, learner: User, instructor: User, now: datetime
) -> None:
    assignments.change(
        given, due_at=now + 20 * MINUTE, late_policy="refuse", apply_to_running=True, actor=instructor, now=now
    )
    assert due(running) == now + 20 * MINUTE
    grant(given, member, instructor, now, due_at=now + 4 * HOUR)
    assert due(running) == now + 40 * MINUTE
    attempts.submit(running, now=now)
    late_start = now + 4 * HOUR - MINUTE
    assert attempts.start(learner, given.quiz, assignment=given, now=late_start).due_at == now + 4 * HOUR


def test_an_exception_opens_the_door_again_for_one(
    given: Assignment, member: Membership, learner: User, instructor: User, now: datetime
) -> None:
    later = now + 4 * HOUR
    with pytest.raises(NotOpen):
        attempts.start(learner, given.quiz, assignment=given, now=later)
    grant(given, member, instructor, later, closes_at=now + 5 * HOUR)
    assert attempts.start(learner, given.quiz, assignment=given, now=later).due_at == later + 40 * MINUTE


def test_nobody_else_gets_more_time(
    given: Assignment, member: Membership, stranger: User, instructor: User, now: datetime
) -> None:
    factories.member(given.classroom, stranger)
    theirs = factories.attempt(stranger, given.quiz, now=now, assignment=given)
    grant(given, member, instructor, now, time_limit=90)
    assert due(theirs) == now + 40 * MINUTE


def test_taking_an_exception_back_restores_the_terms_but_never_before_now(
    running: Attempt, given: Assignment, member: Membership, instructor: User, now: datetime
) -> None:
    row = grant(given, member, instructor, now, time_limit=90)
    assignments.revoke(row, actor=instructor, now=now + 50 * MINUTE)
    assert due(running) == now + 50 * MINUTE
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"time_limit": 60, "reason": "  "}, "reason"),
        ({"time_limit": 60, "reason": "x" * 301}, "reason"),
        ({}, ""),
        ({"time_limit": 0}, "time_limit"),
        ({"attempts_allowed": 0}, "attempts_allowed"),
        ({"opens_at": NOW, "closes_at": NOW}, "closes_at"),
        ({"opens_at": NOW, "due_at": NOW}, "due_at"),
        ({"due_at": NOW + 2 * HOUR, "closes_at": NOW + HOUR}, "due_at"),
        ({"due_at": NOW + 4 * HOUR}, "due_at"),  # the class has closed by then
    ],
    ids=str,
)
def test_an_exception_without_sense_or_reason_is_refused(
    fields: dict[str, Any], where: str, given: Assignment, member: Membership, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError) as refused:
        grant(given, member, instructor, now, **fields)
    assert refused.value.where == where
    assert not Accommodation.objects.exists()


def test_a_member_of_another_class_gets_no_exception(
    given: Assignment, stranger: User, instructor: User, now: datetime
) -> None:
    other = factories.member(factories.classroom(), stranger)
    with pytest.raises(QuizError, match="in another class"):
        grant(given, other, instructor, now, time_limit=60)
