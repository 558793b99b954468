"""The weeks before, in the demo: a quiz with a certificate of its instructor's own, and what its student practiced."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from quizzes.entitlements import Wish
from quizzes.models import Answer, Attempt, Question, Quiz, QuizItem, User, papers
from quizzes.services import attempts

CERTIFICATE = "peacekeeping-basics"
# Days ago, topic (empty: any), and the share of questions the student knows by then.
PRACTICED = [
    (20, "origins", 0.45),
    (17, "concepts", 0.5),
    (15, "", 0.55),
    (12, "un-organs", 0.6),
    (10, "origins", 0.7),
    (6, "diplomacy", 0.65),
    (4, "", 0.7),
    (1, "un-organs", 0.8),
]
QUESTIONS, BASICS = 6, 8


def quiz_with_certificate(owner: User, *, now: datetime) -> Quiz:
    """Return a published quiz of theirs over easy questions of the site."""
    quiz = Quiz.objects.create(
        slug=CERTIFICATE,
        title="Peacekeeping basics",
        description="The first steps. Who passes gets a certificate.",
        owner=owner,
        status=Quiz.Status.PUBLISHED,
        published_at=now,
        pass_mark=60,
        gives_certificate=True,
    )
    easy = Question.objects.ready().filter(owner=None, difficulty="easy", type="single_choice", is_kept_for_exams=False)
    QuizItem.objects.bulk_create(
        QuizItem(quiz=quiz, position=position, question=question)
        for position, question in enumerate(easy.order_by("pk")[:BASICS], start=1)
    )
    return quiz


def practice(student: User, respond: Callable[..., Any], rng: random.Random, *, now: datetime) -> None:
    """Let the student practice on some days of the weeks before: each answer is checked, as they would."""
    for days, topic, skill in PRACTICED:
        start = now - timedelta(days=days, hours=rng.uniform(1, 3))
        attempt = attempts.start_practice(student, Wish(topic=topic, number=QUESTIONS), now=start, device="demo")
        _answer_all(attempt, partial(respond, skill=skill, rng=rng), rng, start)


def _answer_all(attempt: Attempt, respond: Callable[[Answer], Any], rng: random.Random, start: datetime) -> None:
    paper, moment = papers.of_attempt(attempt.pk, attempt.learner_id), start
    for answer in attempt.answers.select_related("version__question"):
        moment += timedelta(seconds=rng.uniform(12, 48))
        response = respond(answer)
        if response is not None:
            attempts.save(paper, slot=answer.slot, response=response, revision=1, now=moment, device="demo")
        attempts.show(paper, slot=answer.slot, now=moment + timedelta(seconds=5))
    attempts.submit(attempt, now=moment + timedelta(seconds=20))
