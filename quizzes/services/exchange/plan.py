"""What an import would do with each draft, as a report; writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from quizzes.errors import ImportRejected
from quizzes.formats.base import NAMESPACE, Issue, QuestionDraft
from quizzes.lint.base import Finding
from quizzes.models import Question, QuestionVersion, Source, Tag, Topic, User
from quizzes.services import linting
from quizzes.services.exchange.comparing import changes, missing_cases, refusals
from quizzes.services.exchange.drafts import draft_of, key_of

Status = QuestionVersion.Status
Action = Literal["new", "changed", "unchanged", "refused"]


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
    refuse_learners(actor)
    findings = [[] for _draft in drafts] if is_checked else linting.check_drafts(drafts)
    return planned(drafts, issues, findings, publish=publish, actor=actor, is_checked=is_checked)


def refuse_learners(actor: User | None) -> None:
    if actor is not None and not actor.is_instructor:
        raise ImportRejected(_("Only instructors import questions."))


def planned(
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
    stored = stored_by_key(keys)
    sources = usable_sources(actor)
    missing = set() if is_checked else missing_cases(drafts, actor)
    seen: dict[str, str] = {}
    entries = []
    for draft, key, item_findings in zip(drafts, keys, findings, strict=True):
        reasons = refusals(draft, stored.get(key), sources, missing)
        if key in seen:
            reasons.append(_("%(twin)s is the same question.") % {"twin": seen[key]})
        if publish:
            reasons += [str(finding) for finding in item_findings if finding.is_error]
        seen.setdefault(key, draft.where)
        action: Action = "refused"
        if not reasons:
            action, reasons = _change(draft, stored.get(key), publish=publish)
        entries.append(Entry(action, draft, key, tuple(reasons), tuple(item_findings)))
    taken = [entry.draft for entry in entries if entry.action in {"new", "changed"}]
    return ImportReport(
        entries=tuple(entries),
        issues=tuple(issues),
        publish=publish,
        is_checked=is_checked,
        new_topics=_missing(Topic, (draft.topic for draft in taken if draft.topic)),
        new_tags=_missing(Tag, (tag for draft in taken for tag in draft.tags)),
    )


def _own_keys(keys: Sequence[str], actor: User | None) -> list[str]:
    """Return the keys, and for questions that the actor may not change others: always the same for one person (1 query)."""
    if actor is None:
        return list(keys)
    editable = Question.objects.editable_by(actor).order_by()
    foreign = Question.objects.filter(uuid__in=set(keys)).exclude(pk__in=editable.values("pk"))
    taken = {str(key) for key in foreign.values_list("uuid", flat=True)}
    return [str(uuid.uuid5(NAMESPACE, f"{key} {actor.pk}")) if key in taken else key for key in keys]


def usable_sources(actor: User | None) -> dict[str, Source]:
    sources = Source.objects.all() if actor is None else Source.objects.usable_by(actor)
    return {source.slug: source for source in sources}


def stored_by_key(keys: Sequence[str]) -> dict[str, Question]:
    questions = Question.objects.filter(uuid__in=set(keys)).select_related("topic")
    return {str(row.uuid): row for row in questions.prefetch_related("versions", "places__source", "tags")}


def _missing(model: type[Topic] | type[Tag], slugs: Iterable[str]) -> tuple[str, ...]:
    wanted = dict.fromkeys(slugs)
    known = set(model.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    return tuple(slug for slug in wanted if slug not in known)


def _change(draft: QuestionDraft, question: Question | None, *, publish: bool) -> tuple[Action, list[str]]:
    if question is None:
        return "new", []
    before = draft_of(question)
    if before is None:
        return "changed", [_("content")]
    changed = changes(draft, before, question, publish=publish)
    if publish and not any(version.status == Status.READY for version in question.versions.all()):
        changed.append(_("published"))
    return ("changed", changed) if changed else ("unchanged", [])
