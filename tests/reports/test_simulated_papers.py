"""Random papers over every type, graded by the engine: no page says of a result what its exact marks do not say.

What an answer is worth is taken from the examples of its type, so the truth is not computed by what is tested.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from quizzes import terms
from quizzes.models import (
    Answer,
    Assignment,
    Attempt,
    Classroom,
    FeedbackBand,
    Question,
    Quiz,
    User,
    fractions,
)
from quizzes.reports import attempts as reports
from quizzes.reports import gradebook, leaderboards
from quizzes.services import grading
from tests import factories
from tests.question_types.cards import EXAMPLES

pytestmark = pytest.mark.slow

CLASS = 20  # papers given to one class
ITEMS = 8


@dataclass(frozen=True)
class Paper:
    """An attempt, and what it is worth by the examples."""

    attempt: Attempt
    exact: Fraction
    is_all_right: bool

    @property
    def share(self) -> Fraction:
        return self.exact / Fraction(self.attempt.max_marks)


@dataclass(frozen=True)
class Item:
    """A question with one of its example responses; the fraction is None where a person marks it."""

    question: Question
    response: Any
    fraction: Fraction | None


@pytest.fixture
def bank(db: None) -> list[Item]:
    """Every example of every type."""
    return [
        Item(question, response, fraction)
        for kind, example in EXAMPLES
        for question in [factories.question(example.spec, type=kind.key)]
        for response, fraction in example.graded
    ]


def papers(bank: list[Item], number: int, *, seed: int, now: datetime) -> Iterator[list[Paper]]:
    """So many random papers, by classes of one student."""
    rng = random.Random(seed)
    for _class in range(number // CLASS):
        learner = factories.user()
        room = factories.classroom(students=[learner])
        yield [paper(rng, room, learner, bank, now=now) for _paper in range(CLASS)]


def paper(rng: random.Random, room: Classroom, learner: User, bank: list[Item], *, now: datetime) -> Paper:
    items = rng.choices(bank, k=rng.randint(1, ITEMS))
    points = [Decimal(rng.choice([1, 1, 2, 100, rng.randint(1, 300)])) / rng.choice([1, 1, 100]) for _item in items]
    quiz = random_quiz(rng)
    homework = factories.assignment(room, quiz)
    attempt = handed_in(learner, homework, items, points, now=now)
    worth = []
    for answer, item in zip(attempt.answers.order_by("slot"), items, strict=True):
        fraction = item.fraction
        if fraction is None:
            fraction = Fraction(rng.randint(0, 7), 7)
            grading.override(answer, fraction=fraction, reason="Marked.", actor=learner, now=now)
        worth.append(worth_of(item, fraction, answer.points, quiz.wrong_penalty))
    attempt.refresh_from_db()
    is_all_right = sum(worth) == sum(Fraction(each) for each in points)
    return Paper(attempt, max(sum(worth, Fraction(0)), Fraction(0)), is_all_right)


def random_quiz(rng: random.Random) -> Quiz:
    """With a pass mark and feedback that lie where results often are."""
    quiz = factories.quiz(
        0,
        pass_mark=rng.choice([None, 33, 34, 50, 66, 67, 70, 100, rng.randint(0, 100)]),
        wrong_penalty=Decimal(rng.choice([0, 0, 0, 25, 33])) / 100,
    )
    starts = rng.sample([0, 33, 34, 50, 66, 67, 70, 90, 100], rng.randint(0, 3))
    FeedbackBand.objects.bulk_create(FeedbackBand(quiz=quiz, from_percent=at, text=f"from {at}") for at in starts)
    return quiz


def handed_in(
    learner: User, homework: Assignment, items: list[Item], points: list[Decimal], *, now: datetime
) -> Attempt:
    """A submitted attempt with these answers, graded."""
    attempt = Attempt.objects.create(
        learner=learner,
        quiz=homework.quiz,
        assignment=homework,
        number=1,
        status=Attempt.Status.SUBMITTED,
        started_at=now,
        submitted_at=now,
        closed_by="learner",
    )
    Answer.objects.bulk_create(
        Answer(attempt=attempt, slot=slot, version=item.question.ready_version, points=worth, response=item.response)
        for slot, (item, worth) in enumerate(zip(items, points, strict=True), start=1)
    )
    return grading.grade_or_leave(attempt, now=now)


def worth_of(item: Item, fraction: Fraction, points: Decimal, penalty: Decimal) -> Fraction:
    version = item.question.ready_version
    is_blank = version.kind.is_blank(version.parsed, item.response)
    if fraction == 0 and not is_blank and item.fraction is not None and not version.kind.is_marked_by_hand:
        return -Fraction(penalty) * Fraction(points)
    return fraction * Fraction(points)


def check_result(paper: Paper) -> None:
    """The page of a result: verdict, percent, marks and feedback agree with the exact marks."""
    attempt, quiz = paper.attempt, paper.attempt.quiz
    assert attempt.exact_marks == paper.exact
    found = reports.result(attempt, terms.EVERYTHING)
    assert found.percent is not None
    assert found.marks is not None
    assert (found.percent == 100) is (found.marks == attempt.max_marks) is paper.is_all_right
    assert abs(found.percent - 100 * paper.share) < 1
    assert abs(Fraction(found.marks) - paper.exact) < Fraction(1, 100)
    starts = [band.from_percent for band in quiz.bands.all()]
    assert found.band == next((f"from {at}" for at in starts if 100 * paper.share >= at), "")
    assert found.band == next((f"from {at}" for at in starts if found.percent >= at), "")
    if quiz.pass_mark is not None:
        is_passed = paper.share * 100 >= quiz.pass_mark
        by_marks = Fraction(found.marks) * 100 >= quiz.pass_mark * Fraction(attempt.max_marks)
        assert found.is_pass is is_passed is by_marks is (found.percent >= quiz.pass_mark)


def check_class(papers: list[Paper], *, now: datetime) -> None:
    """Gradebook and leaderboard say the same as the results, and their sums are exact."""
    room = papers[0].attempt.assignment.classroom
    [row] = gradebook.gradebook(room, now=now).rows
    for cell, paper in zip(row.cells, papers, strict=True):
        found = reports.result(paper.attempt, terms.EVERYTHING)
        assert (cell.marks, cell.percent, cell.is_passed) == (found.marks, found.percent, found.is_pass)
    total = sum((paper.exact for paper in papers), Fraction(0))
    [standing] = leaderboards.for_classroom(room, now=now).rows
    assert row.exact == standing.exact == total
    assert abs(Fraction(standing.points) - total) < Fraction(1, 100)


MANY = int(os.environ.get("SIMULATED_PAPERS", "600"))  # 10,000 take some four minutes: run as many before a release


@pytest.mark.parametrize(
    "number", [60, pytest.param(MANY, marks=[pytest.mark.ci, pytest.mark.timeout(3600)])], ids=["some", "many"]
)
def test_no_verdict_contradicts_what_is_shown(bank: list[Item], now: datetime, number: int) -> None:
    for papers_of_class in papers(bank, number, seed=2026, now=now):
        for each in papers_of_class:
            check_result(each)
        check_class(papers_of_class, now=now)


def test_every_exact_value_survives_the_database(bank: list[Item]) -> None:
    for item in bank:
        if item.fraction is not None:
            assert fractions.read(fractions.written(item.fraction)) == item.fraction


def test_the_order_of_answers_makes_no_difference(bank: list[Item], learner: User, now: datetime) -> None:
    rng = random.Random(7)
    homework = factories.assignment(factories.classroom(students=[learner]), factories.quiz(0))
    items = [item for item in rng.choices(bank, k=30) if item.fraction is not None]
    found = set()
    for _order in range(4):
        rng.shuffle(items)
        homework.quiz = factories.quiz(0)
        attempt = handed_in(learner, homework, items, [Decimal("0.77")] * len(items), now=now)
        found.add((attempt.exact_marks, attempt.fraction, attempt.shown_marks))
    assert len(found) == 1


def test_a_better_answer_never_shows_as_a_worse_result(bank: list[Item], now: datetime) -> None:
    """Of each question the responses in the order of what they earn, next to another item that stays."""
    room = factories.classroom(students=[factories.user()])
    for question in {item.question.pk: item.question for item in bank}.values():
        better = sorted(
            (item for item in bank if item.question == question and item.fraction is not None),
            key=lambda item: item.fraction or 0,
        )
        seen = []
        for item in better:
            homework = factories.assignment(room, factories.quiz(0, pass_mark=67))
            attempt = handed_in(factories.user(), homework, [item, bank[0]], [Decimal(1), Decimal("0.5")], now=now)
            shown = reports.result(attempt, terms.EVERYTHING)
            seen.append((attempt.exact_marks, shown.marks, shown.percent, shown.is_pass))
        for lesser, greater in pairwise(seen):
            assert all(before <= after for before, after in zip(lesser, greater, strict=True))
