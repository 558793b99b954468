"""Which questions an attempt asks."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes.entitlements import Secrecy
from quizzes.errors import NotOpen
from quizzes.models import Notice, Question, QuizItem, User, version_cache
from quizzes.services import attempts, drawing, draws
from tests import factories


def drawn(quiz: object, learner: User | None = None, seed: int = 1) -> list[int]:
    found = draws.draw(quiz, learner, random.Random(seed)).questions  # type: ignore[arg-type]
    return [item.version.question_id for item in found]


def quiz_that_draws(count: int, **rule: object) -> object:
    quiz = factories.quiz(0)
    QuizItem.objects.create(quiz=quiz, draw_count=count, **rule)
    return quiz


@pytest.fixture
def bank(db: None) -> list[Question]:
    return [factories.question(difficulty="easy" if number < 3 else "hard") for number in range(6)]


def test_fixed_items_are_asked_in_their_order(bank: list[Question]) -> None:
    quiz = factories.quiz([bank[3], bank[0], bank[5]])
    assert drawn(quiz) == [bank[3].pk, bank[0].pk, bank[5].pk]


def test_a_rule_draws_without_repetition(bank: list[Question]) -> None:
    assert sorted(drawn(quiz_that_draws(6))) == sorted(question.pk for question in bank)


def test_a_rule_keeps_to_its_cell(bank: list[Question]) -> None:
    assert sorted(drawn(quiz_that_draws(3, difficulty="hard"))) == sorted(question.pk for question in bank[3:])


def test_a_rule_that_fills_up_takes_the_rest_from_elsewhere_and_says_so(bank: list[Question]) -> None:
    draw = draws.draw(quiz_that_draws(4, difficulty="hard", fills_up=True), None, random.Random(1))  # type: ignore[arg-type]
    assert len({item.version.question_id for item in draw.questions}) == 4
    assert len(draw.notes) == 1
    assert "asks for 4 questions and only 3 match" in draw.notes[0]
    assert (draw.told, draw.missing) == ([], 0)


def test_any_other_rule_asks_fewer_and_its_learner_and_owner_are_told(
    bank: list[Question], learner: User, instructor: User, now: datetime
) -> None:
    quiz = quiz_that_draws(4, difficulty="hard")
    quiz.owner = instructor  # type: ignore[attr-defined]
    attempt = attempts.start(learner, quiz, now=now)  # type: ignore[arg-type]
    asked = set(attempt.answers.values_list("version__question", flat=True))
    assert asked == {question.pk for question in bank[3:]}
    assert attempt.draw_notes == ["Row 1 asks for 4 questions and only 3 match."]
    assert attempt.told == ["1 question of this quiz cannot be asked now. Your instructor has been told."]
    [notice] = Notice.objects.filter(recipient=instructor, kind="paper_short")
    assert (notice.details["wanted"], notice.details["found"]) == (4, 3)


def test_questions_met_before_come_last(bank: list[Question], learner: User, now: datetime) -> None:
    quiz = quiz_that_draws(3)
    first = attempts.start(learner, quiz, now=now)  # type: ignore[arg-type]
    met = set(first.answers.values_list("version__question", flat=True))
    attempts.submit(first, now=now)
    second = attempts.start(learner, quiz, now=now + timedelta(hours=1))  # type: ignore[arg-type]
    assert met.isdisjoint(second.answers.values_list("version__question", flat=True))


def test_a_fixed_question_is_not_drawn_again(bank: list[Question]) -> None:
    quiz = factories.quiz([bank[0]])
    QuizItem.objects.create(quiz=quiz, position=2, draw_count=5)
    assert sorted(drawn(quiz)) == sorted(question.pk for question in bank)


def test_two_questions_resting_on_one_phrase_are_not_drawn_together(bank: list[Question]) -> None:
    source = factories.source()
    for question in bank[:2]:
        question.places.create(source=source, paragraph=7, evidence="the Council decides")
    for seed in range(20):
        assert not {bank[0].pk, bank[1].pk} <= set(drawn(quiz_that_draws(5), seed=seed))


def test_archived_questions_and_drafts_are_left_out(bank: list[Question]) -> None:
    Question.objects.filter(pk=bank[0].pk).update(is_archived=True)
    bank[1].versions.update(status="draft")
    assert sorted(drawn(quiz_that_draws(4))) == sorted(question.pk for question in bank[2:])


def test_a_pinned_version_is_asked_though_a_newer_is_ready(bank: list[Question]) -> None:
    old = bank[0].ready_version
    factories.version(bank[0], factories.single_choice("newer"))
    quiz = factories.quiz([bank[0]])
    quiz.items.update(pinned_version=old)
    found = draws.draw(quiz, None, random.Random(1)).questions
    assert [item.version for item in found] == [old]


def test_a_quiz_with_nothing_to_ask_is_not_open(db: None) -> None:
    with pytest.raises(NotOpen):
        drawn(factories.quiz(0))


def test_the_questions_of_a_shuffled_quiz_come_in_another_order(bank: list[Question]) -> None:
    quiz = factories.quiz(bank, shuffle_questions=True)
    orders = {tuple(drawn(quiz, seed=seed)) for seed in range(5)}
    assert len(orders) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(question.pk for question in bank))}


# What the process keeps of versions ------------------------------------------------------------------------------------


def test_a_version_published_since_the_last_attempt_is_asked(bank: list[Question]) -> None:
    quiz = factories.quiz([bank[0]])
    draws.draw(quiz, None, random.Random(1))
    newer = factories.version(bank[0], factories.single_choice("newer"))
    found = draws.draw(quiz, None, random.Random(1)).questions
    assert [item.version for item in found] == [newer]


def test_a_draft_is_read_anew_each_time(bank: list[Question]) -> None:
    draft = bank[0].versions.get()
    bank[0].versions.update(status="draft")
    version_cache.get_many([draft.pk])
    bank[0].versions.update(spec=factories.single_choice("edited"))
    assert version_cache.get_many([draft.pk])[draft.pk].stem == "edited"


def test_a_published_version_is_read_once(
    bank: list[Question], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    wanted = [question.versions.get().pk for question in bank]
    with django_assert_max_num_queries(1):
        first, again = version_cache.get_many(wanted), version_cache.get_many(wanted)
    assert list(first) == wanted
    assert all(first[pk] is again[pk] for pk in wanted)


# A large bank ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(bank: list[Question], monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """The bank, taken for a large one: rules look at a random sample of its keys first."""
    monkeypatch.setattr(drawing, "LARGE_BANK", 0)
    monkeypatch.setattr(drawing, "SPARE", 0)
    monkeypatch.setattr(drawing, "SAMPLED", 1)
    return bank


def test_in_a_large_bank_a_rule_keeps_to_its_cell_whatever_the_sample_missed(
    large: list[Question], learner: User
) -> None:
    for seed in range(20):
        found = drawn(quiz_that_draws(2, difficulty="easy"), learner, seed=seed)
        assert len(set(found)) == 2
        assert set(found) <= {question.pk for question in large[:3]}


@pytest.mark.slow
def test_in_a_large_bank_every_question_is_drawn_about_as_often(large: list[Question], learner: User) -> None:
    quiz = quiz_that_draws(1)
    times = Counter(drawn(quiz, learner, seed=seed)[0] for seed in range(240))
    assert set(times) == {question.pk for question in large}
    assert all(10 <= count <= 80 for count in times.values())  # 40 are expected; five standard deviations are 29


def test_a_rule_looks_at_as_many_candidates_however_large_the_bank_is(bank: list[Question], learner: User) -> None:
    for _number in range(60):
        factories.question()
    rules = list(quiz_that_draws(2).items.all())  # type: ignore[attr-defined]
    [cell] = drawing.Drawing(
        [], learner=learner, rng=random.Random(1), purpose=drawing.Purpose("homework", Secrecy())
    ).cells(rules)
    assert len(cell) == drawing.enough_for(rules[0]) < 66


# Enemies ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_questions_that_give_each_other_away_never_meet(bank: list[Question], seed: int) -> None:
    bank[0].enemies.add(bank[1], bank[2])
    asked = set(drawn(quiz_that_draws(4), seed=seed))
    assert len(asked) == 4
    assert bank[0].pk not in asked or not asked & {bank[1].pk, bank[2].pk}


def test_enemies_never_meet_where_any_other_paper_is_there(bank: list[Question]) -> None:
    bank[0].enemies.add(bank[1], bank[2], bank[3])  # with the first question there are only two others to go with it
    quiz = quiz_that_draws(4)
    assert not any(bank[0].pk in drawn(quiz) for _draw in range(20))


def test_the_rule_that_would_meet_an_enemy_chooses_first(bank: list[Question]) -> None:
    quiz = factories.quiz(0)
    QuizItem.objects.create(quiz=quiz, draw_count=2, difficulty="easy")
    QuizItem.objects.create(quiz=quiz, draw_count=3, difficulty="hard")  # has to take all there are
    bank[0].enemies.add(bank[5])
    assert not any(bank[0].pk in drawn(quiz) for _draw in range(12))


def test_a_fixed_question_keeps_its_enemies_out(bank: list[Question]) -> None:
    bank[0].enemies.add(bank[1])
    quiz = factories.quiz([bank[0]])
    QuizItem.objects.create(quiz=quiz, draw_count=4)
    assert bank[1].pk not in drawn(quiz)


def test_the_number_counts_more_than_enemies(bank: list[Question]) -> None:
    bank[0].enemies.add(*bank[1:])
    assert len(drawn(quiz_that_draws(6))) == 6
