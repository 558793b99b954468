"""The quiz that is made of an import at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected, NotPublishable
from quizzes.formats import encodings, native_quiz
from quizzes.formats.native_quiz import QuizPart
from quizzes.models import ImportDraft, Question, Quiz, QuizItem, User
from quizzes.models.kinds import KINDS
from quizzes.services import quiz_files, quizzes
from quizzes.services.imports.plan import MOST_IN_QUIZ, Choices, Line


def refuse_if_too_long(taken: Sequence[Line]) -> None:
    if len(taken) > MOST_IN_QUIZ:
        message = _(
            "A quiz asks at most %(most)d questions, and you take %(count)d. Take fewer, or make the quiz later."
        )
        raise ImportRejected(message % {"most": MOST_IN_QUIZ, "count": len(taken)})


def in_file(draft: ImportDraft, choices: Choices) -> QuizPart | None:
    """Return the quiz of the file, where the person wants that one."""
    wanted = choices.quiz and choices.kind == "file" and draft.format == "json"
    return native_quiz.part_in(encodings.as_utf8(bytes(draft.data), draft.encoding)[0]) if wanted else None


def make(
    choices: Choices, named: Sequence[tuple[str | None, int]], *, part: QuizPart | None, owner: User, now: datetime
) -> dict[str, Any]:
    """Make a quiz of the questions that can be asked, in this order, or the one of the file; returns what the report says.

    `named` are their ids in the file, and their pks. It is published unless something is missing, or the questions are to
    stay drafts.
    """
    pks = [pk for _id, pk in named]
    questions = Question.objects.usable_by(owner).live().in_bulk(pks)
    if choices.publishes:
        ready = set(Question.objects.ready().filter(pk__in=pks).values_list("pk", flat=True))
        questions = {pk: question for pk, question in questions.items() if pk in ready}
    asked = [pk for pk in dict.fromkeys(pks) if pk in questions]
    if not asked:
        return {"quiz": None, "faults": [_("None of the questions can be asked yet, so no quiz was made.")]}
    if part is not None:
        ids = {key: pk for key, pk in named if key and pk in questions}
        slug = free_slug(choices.quiz)
        new_quiz, faults = quiz_files.make(part, ids, title=choices.quiz, slug=slug, owner=owner, now=now)
    else:
        kind = KINDS.get(choices.kind, KINDS["practice"])
        new_quiz, faults = Quiz(title=choices.quiz, slug=free_slug(choices.quiz), **kind.settings), []
        new_quiz = quizzes.save(new_quiz, actor=owner, now=now)
        rows = (QuizItem(quiz=new_quiz, question_id=pk, position=place) for place, pk in enumerate(asked, start=1))
        QuizItem.objects.bulk_create(rows)
    if choices.publishes and not faults:
        faults = _publish(new_quiz, owner=owner, now=now)
    revision = Quiz.objects.values_list("revision", flat=True).get(pk=new_quiz.pk)
    return {"quiz": new_quiz.pk, "quiz_revision": revision, "asked": new_quiz.items.count(), "faults": faults}


def _publish(quiz: Quiz, *, owner: User, now: datetime) -> list[str]:
    """Return what keeps it from being published; nothing when it is."""
    try:
        with transaction.atomic():
            quizzes.publish(quiz, actor=owner, now=now)
    except NotPublishable as refusal:
        return list(refusal.details["faults"])
    return []


def free_slug(title: str) -> str:
    """Return a slug made of the title, with a number where there is one already."""
    base = slugify(title)[:70] or "quiz"
    taken = set(Quiz.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
