"""Cases: pages of facts that questions name. What asks about one keeps it, with the text that it had.

An attempt shows what a case said when it began; so what a published case says no more is kept when it is rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from quizzes.formats.base import QuestionDraft
from quizzes.models import EarlierText, QuestionVersion, StudyNote, User
from quizzes.study_text import LOCATOR

LONGEST_STEM = 4000  # characters, of any question


def is_published(slug: str) -> bool:
    return StudyNote.objects.published().filter(slug=slug, kind=StudyNote.Kind.CASE).exists()


def usable_among(slugs: Collection[str], actor: User | None) -> set[str]:
    """Return those that are cases which the actor (None: the site) may use (1 query, none for none)."""
    if not slugs:
        return set()
    notes = StudyNote.objects.all() if actor is None else StudyNote.objects.usable_by(actor)
    cases = notes.filter(slug__in=slugs, kind=StudyNote.Kind.CASE)
    return set(cases.order_by().values_list("slug", flat=True))


def are_asked(slugs: Collection[str]) -> set[str]:
    """Return those that a question names which was published at some time: they must stay (1 query)."""
    versions = QuestionVersion.objects.exclude(status=QuestionVersion.Status.DRAFT).filter(spec__case__in=list(slugs))
    return set(versions.order_by().values_list("spec__case", flat=True))


def keep_text(before: StudyNote, after: StudyNote, *, now: datetime) -> None:
    """Keep what a case said until now, where it was published and says something else."""
    is_rewritten = (before.title, before.body) != (after.title, after.body)
    if before.kind == StudyNote.Kind.CASE and not before.is_draft and is_rewritten:
        EarlierText.objects.create(note=after, title=before.title, body=before.body, until=now)


def put_into_stems(drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
    """Return the drafts for a file that knows no cases: the page of facts stands in the stem, as it is now (1 query at most).

    A stem that would be too long for a question stays without it.
    """
    named = {str(draft.spec.get("case", "")) for draft in drafts} - {""}
    notes = StudyNote.objects.filter(slug__in=named, kind=StudyNote.Kind.CASE) if named else StudyNote.objects.none()
    texts = {note.slug: f"**{note.title}**\n\n{LOCATOR.sub('', note.body)}" for note in notes}
    return [_with_case(draft, texts.get(str(draft.spec.get("case", "")), "")) for draft in drafts]


def _with_case(draft: QuestionDraft, text: str) -> QuestionDraft:
    stem = f"{text}\n\n---\n\n{draft.spec['stem']}"
    return replace(draft, spec={**draft.spec, "stem": stem}) if text and len(stem) <= LONGEST_STEM else draft
