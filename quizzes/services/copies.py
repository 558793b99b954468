"""Copies: a question, a quiz or a unit of another instructor becomes the start of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Model
from django.utils.text import slugify
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.errors import QuizError
from quizzes.models import (
    FeedbackBand,
    NotePlace,
    Question,
    QuestionSource,
    QuestionVersion,
    Quiz,
    QuizItem,
    Source,
    StudyNote,
    Unit,
    User,
)
from quizzes.question_types.texts import search_text
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
    """Make a private question of the actor's with a first draft: what is published, or the draft of what they may change."""
    versions = question.versions.visible_to(actor)
    version = versions.ready().first() or versions.order_by("-number").first()
    if version is None:
        raise QuizError(_("There is nothing to copy yet."))
    copy = Question.objects.create(
        type=question.type,
        topic=question.topic,
        difficulty=question.difficulty,
        bloom=question.bloom,
        owner=actor,
        acknowledged=question.acknowledged,
    )
    copy.tags.set(question.tags.all())
    places = question.places.filter(source__in=Source.objects.usable_by(actor))
    rows = places.values_list("source", "paragraph", "evidence")
    QuestionSource.objects.bulk_create(
        QuestionSource(question=copy, source_id=source, paragraph=paragraph, evidence=evidence)
        for source, paragraph, evidence in rows
    )
    QuestionVersion.objects.create(question=copy, spec=version.spec, revision=1, edited_by=actor, edited_at=now)
    return copy


@transaction.atomic
def of_questions(questions: Iterable[Question], *, actor: User, now: datetime) -> dict[int, Question]:
    """Make private questions of the actor's with what is published of each, published too; by the original's pk (5 queries).

    For who was given them: whether they may be given is for the caller to know.
    """
    rows = list(questions)
    shared = ("type", "topic_id", "difficulty", "bloom", "acknowledged", "is_kept_for_exams")
    new_questions = [Question(owner=actor, **{name: getattr(row, name) for name in shared}) for row in rows]
    instead = dict(zip([row.pk for row in rows], Question.objects.bulk_create(new_questions), strict=True))
    ready = QuestionVersion.objects.ready().filter(question__in=instead)
    QuestionVersion.objects.bulk_create(
        QuestionVersion(
            question=instead[version.question_id],
            spec=version.spec,
            search_text=search_text(version.spec),  # rows written together send no signal
            status=QuestionVersion.Status.READY,
            revision=1,
            edited_by=actor,
            edited_at=now,
            published_at=now,
        )
        for version in ready
    )
    places = QuestionSource.objects.filter(question__in=instead, source__in=Source.objects.usable_by(actor))
    QuestionSource.objects.bulk_create(
        QuestionSource(question=instead[key], source_id=source, paragraph=paragraph, evidence=evidence)
        for key, source, paragraph, evidence in places.values_list("question", "source", "paragraph", "evidence")
    )
    tagged = Question.tags.through.objects.filter(question__in=instead).values_list("question", "tag")
    Question.tags.through.objects.bulk_create(
        Question.tags.through(question=instead[key], tag_id=tag) for key, tag in tagged
    )
    return instead


@transaction.atomic
def of_quiz(
    quiz: Quiz, *, actor: User, now: datetime, instead: Mapping[int, Question] | None = None
) -> tuple[Quiz, int]:
    """Return a draft of the actor's with the same settings and items; returns it and how many questions could not come along.

    Questions that the actor may not use stay behind, but for those with another one `instead`; those of others are pinned.
    """
    instead = instead or {}
    settings = {name: getattr(quiz, name) for name in _fields(Quiz) if name not in NOT_COPIED}
    title = _("%(quiz)s (copy)") % {"quiz": quiz.title[:180]}
    copy = quizzes.save(Quiz(**settings, title=title, slug=free_slug(Quiz, quiz.slug)), actor=actor, now=now)
    items = list(quiz.items.all())
    usable = _usable(items, actor)
    copied_items = [item for item in items if item.is_draw or item.question_id in usable or item.question_id in instead]
    QuizItem.objects.bulk_create(_item(item, copy, instead.get(item.question_id or 0)) for item in copied_items)
    FeedbackBand.objects.bulk_create(FeedbackBand(**_values(band, quiz=copy)) for band in quiz.bands.all())
    quizzes.pin_foreign(copy)
    return copy, len(items) - len(copied_items)


@transaction.atomic
def of_unit(unit: Unit, *, actor: User, now: datetime) -> Unit:
    """Return a draft unit of the actor's at the end of the path, with copies of its notes and of its check, drafts as well.

    Cases stay what they are: questions name them. The check stays behind while an exam of the actor's own keeps questions
    secret, and what is not theirs to see.
    """
    last = Unit.objects.aggregate(last=Max("position"))["last"] or 0
    said = {name: getattr(unit, name) for name in ("why", "why_is_beyond", "objectives", "emblem", "mastery_mark")}
    title = _("%(unit)s (copy)") % {"unit": unit.title[:110]}
    copy = Unit(slug=free_slug(Unit, unit.slug), title=title, owner=actor, position=last + 1, **said)
    check = Quiz.objects.shown_to(actor).filter(pk=unit.check_quiz_id or 0).first()
    if check is not None and not entitlements.secrecy_of(actor, now=now).exams:
        copy.check_quiz, _left = of_quiz(check, actor=actor, now=now)
    copy.save()
    notes = StudyNote.objects.visible_to(actor).filter(unit=unit, kind=StudyNote.Kind.NOTE)
    for note in notes.order_by("position", "pk"):
        _copy_note(note, copy, actor)
    return copy


def _copy_note(note: StudyNote, unit: Unit, actor: User) -> None:
    said = {name: getattr(note, name) for name in ("position", "title", "body", "beyond", "discuss")}
    copy = StudyNote.objects.create(slug=free_slug(StudyNote, note.slug), owner=actor, unit=unit, **said)
    places = note.places.filter(source__in=Source.objects.usable_by(actor))
    NotePlace.objects.bulk_create(
        NotePlace(note=copy, source_id=source, paragraph=paragraph)
        for source, paragraph in places.values_list("source", "paragraph")
    )


def _item(item: QuizItem, copy: Quiz, question: Question | None) -> QuizItem:
    """Return the row of another quiz, with another question where there is one."""
    values = _values(item, quiz=copy)
    return QuizItem(**values | ({"question_id": question.pk, "pinned_version_id": None} if question else {}))


def _usable(items: Iterable[QuizItem], actor: User) -> set[int]:
    questions = [item.question_id for item in items if item.question_id]
    return set(Question.objects.usable_by(actor).filter(pk__in=questions).values_list("pk", flat=True))


def _fields(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def _values(row: Model, *, quiz: Quiz) -> dict[str, Any]:
    """Return the columns of a row of a quiz, for a new row of another quiz."""
    names = [field.attname for field in row._meta.concrete_fields if field.name not in ("id", "quiz")]
    return {**{name: getattr(row, name) for name in names}, "quiz": quiz}


def free_slug(model: type[Model], slug: str) -> str:
    """Return “slug-copy”, with a number where there is one already."""
    stem = slugify(slug)[:70]
    taken = set(model._default_manager.filter(slug__startswith=f"{stem}-copy").values_list("slug", flat=True))
    names = (f"{stem}-copy{'-' + str(number) if number > 1 else ''}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
