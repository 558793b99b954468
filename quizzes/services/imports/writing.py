"""Confirming an import: everything that was taken in one transaction, or nothing. Statements do not grow with the questions.

What took long stands ready before the transaction begins. In it the stamps are read again: where a question is no longer as
it was compared, nothing is written and the draft is compared again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.formats.native_quiz import QuizPart
from quizzes.models import ImportDraft, Question, QuestionSource, QuestionVersion, Source, User, Visibility
from quizzes.question_types.texts import search_text
from quizzes.services import source_files
from quizzes.services.imports import changing, quiz
from quizzes.services.imports.bulk import Insertion, insert
from quizzes.services.imports.comparing import stamp_of, stamps_of
from quizzes.services.imports.drafts import plan_of
from quizzes.services.imports.history import entries
from quizzes.services.imports.labels import Labels
from quizzes.services.imports.plan import Choices, Line, keep_choices

Status, Stage = QuestionVersion.Status, ImportDraft.Stage


class Outdated(ImportRejected):
    """A question is no longer as it was compared."""

    def __init__(self) -> None:
        super().__init__(_("Something changed since these questions were compared. They are compared again."))


@dataclass(frozen=True)
class New:
    """A question that is ready to be written; it gets its topic and its key when it is."""

    line: Line
    question: Question
    version: QuestionVersion


@dataclass(frozen=True)
class Ready:
    """All of them in the order of the file, and the values of their rows."""

    rows: Sequence[New]
    questions: Insertion
    versions: Insertion
    entries: Insertion  # of the workshop's history

    @classmethod
    def of(cls, rows: Sequence[New], owner: User) -> Ready:
        written = entries([row.question for row in rows], ADDITION, _("Imported from a file."), owner)
        return cls(
            rows,
            Insertion(Question, (row.question for row in rows), late=("topic_id",)),
            Insertion(QuestionVersion, (row.version for row in rows), late=("question_id",)),
            Insertion(LogEntry, written, late=("object_id",)),
        )


def confirm(draft: ImportDraft, choices: Choices, *, now: datetime) -> ImportDraft:
    """Write what was taken; raises ImportRejected where nothing is, or where the bank changed since it was compared."""
    taken = plan_of(draft).taken(choices)
    if not taken:
        raise ImportRejected(_("Take at least one question."))
    part = quiz.in_file(draft, choices)
    if choices.quiz and part is None:
        quiz.refuse_if_too_long(taken)
    keep_choices(draft, choices)
    new = [_new(line, choices, draft.owner, now) for line in taken if line.row.action in ("new", "copy")]
    ready = Ready.of(new, draft.owner)
    other = [line for line in taken if line.row.action == "changed"]
    changed = changing.prepared(other, choices, actor=draft.owner, now=now)
    try:
        return _write(draft, choices, taken, ready, changed, part=part, now=now)
    except (Outdated, IntegrityError) as error:  # the second: someone wrote the same question, topic or tag meanwhile
        ImportDraft.objects.filter(pk=draft.pk, stage=Stage.READY).update(stage=Stage.CHECKING, checked=0, rows=b"")
        raise Outdated from error


def _new(line: Line, choices: Choices, owner: User, now: datetime) -> New:
    is_ready = choices.publishes and not line.row.blocking
    question = Question(
        uuid=line.row.key,
        type=line.draft.type,
        difficulty=line.draft.difficulty,
        bloom=line.draft.bloom,
        owner=owner,
        visibility=Visibility.COPY if is_ready else Visibility.PRIVATE,
        is_kept_for_exams=choices.is_kept_for_exams,
        acknowledged=[{"rule": one.rule, "reason": one.reason} for one in line.draft.acknowledged],
    )
    version = QuestionVersion(
        question=question,
        spec=dict(line.draft.spec),
        search_text=search_text(line.draft.spec),  # rows written together send no signal
        status=Status.READY if is_ready else Status.DRAFT,
        revision=1,
        edited_by=owner,
        edited_at=now,
        published_at=now if is_ready else None,
    )
    return New(line, question, version)


@transaction.atomic
def _write(
    draft: ImportDraft,
    choices: Choices,
    taken: Sequence[Line],
    ready: Ready,
    changed: changing.Changes,
    *,
    part: QuizPart | None,
    now: datetime,
) -> ImportDraft:
    """Lock, check, write and record, in one transaction; return the draft as it is done."""
    locked = ImportDraft.objects.select_for_update(no_key=True).only("stage").get(pk=draft.pk)
    if locked.stage != Stage.READY:
        raise ImportRejected(_("This was imported already, in another tab perhaps."))
    _refuse_if_changed(taken)
    owner = draft.owner
    labels = Labels.of(taken, choices)
    wanted = {place.document for line in taken for place in line.draft.sources}
    new_sources = source_files.make(draft.result.get("sources", ()), wanted, owner)
    sources = _sources(wanted)
    _add(ready, labels, sources)
    updated = changing.write(changed, labels, sources, actor=owner, now=now)
    published = _publish_drafts(taken, now=now) if choices.publishes else []
    after = stamps_of(str(row.question.uuid) for row in changed.rows)
    result: dict[str, Any] = {
        "new": [[row.question.pk, stamp_of(row.question, row.version)] for row in ready.rows],
        "changed": [one | {"stamp": after[one["key"]]} for one in updated],
        "published": published,
        "there": sum(line.row.action == "there" for line in taken),
        "drafts": [row.question.pk for row in ready.rows if choices.publishes and row.line.row.blocking],
        "topics": labels.new_topics,
        "tags": labels.new_tags,
        "sources": [source.pk for source in new_sources],
    }
    if choices.quiz:
        result |= quiz.make(choices, _keys(taken, ready), part=part, owner=owner, now=now)
    draft.result, draft.stage, draft.done_at, draft.data = result, Stage.DONE, now, b""
    draft.save(update_fields=["result", "stage", "done_at", "data"])
    return draft


def _sources(slugs: Collection[str]) -> dict[str, Source]:
    return {source.slug: source for source in Source.objects.filter(slug__in=slugs).defer("paragraphs")}


def _keys(taken: Sequence[Line], ready: Ready) -> list[tuple[str | None, int]]:
    """Return the keys of the questions that are here now, each with the id that the file has for it."""
    new = {row.line.place: row.question.pk for row in ready.rows}
    keys = [(line.draft.id, new.get(line.place, line.row.question)) for line in taken]
    return [(key, pk) for key, pk in keys if pk]


def _refuse_if_changed(taken: Sequence[Line]) -> None:
    """Lock the questions that are there, and compare their stamps; raises Outdated (3 queries)."""
    stamps = {line.row.key: line.row.stamp for line in taken}
    there = [key for key, stamp in stamps.items() if stamp]
    locked = Question.objects.select_for_update(no_key=True).filter(uuid__in=there).order_by("pk")
    list(locked.values_list("pk", flat=True))  # an editor of the same questions waits here
    now = stamps_of(stamps)
    if any(now.get(key, "") != stamp for key, stamp in stamps.items()):
        raise Outdated


def _add(ready: Ready, labels: Labels, sources: Mapping[str, Source]) -> None:
    """Add new questions in a few statements, however many there are."""
    for one in ready.rows:
        one.question.topic = labels.topic_of(one.line)
    ready.questions.write([one.question.topic_id] for one in ready.rows)
    uuids = [one.question.uuid for one in ready.rows]
    pks = {str(key): pk for key, pk in Question.objects.filter(uuid__in=uuids).order_by().values_list("uuid", "pk")}
    for one in ready.rows:
        one.question.pk = pks[str(one.question.uuid)]
    ready.versions.write([one.question.pk] for one in ready.rows)
    ready.entries.write([str(one.question.pk)] for one in ready.rows)
    tagged = [(one.question.pk, tag.pk) for one in ready.rows for tag in labels.tags_of(one.line)]
    insert(Question.tags.through, ("question_id", "tag_id"), tagged)
    QuestionSource.objects.bulk_create(
        row for one in ready.rows for row in changing.places_of(one.question, one.line.draft, sources)
    )


def _publish_drafts(taken: Iterable[Line], *, now: datetime) -> list[int]:
    """Publish what is there as a first draft and says the same; returns the versions."""
    pks = [line.row.question for line in taken if line.row.action == "there" and not line.row.blocking]
    first = QuestionVersion.objects.filter(question__in=pks, status=Status.DRAFT, number=1)
    questions = dict(first.values_list("pk", "question"))
    private = Question.objects.filter(pk__in=questions.values(), visibility=Visibility.PRIVATE, owner__isnull=False)
    private.update(visibility=Visibility.COPY)
    QuestionVersion.objects.filter(pk__in=questions).update(status=Status.READY, published_at=now)
    return list(questions)
