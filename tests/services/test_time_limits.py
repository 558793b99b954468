"""Computed time limits: what is told before Start is what is given, to everybody alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from quizzes.errors import NotPublishable
from quizzes.models import Attempt, Classroom, Question, Quiz, QuizItem, User
from quizzes.services import assignments, attempts, quizzes, time_limits
from tests import factories

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def pool(db: None) -> list[Question]:
    """Four questions of 60 s, and two that ask to analyze: 78 s. The mean is 66 s."""
    return [factories.question(bloom="remember" if number < 4 else "analyse") for number in range(6)]


@pytest.fixture
def quiz(pool: list[Question], instructor: User) -> Quiz:
    """One fixed question of 60 s, and 5 out of the pool: 1.15 × (60 + 5 × 66) s = 7.475 minutes."""
    fixed = factories.question(topic=factories.topic("elsewhere"), bloom="remember")
    row = factories.quiz([fixed], time_rule="computed", status="draft", owner=instructor)
    QuizItem.objects.create(quiz=row, position=2, draw_count=5, topic=pool[0].topic)
    return row


@pytest.fixture
def published(quiz: Quiz, instructor: User, now: datetime) -> Quiz:
    return quizzes.publish(quiz, actor=instructor, now=now)


def stored(quiz: Quiz) -> int | None:
    return Quiz.objects.values_list("computed_limit", flat=True).get(pk=quiz.pk)


def length(attempt: Attempt) -> timedelta:
    assert attempt.due_at is not None
    return attempt.due_at - attempt.started_at


def test_publishing_stores_the_mean_of_each_pool_in_whole_minutes(quiz: Quiz, published: Quiz) -> None:
    assert (quiz.minutes, published.minutes, stored(quiz)) == (None, 8, 8)


def test_five_students_of_a_class_get_the_time_they_were_told(
    published: Quiz, instructor: User, client: Client, now: datetime
) -> None:
    students = [factories.user(f"student-{number}") for number in range(5)]
    given = factories.assignment(factories.classroom(instructor=instructor, students=students), published)
    for student in students:
        client.force_login(student)
        assert "<dd>8 minutes" in client.get(f"/quizzes/{published.slug}/").content.decode()
        assert "8 min<" in client.get("/quizzes/").content.decode()
        assert length(attempts.start(student, published, assignment=given, now=now)) == 8 * MINUTE


def test_extra_time_is_counted_on_what_is_stored(
    published: Quiz, instructor: User, learner: User, client: Client, now: datetime
) -> None:
    room = factories.classroom(instructor=instructor)
    factories.member(room, learner, time_factor=Decimal("1.5"))
    given = factories.assignment(room, published)
    client.force_login(learner)
    assert "12 minutes" in client.get(f"/quizzes/{published.slug}/").content.decode()
    assert length(attempts.start(learner, published, assignment=given, now=now)) == 12 * MINUTE


def test_the_bank_changes_and_the_limit_stays(published: Quiz, learner: User, now: datetime) -> None:
    Question.objects.update(bloom="analyse")
    assert length(attempts.start(learner, Quiz.objects.get(pk=published.pk), now=now)) == 8 * MINUTE


def test_items_change_and_the_limit_follows_but_not_for_those_who_have_begun(
    published: Quiz, instructor: User, learner: User, stranger: User, now: datetime
) -> None:
    before = attempts.start(learner, published, now=now)
    more = [factories.question(topic=factories.topic("elsewhere"), bloom="analyse") for _number in range(3)]
    quizzes.add_questions(published, more, points=Decimal(1), actor=instructor, now=now)
    assert stored(published) == 12  # 1.15 × (390 + 3 × 78) s = 11.96 minutes
    before.refresh_from_db()
    after = attempts.start(stranger, Quiz.objects.get(pk=published.pk), now=now)
    assert (length(before), length(after)) == (8 * MINUTE, 12 * MINUTE)


def test_a_later_change_of_terms_counts_from_the_limit_of_the_start(
    published: Quiz, instructor: User, learner: User, classroom: Classroom, now: datetime
) -> None:
    given = assignments.assign(classroom, published, now=now)
    running = attempts.start(learner, published, assignment=given, now=now)
    Quiz.objects.filter(pk=published.pk).update(computed_limit=30)
    assignments.change(given, actor=instructor, now=now, closes_at=now + DAY, apply_to_running=True)
    running.refresh_from_db()
    assert length(running) == 8 * MINUTE


def test_a_quiz_that_came_without_its_limit_gets_it(quiz: Quiz, classroom: Classroom, now: datetime) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(status="published")
    assignments.assign(classroom, Quiz.objects.get(pk=quiz.pk), now=now)
    assert stored(quiz) == 8
    Quiz.objects.filter(pk=quiz.pk).update(computed_limit=None)
    time_limits.store_all_missing()
    assert stored(quiz) == 8


def test_the_first_look_at_its_rules_stores_it(quiz: Quiz, learner: User, client: Client, now: datetime) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(status="published")
    client.force_login(learner)
    assert "<dd>8 minutes" in client.get(f"/quizzes/{quiz.slug}/").content.decode()
    assert stored(quiz) == 8


# Too few questions ----------------------------------------------------------------------------------------------------


def test_a_rule_that_finds_too_few_is_not_published(quiz: Quiz, instructor: User, now: datetime) -> None:
    topic = factories.topic("photosynthesis")
    for _number in range(3):
        factories.question(topic=topic)
    rule = QuizItem.objects.create(quiz=quiz, position=3, draw_count=5, topic=topic)
    with pytest.raises(NotPublishable) as refusal:
        quizzes.publish(quiz, actor=instructor, now=now)
    assert refusal.value.details["faults"] == ["Photosynthesis has 3 questions; you asked for 5."]
    QuizItem.objects.filter(pk=rule.pk).update(fills_up=True, draw_count=4)
    assert quizzes.publish(quiz, actor=instructor, now=now).status == "published"


def test_a_published_quiz_is_not_composed_of_rules_that_find_too_few(
    published: Quiz, instructor: User, now: datetime
) -> None:
    rules = [QuizItem(draw_count=50, difficulty="hard")]
    with pytest.raises(NotPublishable):
        quizzes.replace_draws(published, rules, actor=instructor, now=now, expected_revision=published.revision)
    assert list(published.items.filter(question=None).values_list("draw_count", flat=True)) == [5]
