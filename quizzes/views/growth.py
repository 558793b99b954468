"""One's own progress: by topic, unit and source, and by quiz."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.models import Attempt
from quizzes.reports import growth, own_quizzes
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest


@never_cache
@require_GET
def progress(request: LoggedInRequest) -> HttpResponse:
    now = clock.now()
    attempts.close_overdue(now=now, among=Attempt.objects.taken_by(request.user))
    quizzes = own_quizzes.of_learner(request.user, now=now)
    context = {
        "growth": growth.of_learner(request.user, now=now),
        "quizzes": quizzes,
        "total_time": own_quizzes.total_time(quizzes),
    }
    return render(request, "quizzes/growth/progress.jinja", context)
