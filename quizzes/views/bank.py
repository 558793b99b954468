"""Pages of the bank: a source with its questions, a topic with its questions."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.models import Question, Source, Topic
from quizzes.reports import bank, study
from quizzes.views.requests import LoggedInRequest


@require_GET
def source_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    now = clock.now()
    entries = bank.entries(request.user, Question.objects.filter(places__source=source), now=now)
    notes = study.notes_on(request.user, source, now=now)
    return render(request, "quizzes/bank/source.html", {"source": source, "entries": entries, "notes": notes})


@require_GET
def topic_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    entries = bank.entries(request.user, Question.objects.filter(topic=topic), now=clock.now())
    return render(request, "quizzes/bank/topic.html", {"topic": topic, "entries": entries})
