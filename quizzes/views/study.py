"""Pages to read, for everyone who is logged in: the path of units, notes, glossary, timeline, and who does what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quizzes import clock
from quizzes.models import Body, Unit
from quizzes.reports import study, timeline
from quizzes.services import copies
from quizzes.study_text import SourceParagraph
from quizzes.views.requests import LoggedInRequest


@require_GET
def study_path(request: LoggedInRequest) -> HttpResponse:
    return render(request, "quizzes/study/path.jinja", {"path": study.path(request.user, now=clock.now())})


@require_GET
def study_unit(request: LoggedInRequest, slug: str) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.readable_by(request.user), slug=slug)
    page = study.unit_page(request.user, unit, now=clock.now())
    may_copy = (
        Unit.objects.visible_to(request.user).filter(pk=unit.pk).exists() if request.user.is_instructor else False
    )
    return render(request, "quizzes/study/unit.jinja", {"page": page, "unit": unit, "may_copy": may_copy})


@require_POST
def study_unit_copy(request: LoggedInRequest, slug: str) -> HttpResponse:
    """Make a unit of one's own that starts from this one, and go on in the workshop."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), slug=slug)
    copy = copies.of_unit(unit, actor=request.user, now=clock.now())
    messages.success(request, _("This is your copy, with its notes and its check: drafts that only you see."))
    return redirect("admin:quizzes_unit_change", copy.pk)


@require_GET
def study_note(request: LoggedInRequest, slug: str) -> HttpResponse:
    now = clock.now()
    note = get_object_or_404(study.notes_for(request.user, now=now).select_related("unit"), slug=slug)
    page = study.note_page(request.user, note, wanted=_wanted(request), now=now)
    return render(request, "quizzes/study/note.jinja", {"page": page, "note": note})


def _wanted(request: LoggedInRequest) -> SourceParagraph | None:
    """Return the place whose sentences are marked, out of the address; what is none marks nothing."""
    source, paragraph = request.GET.get("source", ""), request.GET.get("paragraph", "")
    is_place = source and paragraph.isascii() and paragraph.isdecimal() and len(paragraph) <= 5
    return SourceParagraph(source, int(paragraph)) if is_place else None


@require_GET
def study_glossary(request: LoggedInRequest) -> HttpResponse:
    return render(request, "quizzes/study/glossary.jinja", {"terms": study.glossary(request.user)})


@require_GET
def study_timeline(request: LoggedInRequest) -> HttpResponse:
    return render(request, "quizzes/study/timeline.jinja", {"timeline": timeline.timeline(request.user)})


@require_GET
def study_bodies(request: LoggedInRequest) -> HttpResponse:
    bodies = study.bodies(request.user)
    texts = list(dict.fromkeys(source for row in bodies for source, _number in row.places))
    return render(request, "quizzes/study/bodies.jinja", {"bodies": bodies, "texts": texts, "acts": Body.ACTS})
