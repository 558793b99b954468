"""What an instructor changes about one attempt: its deadline, or that it is closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.errors import AttemptClosed, EditConflict, QuizError
from quizzes.models import Attempt, User
from quizzes.services import attempts, deadlines
from tests import factories, saving
from tests.factories import RIGHT

MS = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def attempt(learner: User, now: datetime) -> Attempt:
    """Two questions, 40 minutes, all at once."""
    return attempts.start(learner, factories.quiz(2, time_limit=40), now=now, device="laptop")


def save(attempt: Attempt, *, now: datetime, slot: int = 1) -> attempts.Saved:
    return saving.save(attempt.pk, attempt.learner, slot=slot, fields=RIGHT, revision=1, now=now)


def test_an_extension_counts_at_once_and_is_logged(attempt: Attempt, instructor: User, now: datetime) -> None:
    later = now + 60 * MINUTE
    deadlines.extend(attempt, due_at=later, reason="fire alarm", actor=instructor, now=now + MINUTE)
    assert save(attempt, now=now + 59 * MINUTE).due_at == later
    event = attempt.events.get(kind="extended")
    assert (event.actor, event.details["reason"], event.details["to"]) == (
        instructor,
        "fire alarm",
        "2026-03-02T10:00:00Z",
    )


def test_a_closed_attempt_is_not_extended(attempt: Attempt, instructor: User, now: datetime) -> None:
    attempts.submit(attempt, now=now)
    with pytest.raises(AttemptClosed):
        deadlines.extend(attempt, due_at=now + MINUTE, reason="late", actor=instructor, now=now)


def test_moving_a_deadline_needs_a_reason_and_not_the_past(attempt: Attempt, instructor: User, now: datetime) -> None:
    with pytest.raises(QuizError, match="reason"):
        deadlines.extend(attempt, due_at=now + 60 * MINUTE, reason=" ", actor=instructor, now=now)
    with pytest.raises(QuizError, match="future"):
        deadlines.extend(attempt, due_at=now - MS, reason="x", actor=instructor, now=now)
    deadlines.extend(attempt, due_at=now, reason="x", actor=instructor, now=now)
    assert attempt.events.filter(kind="extended").count() == 1


def test_a_deadline_that_another_instructor_moved_meanwhile_is_not_moved_blindly(
    attempt: Attempt, instructor: User, stranger: User, now: datetime
) -> None:
    seen = (attempt.due_at,)
    deadlines.extend(attempt, due_at=now + 50 * MINUTE, reason="x", actor=stranger, now=now, seen=seen)
    with pytest.raises(EditConflict, match="stranger"):
        deadlines.extend(attempt, due_at=now + 60 * MINUTE, reason="x", actor=instructor, now=now, seen=seen)
    attempt.refresh_from_db()
    assert attempt.due_at == now + 50 * MINUTE


def test_a_reopened_attempt_goes_on_with_its_answers(attempt: Attempt, instructor: User, now: datetime) -> None:
    save(attempt, now=now)
    attempts.submit(attempt, now=now)
    again = deadlines.reopen(attempt, due_at=now + 90 * MINUTE, reason="power cut", actor=instructor, now=now + MINUTE)
    assert (again.status, again.marks, again.submitted_at, again.closed_by) == ("in_progress", None, None, "")
    answer = again.answers.get(slot=1)
    assert (answer.response, answer.marks) == (0, None)
    save(again, now=now + 80 * MINUTE, slot=2)
    assert attempts.submit(again, now=now + 80 * MINUTE).marks == Decimal("2.00")
    kinds = list(attempt.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["started", "saved", "submitted", "graded", "reopened", "saved", "submitted", "graded"]
    assert attempt.events.get(kind="reopened").details["reason"] == "power cut"
    assert again.reopened_at == now + MINUTE


def test_reopening_needs_a_reason_a_future_and_no_other_attempt(
    attempt: Attempt, learner: User, instructor: User, now: datetime
) -> None:
    with pytest.raises(QuizError, match="running already"):
        deadlines.reopen(attempt, due_at=None, reason="x", actor=instructor, now=now)
    attempts.submit(attempt, now=now)
    with pytest.raises(QuizError, match="reason"):
        deadlines.reopen(attempt, due_at=None, reason=" ", actor=instructor, now=now)
    with pytest.raises(QuizError, match="future"):
        deadlines.reopen(attempt, due_at=now, reason="x", actor=instructor, now=now)
    attempts.start(learner, attempt.quiz, now=now)
    with pytest.raises(QuizError, match="another attempt"):
        deadlines.reopen(attempt, due_at=None, reason="x", actor=instructor, now=now)


def test_practice_is_not_reopened(learner: User, instructor: User, now: datetime) -> None:
    done = factories.attempt(learner, factories.quiz(1, feedback="practice"), now=now, submit=True)
    with pytest.raises(QuizError, match="Practice"):
        deadlines.reopen(done, due_at=None, reason="x", actor=instructor, now=now)
