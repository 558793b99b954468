"""Exact fractions in a column of text."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection

from quizzes.models import Answer, Attempt, User
from quizzes.models.fractions import FractionField
from tests import factories


@pytest.fixture
def answer(learner: User, now: datetime) -> Answer:
    return factories.attempt(learner, factories.quiz(1), now=now).answers.get()


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (Fraction(2, 3), "2/3"),
        (Fraction(4, 6), "2/3"),
        (Fraction(1), "1/1"),
        (Fraction(0), "0/1"),
        (Fraction(-1, 3), "-1/3"),
        (Fraction(10**40, 10**40 + 1), f"{10**40}/{10**40 + 1}"),
        (None, None),
    ],
)
def test_a_fraction_is_stored_as_it_is_written(answer: Answer, fraction: Fraction | None, text: str | None) -> None:
    Answer.objects.filter(pk=answer.pk).update(exact_marks=fraction)
    with connection.cursor() as cursor:
        cursor.execute("SELECT exact_marks FROM quizzes_answer WHERE id = %s", [answer.pk])
        assert cursor.fetchone() == (text,)
    assert Answer.objects.get(pk=answer.pk).exact_marks == fraction
    assert Answer.objects.filter(exact_marks=fraction).exists()


def test_a_fraction_survives_export_and_import(answer: Answer) -> None:
    answer.exact_marks, answer.exact_override = Fraction(-1, 3), None
    [read] = serializers.deserialize("json", serializers.serialize("json", [answer]))
    assert (read.object.exact_marks, read.object.exact_override) == (Fraction(-1, 3), None)


@pytest.mark.parametrize("value", ["1/0", "a third", object()])
def test_what_is_no_fraction_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="like 2/3"):
        FractionField().to_python(value)


def test_a_new_attempt_knows_nothing_yet(answer: Answer) -> None:
    attempt = Attempt.objects.get()
    assert (answer.exact_fraction, answer.exact_marks, answer.exact_override, attempt.exact_marks) == (None,) * 4
    assert (attempt.share, attempt.shown_marks, answer.shown_marks) == (None, None, None)


def test_a_save_is_still_logged_by_the_database(answer: Answer, now: datetime) -> None:
    Answer.objects.filter(pk=answer.pk).update(revision=1, saved_at=now)
    assert answer.attempt.events.filter(kind="saved").count() == 1
