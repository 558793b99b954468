"""Classrooms and who is in them: joining by code, leaving, roles, places, names, and time for single members."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from quizzes.errors import QuizError
from quizzes.models import Attempt, AttemptEvent, Classroom, Membership, User
from quizzes.services import classrooms, deadlines, nicknames
from tests import factories

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
REFUSAL = "We couldn't find a class with that code."


def of(classroom: Classroom, user: User) -> Membership:
    return classroom.memberships.get(user=user)


# Create and change ----------------------------------------------------------------------------------------------------


def test_whoever_creates_a_classroom_teaches_it(instructor: User, now: datetime) -> None:
    made = classrooms.create(instructor, name="  Form 4  ", time_zone="Africa/Nairobi", now=now)
    assert (made.name, made.time_zone, made.is_join_open) == ("Form 4", "Africa/Nairobi", True)
    assert (of(made, instructor).role, of(made, instructor).status) == ("instructor", "active")
    assert len(made.join_code) == 8


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "time_zone": "../../etc/passwd"}, "time_zone"),
        ({"name": "x", "capacity": 0}, "capacity"),
        ({"name": "x", "capacity": 5001}, "capacity"),
        ({"name": "x", "metric": "speed"}, "metric"),
    ],
    ids=str,
)
def test_a_classroom_that_makes_no_sense_is_refused_with_the_field(
    fields: dict[str, object], where: str, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError) as refused:
        classrooms.create(instructor, now=now, **fields)  # type: ignore[arg-type]
    assert refused.value.where == where
    assert not Classroom.objects.exists()


def test_changing_a_classroom_checks_and_keeps_the_rest(classroom: Classroom, instructor: User) -> None:
    classrooms.change(classroom, actor=instructor, name=" New ", metric="mastery", capacity=1)
    stored = Classroom.objects.get(pk=classroom.pk)
    assert (stored.name, stored.metric, stored.capacity, classroom.name) == ("New", "mastery", 1, "New")
    with pytest.raises(QuizError):
        classrooms.change(classroom, actor=instructor, name="")
    with pytest.raises(TypeError, match="join_code"):
        classrooms.change(classroom, actor=instructor, join_code="AAAAAAAA")


def test_the_history_of_a_class_says_what_was_changed_and_by_whom(
    classroom: Classroom, instructor: User, now: datetime
) -> None:
    was = classroom.name
    classrooms.change(classroom, actor=instructor, name="10B", capacity=200, board_shows_all=False, names_shown="names")
    classrooms.change(classroom, actor=instructor, name="10B", capacity=200)  # as they are
    classrooms.set_join_open(classroom, False, actor=instructor)
    classrooms.renew_code(classroom, actor=instructor)
    classrooms.archive(classroom, actor=instructor, now=now)
    classrooms.unarchive(classroom, actor=instructor)
    entries = LogEntry.objects.order_by("pk")
    assert {(entry.user, entry.get_edited_object()) for entry in entries} == {(instructor, classroom)}
    assert [entry.get_change_message() for entry in entries] == [
        f"Name: “{was}” → “10B”; students can see every rank: yes → no; "
        "names on the leaderboard: nicknames → full names.",
        "Open to join: yes → no.",
        "New join code.",
        "Archived: no → yes.",
        "Archived: yes → no.",
    ]


# Joining --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        str,
        str.lower,
        lambda code: f"  {code[:4]} {code[4:]}\n",
        lambda code: f"{code[:4]}-{code[4:]}",
        lambda code: f"{code[:4]}–{code[4:]}",
        lambda code: "\u200b".join(code),
        lambda code: "".join(chr(ord(char) + 0xFEE0) for char in code),  # full width
    ],
)
def test_a_code_opens_the_class_however_it_is_typed(
    written: Callable[[str], str], classroom: Classroom, stranger: User, now: datetime
) -> None:
    membership = classrooms.join(stranger, written(classroom.join_code), now=now)
    assert (membership.classroom, membership.user, membership.role) == (classroom, stranger, "student")


def close(classroom: Classroom, person: User, now: datetime) -> None:
    classrooms.set_join_open(classroom, False, actor=person)


def put_away(classroom: Classroom, person: User, now: datetime) -> None:
    classrooms.archive(classroom, actor=person, now=now)


def fill(classroom: Classroom, person: User, now: datetime) -> None:
    Classroom.objects.filter(pk=classroom.pk).update(capacity=1)


def throw_out(classroom: Classroom, person: User, now: datetime) -> None:
    factories.member(classroom, person, status="removed")


def renew(classroom: Classroom, person: User, now: datetime) -> None:
    classrooms.renew_code(Classroom.objects.get(pk=classroom.pk), actor=person)


@pytest.mark.parametrize("shut", [close, put_away, fill, throw_out, renew], ids=lambda act: act.__name__)
def test_every_reason_to_stay_out_gets_the_same_answer(
    shut: Callable[[Classroom, User, datetime], None], classroom: Classroom, stranger: User, now: datetime
) -> None:
    shut(classroom, stranger, now)
    with pytest.raises(QuizError) as refused:
        classrooms.join(stranger, classroom.join_code, now=now)
    assert (str(refused.value), refused.value.where) == (REFUSAL, "code")
    assert not classroom.memberships.active().filter(user=stranger).exists()


@pytest.mark.parametrize("code", ["", " ", "A", "AAAAAAAA", "A" * 100_000, "'; DROP TABLE", "\x00" * 8, "💥" * 8])
def test_a_code_that_is_none_gets_that_answer_too(code: str, stranger: User, now: datetime) -> None:
    with pytest.raises(QuizError, match=REFUSAL):
        classrooms.join(stranger, code, now=now)


def test_a_member_who_joins_again_gets_their_membership_even_when_closed_and_full(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    classrooms.change(classroom, actor=instructor, capacity=1, is_join_open=False)
    for person in (learner, instructor):
        before = of(classroom, person)
        assert classrooms.join(person, classroom.join_code, now=now) == before
        assert of(classroom, person).role == before.role


def test_staff_take_no_place_of_a_student(instructor: User, learner: User, stranger: User, now: datetime) -> None:
    room = factories.classroom(instructor=instructor, capacity=1)
    classrooms.join(learner, room.join_code, now=now)
    with pytest.raises(QuizError):
        classrooms.join(stranger, room.join_code, now=now)


def test_who_left_comes_back_by_the_code_as_a_student(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    membership = of(classroom, learner)
    classrooms.set_role(membership, "instructor", actor=instructor, now=now)
    classrooms.leave(membership, now=now)
    assert (membership.status, membership.ended_at) == ("left", now)
    again = classrooms.join(learner, classroom.join_code, now=now + HOUR)
    assert (again.pk, again.role, again.status, again.ended_at) == (membership.pk, "student", "active", None)


def test_a_person_may_be_in_several_classes(learner: User, classroom: Classroom, now: datetime) -> None:
    other = factories.classroom()
    classrooms.join(learner, other.join_code, now=now)
    assert set(Classroom.objects.joined_by(learner)) == {classroom, other}


def test_two_joins_at_once_give_one_membership(classroom: Classroom, stranger: User, now: datetime) -> None:
    def overtaken(*_arguments: object) -> None:
        raise IntegrityError

    member = factories.member(classroom, stranger)
    with mock.patch.object(classrooms, "_enter_locked", overtaken):
        assert classrooms.join(stranger, classroom.join_code, now=now) == member


def test_joining_takes_few_queries(
    classroom: Classroom, stranger: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):  # two of them a savepoint
        classrooms.join(stranger, classroom.join_code, now=now)


# Leaving and being removed --------------------------------------------------------------------------------------------


def test_removing_keeps_the_attempts_and_closes_the_door(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(1))
    attempt = factories.attempt(learner, given.quiz, now=now, right=1, submit=True, assignment=given)
    classrooms.remove(of(classroom, learner), actor=instructor, now=now)
    assert Attempt.objects.get(pk=attempt.pk).marks == 1
    assert (of(classroom, learner).status, of(classroom, learner).ended_at) == ("removed", now)
    with pytest.raises(QuizError, match=REFUSAL):
        classrooms.join(learner, classroom.join_code, now=now)


def test_leaving_does_not_undo_a_removal(classroom: Classroom, learner: User, instructor: User, now: datetime) -> None:
    stale = of(classroom, learner)
    classrooms.remove(of(classroom, learner), actor=instructor, now=now)
    classrooms.leave(stale, now=now + HOUR)
    assert (stale.status, stale.ended_at) == ("removed", now)


def test_who_left_can_be_removed_and_whoever_went_keeps_the_first_instant(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    membership = of(classroom, learner)
    classrooms.leave(membership, now=now)
    classrooms.leave(membership, now=now + HOUR)
    assert membership.ended_at == now
    classrooms.remove(membership, actor=instructor, now=now + HOUR)
    assert (membership.status, membership.ended_at) == ("removed", now)


def test_restoring_brings_a_member_back_if_there_is_a_place(
    classroom: Classroom, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    membership = of(classroom, learner)
    classrooms.remove(membership, actor=instructor, now=now)
    classrooms.change(classroom, actor=instructor, capacity=1)
    classrooms.join(stranger, classroom.join_code, now=now)
    with pytest.raises(QuizError, match="full"):
        classrooms.restore(membership, actor=instructor, now=now)
    classrooms.change(classroom, actor=instructor, capacity=2)
    classrooms.restore(membership, actor=instructor, now=now)
    assert (of(classroom, learner).status, membership.ended_at) == ("active", None)


# Roles ----------------------------------------------------------------------------------------------------------------


def test_the_last_instructor_stays(classroom: Classroom, instructor: User, learner: User, now: datetime) -> None:
    last = of(classroom, instructor)
    with pytest.raises(QuizError, match="needs an instructor"):
        classrooms.leave(last, now=now)
    with pytest.raises(QuizError, match="needs an instructor"):
        classrooms.remove(last, actor=instructor, now=now)
    with pytest.raises(QuizError, match="needs an instructor"):
        classrooms.set_role(last, "student", actor=instructor, now=now)
    classrooms.set_role(last, "instructor", actor=instructor, now=now)  # what they are already
    classrooms.set_role(of(classroom, learner), "instructor", actor=instructor, now=now)
    classrooms.leave(last, now=now)
    assert last.status == "left"


def test_an_instructor_who_left_counts_for_nothing(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    factories.member(classroom, factories.user(), role="instructor", status="left")
    with pytest.raises(QuizError):
        classrooms.leave(of(classroom, instructor), now=now)


def test_a_role_that_does_not_exist_is_refused(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError, match="no such role"):
        classrooms.set_role(of(classroom, learner), "king", actor=instructor, now=now)


# Names ----------------------------------------------------------------------------------------------------------------


def test_a_nickname_is_one_line_of_signs_that_can_be_seen(classroom: Classroom, learner: User) -> None:
    membership = of(classroom, learner)
    nicknames.appear(membership, nickname="  ke\u202estr\u200bel\n\t two\x00 ", is_visible=False)
    stored = of(classroom, learner)
    assert (stored.nickname, stored.is_visible) == ("kestrel two", False)
    assert membership.nickname == "kestrel two"


def test_a_tower_of_accents_is_cut_and_an_accent_stays(classroom: Classroom, learner: User) -> None:
    membership = of(classroom, learner)
    nicknames.appear(membership, nickname="Z" + "\u0301\u0302\u0303\u0304\u0305\u0306" * 10 + "oé", is_visible=True)
    assert unicodedata.normalize("NFD", membership.nickname).count("\u0302") == 1
    assert membership.nickname.endswith("oé")
    assert len(membership.nickname) < 6


def test_a_nickname_of_forty_letters_fits_and_one_more_does_not(classroom: Classroom, learner: User) -> None:
    membership = of(classroom, learner)
    nicknames.appear(membership, nickname="n" * 40, is_visible=True)
    with pytest.raises(QuizError) as refused:
        nicknames.appear(membership, nickname="n" * 41, is_visible=True)
    assert refused.value.where == "nickname"
    assert of(classroom, learner).nickname == "n" * 40


def test_an_empty_nickname_is_a_neutral_one(classroom: Classroom, learner: User) -> None:
    membership = of(classroom, learner)
    nicknames.appear(membership, nickname=" \u200b ", is_visible=True)
    assert str(membership) == f"member {membership.pk}"


# Codes and archives ---------------------------------------------------------------------------------------------------


def test_a_renewed_code_replaces_the_old_one(classroom: Classroom, stranger: User, now: datetime) -> None:
    old = classroom.join_code
    classrooms.renew_code(classroom, actor=None)
    assert classroom.join_code != old
    assert classrooms.join(stranger, classroom.join_code, now=now)


def test_an_archived_class_keeps_its_instant_and_comes_back_closed(
    classroom: Classroom, instructor: User, now: datetime
) -> None:
    classrooms.archive(classroom, actor=instructor, now=now)
    classrooms.archive(classroom, actor=instructor, now=now + HOUR)
    assert (classroom.archived_at, classroom.is_join_open) == (now, False)
    classrooms.unarchive(classroom, actor=instructor)
    stored = Classroom.objects.get(pk=classroom.pk)
    assert (stored.archived_at, stored.is_join_open) == (None, False)


# Time for single members ----------------------------------------------------------------------------------------------


@pytest.fixture
def running(classroom: Classroom, learner: User, now: datetime) -> Attempt:
    """40 minutes, started at `now`, in an assignment that closes in three hours."""
    given = factories.assignment(classroom, factories.quiz(1, time_limit=40), closes_at=now + 3 * HOUR)
    return factories.attempt(learner, given.quiz, now=now, assignment=given)


def set_time(
    classroom: Classroom, learner: User, instructor: User, factor: str, *, now: datetime, is_untimed: bool = False
) -> None:
    classrooms.set_time(
        of(classroom, learner), time_factor=Decimal(factor), is_untimed=is_untimed, actor=instructor, now=now
    )


def due(attempt: Attempt) -> datetime | None:
    return Attempt.objects.get(pk=attempt.pk).due_at


def test_more_time_reaches_the_attempt_that_runs_counted_from_its_start(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    set_time(classroom, learner, instructor, "1.5", now=now + 30 * MINUTE)
    assert due(running) == now + 60 * MINUTE
    event = running.events.get(kind=AttemptEvent.Kind.EXTENDED)
    assert (event.actor, event.details["reason"]) == (instructor, "The student's extra time was changed.")
    set_time(classroom, learner, instructor, "1", now=now + 31 * MINUTE)
    assert due(running) == now + 40 * MINUTE


def test_less_time_never_ends_an_attempt_before_now(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    set_time(classroom, learner, instructor, "2", now=now)
    set_time(classroom, learner, instructor, "1", now=now + 50 * MINUTE)
    assert due(running) == now + 50 * MINUTE


def test_an_attempt_without_limit_runs_to_the_close(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    set_time(classroom, learner, instructor, "1", is_untimed=True, now=now)
    assert due(running) == now + 3 * HOUR


def test_no_factor_goes_beyond_the_close(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    set_time(classroom, learner, instructor, "5", now=now)
    assert due(running) == now + 3 * HOUR


def test_an_extension_by_hand_is_kept_and_the_time_added_to_it(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    deadlines.extend(running, due_at=now + 70 * MINUTE, reason="fire alarm", actor=instructor, now=now)
    set_time(classroom, learner, instructor, "1.5", now=now)
    assert due(running) == now + 90 * MINUTE


def test_attempts_elsewhere_and_of_others_are_left_alone(
    running: Attempt, classroom: Classroom, learner: User, stranger: User, instructor: User, now: datetime
) -> None:
    factories.member(classroom, stranger)
    theirs = factories.attempt(stranger, running.quiz, now=now, assignment=running.assignment)
    elsewhere = factories.assignment(factories.classroom(students=[learner]), factories.quiz(1, time_limit=40))
    other = factories.attempt(learner, elsewhere.quiz, now=now, assignment=elsewhere)
    alone = factories.attempt(learner, factories.quiz(1, time_limit=40), now=now)
    set_time(classroom, learner, instructor, "2", now=now)
    assert [due(row) for row in (theirs, other, alone)] == [now + 40 * MINUTE] * 3


def test_an_attempt_whose_time_is_over_gets_no_more(
    running: Attempt, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    set_time(classroom, learner, instructor, "2", now=now + 40 * MINUTE)
    assert due(running) == now + 40 * MINUTE
    assert of(classroom, learner).time_factor == 2


@pytest.mark.parametrize("factor", ["0.99", "5.01", "-1", "1.234"])
def test_a_factor_outside_one_to_five_is_refused(
    factor: str, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError) as refused:
        set_time(classroom, learner, instructor, factor, now=now)
    assert refused.value.where == "time_factor"
    assert of(classroom, learner).time_factor == 1
