"""States in words: the attempt's, the deadline's, and what there is to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.figures import marks
from quizzes.models import Assignment, Attempt, Quiz
from quizzes.reports import wording
from quizzes.reports.student_assignments import Calendar
from quizzes.terms import Terms

DUE, CLOSE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("agreed", "flags", "words"),
    [
        (Terms(), {}, "no deadline"),
        (Terms(due_at=DUE), {}, "due Mon, Mar 2, 9:00 a.m."),
        (Terms(due_at=DUE, closes_at=CLOSE), {}, "due Mon, Mar 2, 9:00 a.m.; closes Wed, Mar 4, 9:00 a.m."),
        (Terms(due_at=DUE), {"is_late": True}, "was due Mon, Mar 2, 9:00 a.m.; late work is accepted"),
        (Terms(was_due_at=DUE), {}, "was due Mon, Mar 2, 9:00 a.m., before you joined"),
        (Terms(closes_at=CLOSE), {"is_over": True}, "closed Wed, Mar 4, 9:00 a.m."),
    ],
)
def test_a_deadline_in_words(agreed: Terms, flags: dict[str, bool], words: str) -> None:
    assert wording.of_deadline(agreed, now=DUE, **flags) == words


@pytest.mark.parametrize(
    ("status", "feedback", "shows_marks", "words"),
    [
        ("in_progress", "homework", False, "In progress"),
        ("submitted", "homework", True, "Being marked"),
        ("awaiting_marking", "homework", True, "Waiting for marking"),
        ("awaiting_marking", "survey", False, "Survey, no marks"),
        ("graded", "exam", False, "Result available after the quiz closes"),
        ("graded", "practice", False, "Practice, no grade"),
    ],
)
def test_an_attempt_in_words(status: str, feedback: str, shows_marks: bool, words: str) -> None:
    attempt = Attempt(status=status, quiz=Quiz(feedback=feedback), assignment=Assignment(feedback=feedback))
    assert wording.of_attempt(attempt, shows_marks=shows_marks) == wording.Outcome(words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "less than a minute left"),
        (60, "1 min left, until 9:01 a.m."),
        (19 * 60 + 59, "19 min left, until 9:19 a.m."),
        (86_400, "time runs out Tue, Mar 3, 9:00 a.m."),
    ],
)
def test_the_time_left_in_words(seconds: int, words: str) -> None:
    attempt = Attempt(due_at=DUE + timedelta(seconds=seconds))
    assert wording.of_time_left(attempt, now=DUE) == words
    assert wording.of_time_left(Attempt(due_at=None), now=DUE) == "no deadline"


def test_nothing_open_in_words() -> None:
    assert wording.of_calendar(Calendar([], [], [], [])) == "nothing open right now"


@pytest.mark.parametrize(("value", "text"), [("38.50", "38.5"), ("13.00", "13"), ("10", "10"), ("0.25", "0.25")])
def test_points_have_one_format(value: str, text: str) -> None:
    assert marks(Decimal(value)) == text
