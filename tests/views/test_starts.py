"""Which way a press on Start takes: on one's own, or by an assignment of one's class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, Quiz, User
from tests import factories
from tests.pages import CONFIRMED


@pytest.fixture
def quiz(db: None) -> Quiz:
    """Only for the classes to which it is given."""
    return factories.quiz(2, is_open_to_all=False)


@pytest.fixture
def given(classroom: Classroom, quiz: Quiz) -> Assignment:
    return factories.assignment(classroom, quiz)


@pytest.fixture
def browser(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def start(browser: Client, quiz: Quiz, **fields: object) -> int:
    return browser.post(f"/quizzes/{quiz.slug}/start/", fields).status_code


def test_without_a_choice_the_latest_assignment_is_meant(browser: Client, quiz: Quiz, given: Assignment) -> None:
    latest = factories.assignment(given.classroom, quiz)
    assert start(browser, quiz) == 302
    assert Attempt.objects.get().assignment == latest


def test_the_assignment_that_was_asked_for_is_taken(browser: Client, quiz: Quiz, given: Assignment) -> None:
    factories.assignment(given.classroom, quiz)
    assert start(browser, quiz, assignment=given.pk) == 302
    assert Attempt.objects.get().assignment == given


def test_self_study_is_no_assignment(browser: Client, quiz: Quiz, given: Assignment) -> None:
    Quiz.objects.update(is_open_to_all=True)
    assert start(browser, quiz) == 302
    assert Attempt.objects.get().assignment is None


@pytest.mark.parametrize("wanted", ["x", "-1", "9" * 30, "theirs"])
def test_what_was_not_given_to_oneself_does_not_exist(
    browser: Client, quiz: Quiz, given: Assignment, wanted: str
) -> None:
    theirs = factories.assignment(factories.classroom(), quiz)
    assert start(browser, quiz, assignment=theirs.pk if wanted == "theirs" else wanted) == 404
    assert not Attempt.objects.exists()


def test_who_left_the_class_goes_on_but_does_not_begin_anew(
    browser: Client, quiz: Quiz, given: Assignment, learner: User
) -> None:
    start(browser, quiz)
    attempt = Attempt.objects.get()
    learner.memberships.update(status="left")
    assert start(browser, quiz) == 302
    assert Attempt.objects.get() == attempt
    browser.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
    assert start(browser, quiz) == 404
    assert Attempt.objects.get() == attempt


def test_a_start_by_assignment_takes_few_statements(
    browser: Client, quiz: Quiz, given: Assignment, now: datetime, django_assert_max_num_queries: Any
) -> None:
    start(browser, quiz)
    browser.post(f"/attempts/{Attempt.objects.get().pk}/submit/", CONFIRMED)
    # session, person, quiz, ways, open attempt, questions, member, exception, history, attempt, answers, event; savepoints
    lock_of_the_learner = connection.vendor == "postgresql"  # SQLite has one writer anyway
    with django_assert_max_num_queries(14 + lock_of_the_learner):
        assert start(browser, quiz, assignment=given.pk) == 302
