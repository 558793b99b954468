"""Computed time limits: worked out of what a quiz asks and stored with it, so that what is told is what is given.

Stored when a quiz is published, when its items change while it is, and wherever the figure is asked for and missing.
"""

from __future__ import annotations

from datetime import timedelta

from quizzes import entitlements
from quizzes.models import Quiz
from quizzes.services import outlines

Rule = Quiz.TimeRule


def store(quiz: Quiz) -> None:
    """Work the limit out again from the items as they are stored; none where the limit is not computed."""
    minutes = outlines.of_quiz(quiz).minutes if quiz.time_rule == Rule.COMPUTED else None
    if minutes != quiz.computed_limit:
        quiz.computed_limit = minutes
        Quiz.objects.filter(pk=quiz.pk).update(computed_limit=minutes)


def as_it_stands(quiz: Quiz) -> timedelta | None:
    """Return the limit that the quiz would give if it were published now; None: untimed."""
    if quiz.time_rule != Rule.COMPUTED or quiz.status == Quiz.Status.PUBLISHED:
        return entitlements.limit_of(quiz)
    minutes = outlines.of_quiz(quiz).minutes
    return None if minutes is None else timedelta(minutes=minutes)


def store_missing(quiz: Quiz) -> None:
    """Store the limit of a quiz that came without it, as by `loaddata`; no query for any other."""
    if quiz.lacks_limit:
        store(quiz)


def store_all_missing() -> None:
    """Work the limit out for all published quizzes that lack one, after the program was upgraded."""
    for quiz in Quiz.objects.published().filter(time_rule=Rule.COMPUTED, computed_limit=None):
        store(quiz)
