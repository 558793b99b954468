"""Grading and marking by hand; every change is logged and can be run again."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from quizzes.errors import EditConflict, QuizError
from quizzes.models import Answer, Attempt, User
from quizzes.reports import invariants
from quizzes.services import attempts, deadlines, grading
from tests import factories, saving

MINUTE = timedelta(minutes=1)


@pytest.fixture
def done(learner: User, now: datetime) -> Attempt:
    """Two questions, the first right, the second unanswered."""
    return factories.attempt(learner, factories.quiz(2), now=now, right=1, submit=True)


def test_a_number_that_cannot_be_read_earns_nothing_and_costs_no_penalty(learner: User, now: datetime) -> None:
    number = factories.question({"stem": "How many?", "value": "36"}, type="numeric")
    row = factories.attempt(learner, factories.quiz([number], wrong_penalty=Decimal("0.50")), now=now)
    saving.save(row.pk, learner, slot=1, fields={"text": ["about thirty"]}, revision=1, now=now)
    attempts.submit(row, now=now)
    assert row.answers.get().marks == 0
    assert list(invariants.check(now=now)) == []


def test_grading_again_gives_the_same_and_says_so(done: Attempt, now: datetime) -> None:
    again = grading.grade(done, now=now + MINUTE)
    assert (again.marks, again.max_marks, again.fraction) == (Decimal("1.00"), Decimal("2.00"), Decimal("0.50000000"))
    assert [event.kind for event in done.events.order_by("pk")][-2:] == ["graded", "regraded"]


def test_of_two_sweeps_one_grades(done: Attempt, now: datetime) -> None:
    assert grading.grade_or_leave(done, now=now).marks == Decimal("1.00")
    assert done.events.filter(kind__in=["graded", "regraded"]).count() == 1


def test_an_attempt_in_progress_is_not_graded(learner: User, now: datetime) -> None:
    running = factories.attempt(learner, factories.quiz(1), now=now)
    with pytest.raises(QuizError, match="running attempt"):
        grading.grade(running, now=now)


def test_wrong_answers_may_cost_but_never_below_zero(learner: User, now: datetime) -> None:
    running = factories.attempt(learner, factories.quiz(2, wrong_penalty=Decimal("0.50")), now=now)
    saving.save(running.pk, learner, slot=1, fields=factories.WRONG, revision=1, now=now)
    done = attempts.submit(running, now=now)
    assert [answer.marks for answer in done.answers.all()] == [Decimal("-0.50"), Decimal("0.00")]
    assert (done.marks, done.fraction) == (Decimal("0.00"), Decimal("0E-8"))


def test_an_override_replaces_the_fraction_and_keeps_the_reason(done: Attempt, instructor: User, now: datetime) -> None:
    second = done.answers.get(slot=2)
    changed = grading.override(
        second, fraction=Fraction(1, 2), reason="the question was unclear", actor=instructor, now=now + MINUTE
    )
    assert (changed.marks, changed.fraction) == (Decimal("1.50"), Decimal("0.75000000"))
    event = done.events.get(kind="overridden")
    assert (event.actor, event.slot, event.details["reason"]) == (instructor, 2, "the question was unclear")


def test_an_override_can_be_taken_back(done: Attempt, instructor: User, now: datetime) -> None:
    first = done.answers.get(slot=1)
    assert grading.override(first, fraction=Fraction(0), reason="x", actor=instructor, now=now).marks == 0
    first.refresh_from_db()
    assert grading.override(first, fraction=None, reason="y", actor=instructor, now=now).marks == Decimal("1.00")


@pytest.mark.parametrize("fraction", [Fraction(-1, 100), Fraction(101, 100)])
def test_marks_beyond_the_points_are_refused(
    done: Attempt, instructor: User, now: datetime, fraction: Fraction
) -> None:
    with pytest.raises(QuizError, match="Give 0 to"):
        grading.override(done.answers.get(slot=1), fraction=fraction, reason="x", actor=instructor, now=now)


def test_an_override_needs_a_reason(done: Attempt, instructor: User, now: datetime) -> None:
    with pytest.raises(QuizError, match="reason"):
        grading.override(done.answers.get(slot=1), fraction=Fraction(1), reason="  ", actor=instructor, now=now)


def test_of_two_people_marking_the_same_answer_the_second_is_told(
    done: Attempt, instructor: User, stranger: User, now: datetime
) -> None:
    answer = done.answers.get(slot=1)
    grading.override(answer, fraction=Fraction(1, 2), reason="x", actor=instructor, now=now, seen=(None,))
    with pytest.raises(EditConflict):
        grading.override(answer, fraction=Fraction(1), reason="y", actor=stranger, now=now, seen=(None,))
    assert Answer.objects.get(pk=answer.pk).override == Decimal("0.5000000")


def test_thirds_add_up_without_losing_a_cent(learner: User, now: datetime) -> None:
    done = factories.attempt(learner, factories.quiz(3), now=now, right=1, submit=True)
    assert (done.marks, done.max_marks, done.fraction) == (Decimal("1.00"), Decimal("3.00"), Decimal("0.33333333"))


# Attempts that were reopened ------------------------------------------------------------------------------------------


def reopened(done: Attempt, instructor: User, now: datetime) -> Attempt:
    return deadlines.reopen(done, due_at=None, reason="a fire drill", actor=instructor, now=now)


def test_marks_by_hand_stay_with_an_answer_that_is_not_changed(done: Attempt, instructor: User, now: datetime) -> None:
    grading.override(done.answers.get(slot=1), fraction=Fraction(1, 2), reason="x", actor=instructor, now=now + MINUTE)
    again = reopened(done, instructor, now + 2 * MINUTE)
    assert attempts.submit(again, now=now + 3 * MINUTE).marks == Decimal("0.50")


def test_marks_by_hand_go_with_the_answer_they_were_given_to(
    done: Attempt, learner: User, instructor: User, now: datetime
) -> None:
    grading.override(done.answers.get(slot=1), fraction=Fraction(1, 2), reason="x", actor=instructor, now=now + MINUTE)
    again = reopened(done, instructor, now + 2 * MINUTE)
    saving.save(done.pk, learner, slot=1, fields=factories.WRONG, revision=2, now=now + 3 * MINUTE)
    assert attempts.submit(again, now=now + 4 * MINUTE).marks == Decimal("0.00")
    event = done.events.filter(kind="overridden", slot=1).last()
    assert event is not None
    assert (event.actor, event.details["from"], event.details["to"]) == (None, "0.5000000", None)
    assert "changed after the attempt was reopened" in event.details["reason"]


def test_an_essay_that_was_changed_is_marked_anew(learner: User, instructor: User, now: datetime) -> None:
    essay = factories.question({"stem": "Why?", "explanation": "So."}, type="essay")
    running = factories.attempt(learner, factories.quiz([essay]), now=now)
    saving.save(running.pk, learner, slot=1, fields={"text": ["Consent."]}, revision=1, now=now)
    done = attempts.submit(running, now=now)
    grading.override(done.answers.get(slot=1), fraction=Fraction(1), reason="good", actor=instructor, now=now + MINUTE)
    again = reopened(done, instructor, now + 2 * MINUTE)
    saving.save(done.pk, learner, slot=1, fields={"text": ["Nothing."]}, revision=2, now=now + 3 * MINUTE)
    assert attempts.submit(again, now=now + 4 * MINUTE).status == "awaiting_marking"
