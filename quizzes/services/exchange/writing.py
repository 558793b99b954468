"""An import that was planned is written as a whole. The plan is made again inside the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.formats.base import QuestionDraft
from quizzes.models import Question, QuestionSource, QuestionVersion, Source, Tag, Topic, User, Visibility
from quizzes.question_types.texts import search_text
from quizzes.services import bank, notices
from quizzes.services.exchange.drafts import as_stored
from quizzes.services.exchange.plan import ImportReport, planned, refuse_learners, stored_by_key, usable_sources

Status = QuestionVersion.Status


@transaction.atomic
def apply_import(
    report: ImportReport, *, actor: User | None, now: datetime, skip_refused: bool = False
) -> ImportReport:
    """Write what the report shows, all of it or nothing; returns it as it was carried out.

    Raises ImportRejected when something was refused (unless the person chose to skip that), or when the bank changed
    since the report was made. New content of a published question becomes a new version; the old one is retired when
    `report.publish`, else it stays in use and the new one is a draft.
    """
    refuse_learners(actor)
    if report.refused and not skip_refused:
        message = _("Nothing was imported: %(count)d entries are refused. Fix them, or leave them out.")
        raise ImportRejected(message % {"count": len(report.refused)})
    locked = Question.objects.select_for_update(no_key=True).filter(uuid__in=[entry.key for entry in report.entries])
    list(locked.values_list("pk", flat=True))  # a second import of the same questions waits here
    drafts = [entry.draft for entry in report.entries]
    findings = [
        entry.findings for entry in report.entries
    ]  # read again they would keep others from writing for seconds
    fresh = planned(drafts, report.issues, findings, publish=report.publish, actor=actor, is_checked=report.is_checked)
    if fresh.outline != report.outline:
        raise ImportRejected(_("Something changed since this report was made. Check it again."))
    topics = _topics(fresh)
    tags = _tags(fresh)
    sources = usable_sources(actor)
    _add_new(fresh, topics, tags, sources, actor=actor, now=now)
    stored = stored_by_key([entry.key for entry in fresh.changed])
    for entry in fresh.changed:
        _update(stored[entry.key], entry.draft, topics, tags, sources)
        _write_version(stored[entry.key], entry.draft, publish=report.publish, actor=actor, now=now)
    return fresh


def _taken(report: ImportReport) -> list[QuestionDraft]:
    return [entry.draft for entry in (*report.new, *report.changed)]


def _topics(report: ImportReport) -> dict[str, Topic]:
    """Return the topics of what is imported; missing ones are made, named after their slug."""
    for slug in report.new_topics:
        name = slug.replace("-", " ").replace("_", " ").strip().capitalize() or slug
        Topic.objects.create(slug=slug, name=slug if Topic.objects.filter(name=name).exists() else name)
    wanted = {draft.topic for draft in _taken(report)}
    return {topic.slug: topic for topic in Topic.objects.filter(slug__in=wanted)}


def _tags(report: ImportReport) -> dict[str, Tag]:
    Tag.objects.bulk_create(Tag(slug=slug) for slug in report.new_tags)
    wanted = {slug for draft in _taken(report) for slug in draft.tags}
    return {tag.slug: tag for tag in Tag.objects.filter(slug__in=wanted)}


def _add_new(
    report: ImportReport,
    topics: Mapping[str, Topic],
    tags: Mapping[str, Tag],
    sources: Mapping[str, Source],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """Add new questions in four statements, however many there are."""
    questions = Question.objects.bulk_create(
        Question(
            uuid=entry.key,
            type=entry.draft.type,
            topic=topics.get(entry.draft.topic),
            difficulty=entry.draft.difficulty,
            bloom=entry.draft.bloom,
            owner=actor,
            visibility=_visibility(actor, publish=report.publish),
            acknowledged=_rows(entry.draft),
        )
        for entry in report.new
    )
    pairs = list(zip(questions, (entry.draft for entry in report.new), strict=True))
    QuestionVersion.objects.bulk_create(
        _first_version(question, draft, publish=report.publish, actor=actor, now=now) for question, draft in pairs
    )
    QuestionSource.objects.bulk_create(row for question, draft in pairs for row in _places(question, draft, sources))
    Question.tags.through.objects.bulk_create(
        Question.tags.through(question=question, tag=tags[slug]) for question, draft in pairs for slug in draft.tags
    )


def _first_version(
    question: Question, draft: QuestionDraft, *, publish: bool, actor: User | None, now: datetime
) -> QuestionVersion:
    return QuestionVersion(
        question=question,
        spec=dict(draft.spec),
        search_text=search_text(draft.spec),  # rows written together send no signal
        status=Status.READY if publish else Status.DRAFT,
        revision=1,
        edited_by=actor,
        edited_at=now,
        published_at=now if publish else None,
    )


def _visibility(owner: User | None, *, publish: bool) -> Visibility:
    """Return what new questions begin with: all use the site's, others copy what is published."""
    if owner is None:
        return Visibility.USE
    return Visibility.COPY if publish else Visibility.PRIVATE


def _rows(draft: QuestionDraft) -> list[dict[str, str]]:
    return [{"rule": one.rule, "reason": one.reason} for one in draft.acknowledged]


def _places(question: Question, draft: QuestionDraft, sources: Mapping[str, Source]) -> list[QuestionSource]:
    return [
        QuestionSource(
            question=question, source=sources[source.document], paragraph=source.paragraph, evidence=source.evidence
        )
        for source in draft.sources
    ]


def _update(
    question: Question,
    draft: QuestionDraft,
    topics: Mapping[str, Topic],
    tags: Mapping[str, Tag],
    sources: Mapping[str, Source],
) -> None:
    question.topic, question.difficulty, question.bloom = topics.get(draft.topic), draft.difficulty, draft.bloom
    question.acknowledged = _rows(draft)
    question.save(update_fields=["topic", "difficulty", "bloom", "acknowledged"])
    question.tags.set([tags[slug] for slug in draft.tags])
    question.places.all().delete()
    QuestionSource.objects.bulk_create(_places(question, draft, sources))


def _write_version(
    question: Question, draft: QuestionDraft, *, publish: bool, actor: User | None, now: datetime
) -> None:
    """Put the content where it belongs: into the draft, or into a new one; published when asked for."""
    latest = question.versions.order_by("-number").first()
    number, revision = (latest.number, latest.revision) if latest else (0, 0)
    ready = question.versions.ready().first()
    is_same = ready is not None and as_stored(question.type, ready.spec) == draft.spec
    if is_same:
        return  # only what is said next to the content changed
    version = latest if latest and latest.is_draft else QuestionVersion(question=question, number=number + 1)
    version.spec, version.revision = dict(draft.spec), revision + 1
    version.edited_by, version.edited_at = actor, now
    if publish:
        bank.show_once_published(question)
        question.versions.ready().update(status=Status.RETIRED)
        version.status, version.published_at = Status.READY, now
    version.save()
    if publish:
        notices.tell_of_question(question, "published", actor=actor, now=now)
