"""What a class remembers, for those who teach it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.models import Classroom
from quizzes.reports import forgetting as report
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import teaches


@require_GET
def classroom_memory(request: LoggedInRequest, pk: int) -> HttpResponse:
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    context = {
        "classroom": classroom,
        "is_teaching": teaches(request.user, classroom),
        "forgetting": report.of_class(classroom, now=clock.now()),
    }
    return render(request, "quizzes/classrooms/memory.html", context)
