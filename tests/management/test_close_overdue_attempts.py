"""`manage.py close_overdue_attempts`: once, or again and again whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError

from quizzes import clock
from quizzes.models import User
from quizzes.services import attempts
from tests import factories

COMMAND = "quizzes.management.commands.close_overdue_attempts"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("error", [OperationalError("gone"), ConnectionError("no cache"), ValueError("a bug")])
def test_a_sweep_that_fails_is_followed_by_the_next(db: None, error: Exception) -> None:
    pause = mock.patch(f"{COMMAND}.time.sleep", side_effect=[None, KeyboardInterrupt])
    failing = mock.patch.object(attempts, "close_overdue", side_effect=[error, 0])
    with pause, failing as sweep, pytest.raises(KeyboardInterrupt):
        call_command("close_overdue_attempts", every=20)
    assert sweep.call_count == 2


def test_after_a_sweep_that_closed_attempts_the_next_one_does_not_wait(db: None) -> None:
    """Others may have ended while it worked: the length of a sweep must not be added to their delay."""
    pauses = mock.patch(f"{COMMAND}.time.sleep", side_effect=[None, KeyboardInterrupt])
    sweeps = mock.patch.object(attempts, "close_overdue", side_effect=[300, 2, 0, 0])
    with pauses as pause, sweeps as sweep, pytest.raises(KeyboardInterrupt):
        call_command("close_overdue_attempts", every=20)
    assert (sweep.call_count, pause.call_count) == (4, 2)


# The machine's clock (F27) ----------------------------------------------------------------------------------------------


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture, db: None) -> Callable[[float], list[str]]:
    """What the log says when the wall clock is set by so many seconds between two sweeps, while no time passes."""

    def sweep_twice(seconds: float) -> list[str]:
        with time_machine.travel(NOW, tick=False) as traveller:

            def pause(_seconds: float) -> None:
                if clock.now() != NOW:
                    raise KeyboardInterrupt
                traveller.shift(seconds)

            with mock.patch(f"{COMMAND}.time.sleep", side_effect=pause), pytest.raises(KeyboardInterrupt):
                call_command("close_overdue_attempts", every=20)
        return [record.getMessage() for record in caplog.records if record.name == COMMAND]

    return sweep_twice


def test_a_clock_set_forward_ends_attempts_and_is_logged(warnings: Callable[[float], list[str]], learner: User) -> None:
    attempt = factories.attempt(learner, factories.quiz(1, time_limit=4), now=NOW)
    (line,) = warnings(300)
    assert (
        "was set forward (or the machine slept) by 300 s: from 2026-03-02 09:00:00 to 2026-03-02 09:05:00 UTC" in line
    )
    assert "Deadlines are absolute: attempts that were due in between end now." in line
    attempt.refresh_from_db()
    assert (attempt.closed_by, attempt.submitted_at) == ("deadline", NOW + timedelta(minutes=4))


def test_a_clock_set_back_ends_nothing_and_is_logged(warnings: Callable[[float], list[str]], learner: User) -> None:
    attempt = factories.attempt(learner, factories.quiz(1, time_limit=4), now=NOW)
    (line,) = warnings(-300)
    assert "was set back by 300 s: from 2026-03-02 09:00:00 to 2026-03-02 08:55:00 UTC" in line
    assert "attempts in progress go on for so much longer" in line
    attempt.refresh_from_db()
    assert attempt.is_in_progress


@pytest.mark.parametrize("seconds", [-29, 1, 29])
def test_a_clock_that_is_kept_right_is_nothing_to_tell(warnings: Callable[[float], list[str]], seconds: float) -> None:
    assert warnings(seconds) == []


def test_time_that_passes_is_no_jump() -> None:
    with time_machine.travel(NOW, tick=False) as traveller, mock.patch("quizzes.clock.time.monotonic") as monotonic:
        monotonic.return_value = 1000.0
        watch = clock.Watch()
        traveller.shift(3600)
        monotonic.return_value += 3600
        step = watch.look()
        assert (step.jump, step.passed) == (timedelta(0), timedelta(hours=1))
        traveller.shift(-60)
        assert watch.look().jump == timedelta(minutes=-1)
