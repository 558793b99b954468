"""Transactions that a real PostgreSQL server ends to let another one through are done again, with the same result (F41)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, ProgrammingError, connection, models, transaction
from django.test import Client

from quizzes import clock
from quizzes.models import Answer, Attempt, version_cache
from quizzes.reports import invariants
from quizzes.services import attempts, retrying
from tests import factories, saving
from tests.concurrency.racing import track, until_waiting
from tests.databases import configured, standing_in
from tests.factories import RIGHT

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nobody_remembers() -> None:
    version_cache.clear()


def lock(row: models.Model) -> None:
    type(row)._default_manager.select_for_update().get(pk=row.pk)


def look_soon_for_deadlocks() -> None:
    """Let the server end this connection's transaction in a deadlock after 0.2 s instead of 1 s; only for superusers."""
    with suppress(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '200ms'")


Stage = Callable[[], tuple[Callable[[], Any], models.Model, models.Model]]


def entangle(stage: Stage) -> tuple[Any, int]:
    """Run the act of a stage, which locks `second` and then wants `first`, while somebody holds `first` and wants `second`.

    The server ends the one that has waited for its `deadlock_timeout`; as a rule that is the act. Where a busy machine made it the
    other, the stage is set again. Returns the act's result and how often it gave way.
    """
    for _try in range(10):
        act, first, second = stage()
        result, gave_way, other = deadlock(act, first, second)
        if not isinstance(other, OperationalError):
            return result, gave_way
    raise AssertionError("the server always ended the other transaction")


def deadlock(act: Callable[[], Any], first: models.Model, second: models.Model) -> tuple[Any, int, Any]:
    is_held = Event()
    gave_way = mock.Mock(wraps=retrying.gave_way)

    def stand_in_the_way() -> None:
        with transaction.atomic():
            lock(first)
            is_held.set()
            until_waiting()
            lock(second)

    def act_then() -> Any:
        look_soon_for_deadlocks()
        is_held.wait(timeout=20)
        return act()

    with mock.patch.object(retrying, "gave_way", gave_way), track(2) as race:
        result, other = race(act_then, stand_in_the_way)
    return result, gave_way.call_count, other


def started() -> Attempt:
    return attempts.start(factories.user(), factories.quiz(3), now=NOW)


def save(attempt: Attempt) -> Any:
    return saving.save(attempt.pk, attempt.learner, slot=1, fields=RIGHT, revision=1, now=NOW)


def a_save() -> tuple[Callable[[], Any], models.Model, models.Model]:
    attempt = started()
    return lambda: save(attempt), attempt.answers.get(slot=1), attempt


def a_submit() -> tuple[Callable[[], Any], models.Model, models.Model]:
    attempt = started()
    return lambda: attempts.submit(Attempt.objects.get(pk=attempt.pk), now=NOW), attempt.learner, attempt


def a_start() -> tuple[Callable[[], Any], models.Model, models.Model]:
    learner, quiz = factories.user(), factories.quiz(3)
    return lambda: attempts.start(learner, quiz, now=NOW), quiz, learner


def log() -> list[str]:
    """What happened to the last attempt."""
    return list(Attempt.objects.order_by("pk").last().events.order_by("pk").values_list("kind", flat=True))


def test_a_save_in_a_deadlock_is_done_again(postgresql: None) -> None:
    result, gave_way = entangle(a_save)
    assert (type(result), gave_way >= 1) == (attempts.Saved, True)
    assert log() == ["started", "saved"]


@pytest.mark.smoke
def test_a_submit_in_a_deadlock_is_done_again(postgresql: None) -> None:
    result, gave_way = entangle(a_submit)
    assert (result.status, gave_way >= 1) == ("graded", True)
    assert log() == ["started", "submitted", "graded"]


def test_a_start_in_a_deadlock_is_done_again(postgresql: None) -> None:
    result, gave_way = entangle(a_start)
    assert (result, gave_way >= 1) == (Attempt.objects.order_by("pk").last(), True)
    assert (result.answers.count(), log()) == (3, ["started"])


def test_control_without_a_second_try_the_save_fails(postgresql: None) -> None:
    with mock.patch.object(retrying, "TRIES", 1):
        result, _gave_way = entangle(a_save)
    assert isinstance(result, OperationalError)
    assert "deadlock detected" in str(result)
    assert log() == ["started"]


@contextmanager
def altered(options: str) -> Iterator[None]:
    """Connections of this thread and of threads started inside have these options as well."""
    found = configured("postgresql")
    with standing_in(found | {"OPTIONS": {"options": f"{found['OPTIONS']['options']} {options}"}}):
        yield


def test_a_save_that_cannot_be_serialized_is_done_again(postgresql: None) -> None:
    attempt = started()
    gave_way, is_held = mock.Mock(wraps=retrying.gave_way), Event()

    def change_the_row() -> None:
        with transaction.atomic():
            Answer.objects.filter(attempt=attempt, slot=1).update(is_flagged=True)
            is_held.set()
            until_waiting()

    def save_then() -> Any:
        is_held.wait(timeout=20)
        return save(attempt)

    strict = "-c default_transaction_isolation=repeatable\\ read"
    with altered(strict), mock.patch.object(retrying, "gave_way", gave_way), track(2) as race:
        result, _none = race(save_then, change_the_row)
    assert (type(result), gave_way.call_count) == (attempts.Saved, 1)
    answer = attempt.answers.get(slot=1)
    assert (answer.is_flagged, answer.response) == (True, 0)


def test_a_lock_that_is_held_too_long_is_503_and_the_same_save_succeeds_later(postgresql: None, client: Client) -> None:
    attempt = started()
    Attempt.objects.update(due_at=None)
    client.force_login(attempt.learner)
    body = {"slot": 1, "revision": 1, "answer": RIGHT}
    is_held, is_done = Event(), Event()

    def post() -> Any:
        return client.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")

    def hold() -> None:
        with transaction.atomic():
            lock(attempt.answers.get(slot=1))
            is_held.set()
            is_done.wait(timeout=20)

    def post_meanwhile() -> Any:
        is_held.wait(timeout=20)
        try:
            return post()
        finally:
            is_done.set()

    with altered("-c lock_timeout=100ms"), track(2) as race:
        refused, _none = race(post_meanwhile, hold)
    assert (refused.status_code, refused["Retry-After"], refused.json()["error"]) == (503, "5", "unavailable")
    assert post().status_code == 200
    assert not list(invariants.check(now=clock.now()))
