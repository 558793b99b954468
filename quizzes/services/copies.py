"""Copies: a question or a quiz of another instructor becomes the start of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import FeedbackBand, Question, QuestionSource, QuestionVersion, Quiz, QuizItem, Source, User
from quizzes.services import quizzes

# What a copy of a quiz does not take over: what it is called by, whose it is, and when it was open to whom.
NOT_COPIED = frozenset(
    [
        "id",
        "slug",
        "title",
        "owner",
        "visibility",
        "status",
        "published_at",
        "is_open_to_all",
        "opens_at",
        "closes_at",
        "computed_limit",
        "revision",
        "edited_by",
        "edited_at",
    ]
)


@transaction.atomic
def of_question(question: Question, *, actor: User, now: datetime) -> Question:
    """A private question of the actor's with a first draft: what is published, or the draft of what they may change."""
    versions = question.versions.visible_to(actor)
    version = versions.ready().first() or versions.order_by("-number").first()
    if version is None:
        raise QuizError(_("There is nothing to copy yet."))
    made = Question.objects.create(
        type=question.type,
        topic=question.topic,
        difficulty=question.difficulty,
        bloom=question.bloom,
        owner=actor,
        acknowledged=question.acknowledged,
    )
    made.tags.set(question.tags.all())
    places = question.places.filter(source__in=Source.objects.usable_by(actor))
    rows = places.values_list("source", "paragraph", "evidence")
    QuestionSource.objects.bulk_create(
        QuestionSource(question=made, source_id=source, paragraph=paragraph, evidence=evidence)
        for source, paragraph, evidence in rows
    )
    QuestionVersion.objects.create(question=made, spec=version.spec, revision=1, edited_by=actor, edited_at=now)
    return made


@transaction.atomic
def of_quiz(quiz: Quiz, *, actor: User, now: datetime) -> tuple[Quiz, int]:
    """A draft of the actor's with the same settings and items; returns it and how many questions could not come along.

    Questions that the actor may not use stay behind; those of others are pinned.
    """
    settings = {name: getattr(quiz, name) for name in _fields(Quiz) if name not in NOT_COPIED}
    title = _("%(quiz)s (copy)") % {"quiz": quiz.title[:180]}
    made = quizzes.save(Quiz(**settings, title=title, slug=_free_slug(quiz.slug)), actor=actor, now=now)
    items = list(quiz.items.all())
    usable = _usable(items, actor)
    kept = [item for item in items if item.is_draw or item.question_id in usable]
    QuizItem.objects.bulk_create(QuizItem(**_values(item, quiz=made)) for item in kept)
    FeedbackBand.objects.bulk_create(FeedbackBand(**_values(band, quiz=made)) for band in quiz.bands.all())
    quizzes.pin_foreign(made)
    return made, len(items) - len(kept)


def _usable(items: Iterable[QuizItem], actor: User) -> set[int]:
    asked = [item.question_id for item in items if item.question_id]
    return set(Question.objects.usable_by(actor).filter(pk__in=asked).values_list("pk", flat=True))


def _fields(model: Any) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def _values(row: Any, *, quiz: Quiz) -> dict[str, Any]:
    """The columns of a row of a quiz, for a new row of another quiz."""
    names = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", "quiz")]
    return {**{name: getattr(row, name) for name in names}, "quiz": quiz}


def _free_slug(slug: str) -> str:
    """“slug-copy”, with a number where there is one already."""
    stem = slugify(slug)[:70]
    taken = set(Quiz.objects.filter(slug__startswith=f"{stem}-copy").values_list("slug", flat=True))
    names = (f"{stem}-copy{'-' + str(number) if number > 1 else ''}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
