"""Pages of the bank: a source with its questions, a topic with its questions."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.models import Question, Source, Topic
from quizzes.reports import bank, growth, study
from quizzes.views.requests import LoggedInRequest


@require_GET
def source_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    source, now = get_object_or_404(Source, slug=slug), clock.now()
    questions = Question.objects.filter(places__source=source)
    context = {
        "source": source,
        "entries": bank.entries(request.user, questions, now=now),
        "notes": study.notes_on(request.user, source, now=now),
        "grown": growth.about(request.user, source, questions, now=now),
    }
    return render(request, "quizzes/bank/source.html", context)


@require_GET
def topic_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    topic, now = get_object_or_404(Topic, slug=slug), clock.now()
    questions = Question.objects.filter(topic=topic)
    context = {
        "topic": topic,
        "entries": bank.entries(request.user, questions, now=now),
        "grown": growth.about(request.user, topic, questions, now=now),
    }
    return render(request, "quizzes/bank/topic.html", context)
