"""Two administrators who remove each other at once, and somebody who is removed in the middle of saving and joining."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.db.models import QuerySet

from quizzes.errors import QuizError
from quizzes.models import Attempt, User
from quizzes.reports import invariants
from quizzes.services import attempts, classrooms, people
from tests import factories, saving
from tests.concurrency.racing import A_MOMENT, PATIENCE, errors_in, gap, track

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUNDS = 10


@contextmanager
def slow_look(patience: float) -> Iterator[None]:
    """Widen the gap between the look whether somebody can be spared and what is written after it."""
    look, meet = people.refuse_unless_possible, gap(2, patience)

    def slowly(*args: Any, **kwargs: Any) -> None:
        look(*args, **kwargs)
        meet()

    with mock.patch.object(people, "refuse_unless_possible", slowly):
        yield


def unlocked(person: User) -> User:
    return User.objects.get(pk=person.pk)


def remove_each_other(patience: float = A_MOMENT) -> tuple[list[Any], int]:
    one, two = (factories.user(is_staff=True, is_superuser=True) for _lane in range(2))

    def removing(person: User, by: User) -> Callable[[], Any]:
        return lambda: people.anonymise(person, by=by, now=NOW)

    with track(2) as race, slow_look(patience):
        results = race(removing(one, two), removing(two, one))
    return results, User.objects.filter(is_superuser=True, is_active=True).count()


def test_two_administrators_cannot_remove_each_other_at_once(database: str) -> None:
    results, administrators = remove_each_other()
    assert administrators == 1
    assert [type(error) for error in errors_in(results)] == [QuizError]


@pytest.mark.postgres
def test_control_without_the_locks_no_administrator_is_left(postgresql: None) -> None:
    with mock.patch.object(people, "_locked", unlocked):
        _results, administrators = remove_each_other(PATIENCE)
    assert administrators == 0


def demote_each_other(patience: float = A_MOMENT) -> tuple[list[Any], int]:
    one, two = (factories.user(is_staff=True, is_superuser=True) for _lane in range(2))
    meet = gap(2, patience)

    def demoting(person: User) -> Callable[[], Any]:
        @transaction.atomic
        def act() -> None:
            people.refuse_without_administrator([person])
            meet()
            User.objects.filter(pk=person.pk).update(is_superuser=False)

        return act

    with track(2) as race:
        results = race(demoting(one), demoting(two))
    return results, people.administrators().count()


def test_two_administrators_cannot_take_each_others_rights_at_once(database: str) -> None:
    results, administrators = demote_each_other()
    assert administrators == 1
    assert [type(error) for error in errors_in(results)] == [QuizError]


@pytest.mark.postgres
def test_control_without_the_lock_nobody_is_left_with_rights(postgresql: None) -> None:
    def unlocked(queryset: Any, **_options: Any) -> Any:
        return queryset

    with mock.patch.object(QuerySet, "select_for_update", unlocked):
        _results, administrators = demote_each_other(PATIENCE)
    assert administrators == 0


def test_whoever_saves_joins_and_hands_in_meanwhile_stands_in_nobodys_way(database: str) -> None:
    """No deadlock, nothing half done: every act is wholly before or wholly after."""
    admin, quiz = factories.user("root", is_staff=True, is_superuser=True), factories.quiz(2)
    with track(4) as race:
        for number in range(ROUNDS):
            ines, room = factories.user(f"ines-{number}"), factories.classroom()
            factories.member(factories.classroom(), ines)
            attempt = attempts.start(ines, quiz, now=NOW)
            results = race(*acts(admin, ines, attempt, room))
            assert [error for error in errors_in(results) if not isinstance(error, QuizError)] == []
            people.anonymise(ines, by=admin, now=NOW)  # what came in at the very instant
            ines.refresh_from_db()
            assert ines.is_anonymised
            assert not ines.memberships.filter(status="active").exists()
            assert not Attempt.objects.taken_by(ines).in_progress().exists()
    assert [str(found) for found in invariants.check(now=NOW)] == []


def acts(admin: User, ines: User, attempt: Attempt, room: Any) -> list[Callable[[], Any]]:
    return [
        lambda: people.anonymise(ines, by=admin, now=NOW),
        lambda: saving.save(attempt.pk, ines, slot=1, fields=factories.RIGHT, revision=1, now=NOW),
        lambda: classrooms.join(ines, room.join_code, now=NOW),
        lambda: attempts.submit(attempt, now=NOW),
    ]
