"""Cases: the page of facts that stands above a question, as it was when an attempt began. Read only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from quizzes import markup
from quizzes.models import EarlierText, StudyNote
from quizzes.study_text import LOCATOR


@dataclass(frozen=True)
class CaseText:
    """A page of facts to show above a question."""

    slug: str
    title: str
    html: SafeString


def texts(slugs: Collection[str], *, at: datetime) -> dict[str, CaseText]:
    """Return what the cases said at an instant, by short name (2 queries, none for no case).

    Who may see the question may see its case: drafts too, because users who preview one write it.
    """
    if not slugs:
        return {}
    notes = StudyNote.objects.filter(slug__in=slugs, kind=StudyNote.Kind.CASE).order_by()
    now = {slug: _text(slug, title, body) for slug, title, body in notes.values_list("slug", "title", "body")}
    replaced = EarlierText.objects.filter(note__slug__in=slugs, until__gt=at).order_by("-until", "-pk")
    rows = replaced.values_list("note__slug", "title", "body")
    return now | {slug: _text(slug, title, body) for slug, title, body in rows if slug in now}


def _text(slug: str, title: str, body: str) -> CaseText:
    return CaseText(slug, title, markup.markdown(LOCATOR.sub("", body)))
