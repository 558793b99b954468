"""Races around one attempt. Every test has a control twin with the guard off, which must show what the guard prevents."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from threading import Event
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from quizzes.errors import AttemptClosed, NoAttemptsLeft, QuizError, StaleAnswer
from quizzes.models import Answer, Attempt, AttemptEvent, Quiz, User, papers, version_cache
from quizzes.models.papers import Paper
from quizzes.services import attempts, deadlines, grading
from quizzes.services.attempts import answers, close
from tests import factories, saving, waiting
from tests.concurrency.racing import A_MOMENT, PATIENCE, ROUNDS, errors_in, gap, track, until_waiting
from tests.databases import empty
from tests.factories import RIGHT, WRONG

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(minutes=40)
GRACE = timedelta(seconds=5)
MS = timedelta(milliseconds=1)
start_module = import_module("quizzes.services.attempts.start")  # the package's `start` is its function
PAUSE = 0.02  # long enough for the other thread to come between
JITTER = 0.01  # seconds; who is first is different in every round


@pytest.fixture(autouse=True)
def nobody_remembers() -> None:
    """Numbers of rows come again after a database was emptied."""
    version_cache.clear()


def running(quiz: Quiz, number: int) -> Attempt:
    """A fresh learner's attempt, its questions in memory as after loading the page."""
    row = attempts.start(factories.user(f"racer-{number}"), quiz, now=NOW)
    papers.of_attempt(row.pk, row.learner_id)
    return row


# Two starts -----------------------------------------------------------------------------------------------------------


def slightly_different_pause() -> None:
    time.sleep(PAUSE + random.uniform(0, JITTER))


@contextmanager
def slow_start(pause: Callable[[], None] = slightly_different_pause) -> Iterator[None]:
    """Widen the gap between looking at the learner's attempts and inserting one."""
    lock_history = attempts.lock_history

    def slowly(*args: Any) -> Any:
        history = lock_history(*args)
        pause()
        return history

    with mock.patch.object(start_module, "lock_history", slowly), mock.patch.object(attempts, "lock_history", slowly):
        yield


def start_at_once(lanes: int, patience: float = A_MOMENT) -> tuple[list[Any], QuerySet[Attempt]]:
    quiz, learner = factories.quiz(2, attempts_allowed=1), factories.user("double click")
    with track(lanes) as race, slow_start(gap(lanes, patience)):
        results = race(*[lambda: attempts.start(User.objects.get(pk=learner.pk), quiz, now=NOW)] * lanes)
    return results, Attempt.objects.filter(learner=learner)


@pytest.mark.parametrize("lanes", [pytest.param(2, marks=pytest.mark.smoke), 50])
def test_starts_at_once_give_one_attempt_and_all_lead_to_it(database: str, lanes: int) -> None:
    results, made = start_at_once(lanes)
    assert errors_in(results) == []
    assert {result.pk for result in results} == {made.get().pk}
    assert made.get().answers.count() == 2
    assert list(made.get().events.values_list("kind", flat=True)) == ["started"]


@pytest.mark.postgres
def test_control_without_index_and_lock_two_starts_give_two_attempts(postgresql: None) -> None:
    constraints = [row for row in Attempt._meta.constraints if row.name in ("one_open_attempt", "attempt_number_once")]
    with connection.schema_editor() as editor:
        for constraint in constraints:
            editor.remove_constraint(Attempt, constraint)
    try:
        with mock.patch.object(QuerySet, "select_for_update", lambda rows, **options: rows):
            _results, made = start_at_once(2, PATIENCE)
        assert made.count() == 2, "the control twin must show two open attempts (I2)"
    finally:
        empty()
        with connection.schema_editor() as editor:
            for constraint in constraints:
                editor.add_constraint(Attempt, constraint)


# Two attempts allowed, and many who start and hand in ------------------------------------------------------------------


def test_loops_of_starts_and_submits_give_no_more_attempts_than_are_allowed(database: str) -> None:
    lanes, quiz, learner = 16, factories.quiz(2, attempts_allowed=2), factories.user("impatient")

    def starts_and_submits() -> None:
        for _time in range(3):
            row = attempts.start(User.objects.get(pk=learner.pk), quiz, now=NOW)
            attempts.submit(row, now=NOW)

    with track(lanes) as race:
        results = race(*[starts_and_submits] * lanes)
    assert {type(result) for result in results} <= {type(None), NoAttemptsLeft}
    assert sorted(Attempt.objects.filter(learner=learner).values_list("number", flat=True)) == [1, 2]


# Save against the end -------------------------------------------------------------------------------------------------

Closing = Callable[[Attempt], Any]


def submit(row: Attempt) -> Any:
    return attempts.submit(Attempt.objects.get(pk=row.pk), now=DUE - MS)


def sweep(row: Attempt) -> Any:
    """As every look at the attempt does."""
    return attempts.close_overdue(now=DUE + GRACE + MS, among=Attempt.objects.filter(pk=row.pk))


def sweep_of_all(row: Attempt) -> Any:
    """Rounds of the sweep until the attempt is closed: a round leaves out what a save has locked."""
    while Attempt.objects.in_progress().filter(pk=row.pk).exists():
        attempts.close_overdue(now=DUE + GRACE + MS)


CLOSINGS = [
    pytest.param(submit, DUE - MS, id="submit", marks=pytest.mark.smoke),
    pytest.param(sweep, DUE + GRACE, id="look"),
    pytest.param(sweep_of_all, DUE + GRACE, id="sweep"),
]


def violations(quiz: Quiz, closing: Closing, at: datetime, rounds: int) -> tuple[list[str], set[str]]:
    """Race a save with the end of its attempt; what went wrong, and which outcomes were seen."""
    wrong, seen = [], set()
    with track(2) as race:
        for number in range(rounds):
            row = running(quiz, number)
            saved, closed = race(
                lambda row=row: saving.save(row.pk, row.learner, slot=1, fields=RIGHT, revision=1, now=at),
                lambda row=row: closing(row),
            )
            row.refresh_from_db()
            answer = row.answers.get(slot=1)
            acknowledged = isinstance(saved, attempts.Saved)
            seen.add("acknowledged" if acknowledged else type(saved).__name__)
            if isinstance(closed, Exception) or row.status != "graded":
                wrong.append(f"not closed: {closed!r}")
            if acknowledged and answer.revision != 1:
                wrong.append("I1: acknowledged and lost")
            if not acknowledged and (not isinstance(saved, AttemptClosed) or answer.revision):
                wrong.append(f"refused and kept: {saved!r}")
            if row.marks != Decimal(int(acknowledged)):
                wrong.append("I4: acknowledged after the grading")
    return wrong, seen


@pytest.mark.parametrize(("closing", "at"), CLOSINGS)
def test_a_save_racing_the_end_is_in_and_graded_or_refused(database: str, closing: Closing, at: datetime) -> None:
    wrong, _seen = violations(factories.quiz(1, time_limit=40), closing, at, ROUNDS)
    assert wrong == []


def looking_before_writing(pause: Callable[[int], object]) -> Callable[..., tuple[datetime | None, int] | None]:
    """The unguarded twin of the one statement: look, wait for what `pause` gets the number of, then write with the ORM."""

    def save(
        paper: Paper, slot: int, response: Any, revision: int, now: datetime, device: str
    ) -> tuple[datetime | None, int] | None:
        answer = Answer.objects.select_related("attempt").get(attempt_id=paper.attempt_id, slot=slot)
        if not answer.attempt.is_in_progress or answer.revision >= revision:
            return None
        pause(paper.attempt_id)
        answer.response, answer.revision, answer.saved_at = response, revision, now
        answer.save()
        return answer.attempt.due_at, 0

    return save


def until_graded(attempt_id: int) -> None:
    waiting.until(lambda: Attempt.objects.filter(pk=attempt_id, status="graded").exists())


@pytest.mark.parametrize(("closing", "at"), CLOSINGS)
def test_control_a_save_that_looks_before_it_writes_breaks_a_closed_attempt(
    database: str, closing: Closing, at: datetime
) -> None:
    with mock.patch.object(answers, "_guarded_update", looking_before_writing(until_graded)):
        wrong, _seen = violations(factories.quiz(1, time_limit=40), closing, at, 5)
    assert "I4: acknowledged after the grading" in wrong


def staged_on_postgresql() -> tuple[Any, Attempt]:
    """A save caught between its look at the attempt and its write, while a submit runs: the moment FOR SHARE is for."""
    row = running(factories.quiz(1, time_limit=40), 1)
    is_held, may_go = Event(), Event()

    def hold_the_answer() -> None:
        with transaction.atomic():
            Answer.objects.select_for_update().get(attempt=row)
            is_held.set()
            may_go.wait(timeout=20)

    def save() -> Any:
        is_held.wait(timeout=20)
        return saving.save(row.pk, row.learner, slot=1, fields=RIGHT, revision=1, now=NOW)

    def submit_meanwhile() -> Any:
        is_held.wait(timeout=20)
        until_waiting(1)  # the save, for the row of the answer
        return attempts.submit(Attempt.objects.get(pk=row.pk), now=NOW)

    def let_go() -> None:
        is_held.wait(timeout=20)
        try:
            until_waiting(2)  # the submit as well
        finally:
            may_go.set()

    with track(4) as race:
        _held, saved, _submitted, _let = race(hold_the_answer, save, submit_meanwhile, let_go)
    row.refresh_from_db()
    return saved, row


@pytest.mark.postgres
def test_a_submit_waits_for_a_save_that_has_seen_the_attempt_open(postgresql: None) -> None:
    saved, row = staged_on_postgresql()
    assert isinstance(saved, attempts.Saved)
    assert (row.status, row.marks) == ("graded", Decimal("1.00"))


@pytest.mark.postgres
def test_control_without_for_share_the_save_lands_after_the_grading(postgresql: None) -> None:
    unlocked = answers.GUARDED_UPDATES["postgresql"].replace("FOR SHARE", "")
    with mock.patch.dict(answers.GUARDED_UPDATES, postgresql=unlocked):
        saved, row = staged_on_postgresql()
    assert isinstance(saved, attempts.Saved)
    assert (row.answers.get().response, row.marks) == (0, Decimal("0.00")), "the control twin must break I4"


# Two submits ----------------------------------------------------------------------------------------------------------


def submit_twice(rounds: int) -> list[list[str]]:
    """The events of attempts that were submitted by two requests and a sweep at once."""
    quiz, logs = factories.quiz(1, time_limit=40), []
    with track(3) as race:
        for number in range(rounds):
            row = running(quiz, number)
            closing = sweep if number % 2 else sweep_of_all
            results = race(*(lambda row=row, act=act: act(row) for act in (submit, submit, closing)))
            assert errors_in(results) == []
            logs.append(sorted(AttemptEvent.objects.filter(attempt=row).values_list("kind", flat=True)))
    return logs


@pytest.mark.smoke
def test_two_submits_and_a_sweep_close_and_grade_once(database: str) -> None:
    for log in submit_twice(ROUNDS):
        assert log in (["graded", "started", "submitted"], ["closed", "graded", "started"])


def closes_unguarded(row: Attempt, by: str, *, now: datetime) -> bool:
    """The unguarded twin: look, then write with the ORM."""
    row.refresh_from_db()
    if not row.is_in_progress:
        return False
    time.sleep(PAUSE)
    row.status, row.submitted_at = Attempt.Status.SUBMITTED, now
    row.save()
    AttemptEvent.objects.create(attempt=row, kind="submitted", at=now)
    return True


def test_control_an_unguarded_submit_is_logged_twice(database: str) -> None:
    with mock.patch.object(close, "_store_closing", closes_unguarded):
        assert any(log.count("submitted") > 1 for log in submit_twice(5))


def test_of_two_sweeps_over_ungraded_attempts_one_grades(database: str) -> None:
    row = running(factories.quiz(1), 1)
    with mock.patch.object(grading, "_grade_once", side_effect=RuntimeError("crash")):
        attempts.submit(row, now=NOW)
    with track(4) as race:
        race(*[lambda: attempts.close_overdue(now=NOW)] * 4)
    assert sorted(row.events.values_list("kind", flat=True)) == ["graded", "started", "submitted"]


# Two saves ------------------------------------------------------------------------------------------------------------


def save_twice(rounds: int) -> list[tuple[list[Any], Answer]]:
    """Two devices save different answers to one question with the same revision."""
    quiz, found = factories.quiz(1), []
    with track(2) as race:
        for number in range(rounds):
            row = running(quiz, number)
            results = race(
                *(
                    lambda row=row, fields=fields: saving.save(
                        row.pk, row.learner, slot=1, fields=fields, revision=1, now=NOW
                    )
                    for fields in (RIGHT, WRONG)
                )
            )
            found.append((results, row.answers.get()))
    return found


@pytest.mark.smoke
def test_of_two_saves_of_one_revision_the_second_is_told(database: str) -> None:
    for results, answer in save_twice(ROUNDS):
        winner = next(place for place, result in enumerate(results) if isinstance(result, attempts.Saved))
        assert isinstance(results[1 - winner], StaleAnswer)
        assert answer.response == winner  # RIGHT is option 0, WRONG option 1


def test_control_unguarded_saves_overwrite_each_other_silently(database: str) -> None:
    meet = gap(2, PATIENCE)
    with mock.patch.object(answers, "_guarded_update", looking_before_writing(lambda _attempt_id: meet())):
        assert any(errors_in(results) == [] for results, _answer in save_twice(5))


def test_saves_of_all_questions_at_once_are_all_kept(database: str) -> None:
    quiz = factories.quiz(8)
    with track(8) as race:
        for number in range(max(5, ROUNDS // 10)):
            row = running(quiz, number)
            results = race(
                *(
                    lambda row=row, slot=slot: saving.save(
                        row.pk, row.learner, slot=slot, fields=RIGHT, revision=1, now=NOW
                    )
                    for slot in range(1, 9)
                )
            )
            assert errors_in(results) == []
            assert attempts.submit(row, now=NOW).marks == Decimal("8.00")
            assert row.events.filter(kind="saved").count() == 8


# Extension against the sweep ------------------------------------------------------------------------------------------


def extend_while_sweeping(rounds: int) -> list[tuple[Any, Attempt]]:
    quiz, found, later = factories.quiz(1, time_limit=40), [], DUE + timedelta(hours=1)
    boss = factories.user("boss", is_staff=True)
    with track(2) as race:
        for number in range(rounds):
            row = running(quiz, number)
            seen = Attempt.objects.get(pk=row.pk)
            extended, _swept = race(
                lambda row=row: deadlines.extend(row, due_at=later, reason="alarm", actor=boss, now=DUE - MS),
                lambda seen=seen: attempts.close_if_overdue(seen, now=DUE + GRACE + MS),
            )
            row.refresh_from_db()
            found.append((extended, row))
    return found


def contradicts(extended: Any, row: Attempt) -> bool:
    """An extension that was granted, on an attempt that was closed at the old deadline."""
    granted = not isinstance(extended, QuizError)
    return granted != row.is_in_progress


def test_an_extension_is_granted_or_came_too_late(database: str) -> None:
    assert not [row.pk for extended, row in extend_while_sweeping(ROUNDS) if contradicts(extended, row)]


def closes_by_what_was_read(row: Attempt, by: str, *, now: datetime) -> bool:
    """The twin that trusts the deadline it read before."""
    time.sleep(PAUSE)
    due_at = row.due_at
    return bool(
        Attempt.objects.in_progress().filter(pk=row.pk).update(status="submitted", submitted_at=due_at, closed_by=by)
    )


def test_control_a_sweep_that_trusts_what_it_read_undoes_an_extension(database: str) -> None:
    with mock.patch.object(close, "_store_closing", closes_by_what_was_read):
        assert any(contradicts(extended, row) for extended, row in extend_while_sweeping(5))


# Opening again against a start ----------------------------------------------------------------------------------------


def reopen_while_starting(rounds: int) -> list[tuple[Any, Any, QuerySet[Attempt]]]:
    """(what reopening gave, what starting gave, the learner's open attempts) of each round."""
    quiz, found, boss = factories.quiz(1), [], factories.user("boss", is_staff=True)
    with track(2) as race, slow_start():
        for number in range(rounds):
            row = attempts.submit(running(quiz, number), now=NOW)
            reopened, started = race(
                lambda row=row: deadlines.reopen(row, due_at=None, reason="alarm", actor=boss, now=NOW),
                lambda row=row: attempts.start(User.objects.get(pk=row.learner_id), quiz, now=NOW),
            )
            found.append((reopened, started, Attempt.objects.in_progress().filter(learner=row.learner_id)))
    return found


def test_opening_again_and_starting_at_once_leave_one_open_attempt_and_one_is_told(database: str) -> None:
    for reopened, started, still_open in reopen_while_starting(ROUNDS // 4 or 1):
        [row] = still_open
        assert isinstance(started, Attempt)
        assert started.pk == row.pk
        assert isinstance(reopened, Attempt) or "another attempt" in str(reopened)
        assert row.events.filter(kind="reopened").exists() == isinstance(reopened, Attempt)


@pytest.mark.postgres
def test_control_without_the_learners_queue_the_index_breaks_an_opening(postgresql: None) -> None:
    with mock.patch.object(QuerySet, "select_for_update", lambda rows, **options: rows):
        assert any(isinstance(reopened, IntegrityError) for reopened, _started, _open in reopen_while_starting(60))


def test_of_two_openings_at_once_one_is_told(database: str) -> None:
    row = attempts.submit(running(factories.quiz(1), 0), now=NOW)
    boss = factories.user("boss", is_staff=True)
    with track(2) as race:
        results = race(*[lambda: deadlines.reopen(row, due_at=None, reason="alarm", actor=boss, now=NOW)] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Attempt", "QuizError"]
    assert row.events.filter(kind="reopened").count() == 1
