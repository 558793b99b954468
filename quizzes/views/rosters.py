"""A roster: a file of members, reported on row by row before anything is written."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import clock
from quizzes.errors import QuizError
from quizzes.formats.budgets import Budget
from quizzes.forms.classrooms import RosterForm
from quizzes.models import Classroom
from quizzes.services import rosters
from quizzes.views.classrooms import READ_WRITE
from quizzes.views.requests import LoggedInRequest


@READ_WRITE
def classroom_roster(request: LoggedInRequest, pk: int) -> HttpResponse:
    """A file of members: first a report by row in which nothing is written, then, when it is confirmed, the members."""
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    context: dict[str, object] = {"classroom": classroom, "is_teaching": True}
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_valid():
        given = form.cleaned_data
        try:
            roster = rosters.read(given["data"], given["name"], budget=Budget(is_gone=hung_up(request)))
            plan = rosters.plan(classroom, roster)
            if given["is_confirmed"]:
                return _enrol(request, classroom, plan)
        except QuizError as error:
            form.add_error(None, str(error))
        else:
            carried = {"carried": base64.b64encode(given["data"]).decode(), "carried_name": given["name"]}
            context |= {"plan": plan, "lines": lines(plan), "carry": RosterForm(initial=carried)}
    return render(request, "quizzes/classrooms/roster.html", {**context, "form": form})


def hung_up(request: LoggedInRequest) -> Callable[[], bool] | None:
    """What tells whether the client still waits for the reply; None where the server cannot know."""
    return request.META.get("waitress.client_disconnected")


@dataclass(frozen=True)
class Line:
    """One row of the file and what would become of it: new, existing or member."""

    row: rosters.RosterRow
    outcome: str


def lines(plan: rosters.Plan) -> list[Line]:
    """The rows that are let in, in the order of the file."""
    found = [Line(row, "new") for row in plan.new]
    found += [Line(person.row, "existing") for person in plan.existing]
    found += [Line(person.row, "member") for person in plan.members]
    return sorted(found, key=lambda line: line.row.number)


def _enrol(request: LoggedInRequest, classroom: Classroom, plan: rosters.Plan) -> HttpResponse:
    number = len(rosters.apply(plan, actor=request.user, now=clock.now()))
    sentence = ngettext("%(n)d person is new in the classroom.", "%(n)d people are new in the classroom.", number)
    messages.success(request, sentence % {"n": number} if number else _("Everybody on the list was in it already."))
    return redirect("quizzes:classroom_members", pk=classroom.pk)
