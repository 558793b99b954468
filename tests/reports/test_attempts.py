"""What a page shows of an attempt: the learner's own, cards in practice, their history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from quizzes import terms
from quizzes.models import QuestionVersion, User, papers
from quizzes.reports import attempts as report
from quizzes.reports import cards, judged_cards
from quizzes.services import attempts
from tests import factories

HOUR = timedelta(hours=1)


def test_the_explanation_is_that_of_the_version_ready_now_and_the_answer_that_of_the_one_asked(
    learner: User, now: datetime
) -> None:
    question = factories.question()
    done = factories.attempt(learner, factories.quiz([question]), now=now, right=1, submit=True)
    newer = factories.single_choice("Another stem?") | {"explanation": "A better reason."}
    judged_cards.result_cards(done, terms.EVERYTHING)  # what is kept in memory from now on must not hide the edit
    factories.version(question, newer)
    (card,) = judged_cards.result_cards(done, terms.EVERYTHING)
    assert card.explanation == "A better reason."
    assert card.stem != "Another stem?"
    factories.version(question, newer | {"explanation": "Not published."}, status="draft")
    assert judged_cards.result_cards(done, terms.EVERYTHING)[0].explanation == "A better reason."
    QuestionVersion.objects.filter(question=question).update(status="retired")
    assert judged_cards.result_cards(done, terms.EVERYTHING)[0].explanation == "Because the source says so."


def test_a_card_shows_no_more_than_is_revealed(learner: User, now: datetime) -> None:
    done = factories.attempt(learner, factories.quiz(1), now=now, right=1, submit=True)
    (card,) = judged_cards.result_cards(done, terms.NOTHING)
    assert (card.state, card.marks, card.verdict, card.explanation, card.places) == (
        cards.REVIEW,
        None,
        "",
        "",
        (),
    )


def test_places_come_with_their_sources_in_one_query(
    learner: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    quiz = factories.quiz(3)
    for item in quiz.items.all():
        item.question.places.create(source=factories.source(f"source-{item.pk}"), paragraph=item.pk)
    done = factories.attempt(learner, quiz, now=now, submit=True)
    with django_assert_max_num_queries(2):
        shown = judged_cards.result_cards(done, terms.EVERYTHING)
        found = [[(place.source.slug, place.source.kind, place.paragraph) for place in card.places] for card in shown]
    assert found == [[(f"source-{item.pk}", "Report", item.pk)] for item in quiz.items.all()]


@pytest.fixture
def queries_of(client: Client, learner: User) -> Callable[[str], int]:
    client.force_login(learner)

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    return count


def test_many_checked_answers_take_no_more_queries_than_one(
    queries_of: Callable[[str], int], learner: User, now: datetime
) -> None:
    practice = factories.attempt(learner, factories.quiz(6, feedback="practice"), now=now, right=6)
    address = f"/attempts/{practice.pk}/all/"
    attempts.check(papers.of_attempt(practice.pk, learner.pk), slot=1, now=now)
    queries_of(address)
    one = queries_of(address)
    for slot in range(2, 7):
        attempts.check(papers.of_attempt(practice.pk, learner.pk), slot=slot, now=now)
    assert queries_of(address) <= one


def test_a_history_of_more_than_a_page_is_counted(learner: User, client: Client, now: datetime) -> None:
    quiz = factories.quiz(1)
    made = [factories.attempt(learner, quiz, now=now + n * HOUR, submit=True) for n in range(report.PAGE + 1)]
    assert list(report.history(learner, None)) == made[:0:-1]
    assert list(report.history(learner, "2")) == made[:1]
    client.force_login(learner)
    assert "Page 2 of 2" in client.get("/attempts/?page=2").content.decode()


def test_practice_that_ended_without_an_answer_is_in_no_history(learner: User, now: datetime) -> None:
    practice, homework = factories.quiz(1, feedback="practice"), factories.quiz(1)
    factories.attempt(learner, practice, now=now, submit=True)
    answered = factories.attempt(learner, practice, now=now + HOUR, right=1, submit=True)
    empty = factories.attempt(learner, homework, now=now + 2 * HOUR, submit=True)
    running = factories.attempt(learner, practice, now=now + 3 * HOUR)
    assert list(report.history(learner, None)) == [running, empty, answered]
