"""Questions that an import changes: a new version of each, and what it takes to go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.utils.translation import gettext as _

from quizzes.formats.base import QuestionDraft
from quizzes.models import Question, QuestionSource, QuestionVersion, Quiz, QuizItem, Source, User, Visibility
from quizzes.question_types.texts import search_text
from quizzes.services import exchange, notices
from quizzes.services.imports import bulk
from quizzes.services.imports.bulk import Insertion
from quizzes.services.imports.history import entries
from quizzes.services.imports.labels import Labels
from quizzes.services.imports.plan import Choices, Line

Status = QuestionVersion.Status
DESCRIBED = ("topic", "difficulty", "bloom", "acknowledged", "visibility")
CONTENT = ("spec", "search_text", "revision", "edited_by", "edited_at", "status", "published_at")  # of a version


@dataclass(frozen=True)
class Changed:
    """A stored question, the line that changes it, and what becomes of it.

    `version` is its new content, or its draft in other words; None where only what is said next to it changes. `before` is what
    it takes to bring it back, as JSON has it.
    """

    line: Line
    question: Question
    version: QuestionVersion | None
    before: dict[str, Any]
    is_published: bool
    is_published_first: bool


@dataclass(frozen=True)
class Changes:
    """All of them, and the values of their new rows."""

    rows: Sequence[Changed]
    versions: Insertion
    entries: Insertion  # of the workshop's history


def prepared(lines: Sequence[Line], choices: Choices, *, actor: User, now: datetime) -> Changes:
    """Return the stored questions of these lines with what becomes of them (5 queries); writes nothing."""
    pks = [line.row.question for line in lines]
    rows = Question.objects.filter(pk__in=pks).prefetch_related("versions", "tags", "places")
    stored = {row.pk: row for row in rows}
    pairs = [(line, stored[line.row.question]) for line in lines if line.row.question in stored]
    changed = [_changed(line, question, choices, actor=actor, now=now) for line, question in pairs]
    versions = [new for new in (one.version for one in changed) if new is not None and new._state.adding]
    written = entries([one.question for one in changed], CHANGE, _("Changed by an import."), actor)
    return Changes(changed, Insertion(QuestionVersion, versions), Insertion(LogEntry, written))


def _changed(line: Line, question: Question, choices: Choices, *, actor: User, now: datetime) -> Changed:
    versions = sorted(question.versions.all(), key=lambda one: one.number)
    ready, latest = next((one for one in versions if one.status == Status.READY), None), versions[-1]
    before, was_published = _before(question), not all(one.is_draft for one in versions)
    if exchange.as_stored(question.type, (ready or latest).spec) == line.draft.spec:
        return Changed(line, question, None, before, is_published=False, is_published_first=False)
    is_published = choices.publishes and not line.row.blocking
    version = latest
    if latest.is_draft:
        before["draft"] = latest.spec
    else:
        version = QuestionVersion(question=question, number=latest.number + 1, revision=latest.revision)
    version.spec, version.search_text = dict(line.draft.spec), search_text(line.draft.spec)
    version.revision, version.edited_by, version.edited_at = version.revision + 1, actor, now
    if is_published:
        version.status, version.published_at = Status.READY, now
    before |= {"retired": ready.pk if ready and is_published else None, "number": version.number}
    is_first = is_published and not was_published
    return Changed(line, question, version, before, is_published=is_published, is_published_first=is_first)


def _before(question: Question) -> dict[str, Any]:
    places = [[row.source_id, row.paragraph, row.evidence] for row in question.places.all()]
    return {
        "question": question.pk,
        "key": str(question.uuid),
        "described": {name: _value(question, name) for name in DESCRIBED},
        "tags": [tag.pk for tag in question.tags.all()],
        "places": places,
    }


def _value(question: Question, name: str) -> Any:
    return question.topic_id if name == "topic" else getattr(question, name)


def write(
    changes: Changes, labels: Labels, sources: Mapping[str, Source], *, actor: User, now: datetime
) -> list[dict[str, Any]]:
    """Write the new versions and what is said next to them; returns for each what it was before."""
    changed = changes.rows
    _write_versions(changes)
    for one in changed:
        _describe(one, labels)
    _store_described(changed)
    _write_tags(changed, labels)
    _write_places(changed, sources)
    changes.entries.write()
    _tell({one.question.pk for one in changed if one.is_published}, actor=actor, now=now)
    return [one.before for one in changed]


def _write_versions(changes: Changes) -> None:
    """Write the new versions and the drafts in other words; retire what is published before where that is asked."""
    retired = [pk for row in changes.rows if (pk := row.before.get("retired"))]
    QuestionVersion.objects.filter(pk__in=retired).update(status=Status.RETIRED)
    changes.versions.write()
    bulk.update([row.version for row in changes.rows if row.version and row.version.pk is not None], CONTENT)


def _describe(one: Changed, labels: Labels) -> None:
    question, draft = one.question, one.line.draft
    question.topic = labels.topic_of(one.line)
    question.difficulty, question.bloom = draft.difficulty, draft.bloom
    question.acknowledged = [{"rule": row.rule, "reason": row.reason} for row in draft.acknowledged]
    if one.is_published_first and question.owner_id and question.visibility == Visibility.PRIVATE:
        question.visibility = Visibility.COPY


def _store_described(changed: Sequence[Changed]) -> None:
    other = [
        one.question
        for one in changed
        if any(_value(one.question, name) != value for name, value in one.before["described"].items())
    ]
    bulk.update(other, DESCRIBED)


def _write_tags(changed: Sequence[Changed], labels: Labels) -> None:
    """Add the tags that a question has not; an import takes none away."""
    through = Question.tags.through
    has = {one.question.pk: {tag.pk for tag in one.question.tags.all()} for one in changed}
    through.objects.bulk_create(
        through(question=one.question, tag=tag)
        for one in changed
        for tag in labels.tags_of(one.line)
        if tag.pk not in has[one.question.pk]
    )


def _write_places(changed: Sequence[Changed], sources: Mapping[str, Source]) -> None:
    other = []
    for one in changed:
        wanted = [(sources[place.document].pk, place.paragraph, place.evidence) for place in one.line.draft.sources]
        if set(wanted) != {(row.source_id, row.paragraph, row.evidence) for row in one.question.places.all()}:
            other.append(one)
    QuestionSource.objects.filter(question__in=[one.question.pk for one in other]).delete()
    QuestionSource.objects.bulk_create(row for one in other for row in places_of(one.question, one.line.draft, sources))


def places_of(question: Question, draft: QuestionDraft, sources: Mapping[str, Source]) -> list[QuestionSource]:
    return [
        QuestionSource(
            question=question, source=sources[source.document], paragraph=source.paragraph, evidence=source.evidence
        )
        for source in draft.sources
    ]


def _tell(published: set[int], *, actor: User, now: datetime) -> None:
    """Tell the owners of other people's quizzes that have these questions; they are few (1 query where there is none)."""
    items = QuizItem.objects.filter(question__in=published).exclude(quiz__status=Quiz.Status.ARCHIVED)
    asked = items.exclude(quiz__owner=actor).order_by().values("question")
    for question in Question.objects.filter(pk__in=asked):
        notices.tell_of_question(question, "published", actor=actor, now=now)
