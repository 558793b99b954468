"""Questions that an import changes: a new version of each, and what it takes to go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizzes.formats.base import QuestionDraft
from quizzes.models import Question, QuestionSource, QuestionVersion, Quiz, QuizItem, Source, User, Visibility
from quizzes.question_types.texts import search_text
from quizzes.services import exchange, notices
from quizzes.services.imports.labels import Labels
from quizzes.services.imports.plan import Choices, Line

Status = QuestionVersion.Status
DESCRIBED = ("topic", "difficulty", "bloom", "acknowledged", "visibility")
BATCH = 200  # rows of one statement that gives each its own values


@dataclass(frozen=True)
class Changed:
    """A stored question with its versions, tags and places, and the line that changes it."""

    line: Line
    question: Question
    versions: list[QuestionVersion]  # by number

    @property
    def ready(self) -> QuestionVersion | None:
        return next((one for one in self.versions if one.status == Status.READY), None)

    @property
    def latest(self) -> QuestionVersion:
        return self.versions[-1]

    @property
    def says_something_else(self) -> bool:
        """Whether its content changes, and not only what is said beside it."""
        asked = self.ready or self.latest
        return exchange.as_stored(self.question.type, asked.spec) != self.line.draft.spec


def prepared(lines: Sequence[Line]) -> list[Changed]:
    """Return the stored questions of these lines (4 queries)."""
    pks = [line.row.question for line in lines]
    rows = Question.objects.filter(pk__in=pks).prefetch_related("versions", "tags", "places")
    stored = {row.pk: row for row in rows}
    found = [(line, stored[line.row.question]) for line in lines if line.row.question in stored]
    return [
        Changed(line, question, sorted(question.versions.all(), key=lambda one: one.number)) for line, question in found
    ]


def write(
    changed: Sequence[Changed],
    labels: Labels,
    sources: Mapping[str, Source],
    choices: Choices,
    *,
    actor: User,
    now: datetime,
) -> list[dict[str, Any]]:
    """Write the new versions and what is said beside them; returns for each what it was before."""
    before = [_before(one) for one in changed]
    fresh = [(one, note) for one, note in zip(changed, before, strict=True) if one.says_something_else]
    published = {one.question.pk for one, _note in fresh if choices.publishes and not one.line.row.blocking}
    first = {one.question.pk for one in changed if all(version.is_draft for version in one.versions)} & published
    _write_versions(fresh, published, actor=actor, now=now)
    for one in changed:
        _describe(one, labels, is_published_first=one.question.pk in first)
    _store_described(changed, before)
    _write_tags(changed, labels)
    _write_places(changed, sources)
    _tell(published, actor=actor, now=now)
    return before


def _before(one: Changed) -> dict[str, object]:
    """Return what it takes to bring a question back, as JSON has it."""
    question = one.question
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


def _write_versions(
    fresh: Sequence[tuple[Changed, dict[str, object]]], published: set[int], *, actor: User, now: datetime
) -> None:
    """A new version of each, or its draft in other words; what was published before is retired where it is."""
    retired = [one.ready.pk for one, _note in fresh if one.ready and one.question.pk in published]
    QuestionVersion.objects.filter(pk__in=retired).update(status=Status.RETIRED)
    new, rewritten = [], []
    for one, note in fresh:
        version = one.latest
        note["retired"] = one.ready.pk if one.ready and one.ready.pk in retired else None
        if version.is_draft:
            note["draft"] = version.spec
            rewritten.append(version)
        else:
            version = QuestionVersion(question=one.question, number=version.number + 1, revision=version.revision)
            new.append((version, note))
        version.spec, version.search_text = dict(one.line.draft.spec), search_text(one.line.draft.spec)
        version.revision, version.edited_by, version.edited_at = version.revision + 1, actor, now
        if one.question.pk in published:
            version.status, version.published_at = Status.READY, now
        note["number"] = version.number
    QuestionVersion.objects.bulk_create(version for version, _note in new)
    fields = ["spec", "search_text", "revision", "edited_by", "edited_at", "status", "published_at"]
    QuestionVersion.objects.bulk_update(rewritten, fields, batch_size=BATCH)


def _describe(one: Changed, labels: Labels, *, is_published_first: bool) -> None:
    question, draft = one.question, one.line.draft
    question.topic = labels.topic_of(one.line)
    question.difficulty, question.bloom = draft.difficulty, draft.bloom
    question.acknowledged = [{"rule": row.rule, "reason": row.reason} for row in draft.acknowledged]
    if is_published_first and question.owner_id and question.visibility == Visibility.PRIVATE:
        question.visibility = Visibility.COPY


def _store_described(changed: Sequence[Changed], before: Sequence[dict[str, Any]]) -> None:
    other = [
        one.question
        for one, note in zip(changed, before, strict=True)
        if any(_value(one.question, name) != value for name, value in note["described"].items())
    ]
    Question.objects.bulk_update(other, DESCRIBED, batch_size=BATCH)


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
        QuestionSource(question=question, source=sources[one.document], paragraph=one.paragraph, evidence=one.evidence)
        for one in draft.sources
    ]


def _tell(published: set[int], *, actor: User, now: datetime) -> None:
    """Tell the owners of other people's quizzes that have these questions; they are few (1 query where there is none)."""
    items = QuizItem.objects.filter(question__in=published).exclude(quiz__status=Quiz.Status.ARCHIVED)
    asked = items.exclude(quiz__owner=actor).order_by().values("question")
    for question in Question.objects.filter(pk__in=asked):
        notices.tell_of_question(question, "published", actor=actor, now=now)
