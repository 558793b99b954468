"""A draft against the question with its id: why it cannot come over it, and what it would change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from quizzes.formats.base import QuestionDraft
from quizzes.models import Question, QuestionVersion, Source, User
from quizzes.services import cases
from quizzes.services.exchange.drafts import as_stored

Status = QuestionVersion.Status


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
    sentences = []
    if (case := draft.spec.get("case")) in missing:
        sentences.append(_("There is no case “%(slug)s”; write it first, as a study note.") % {"slug": case})
    for place in draft.sources:
        source = sources.get(place.document)
        if source is None:
            sentences.append(_("There is no source “%(slug)s”; add it first.") % {"slug": place.document})
        elif not source.has_paragraph(place.paragraph):
            message = _("“%(slug)s” has no paragraph %(number)d.")
            sentences.append(message % {"slug": place.document, "number": place.paragraph})
    if question is not None and question.type != draft.type:
        message = _("The question with this id is of type %(type)s, and a type never changes.")
        sentences.append(message % {"type": question.type})
    elif question is not None and _has_other_work(question, draft):
        sentences.append(_("Someone has an unpublished draft of this question; publish or discard that first."))
    return sentences


def _has_other_work(question: Question, draft: QuestionDraft) -> bool:
    """Return whether new content would overwrite a draft that stands next to a published version."""
    versions = {version.status: version for version in question.versions.all()}
    if Status.READY not in versions or Status.DRAFT not in versions:
        return False
    contents = [as_stored(question.type, versions[status].spec) for status in (Status.READY, Status.DRAFT)]
    return draft.spec not in contents


def changes(draft: QuestionDraft, before: QuestionDraft, question: Question, *, publish: bool = False) -> list[str]:
    """Name what a draft would change in a question that is now as `before`; its open draft counts unless it is published."""
    known = [version.spec for version in question.versions.all() if version.is_draft and not publish]
    is_known = draft.spec == before.spec or draft.spec in [as_stored(question.type, spec) for spec in known]
    compared: list[tuple[str, object, object]] = [
        (_("content"), is_known, True),
        (_("topic"), before.topic, draft.topic),
        (_("difficulty"), before.difficulty, draft.difficulty),
        (_("Bloom level"), before.bloom, draft.bloom),
        (_("tags"), set(before.tags), set(draft.tags)),
        (_("sources"), set(before.sources), set(draft.sources)),
        (_("acknowledged warnings"), before.acknowledged, draft.acknowledged),
    ]
    return [str(name) for name, old, new in compared if old != new]
