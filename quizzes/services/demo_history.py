"""The weeks before, in the demo: a quiz with a certificate of its instructor's own, what was practiced and reviewed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from quizzes import scheduling
from quizzes.entitlements import Wish
from quizzes.models import Answer, Attempt, Question, Quiz, QuizItem, ReviewCard, User, papers
from quizzes.services import attempts, missed, reviews

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


def practice(student: User, respond: Callable[..., object], rng: random.Random, *, now: datetime) -> None:
    """Let the student practice on some days of the weeks before: each answer is checked, as they would."""
    for days, topic, skill in PRACTICED:
        start = now - timedelta(days=days, hours=rng.uniform(1, 3))
        attempt = attempts.start_practice(student, Wish(topic=topic, number=QUESTIONS), now=start, device="demo")
        _answer_all(attempt, partial(respond, skill=skill, rng=rng), rng, start)


def _answer_all(attempt: Attempt, respond: Callable[[Answer], object], rng: random.Random, start: datetime) -> None:
    paper, moment = papers.of_attempt(attempt.pk, attempt.learner_id), start
    for answer in attempt.answers.select_related("version__question"):
        moment += timedelta(seconds=rng.uniform(12, 48))
        response = respond(answer)
        if response is not None:
            attempts.save(paper, slot=answer.slot, response=response, revision=1, now=moment, device="demo")
        attempts.show(paper, slot=answer.slot, now=moment + timedelta(seconds=5))
    attempts.submit(attempt, now=moment + timedelta(seconds=20))


def review(person: User, skill: float, rng: random.Random, *, until: datetime) -> None:
    """Answer what the person's review deck asks, each question in the afternoon of the day on which it is due."""
    missed.collect(person, now=until)
    for card in ReviewCard.objects.of(person).select_related("question", "learner"):
        version = card.question.ready_version
        while version is not None and (at := _afternoon(card, rng)) < until:
            is_known = rng.random() < 0.6 + 0.4 * skill
            layout = version.kind.layout(version.parsed, rng, shuffle=True)
            response = version.kind.model_response(version.parsed) if is_known else None
            reviews.answer(card, version, layout, response, number=card.reviews + 1, is_sure=True, now=at)
            card.refresh_from_db(fields=["stage", "due_at", "reviews"])


def _afternoon(card: ReviewCard, rng: random.Random) -> datetime:
    """Return a while after it is due; what was just forgotten, right away."""
    is_same_day = scheduling.Stage(card.stage).is_same_day
    return card.due_at + timedelta(minutes=1 if is_same_day else rng.randint(8 * 60, 14 * 60))
