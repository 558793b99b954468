"""Stored questions as drafts: out of the bank, and what a draft is known by."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import ImportRejected
from quizzes.formats.base import NAMESPACE, Acknowledged, QuestionDraft, SourcePlace
from quizzes.lint.fingerprints import fingerprint
from quizzes.models import Question, Source
from quizzes.question_types.faults import InvalidSpec
from quizzes.services import linting


def export(questions: QuerySet[Question]) -> list[QuestionDraft]:
    """Return the questions of a queryset with their published content, or their draft where nothing is published."""
    rows = questions.select_related("topic").prefetch_related("versions", "places__source", "tags")
    return [draft for draft in map(draft_of, rows) if draft is not None]


def draft_of(question: Question) -> QuestionDraft | None:
    """Return a stored question as a draft; None for one without content, or not finished. Content of another time is
    exported as it is."""
    version = linting.asked_version(question)
    if version is None or question_types.is_unfinished(version.spec):
        return None
    return QuestionDraft(
        id=str(question.uuid),
        type=question.type,
        spec=as_stored(question.type, version.spec),
        topic=question.topic.slug if question.topic else "",
        difficulty=question.difficulty,
        bloom=question.bloom,
        tags=tuple(tag.slug for tag in question.tags.all()),
        sources=tuple(SourcePlace(row.source.slug, row.paragraph, row.evidence) for row in question.places.all()),
        acknowledged=tuple(
            Acknowledged(str(row.get("rule", "")), str(row.get("reason", ""))) for row in question.acknowledged
        ),
    )


def as_stored(kind: str, spec: Mapping[str, object]) -> dict[str, object]:
    """Return a spec with every field present, as its type stores it; unchanged when the type refuses it."""
    try:
        return question_types.normalized(kind, spec)
    except InvalidSpec:
        return dict(spec)


def key_of(draft: QuestionDraft) -> str:
    """Return the uuid of a draft; one without an id is known by its content, so that it too is imported once."""
    if draft.id is not None:
        return draft.id
    return str(uuid.uuid5(NAMESPACE, json.dumps([draft.type, draft.spec], sort_keys=True, ensure_ascii=False)))


# Documents ------------------------------------------------------------------------------------------------------------


def keep_fingerprints(source: Source, text: str) -> int:
    """Keep the fingerprints of a document's paragraphs with its source; returns how many there are."""
    source.paragraphs = fingerprint(text)
    if not source.paragraphs:
        raise ImportRejected(_("There is no text in it."))
    source.save(update_fields=["paragraphs"])
    return len(source.paragraphs)
