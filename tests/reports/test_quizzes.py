"""What a learner sees of quizzes: sizes, the best result and the open attempt of each, attempts so far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Attempt, Classroom, Quiz, QuizItem, User
from quizzes.models.quiz_items import sized
from quizzes.reports import quizzes as report
from quizzes.services import attempts, deadlines
from tests import factories

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def size_of(quiz: Quiz) -> report.Size:
    return report.size_of(sized(Quiz.objects.filter(pk=quiz.pk)).get())


def row_of(learner: User, quiz: Quiz) -> report.QuizRow:
    page = report.page_of(learner, None, now=datetime.now(UTC))
    return next(row for row in report.listing(learner, list(page.object_list)) if row.quiz == quiz)


# Sizes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_size_counts_what_is_drawn_with_the_points_of_each() -> None:
    quiz = factories.quiz(0, time_limit=25)
    QuizItem.objects.create(quiz=quiz, question=factories.question(), points=Decimal("0.10"))
    QuizItem.objects.create(quiz=quiz, question=factories.question(), points=Decimal("0.20"))
    QuizItem.objects.create(quiz=quiz, draw_count=7, points=Decimal("1.30"))
    assert size_of(quiz) == report.Size(9, Decimal("9.40"), 25, is_timed=True)


@pytest.mark.django_db
def test_a_quiz_without_items_asks_nothing() -> None:
    assert size_of(factories.quiz(0)) == report.Size(0, Decimal(0), None)
    assert size_of(factories.quiz(0, time_rule="computed")) == report.Size(0, Decimal(0), None, is_timed=True)


@pytest.mark.django_db
def test_a_computed_limit_is_the_one_that_is_stored() -> None:
    assert size_of(factories.quiz(1, time_rule="computed", computed_limit=17)).minutes == 17


# The list -------------------------------------------------------------------------------------------------------------


def test_the_best_result_is_the_newest_of_equals(learner: User, now: datetime) -> None:
    quiz = factories.quiz(2)
    made = [factories.attempt(learner, quiz, now=now + n * HOUR, right=n % 2, submit=True) for n in range(5)]
    row = row_of(learner, quiz)
    assert (row.best, row.open_attempt) == (made[3], None)
    assert row.best is not None
    assert (row.best.marks, row.best.max_marks) == (1, 2)


def test_an_open_attempt_stands_beside_the_best_result_and_what_is_not_graded_is_neither(
    learner: User, stranger: User, now: datetime
) -> None:
    quiz = factories.quiz(1)
    best = factories.attempt(learner, quiz, now=now, right=1, submit=True)
    waiting = factories.attempt(learner, quiz, now=now, submit=True)
    Attempt.objects.filter(pk=waiting.pk).update(status="awaiting_marking")
    running = factories.attempt(learner, quiz, now=now)
    factories.attempt(stranger, quiz, now=now + HOUR, right=1, submit=True)
    row = row_of(learner, quiz)
    assert (row.best, row.open_attempt) == (best, running)


def test_a_second_page_of_quizzes_is_counted_and_shown(
    learner: User, client: Client, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    quizzes = [factories.quiz(0, title=f"Number {number}.") for number in range(report.PAGE)]
    with django_assert_max_num_queries(1):
        assert report.page_of(learner, "9", now=now).paginator.num_pages == 1
    quizzes.append(factories.quiz(0, title="The last one"))
    with django_assert_max_num_queries(3):
        first = report.page_of(learner, None, now=now)
        assert (list(first.object_list), first.has_next()) == (quizzes[:-1], True)
    second = report.page_of(learner, "2", now=now)
    assert (list(second.object_list), second.paginator.num_pages) == (quizzes[-1:], 2)
    client.force_login(learner)
    assert "The last one" not in client.get("/quizzes/").content.decode()
    assert "The last one" in client.get("/quizzes/?page=2").content.decode()


def titles(learner: User, now: datetime, **wanted: str) -> list[str]:
    page = report.page_of(learner, None, report.ListFilter(**wanted), now=now)
    return [quiz.title for quiz in page.object_list]


def test_practice_stands_first(learner: User, now: datetime) -> None:
    factories.quiz(1, title="Who decides?")
    factories.quiz(1, title="Ten at random", feedback="practice")
    assert titles(learner, now) == ["Ten at random", "Who decides?"]


def test_the_list_can_be_searched_by_every_word_of_title_and_description(learner: User, now: datetime) -> None:
    factories.quiz(1, title="Who decides?", description="The Council and the Assembly.")
    factories.quiz(1, title="Who pays?")
    assert titles(learner, now, words="assembly who") == ["Who decides?"]
    assert titles(learner, now, words="who") == ["Who decides?", "Who pays?"]
    assert titles(learner, now, words="moon") == []


def test_the_list_can_be_narrowed_to_a_group(learner: User, stranger: User, now: datetime) -> None:
    for title in ("new", "running", "passed", "failed"):
        factories.quiz(2, title=title, pass_mark=50)
    factories.quiz(1, title="practice", feedback="practice")
    quizzes = {quiz.title: quiz for quiz in Quiz.objects.all()}
    factories.attempt(learner, quizzes["running"], now=now)
    factories.attempt(learner, quizzes["passed"], now=now, right=1, submit=True)
    factories.attempt(learner, quizzes["failed"], now=now, submit=True)
    factories.attempt(stranger, quizzes["new"], now=now, right=2, submit=True)
    assert titles(learner, now, group="new") == ["practice", "new"]
    assert titles(learner, now, group="running") == ["running"]
    assert titles(learner, now, group="passed") == ["passed"]
    assert titles(learner, now, group="practice") == ["practice"]
    assert len(titles(learner, now, group="no such group")) == 5


def test_who_passed_an_exam_is_not_told_by_the_list_before_it_closes(
    learner: User, client: Client, now: datetime
) -> None:
    exam = factories.quiz(1, title="Exam", feedback="exam", pass_mark=50, closes_at=now + HOUR)
    factories.attempt(learner, exam, now=now, right=1, submit=True)
    assert titles(learner, now, group="exam") == ["Exam"]
    assert titles(learner, now, group="passed") == []
    assert titles(learner, now + 2 * HOUR, group="passed") == ["Exam"]


def test_the_list_keeps_what_was_asked_for_from_page_to_page(learner: User, client: Client) -> None:
    for number in range(report.PAGE + 1):
        factories.quiz(0, title=f"Peace & {number}")
    client.force_login(learner)
    text = client.get("/quizzes/?q=peace+%26&show=new").content.decode()
    assert 'href="?q=peace+%26&amp;show=new&amp;page=2"' in text
    assert "No quiz matches." in client.get("/quizzes/?q=moon").content.decode()


# The rules ------------------------------------------------------------------------------------------------------------


def many(learner: User, quiz: Quiz, number: int, now: datetime) -> list[Attempt]:
    return [factories.attempt(learner, quiz, now=now + n * HOUR, submit=True) for n in range(number)]


@pytest.mark.parametrize("alone", [1, report.NEWEST, report.NEWEST + 2])
def test_attempts_are_counted_by_way_however_many_there_are(
    alone: int, learner: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(1)
    given = factories.assignment(classroom, quiz)
    factories.attempt(learner, quiz, now=now - HOUR, assignment=given, submit=True)
    many(learner, quiz, alone, now)
    own = report.history_of(learner, quiz)
    assert own.used == {None: alone, given.pk: 1}
    assert len(own.newest) == min(alone + 1, report.NEWEST)


def test_an_old_attempt_that_was_opened_again_is_offered_though_many_came_after(
    learner: User, instructor: User, client: Client, now: datetime
) -> None:
    quiz = factories.quiz(1)
    oldest = many(learner, quiz, report.NEWEST + 1, now)[0]
    deadlines.reopen(oldest, due_at=None, reason="A mistake.", actor=instructor, now=now + 99 * HOUR)
    client.force_login(learner)
    assert b"You have an attempt in progress" in client.get(f"/quizzes/{quiz.slug}/").content
    attempts.submit(oldest, now=now + 100 * HOUR)
    assert b"You have an attempt in progress" not in client.get(f"/quizzes/{quiz.slug}/").content
