"""One card of a review deck as its pages show it: to answer, and answered with what was right and why. Read only."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from quizzes import scheduling, terms
from quizzes.models import Attempt, Question, QuestionVersion, ReviewCard, ReviewLog, Topic, User, version_cache
from quizzes.models.papers import PaperQuestion
from quizzes.models.previews import PreviewAnswer
from quizzes.models.reviews import reviewable, settings_of, zone_of
from quizzes.reports import cards, judged_cards
from quizzes.reports.cards import Card
from quizzes.reports.judged_cards import JudgedAnswer
from quizzes.scheduling import Grade

SLOT = 1  # a page has one question
LONGEST_ANSWER = 90  # characters of a right answer that stands in the verdict


@dataclass(frozen=True)
class Choice:
    """One of the four grades, with when the question would come back."""

    grade: Grade
    label: str
    interval: str
    is_given: bool

    @property
    def is_forgotten(self) -> bool:
        """Whether this is the grade given, and says that it was not known."""
        return self.is_given and self.grade is Grade.AGAIN


def asked(card: int, number: int, version: int) -> PaperQuestion:
    """Return the question of a card for its answer `number`: its parts lie in another order each time, the same on every look.

    Asks the database only for a version not met before.
    """
    version_read = version_cache.get_many([version])[version]
    rng = random.Random(f"{card}:{number}:{version}")  # noqa: S311  only the order shown, nothing secret
    return PaperQuestion(SLOT, version_read, version_read.kind.layout(version_read.parsed, rng, shuffle=True))


def topic_of(question: PaperQuestion) -> Topic | None:
    """Return the topic that lends the page its emblem (1 query for a version not met before)."""
    return question.version.question.topic


def to_answer(question: PaperQuestion, response: object = None, *, now: datetime) -> Card:
    answer = PreviewAnswer(SLOT, question.version.pk, question.version.revision, Decimal(1), question.layout, response)
    return cards.with_cases([cards.ask_card(answer, question)], at=now)[0]


def answered(log: ReviewLog) -> Card:
    """Return the answer with what was right and why; the reason is that of the version that was asked (1 query, 1 more for a
    version not met before)."""
    version = version_cache.get_many([log.version_id])[log.version_id]
    fraction = version.kind.grade(version.parsed, log.response).fraction
    places = cards.places_for(Question.objects.filter(pk=version.question_id))
    card = judged_cards.result_card(_judged(log, fraction), terms.EVERYTHING, places, {version.pk: version})
    return cards.with_cases([card], at=log.at)[0]


def _judged(log: ReviewLog, fraction: Fraction | None) -> JudgedAnswer:
    return JudgedAnswer(
        pk=0,
        slot=SLOT,
        points=Decimal(1),
        response=log.response,
        revision=0,
        saved_at=log.at,
        is_flagged=False,
        is_checked=True,
        version_id=log.version_id,
        layout=log.layout,
        exact_fraction=fraction,
        exact_marks=fraction,
        comment="",
        latest=log.version_id,
        is_kept=False,
    )


def right_answer(log: ReviewLog) -> str:
    """Return the right answer in a few words, to stand in the verdict; empty where it needs more."""
    version: QuestionVersion = version_cache.get_many([log.version_id])[log.version_id]
    words = version.kind.model_answer(version.parsed)
    return words if len(words) <= LONGEST_ANSWER and "\n" not in words else ""


def grades(log: ReviewLog, learner: User) -> list[Choice]:
    """Return the four grades, with the interval that each gives (1 query)."""
    zone = zone_of(learner)
    after = scheduling.choices(log.memory, now=log.at, zone=zone, retention=settings_of(learner).share)
    labels = {Grade.AGAIN: _("Again"), Grade.HARD: _("Hard"), Grade.GOOD: _("Good"), Grade.EASY: _("Easy")}
    return [
        Choice(grade, labels[grade], scheduling.in_words(memory, now=log.at, zone=zone), log.grade == grade)
        for grade, memory in after.items()
    ]


def answers_today(learner: User, *, now: datetime) -> Collection[bool]:
    """Return whether each answer of today was right (1 query)."""
    zone = zone_of(learner)
    since = scheduling.start_of(scheduling.day_of(now, zone), zone)
    return list(ReviewLog.objects.since(learner, since).values_list("is_right", flat=True))


def in_deck(attempt: Attempt) -> dict[int, bool]:
    """Return whether the question of each slot is in the deck of its learner; without those that no deck may hold (1
    query)."""
    cards = ReviewCard.objects.filter(
        learner=attempt.learner_id, question=OuterRef("version__question"), is_suspended=False
    )
    rows = attempt.answers.filter(version__question__in=reviewable(Question.objects.order_by()).values("pk"))
    return dict(rows.order_by().annotate(is_there=Exists(cards)).values_list("slot", "is_there"))
