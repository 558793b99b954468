"""A guest who answers, signs up or logs in while the sweep forgets them, and in two tabs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from quizzes.models import Attempt, ReviewCard, User, tickets, version_cache
from quizzes.reports import guests as report
from quizzes.reports import invariants
from quizzes.services import attempts, guests, retrying
from tests import factories
from tests.concurrency import racing
from tests.concurrency.racing import errors_in, track, until_waiting

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEW = {"first_name": "Ines", "last_name": "Costa", "password1": "blue-helmet-94"}
ROUNDS = max(4, racing.ROUNDS // 5)
WRONG = 1  # the second option of a question of `factories.to_try`


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Numbers of rows come again after a database was emptied."""
    version_cache.clear()
    report.forget()
    cache.clear()
    yield
    report.forget()


def begun() -> Attempt:
    """A guest who has answered the first question."""
    offered = report.offer(now=NOW)
    assert offered is not None
    ticket = tickets.read(offered.text)
    assert ticket is not None
    return guests.start(ticket.question, WRONG, now=NOW)


def answering(attempt: Attempt, slot: int = 2) -> Callable[[], Any]:
    return lambda: guests.answer(attempt, slot=slot, response=WRONG, now=NOW)


def forgetting(attempt: Attempt) -> Callable[[], Any]:
    return lambda: guests.forget([attempt.learner_id])


def moving(attempt: Attempt, learner: User) -> Callable[[], Any]:
    return lambda: guests.move(attempt.learner_id, to=learner, now=NOW)


def browser_of(attempt: Attempt) -> Client:
    client = Client()
    session = client.session
    session[guests.KEY] = attempt.learner_id
    session.save()
    return client


def tab_of(client: Client) -> Client:
    tab = Client()
    tab.cookies.load(client.cookies.output(header=""))
    return tab


def posting(client: Client, address: str, form: dict[str, Any]) -> Callable[[], Any]:
    return lambda: client.post(address, form).status_code


def cards_of(person: User) -> int:
    return ReviewCard.objects.of(person).count()


def test_a_guest_who_answers_while_the_sweep_forgets_them(database: str) -> None:
    factories.to_try(8)
    with track(2) as race:
        for _round in range(ROUNDS):
            attempt = begun()
            answered, forgotten = race(answering(attempt), forgetting(attempt))
            assert (answered in (True, False), forgotten) == (True, 1), (answered, forgotten)
    assert not User.everyone.filter(is_guest=True).exists()
    assert not Attempt.objects.exists()
    assert list(invariants.check(now=NOW)) == []


def answer_and_forget() -> tuple[list[Any], int]:
    """Let the sweep come between an answer and its check; what became of both, and how often one gave way."""
    factories.to_try(8)
    attempt, show, is_saved = begun(), attempts.show, Event()
    gave_way = mock.Mock(wraps=retrying.gave_way)

    def show_when_the_sweep_waits(*args: Any, **kwargs: Any) -> Any:
        is_saved.set()
        until_waiting()
        return show(*args, **kwargs)

    def forget_then() -> int:
        is_saved.wait(timeout=20)
        return guests.forget([attempt.learner_id])

    slowly = mock.patch.object(attempts, "show", show_when_the_sweep_waits)
    with mock.patch.object(retrying, "gave_way", gave_way), slowly, track(2) as race:
        results = race(answering(attempt), forget_then)
    return results, gave_way.call_count


@pytest.mark.postgres
def test_the_sweep_waits_for_a_guest_who_is_answering(postgresql: None) -> None:
    assert answer_and_forget() == ([True, 1], 0)


@pytest.mark.postgres
def test_control_without_the_lock_answer_and_sweep_wait_for_each_other(postgresql: None) -> None:
    with mock.patch.object(guests, "_lock_learner", return_value=True):
        results, gave_way = answer_and_forget()
    assert gave_way or [error for error in errors_in(results) if isinstance(error, OperationalError)]


def test_two_tabs_answer_one_question_once(database: str) -> None:
    factories.to_try(8)
    with track(2) as race:
        for _round in range(ROUNDS):
            attempt = begun()
            assert race(answering(attempt), answering(attempt)) == [True, True]
            assert attempt.events.filter(kind="checked", slot=2).count() == 1
            assert cards_of(attempt.learner) == 2
            assert race(answering(attempt, 3), answering(attempt, 4)) == [True, True]
            assert race(answering(attempt, 5), answering(attempt, 6)) == [True, True]
            attempt.refresh_from_db()
            assert attempt.status == "graded"
    assert list(invariants.check(now=NOW)) == []


def test_a_guest_who_logs_in_while_they_answer_and_are_forgotten_loses_nothing_that_was_kept(database: str) -> None:
    factories.to_try(8)
    with track(3) as race:
        for number in range(ROUNDS):
            attempt, learner = begun(), factories.user(f"learner-{number}")
            results = race(answering(attempt), moving(attempt, learner), forgetting(attempt))
            answered, moved, _forgotten = results
            assert errors_in(results) == []
            assert Attempt.objects.taken_by(learner).count() == moved
            assert cards_of(learner) in ([0] if not moved else [2] if answered else [1])
    assert not User.everyone.filter(is_guest=True).exists()
    assert list(invariants.check(now=NOW)) == []


def test_a_guest_who_signs_up_while_the_sweep_forgets_them_has_an_account(database: str) -> None:
    factories.to_try(8)
    with track(2) as race:
        for _round in range(ROUNDS):
            attempt = begun()
            client = browser_of(attempt)
            signed_up, forgotten = race(posting(client, "/accounts/signup/", NEW), forgetting(attempt))
            account = User.objects.get(first_name="Ines")
            assert (signed_up, cards_of(account)) == (302, 0 if forgotten else 1)
            assert client.get("/attempts/").status_code == 200
            Attempt.objects.all().delete()
            User.everyone.all().delete()
            cache.clear()


def test_two_presses_of_sign_up_make_one_account(database: str) -> None:
    factories.to_try(8)
    with track(3) as race:
        for _round in range(ROUNDS):
            attempt = begun()
            client = browser_of(attempt)
            tabs = [client, tab_of(client), tab_of(client)]
            codes = race(*(posting(tab, "/accounts/signup/", NEW) for tab in tabs))
            assert codes == [302] * 3
            account = User.objects.get(first_name="Ines")
            assert (account.pk, cards_of(account)) == (attempt.learner_id, 1)
            assert [tab.get("/attempts/").status_code for tab in tabs] == [200] * 3
            Attempt.objects.all().delete()
            User.everyone.all().delete()
            cache.clear()
