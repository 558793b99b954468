"""How much a class still remembers, by topic, out of the answers in their review decks. Read only.

A figure is about five people or more, and never says who: what one person's deck holds is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from quizzes.models import Answer, Classroom, Membership, ReviewLog, Topic
from quizzes.scheduling import Grade, Stage

LEAST_PEOPLE = 5
SINCE = timedelta(days=60)


@dataclass(frozen=True)
class Remembered:
    """Of one topic: how many questions were asked again after days, of how many people, and how many were known."""

    topic: Topic
    people: int
    answers: int
    known: int

    @property
    def percent(self) -> int:
        return round(100 * self.known / self.answers)


@dataclass(frozen=True)
class Forgetting:
    """Of a class, what is remembered least first; `hidden` topics have too few people."""

    topics: Sequence[Remembered]
    hidden: int

    @property
    def least(self) -> Remembered | None:
        return self.topics[0] if self.topics else None


def of_class(classroom: Classroom, *, now: datetime) -> Forgetting:
    """Return what students of the class remember of what it was asked, in the last sixty days (2 queries)."""
    students = Membership.objects.students().filter(classroom=classroom).order_by().values("user")
    questions = Answer.objects.filter(attempt__assignment__classroom=classroom).order_by().values("version__question")
    answers = ReviewLog.objects.filter(
        learner__in=students,
        at__gte=now - SINCE,
        stage=Stage.REVIEW.value,
        card__question__in=questions,
        card__question__topic__isnull=False,
    )
    figures = {
        topic: (people, count, known)
        for topic, people, count, known in answers.order_by()
        .values("card__question__topic")
        .annotate(
            people=Count("learner", distinct=True),
            answers=Count("pk"),
            known=Count("pk", filter=Q(grade__gt=Grade.AGAIN.value)),
        )
        .values_list("card__question__topic", "people", "answers", "known")
    }
    shown = {pk: row for pk, row in figures.items() if row[0] >= LEAST_PEOPLE}
    topics = [Remembered(topic, *shown[topic.pk]) for topic in Topic.objects.filter(pk__in=shown)]
    return Forgetting(sorted(topics, key=lambda row: row.known / row.answers), len(figures) - len(shown))
