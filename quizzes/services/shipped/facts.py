"""What a row says, as plain values: the same for a row of a fixture and for one of the database, and its digest.

Values that every new row has are left out: a later program knows more fields, and what an earlier one shipped must still
be recognized.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model

from quizzes import question_types
from quizzes.formats.base import QuestionDraft
from quizzes.models import Quiz, QuizItem, Source, Topic
from quizzes.services.shipped.files import Edition, Paper

Facts = Any  # of JSON's own types
# What a site keeps for itself: keys, owners, edits, and the limit that is worked out.
OWN = frozenset(
    {
        "id",
        "slug",
        "quiz",
        "owner",
        "visibility",
        "published_at",
        "computed_limit",
        "revision",
        "edited_by",
        "edited_at",
    }
)


def digest(facts: Facts) -> str:
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fields_of(model: type[Model]) -> list[Field[object, object]]:
    """Return the fields that ship."""
    return [field for field in model._meta.concrete_fields if field.name not in OWN]


def of_draft(draft: QuestionDraft) -> Facts:
    """Return content, and what is said next to it; warnings that were put aside are each site's own."""
    spec = question_types.get(draft.type).spec(dict(draft.spec))
    return {
        "content": spec.model_dump(mode="json", exclude_defaults=True),
        "is": [draft.type, draft.topic, draft.difficulty, draft.bloom, sorted(draft.tags)],
        "places": sorted([place.document, place.paragraph, place.evidence] for place in draft.sources),
    }


def of_source(fields: Mapping[str, object]) -> Facts:
    return _said(Source, fields)


def of_topic(fields: Mapping[str, object]) -> Facts:
    return _said(Topic, fields)


def of_paper(paper: Paper) -> Facts:
    return {"settings": _said(Quiz, paper.settings), "items": [_said(QuizItem, item) for item in paper.items]}


def of_quiz(quiz: Quiz) -> Facts:
    """Return the same of a stored quiz; its items are prefetched, with what they refer to."""
    items = sorted(quiz.items.all(), key=lambda item: (item.position, item.pk))
    return {"settings": _said(Quiz, values(quiz)), "items": [_said(QuizItem, values(item)) for item in items]}


def values(row: Model) -> dict[str, object]:
    """Return its fields that ship; what it refers to by natural keys."""
    values = {field.name: getattr(row, field.name) for field in fields_of(type(row))}
    return {
        name: list(value.natural_key()) if isinstance(value, Model) else value  # type: ignore[attr-defined]
        for name, value in values.items()
    }


def of_edition(edition: Edition) -> dict[str, dict[str, Facts]]:
    """Return facts of everything that ships, by kind and key."""
    return {
        "sources": {slug: of_source(fields) for slug, fields in edition.sources.items()},
        "topics": {slug: of_topic(fields) for slug, fields in edition.topics.items()},
        "questions": {key: of_draft(draft) for key, draft in edition.questions.items()},
        "quizzes": {slug: of_paper(paper) for slug, paper in edition.quizzes.items()},
    }


def _said(model: type[Model], values: Mapping[str, object]) -> Facts:
    said = {}
    for field in _named(fields_of(model), values):
        value = values[field.name] if field.is_relation else field.to_python(values[field.name])
        if value not in (None, "") and value != field.get_default():
            said[field.name] = value if isinstance(value, bool | int | str | list | dict) else _text(value)
    return said


def _named(fields: Iterable[Field[object, object]], values: Mapping[str, object]) -> list[Field[object, object]]:
    return [field for field in fields if field.name in values]


def _text(value: object) -> str:
    """Return a decimal number without its zeros at the end, and anything else as it is written."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
