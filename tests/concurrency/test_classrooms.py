"""Races for the last place of a class and for its last instructor, each with a control twin whose guard is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from quizzes.errors import QuizError
from quizzes.models import Classroom, Invitation, Membership, User
from quizzes.services import classrooms, instructors, invitations, nicknames
from tests import factories
from tests.concurrency.racing import A_MOMENT, PATIENCE, errors_in, gap, track

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextmanager
def slow(name: str, lanes: int, patience: float = A_MOMENT) -> Iterator[None]:
    """Widen the gap between a look and what is written after it."""
    look, meet = getattr(classrooms, name), gap(lanes, patience)

    def slowly(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        meet()
        return found

    with mock.patch.object(classrooms, name, slowly):
        yield


def unlocked(classroom_id: int) -> Classroom:
    return Classroom.objects.get(pk=classroom_id)


def join_at_once(lanes: int, patience: float = A_MOMENT) -> tuple[list[Any], int]:
    room = factories.classroom(capacity=1)
    people = [factories.user() for _lane in range(lanes)]

    def joining(person: Any) -> Callable[[], Any]:
        return lambda: classrooms.join(person, room.join_code, now=NOW)

    with track(lanes) as race, slow("has_room", lanes, patience):
        results = race(*[joining(person) for person in people])
    return results, Membership.objects.students().filter(classroom=room).count()


@pytest.mark.smoke
def test_the_last_place_is_given_once(database: str) -> None:
    results, students = join_at_once(4)
    assert students == 1
    assert [type(error) for error in errors_in(results)] == [QuizError] * 3


@pytest.mark.postgres
def test_control_without_the_lock_the_last_place_is_given_twice(postgresql: None) -> None:
    with mock.patch.object(classrooms, "_locked", unlocked):
        _results, students = join_at_once(4, PATIENCE)
    assert students > 1


def accept_at_once(lanes: int, patience: float = A_MOMENT) -> tuple[list[Any], int]:
    room = factories.classroom(capacity=1)
    invitations.invite(room, [factories.user() for _lane in range(lanes)], by=factories.user(), now=NOW)

    def accepting(invitation: Invitation) -> Callable[[], Any]:
        return lambda: invitations.accept(invitation, now=NOW)

    with track(lanes) as race, slow("has_room", lanes, patience):
        results = race(*[accepting(invitation) for invitation in Invitation.objects.select_related("user")])
    return results, Membership.objects.students().filter(classroom=room).count()


def test_the_last_place_is_given_once_to_those_who_accept(database: str) -> None:
    results, students = accept_at_once(4)
    assert students == 1
    assert [type(error) for error in errors_in(results)] == [QuizError] * 3


@pytest.mark.postgres
def test_control_without_the_lock_two_accept_the_last_place(postgresql: None) -> None:
    with mock.patch.object(invitations, "_locked", unlocked):
        _results, students = accept_at_once(4, PATIENCE)
    assert students > 1


def test_one_person_who_joins_twice_at_once_has_one_membership(database: str) -> None:
    room, person = factories.classroom(), factories.user()
    with track(2) as race, slow("has_room", 2):
        results = race(*[lambda: classrooms.join(person, room.join_code, now=NOW)] * 2)
    assert {result.pk for result in results} == {Membership.objects.get().pk}


def step_down_at_once(patience: float = A_MOMENT) -> tuple[list[Any], int]:
    room = factories.classroom()
    teaching = [factories.member(room, factories.user(), role="instructor") for _lane in range(2)]

    def leaving(membership: Membership) -> Callable[[], Any]:
        return lambda: classrooms.leave(membership, now=NOW)

    with track(2) as race, slow("_refuse_if_last_instructor", 2, patience):
        results = race(*[leaving(membership) for membership in teaching])
    return results, Membership.objects.active().filter(classroom=room, role="instructor").count()


def test_two_instructors_cannot_leave_a_class_at_once(database: str) -> None:
    results, instructors = step_down_at_once()
    assert instructors == 1
    assert [type(error) for error in errors_in(results)] == [QuizError]


@pytest.mark.postgres
def test_control_without_the_lock_nobody_is_left_to_teach(postgresql: None) -> None:
    with mock.patch.object(classrooms, "_locked", unlocked):
        _results, instructors = step_down_at_once(PATIENCE)
    assert instructors == 0


# Nicknames and invitations --------------------------------------------------------------------------------------------


def take_one_nickname(patience: float = A_MOMENT) -> tuple[list[Any], int]:
    room = factories.classroom()
    members = [factories.member(room, factories.user()) for _lane in range(2)]

    def appearing(membership: Membership) -> Callable[[], Any]:
        return lambda: nicknames.appear(membership, nickname="kestrel", is_visible=True)

    def slowly(*args: Any) -> str:
        found = look(*args)
        meet()
        return found

    look, meet = nicknames.fault_of, gap(2, patience)
    with track(2) as race, mock.patch.object(nicknames, "fault_of", slowly):
        results = race(*[appearing(membership) for membership in members])
    return results, Membership.objects.filter(classroom=room, nickname__iexact="kestrel").count()


def test_two_who_take_one_nickname_at_once_do_not_both_get_it(database: str) -> None:
    results, called_so = take_one_nickname()
    assert called_so == 1
    [refused] = errors_in(results)
    assert isinstance(refused, QuizError)
    assert "is taken in this class" in str(refused.message)


@pytest.mark.postgres
def test_control_without_the_constraint_both_are_called_so(postgresql: None) -> None:
    [constraint] = [one for one in Membership._meta.constraints if one.name == "nickname_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Membership, constraint)
    try:
        _results, called_so = take_one_nickname(PATIENCE)
    finally:
        Membership.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Membership, constraint)
    assert called_so == 2


def accept_one_link() -> int:
    administrator = factories.user(is_staff=True, is_superuser=True)
    _row, link = instructors.invite(name="Ada Ley", email="", by=administrator, now=NOW)
    people = [factories.user() for _lane in range(2)]

    def accepting(person: Any) -> Callable[[], Any]:
        return lambda: instructors.accept(link, person, now=NOW)

    with track(2) as race:
        race(*[accepting(person) for person in people])
    return User.objects.filter(is_staff=True, is_superuser=False).count()


def test_one_link_makes_one_instructor(database: str) -> None:
    assert accept_one_link() == 1


def test_two_of_one_name_who_sign_up_at_once_get_two_user_names(database: str) -> None:
    def signing_up() -> int:
        return Client().post("/accounts/signup/", {"first_name": "Ada", "password1": "correct horse 9"}).status_code

    with track(2) as race:
        results = race(signing_up, signing_up)
    assert results == [302, 302]
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "ada2"}
