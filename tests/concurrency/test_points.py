"""Two people mark by today's points at once, or one while the attempt is marked by hand or opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from unittest import mock

from django.db import transaction

from quizzes.models import Attempt, AttemptEvent, Quiz, User
from quizzes.reports import invariants
from quizzes.services import deadlines, events, grading, points
from tests import factories
from tests.concurrency.racing import ROUNDS, errors_in, track

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SOME = max(5, ROUNDS // 6)


def edited(learners: int) -> tuple[Quiz, list[Attempt]]:
    """A quiz whose questions are worth 5 points each, and attempts from when it was 1: all right, 2 of 2."""
    quiz = factories.quiz(2)
    rows = [factories.attempt(factories.user(), quiz, now=NOW, right=2, submit=True) for _number in range(learners)]
    quiz.items.update(points=5)
    return quiz, rows


def remark(quiz: Quiz, actor: User) -> int:
    return points.remark(quiz, [0], Attempt.objects.all(), seen=0, reason="x", actor=actor, now=LATER)


def regrades(rows: list[Attempt]) -> list[int]:
    return [row.events.filter(kind=AttemptEvent.Kind.REGRADED, details__has_key="points").count() for row in rows]


def test_two_who_re_mark_at_once_re_mark_once(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            quiz, rows = edited(3)
            results = race(lambda: remark(quiz, actor), lambda: remark(quiz, actor))  # noqa: B023
            assert errors_in(results) == []
            assert sum(results) == 3
            assert regrades(rows) == [1, 1, 1]
    assert list(invariants.check(now=LATER)) == []


@transaction.atomic
def without_a_look(attempt_id: int, today: points.Points, *, reason: str, actor: User, now: datetime) -> bool:
    """The unguarded twin of `_remark`: it does not look whether the points are today's already."""
    locked = grading.lock(attempt_id)
    for answer in locked.answers.all():
        grading.reweigh(answer, today.fixed[answer.version.question_id])
        answer.save(update_fields=["points", *grading.MARKS])
    grading.add_up(locked)
    kind: Any = AttemptEvent.Kind.REGRADED
    events.record(attempt_id, kind, at=now, actor_id=actor.pk, details={"points": [], "reason": reason})
    return True


def test_without_a_look_at_the_row_they_re_mark_twice(database: str) -> None:
    actor, found = factories.user(), []
    with track(2) as race, mock.patch.object(points, "_remark", without_a_look):
        for _round in range(SOME):
            quiz, rows = edited(3)
            race(lambda: remark(quiz, actor), lambda: remark(quiz, actor))  # noqa: B023
            found += regrades(rows)
    assert 2 in found


def test_marks_by_hand_and_new_points_are_both_kept(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            quiz, [row] = edited(1)
            answer = row.answers.get(slot=1)
            half = {"fraction": Fraction(1, 2), "reason": "half of it", "actor": actor, "now": LATER}
            results = race(lambda: remark(quiz, actor), lambda: grading.override(answer, **half))  # noqa: B023
            assert errors_in(results) == []
            row.refresh_from_db()
            assert (row.exact_marks, row.max_marks) == (Fraction(15, 2), 10)
    assert list(invariants.check(now=LATER)) == []


def test_an_attempt_that_is_opened_again_is_marked_before_or_left_alone(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            quiz, [row] = edited(1)
            again = {"due_at": None, "reason": "a fire drill", "actor": actor, "now": LATER}
            results = race(lambda: remark(quiz, actor), lambda: deadlines.reopen(row, **again))  # noqa: B023
            assert errors_in(results) == []
            assert set(row.answers.values_list("points", flat=True)) == ({5} if results[0] else {1})
    assert list(invariants.check(now=LATER)) == []
