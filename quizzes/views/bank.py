"""Pages of the bank: a source with its questions, a topic with its questions."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from quizzes import clock, entitlements
from quizzes.models import Question, Source, Topic
from quizzes.reports import bank
from quizzes.views.requests import LoggedInRequest


def _entries(request: LoggedInRequest, questions: QuerySet[Question]) -> list[bank.Entry]:
    now = clock.now()
    secrecy = entitlements.secrecy_of(request.user, now=now)
    questions = secrecy.without_secret(questions)
    if request.user.is_instructor:
        return bank.all_entries(questions.filter(pk__in=Question.objects.visible_to(request.user).values("pk")))
    questions = questions.filter(is_kept_for_exams=False)
    return bank.met_entries(
        request.user, questions, lambda attempt: entitlements.revealed(attempt, request.user, now=now)
    )


@require_GET
def source_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    source = get_object_or_404(Source, slug=slug)
    entries = _entries(request, Question.objects.filter(places__source=source))
    return render(request, "quizzes/bank/source.html", {"source": source, "entries": entries})


@require_GET
def topic_detail(request: LoggedInRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    entries = _entries(request, Question.objects.filter(topic=topic))
    return render(request, "quizzes/bank/topic.html", {"topic": topic, "entries": entries})
