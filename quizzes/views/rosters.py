"""A roster: a file of members, reported on row by row before anything is written."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.errors import QuizError
from quizzes.formats import rosters as files
from quizzes.formats import sheets
from quizzes.formats.budgets import Budget
from quizzes.forms.rosters import ReadingForm, RosterForm
from quizzes.mailing import mail_can_be_sent
from quizzes.models import Classroom
from quizzes.services import rosters
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE
from quizzes.views.slip_sheets import print_slips

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@READ_WRITE
def classroom_roster(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Add members from a file: first a report by row in which nothing is written, then, when it is confirmed, the members."""
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    context: dict[str, object] = {"classroom": classroom, "is_teaching": True, "can_mail": mail_can_be_sent()}
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_valid():
        fields = form.cleaned_data
        choice = ReadingForm(request.POST).choice()
        try:
            roster = rosters.read(fields["data"], fields["name"], choice, budget=Budget(is_gone=hung_up(request)))
            plan = rosters.plan(classroom, roster)
            if fields["is_confirmed"]:
                return _enrol(request, classroom, plan)
            context |= {"plan": plan, "lines": lines(plan)} | _carried(fields, roster.layout)
        except files.UnclearList as error:
            form.add_error(None, str(error))
            context |= _carried(fields, error.layout)
        except QuizError as error:
            form.add_error(None, str(error))
    return render(request, "quizzes/classrooms/roster.html", {**context, "form": form})


def hung_up(request: LoggedInRequest) -> Callable[[], bool] | None:
    """Return what tells whether the client still waits for the reply; None where the server cannot know."""
    return request.META.get("waitress.client_disconnected")


def _carried(given: Mapping[str, Any], layout: files.Layout | None) -> dict[str, object]:
    """Return the file and how it was read, for the forms that go on with it."""
    carried = {"carried": base64.b64encode(given["data"]).decode(), "carried_name": given["name"]}
    return {"carry": RosterForm(initial=carried), "reading": ReadingForm(layout=layout), "layout": layout}


@dataclass(frozen=True)
class Line:
    """One row of the file and what would become of it: new, slip, existing, invited or member; and whose account that is.

    `unconfirmed` names the accounts that have this address but have not confirmed it.
    """

    row: rosters.RosterRow
    outcome: str
    account: str = ""
    unconfirmed: tuple[str, ...] = ()


def lines(plan: rosters.RosterPlan) -> list[Line]:
    """Return the rows that are let in, in the order of the file."""
    lines_shown = [
        Line(row, "slip" if rosters.gets_slip(row) else "new", unconfirmed=plan.unconfirmed.get(row.number, ()))
        for row in plan.new
    ]
    lines_shown += [Line(person.row, "existing", person.user.username) for person in plan.existing]
    lines_shown += [Line(person.row, "invited", person.user.username) for person in plan.invited]
    lines_shown += [Line(person.row, "member", person.user.username) for person in plan.members]
    return sorted(lines_shown, key=lambda line: line.row.number)


def _enrol(request: LoggedInRequest, classroom: Classroom, plan: rosters.RosterPlan) -> HttpResponse:
    brought = rosters.apply(plan, actor=request.user, now=clock.now())
    said = _said(len(brought.enrolled), len(plan.invited))
    if brought.slips:
        return print_slips(request, classroom, brought.slips, said)
    for sentence in said:
        messages.success(request, sentence)
    return redirect("quizzes:classroom_members", pk=classroom.pk)


def _said(number: int, invited: int) -> list[str]:
    """Return what was done, in sentences."""
    said = []
    sentence = ngettext("%(n)d person was added.", "%(n)d people were added.", number)
    if number or not invited:
        said.append(sentence % {"n": number} if number else _("Everyone on the list was in the class already."))
    if invited:
        sentence = ngettext("%(n)d person was invited.", "%(n)d people were invited.", invited) % {"n": invited}
        said.append(f"{sentence} {_('They join when they accept under Classes.')}")
    return said


# A list to begin with -------------------------------------------------------------------------------------------------


@require_GET
def classroom_sample_csv(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    return _attached(b"".join(sheets.csv_lines(files.SAMPLE)), "text/csv; charset=utf-8", "roster.csv")


@require_GET
def classroom_sample_xlsx(request: LoggedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Classroom.objects.taught_by(request.user), pk=pk)
    return _attached(sheets.xlsx_bytes(files.SAMPLE, title=_("Students")), XLSX, "roster.xlsx")


def _attached(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
