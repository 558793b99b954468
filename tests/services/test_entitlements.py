"""What a learner is entitled to, gathered from rows: terms with their reasons, and what may be revealed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes import entitlements, terms
from quizzes.models import Attempt, Classroom, Quiz, User
from quizzes.reports import release
from quizzes.services import attempts, deadlines
from tests import factories

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_layers_come_from_quiz_assignment_member_and_exception(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(1, time_limit=40, attempts_allowed=3)
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR, attempts_allowed=1)
    classroom.memberships.filter(user=learner).update(time_factor=Decimal("1.25"))
    factories.accommodation(given, learner, now=now, closes_at=now + 2 * HOUR, reason="a broken arm")
    agreed = entitlements.terms_for(learner, quiz, given, limit=40 * MINUTE)
    assert (agreed.effective_limit, agreed.closes_at, agreed.attempts_allowed) == (50 * MINUTE, now + 2 * HOUR, 1)
    assert [(reason.layer, reason.term) for reason in agreed.reasons] == [
        ("quiz", "limit"),
        ("quiz", "attempts_allowed"),
        ("quiz", "preset"),
        ("assignment", "closes_at"),
        ("assignment", "attempts_allowed"),
        ("member", "factor"),
        ("exception", "closes_at"),
    ]


def test_the_exception_of_another_member_changes_nothing(
    learner: User, stranger: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(1)
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    factories.member(classroom, stranger)
    factories.accommodation(given, stranger, now=now, closes_at=now + 9 * HOUR)
    assert entitlements.terms_for(learner, quiz, given, limit=None).closes_at == now + HOUR


def test_late_work_that_is_refused_closes_when_it_is_due(learner: User, classroom: Classroom, now: datetime) -> None:
    given = factories.assignment(
        classroom, factories.quiz(1), due_at=now + HOUR, closes_at=now + 2 * HOUR, late_policy="refuse"
    )
    assert entitlements.terms_for(learner, given.quiz, given, limit=None).closes_at == now + HOUR


def test_the_limit_follows_the_time_rule(db: None) -> None:
    assert entitlements.limit_of(Quiz(time_rule="untimed", time_limit=25, computed_limit=12)) is None
    assert entitlements.limit_of(Quiz(time_rule="fixed", time_limit=25, computed_limit=12)) == 25 * MINUTE
    assert entitlements.limit_of(Quiz(time_rule="computed", time_limit=25, computed_limit=12)) == 12 * MINUTE


def test_an_examination_is_revealed_after_the_last_exception_has_closed(
    learner: User, stranger: User, classroom: Classroom, now: datetime
) -> None:
    factories.member(classroom, stranger)
    quiz = factories.quiz(1, feedback="exam")
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    factories.accommodation(given, stranger, now=now, closes_at=now + 2 * HOUR)
    done = attempts.submit(attempts.start(learner, quiz, assignment=given, now=now), now=now)
    assert entitlements.reveal_at(done) == now + 2 * HOUR
    assert entitlements.revealed(done, learner, now=now + HOUR) == terms.NOTHING
    assert entitlements.revealed(done, learner, now=now + 2 * HOUR) == terms.EVERYTHING


def test_where_late_work_is_refused_the_last_due_date_of_an_exception_reveals_an_examination(
    learner: User, stranger: User, classroom: Classroom, now: datetime
) -> None:
    factories.member(classroom, stranger)
    quiz = factories.quiz(1, feedback="exam")
    given = factories.assignment(classroom, quiz, due_at=now + HOUR, closes_at=now + 2 * HOUR, late_policy="refuse")
    factories.accommodation(given, stranger, now=now, due_at=now + 3 * HOUR)
    done = attempts.submit(attempts.start(learner, quiz, assignment=given, now=now), now=now)
    assert entitlements.reveal_at(done) == now + 3 * HOUR
    found = release.of_assignment(given, now=now)
    assert found is not None
    assert [(row.name, row.until) for row in found.later] == [("stranger", now + 3 * HOUR)]


def test_the_assignments_preset_wins_over_the_quizs(learner: User, classroom: Classroom, now: datetime) -> None:
    quiz = factories.quiz(1, feedback="homework")
    given = factories.assignment(classroom, quiz, feedback="exam", closes_at=now + HOUR)
    done = attempts.submit(attempts.start(learner, quiz, assignment=given, now=now), now=now)
    assert entitlements.revealed(done, learner, now=now) == terms.NOTHING


def test_staff_see_everything_of_what_they_may_read(learner: User, instructor: User, now: datetime) -> None:
    running = factories.attempt(learner, factories.quiz(1), now=now)
    assert entitlements.revealed(running, instructor, now=now) == terms.EVERYTHING


def extended(running: Attempt, due_at: datetime, actor: User, now: datetime) -> None:
    deadlines.extend(running, due_at=due_at, reason="The power went out.", actor=actor, now=now)


def test_an_extended_attempt_holds_an_examination_back_until_it_is_over(
    learner: User, stranger: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    factories.member(classroom, stranger)
    quiz = factories.quiz(1, feedback="exam")
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    done = attempts.submit(attempts.start(learner, quiz, assignment=given, now=now), now=now)
    running = attempts.start(stranger, quiz, assignment=given, now=now)
    extended(running, now + 2 * HOUR, instructor, now)
    assert entitlements.revealed(done, learner, now=now + 2 * HOUR - MINUTE) == terms.NOTHING
    assert not entitlements.marks_are_out(given, now=now + 2 * HOUR - MINUTE)
    assert entitlements.revealed(done, learner, now=now + 2 * HOUR) == terms.EVERYTHING
    assert entitlements.marks_are_out(given, now=now + 2 * HOUR)
    attempts.submit(running, now=now + HOUR)
    assert entitlements.revealed(done, learner, now=now + HOUR) == terms.EVERYTHING


def test_a_reopened_attempt_holds_an_examination_back_again(
    learner: User, stranger: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    factories.member(classroom, stranger)
    quiz = factories.quiz(1, feedback="exam")
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    done, other = (
        attempts.submit(attempts.start(person, quiz, assignment=given, now=now), now=now)
        for person in (learner, stranger)
    )
    assert entitlements.reveal_at(done) == now + HOUR
    deadlines.reopen(other, due_at=now + 3 * HOUR, reason="A mistake.", actor=instructor, now=now + 2 * HOUR)
    assert entitlements.reveal_at(done) == now + 3 * HOUR


def test_an_attempt_that_nothing_ends_holds_an_examination_back_until_it_is_handed_in(
    learner: User, stranger: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    factories.member(classroom, stranger)
    for is_in_class in (True, False):
        quiz = factories.quiz(1, feedback="exam", closes_at=now + HOUR)
        given = factories.assignment(classroom, quiz) if is_in_class else None
        done = attempts.submit(attempts.start(learner, quiz, assignment=given, now=now), now=now)
        running = attempts.start(stranger, quiz, assignment=given, now=now)
        deadlines.extend(running, due_at=None, reason="Illness.", actor=instructor, now=now)
        fresh = Attempt.objects.get(pk=done.pk)
        assert entitlements.reveal_at(fresh) is None
        assert entitlements.revealed(fresh, learner, now=now + 9 * HOUR) == terms.NOTHING
        [(_row, shown)] = entitlements.revealed_each([fresh], learner, now=now + 9 * HOUR)
        assert shown == terms.NOTHING
        attempts.submit(running, now=now + 2 * HOUR)
        assert entitlements.revealed(Attempt.objects.get(pk=done.pk), learner, now=now + 9 * HOUR) == terms.EVERYTHING


def test_self_study_waits_for_attempts_at_the_same_quiz_alone(
    learner: User, stranger: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(1, feedback="exam", closes_at=now + HOUR)
    given = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    done = attempts.submit(attempts.start(instructor, quiz, now=now), now=now)
    extended(attempts.start(learner, quiz, assignment=given, now=now), now + 9 * HOUR, instructor, now)
    assert entitlements.reveal_at(done) == now + HOUR
    extended(attempts.start(stranger, quiz, now=now), now + 2 * HOUR, instructor, now)
    assert entitlements.reveal_at(done) == now + 2 * HOUR


@pytest.mark.parametrize("closes", [False, True])
def test_the_last_end_is_asked_for_only_where_there_is_a_close(
    closes: bool,
    learner: User,
    classroom: Classroom,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    given = factories.assignment(classroom, factories.quiz(1), closes_at=now + HOUR if closes else None)
    done = factories.attempt(learner, given.quiz, assignment=given, now=now)
    with django_assert_max_num_queries(int(closes)):
        entitlements.reveal_at(done)


def test_many_attempts_at_closed_examinations_ask_for_their_ends_at_once(
    learner: User,
    stranger: User,
    instructor: User,
    classroom: Classroom,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.member(classroom, stranger)
    alone = [factories.quiz(1, feedback="exam", closes_at=now + HOUR) for _number in range(3)]
    given = [factories.assignment(classroom, factories.quiz(1, feedback="exam"), closes_at=now + HOUR) for _n in "123"]
    for row in given:
        factories.attempt(learner, row.quiz, now=now, assignment=row, submit=True)
    for quiz in alone:
        factories.attempt(learner, quiz, now=now, submit=True)
    factories.accommodation(given[0], stranger, now=now, closes_at=now + 2 * HOUR)
    extended(attempts.start(stranger, given[1].quiz, assignment=given[1], now=now), now + 3 * HOUR, instructor, now)
    extended(attempts.start(stranger, alone[0], now=now), now + 4 * HOUR, instructor, now)

    def seen_at(at: datetime) -> list[bool]:
        own = Attempt.objects.taken_by(learner).order_by("pk").select_related("quiz", "assignment__quiz")
        found = entitlements.revealed_each(list(own), learner, now=at)
        assert [shown for _row, shown in found] == [entitlements.revealed(row, learner, now=at) for row in own.all()]
        return [shown.marks for _row, shown in found]

    assert seen_at(now) == [False] * 6
    assert seen_at(now + HOUR) == [False, False, True, False, True, True]
    assert seen_at(now + 2 * HOUR) == [True, False, True, False, True, True]
    assert seen_at(now + 3 * HOUR) == [True, True, True, False, True, True]
    assert seen_at(now + 4 * HOUR) == [True] * 6
    own = list(Attempt.objects.taken_by(learner).select_related("quiz", "assignment__quiz"))
    with django_assert_max_num_queries(0):
        entitlements.revealed_each(own, learner, now=now + HOUR - MINUTE)
    with django_assert_max_num_queries(2):
        entitlements.revealed_each(own, learner, now=now + HOUR)


def test_what_never_waits_for_the_end_does_not_ask_for_it(
    learner: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    done = factories.attempt(learner, factories.quiz(1, closes_at=now + HOUR), now=now, submit=True)
    with django_assert_max_num_queries(0):
        assert entitlements.revealed(done, learner, now=now + 2 * HOUR) == terms.EVERYTHING
