"""Two people regrade one question at once, or one while the attempt is marked by hand or opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from quizzes.models import Attempt, AttemptEvent, Question, User, version_cache
from quizzes.reports import invariants
from quizzes.services import attempts, deadlines, grading, regrading
from tests import factories
from tests.concurrency.racing import ROUNDS, errors_in, track

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SOME = max(5, ROUNDS // 6)


@pytest.fixture(autouse=True)
def nobody_remembers() -> None:
    """Numbers of rows come again after a database was emptied."""
    version_cache.clear()


def mended(learners: int) -> tuple[Question, list[Attempt]]:
    """A question with another key than it was asked with, by which everyone was right."""
    question = factories.question(factories.single_choice("Which?"))
    quiz = factories.quiz([question, factories.question()])
    rows = [factories.attempt(factories.user(), quiz, now=NOW, right=2, submit=True) for _number in range(learners)]
    spec = factories.single_choice("Which?")
    spec["options"] = [{"text": row["text"], "correct": place == 1} for place, row in enumerate(spec["options"])]
    factories.version(question, spec)
    return question, rows


def regrade(question: Question, actor: User) -> int:
    return regrading.regrade(question, Attempt.objects.all(), seen=2, reason="x", actor=actor, now=LATER)


def regrades(rows: list[Attempt]) -> list[int]:
    return [row.events.filter(kind=AttemptEvent.Kind.REGRADED, slot=1).count() for row in rows]


def test_two_who_regrade_at_once_regrade_once(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            question, rows = mended(3)
            results = race(lambda: regrade(question, actor), lambda: regrade(question, actor))  # noqa: B023
            assert errors_in(results) == []
            assert sum(results) == 3
            assert regrades(rows) == [1, 1, 1]
    assert list(invariants.check(now=LATER)) == []


@transaction.atomic
def moves_what_it_saw(seen: Any, by: Any, *, reason: str, actor: User, now: datetime) -> bool:
    """The unguarded twin of `_move`: it does not look whether the answer has moved meanwhile."""
    before = regrading._facts(seen.attempt, seen, "from")
    seen.version = by
    grading.grade_answer(seen, by, penalty=Decimal(0))
    seen.save(update_fields=["version", "fraction", "marks"])
    details = {**before, **regrading._facts(seen.attempt, seen, "to")}
    regrading.events.record(
        seen.attempt_id, AttemptEvent.Kind.REGRADED, at=now, actor_id=actor.pk, slot=1, details=details
    )
    return True


def test_without_a_look_at_the_row_they_regrade_twice(database: str) -> None:
    actor, found = factories.user(), []
    with track(2) as race, mock.patch.object(regrading, "_move", moves_what_it_saw):
        for _round in range(SOME):
            question, rows = mended(3)
            assert errors_in(race(lambda: regrade(question, actor), lambda: regrade(question, actor))) == []  # noqa: B023
            found += regrades(rows)
    assert 2 in found


def test_marks_by_hand_and_a_regrade_both_count(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            question, [row] = mended(1)
            second = row.answers.get(slot=2)

            def by_hand(answer: Any = second) -> Attempt:
                return grading.override(answer, fraction=Fraction(1, 2), reason="x", actor=actor, now=LATER)

            assert errors_in(race(lambda: regrade(question, actor), by_hand)) == []  # noqa: B023
            row.refresh_from_db()
            assert row.marks == Decimal("0.50")
    assert list(invariants.check(now=LATER)) == []


def test_an_attempt_that_is_opened_again_is_regraded_before_or_not_at_all(database: str) -> None:
    actor = factories.user()
    with track(2) as race:
        for _round in range(SOME):
            question, [row] = mended(1)

            def reopen(of: Attempt = row) -> Attempt:
                return deadlines.reopen(of, due_at=None, reason="x", actor=actor, now=LATER)

            results = race(lambda: regrade(question, actor), reopen)  # noqa: B023
            assert errors_in(results) == []
            assert row.answers.get(slot=1).version.number == (2 if results[0] else 1)
            assert attempts.submit(row, now=LATER).marks == (1 if results[0] else 2)
    assert list(invariants.check(now=LATER)) == []
