"""Questions in and out of the bank: drafts of a format ⇄ rows. An import is planned, shown, then applied as a whole.

The plan is made again inside the transaction that applies it; when the bank changed in between so that something else
would happen than was shown, nothing is written. A file that is imported twice adds nothing the second time.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes import question_types
from quizzes.errors import ImportRejected
from quizzes.formats.base import NAMESPACE, Acknowledged, Issue, QuestionDraft, SourcePlace
from quizzes.lint.base import Finding
from quizzes.lint.fingerprints import fingerprint
from quizzes.models import Question, QuestionSource, QuestionVersion, Source, Tag, Topic, User, Visibility
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.texts import search_text
from quizzes.services import bank, cases, linting, notices

Status = QuestionVersion.Status
Action = Literal["new", "changed", "unchanged", "refused"]


# Out ------------------------------------------------------------------------------------------------------------------


def export(questions: Any) -> list[QuestionDraft]:
    """Return the questions of a queryset with their published content, or their draft where nothing is published."""
    rows = questions.select_related("topic").prefetch_related("versions", "places__source", "tags")
    return [draft for draft in map(draft_of, rows) if draft is not None]


def draft_of(question: Question) -> QuestionDraft | None:
    """A stored question as a draft; None for one without content, or not finished. Content of another time is exported as it is."""
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


# Documents ------------------------------------------------------------------------------------------------------------


def keep_fingerprints(source: Source, text: str) -> int:
    """Keep the fingerprints of a document's paragraphs with its source; returns how many there are."""
    source.paragraphs = fingerprint(text)
    if not source.paragraphs:
        raise ImportRejected(_("There is no text in it."))
    source.save(update_fields=["paragraphs"])
    return len(source.paragraphs)


# The plan -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """What would happen to one draft, and to which question; `reasons` name what changes or why it is refused.

    With an id of another instructor's question a draft becomes a copy of it, under an id of its own.
    """

    action: Action
    draft: QuestionDraft
    key: str  # uuid
    reasons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()  # of the linter

    @property
    def where(self) -> str:
        return self.draft.where


@dataclass(frozen=True)
class ImportReport:
    """What an import would do. Nothing is written until it is applied."""

    entries: tuple[Entry, ...]
    issues: tuple[Issue, ...] = ()  # what the format could not read
    publish: bool = False
    is_checked: bool = False  # what ships: its cases come with it
    new_topics: tuple[str, ...] = ()
    new_tags: tuple[str, ...] = field(default=())

    def _of(self, action: Action) -> list[Entry]:
        return [entry for entry in self.entries if entry.action == action]

    @property
    def new(self) -> list[Entry]:
        return self._of("new")

    @property
    def changed(self) -> list[Entry]:
        return self._of("changed")

    @property
    def unchanged(self) -> list[Entry]:
        return self._of("unchanged")

    @property
    def refused(self) -> list[Issue]:
        """Everything that would not be imported, with its place."""
        faults = [issue for issue in self.issues if not issue.is_note]
        return [*faults, *(Issue(entry.where, "; ".join(entry.reasons)) for entry in self._of("refused"))]

    @property
    def notes(self) -> list[Issue]:
        """What questions that are taken come without."""
        return [issue for issue in self.issues if issue.is_note]

    @property
    def writes(self) -> bool:
        return bool(self.new or self.changed)

    @property
    def outline(self) -> list[tuple[str, str]]:
        """What would happen to which question; equal outlines promise the same."""
        return [(entry.key, entry.action) for entry in self.entries]


def plan_import(
    drafts: Sequence[QuestionDraft],
    issues: Iterable[Issue] = (),
    *,
    actor: User | None,
    publish: bool = False,
    is_checked: bool = False,
) -> ImportReport:
    """Compare drafts with the bank; writes nothing. With `publish`, drafts with errors of the linter are refused; it does
    not read those that are `is_checked`, as what ships is.

    `actor` None stands for the command line, which works for the site; anybody else must be an instructor.
    """
    _refuse_learners(actor)
    findings = [[] for _draft in drafts] if is_checked else linting.check_drafts(drafts)
    return _planned(drafts, issues, findings, publish=publish, actor=actor, is_checked=is_checked)


def _refuse_learners(actor: User | None) -> None:
    if actor is not None and not actor.is_instructor:
        raise ImportRejected(_("Only instructors import questions."))


def _planned(
    drafts: Sequence[QuestionDraft],
    issues: Iterable[Issue],
    findings: Iterable[Sequence[Finding]],
    *,
    publish: bool,
    actor: User | None,
    is_checked: bool,
) -> ImportReport:
    """Return the plan for drafts that the linter has read."""
    keys = _own_keys([key_of(draft) for draft in drafts], actor)
    stored = _stored(keys)
    sources = _usable_sources(actor)
    missing = set() if is_checked else missing_cases(drafts, actor)
    seen: dict[str, str] = {}
    entries = []
    for draft, key, found in zip(drafts, keys, findings, strict=True):
        reasons = refusals(draft, stored.get(key), sources, missing)
        if key in seen:
            reasons.append(_("%(twin)s is the same question.") % {"twin": seen[key]})
        if publish:
            reasons += [str(finding) for finding in found if finding.is_error]
        seen.setdefault(key, draft.where)
        action: Action = "refused"
        if not reasons:
            action, reasons = _change(draft, stored.get(key), publish=publish)
        entries.append(Entry(action, draft, key, tuple(reasons), tuple(found)))
    taken = [entry.draft for entry in entries if entry.action in {"new", "changed"}]
    return ImportReport(
        entries=tuple(entries),
        issues=tuple(issues),
        publish=publish,
        is_checked=is_checked,
        new_topics=_missing(Topic, (draft.topic for draft in taken if draft.topic)),
        new_tags=_missing(Tag, (tag for draft in taken for tag in draft.tags)),
    )


def key_of(draft: QuestionDraft) -> str:
    """Return the uuid of a draft; one without an id is known by its content, so that it too is imported once."""
    if draft.id is not None:
        return draft.id
    return str(uuid.uuid5(NAMESPACE, json.dumps([draft.type, draft.spec], sort_keys=True, ensure_ascii=False)))


def _own_keys(keys: Sequence[str], actor: User | None) -> list[str]:
    """The keys, and for questions that the actor may not change others: always the same for one person (1 query)."""
    if actor is None:
        return list(keys)
    mine = Question.objects.editable_by(actor).order_by()
    foreign = Question.objects.filter(uuid__in=set(keys)).exclude(pk__in=mine.values("pk"))
    taken = {str(key) for key in foreign.values_list("uuid", flat=True)}
    return [str(uuid.uuid5(NAMESPACE, f"{key} {actor.pk}")) if key in taken else key for key in keys]


def _usable_sources(actor: User | None) -> dict[str, Source]:
    sources = Source.objects.all() if actor is None else Source.objects.usable_by(actor)
    return {source.slug: source for source in sources}


def _stored(keys: Sequence[str]) -> dict[str, Question]:
    questions = Question.objects.filter(uuid__in=set(keys)).select_related("topic")
    return {str(row.uuid): row for row in questions.prefetch_related("versions", "places__source", "tags")}


def _missing(model: Any, slugs: Iterable[str]) -> tuple[str, ...]:
    wanted = dict.fromkeys(slugs)
    known = set(model.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    return tuple(slug for slug in wanted if slug not in known)


def missing_cases(drafts: Iterable[QuestionDraft], actor: User | None) -> set[str]:
    """Return the cases that the drafts name and that the actor may not use, or that are not there (1 query at most)."""
    named = {str(draft.spec.get("case", "")) for draft in drafts} - {""}
    return named - cases.usable_among(named, actor)


def refusals(
    draft: QuestionDraft,
    question: Question | None,
    sources: Mapping[str, Source],
    missing: Collection[str] = (),
) -> list[str]:
    """Return why a draft cannot come into the bank, or not over the question with its id."""
    found = []
    if (case := draft.spec.get("case")) in missing:
        found.append(_("There is no case “%(slug)s”; write it first, as a study note.") % {"slug": case})
    for place in draft.sources:
        source = sources.get(place.document)
        if source is None:
            found.append(_("There is no source “%(slug)s”; add it first.") % {"slug": place.document})
        elif not source.has_paragraph(place.paragraph):
            message = _("“%(slug)s” has no paragraph %(number)d.")
            found.append(message % {"slug": place.document, "number": place.paragraph})
    if question is not None and question.type != draft.type:
        message = _("The question with this id is of type %(type)s, and a type never changes.")
        found.append(message % {"type": question.type})
    elif question is not None and _has_other_work(question, draft):
        found.append(_("Someone has an unpublished draft of this question; publish or discard that first."))
    return found


def _has_other_work(question: Question, draft: QuestionDraft) -> bool:
    """Return whether new content would overwrite a draft that stands beside a published version."""
    versions = {version.status: version for version in question.versions.all()}
    if Status.READY not in versions or Status.DRAFT not in versions:
        return False
    contents = [as_stored(question.type, versions[status].spec) for status in (Status.READY, Status.DRAFT)]
    return draft.spec not in contents


def _change(draft: QuestionDraft, question: Question | None, *, publish: bool) -> tuple[Action, list[str]]:
    if question is None:
        return "new", []
    before = draft_of(question)
    if before is None:
        return "changed", [_("content")]
    found = changes(draft, before, question, publish=publish)
    if publish and not any(version.status == Status.READY for version in question.versions.all()):
        found.append(_("published"))
    return ("changed", found) if found else ("unchanged", [])


def changes(draft: QuestionDraft, before: QuestionDraft, question: Question, *, publish: bool = False) -> list[str]:
    """Name what a draft would change in a question that is now as `before`; its open draft counts unless it is published."""
    known = [version.spec for version in question.versions.all() if version.is_draft and not publish]
    is_known = draft.spec == before.spec or draft.spec in [as_stored(question.type, spec) for spec in known]
    compared: list[tuple[str, Any, Any]] = [
        (_("content"), is_known, True),
        (_("topic"), before.topic, draft.topic),
        (_("difficulty"), before.difficulty, draft.difficulty),
        (_("Bloom level"), before.bloom, draft.bloom),
        (_("tags"), set(before.tags), set(draft.tags)),
        (_("sources"), set(before.sources), set(draft.sources)),
        (_("acknowledged warnings"), before.acknowledged, draft.acknowledged),
    ]
    return [str(name) for name, old, new in compared if old != new]


# In -------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def apply_import(
    report: ImportReport, *, actor: User | None, now: datetime, skip_refused: bool = False
) -> ImportReport:
    """Write what the report shows, all of it or nothing; returns it as it was carried out.

    Raises ImportRejected when something was refused (unless the person chose to skip that), or when the bank changed
    since the report was made. New content of a published question becomes a new version; the old one is retired when
    `report.publish`, else it stays in use and the new one is a draft.
    """
    _refuse_learners(actor)
    if report.refused and not skip_refused:
        message = _("Nothing was imported: %(count)d entries are refused. Fix them, or leave them out.")
        raise ImportRejected(message % {"count": len(report.refused)})
    locked = Question.objects.select_for_update(no_key=True).filter(uuid__in=[entry.key for entry in report.entries])
    list(locked.values_list("pk", flat=True))  # a second import of the same questions waits here
    drafts = [entry.draft for entry in report.entries]
    findings = [
        entry.findings for entry in report.entries
    ]  # read again they would keep others from writing for seconds
    fresh = _planned(drafts, report.issues, findings, publish=report.publish, actor=actor, is_checked=report.is_checked)
    if fresh.outline != report.outline:
        raise ImportRejected(_("Something changed since this report was made. Check it again."))
    topics = _topics(fresh)
    tags = _tags(fresh)
    sources = _usable_sources(actor)
    _add_new(fresh, topics, tags, sources, actor=actor, now=now)
    stored = _stored([entry.key for entry in fresh.changed])
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
    """New questions in four statements, however many there are."""
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
        QuestionVersion(
            question=question,
            spec=dict(draft.spec),
            search_text=search_text(draft.spec),  # rows written together send no signal
            status=Status.READY if report.publish else Status.DRAFT,
            revision=1,
            edited_by=actor,
            edited_at=now,
            published_at=now if report.publish else None,
        )
        for question, draft in pairs
    )
    QuestionSource.objects.bulk_create(row for question, draft in pairs for row in _places(question, draft, sources))
    Question.tags.through.objects.bulk_create(
        Question.tags.through(question=question, tag=tags[slug]) for question, draft in pairs for slug in draft.tags
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
        QuestionSource(question=question, source=sources[one.document], paragraph=one.paragraph, evidence=one.evidence)
        for one in draft.sources
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
        return  # only what is said beside the content changed
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
