"""The gradebook of a classroom: members by assignments, figures of each assignment, and as a sheet to take away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from quizzes import clock
from quizzes.figures import marks
from quizzes.formats import sheets
from quizzes.models import Attempt, Classroom
from quizzes.reports import gradebook as report
from quizzes.reports import gradebook_cells, gradebook_sheets, histograms
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import teaches

SHOWS = {
    "all": _("everyone"),
    "help": _("who needs help"),
    "missing": _("missing work"),
    "failed": _("failed a quiz"),
    "late": _("late work"),
    "waiting": _("work to mark"),
    "in_progress": _("work in progress"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@require_GET
def gradebook(request: LoggedInRequest, pk: int) -> HttpResponse:
    classroom, book = _read(request, pk, now=clock.now())
    context = {
        "classroom": classroom,
        "is_teaching": teaches(request.user, classroom),
        "book": book,
        "rows": [(row, shown(row.cells)) for row in book.rows],
        "in_need": [row for row in book.rows if row.needs_help],
        "shows": SHOWS,
        "headers": headers(book),
        "summaries": [(assignment, figures, histograms.bars(figures.bins)) for assignment, figures in book.columns],
        "chart": histograms.CHART,
    }
    return render(request, "quizzes/gradebook/gradebook.html", context)


@never_cache
@require_GET
def gradebook_csv(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    now = clock.now()
    classroom, book = _read(request, pk, now=now)
    lines = sheets.csv_lines(gradebook_sheets.table(book))
    return _attached(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), classroom, now, "csv")


@never_cache
@require_GET
def gradebook_xlsx(request: LoggedInRequest, pk: int) -> HttpResponseBase:
    now = clock.now()
    classroom, book = _read(request, pk, now=now)
    content = sheets.xlsx_bytes(gradebook_sheets.table(book), title=classroom.name, wide=gradebook_sheets.NAMES)
    return _attached(HttpResponse(content, content_type=XLSX), classroom, now, "xlsx")


def _read(request: LoggedInRequest, pk: int, *, now: datetime) -> tuple[Classroom, report.Gradebook]:
    """Return the classroom and its gradebook, sorted and filtered as asked; the report knows what may be asked for.

    Attempts whose time is over are closed first: their marks belong in it.
    """
    classroom = get_object_or_404(Classroom.objects.assisted_by(request.user), pk=pk)
    attempts.close_overdue(now=now, among=Attempt.objects.filter(assignment__classroom=classroom))
    wanted = {name: request.GET.get(name, "") for name in ("sort", "show")}
    return classroom, report.gradebook(classroom, now=now, **wanted)


def _attached(response: HttpResponseBase, classroom: Classroom, now: datetime, suffix: str) -> HttpResponseBase:
    """Return it as a file with a name of plain letters, whatever the classroom is called."""
    name = slugify(classroom.name)[:60] or f"{_('class')}-{classroom.pk}"
    filename = f"{name}-{slugify(_('gradebook'))}-{now:%Y-%m-%d}.{suffix}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return response


# Finished values for the template ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """The head of a column: its words, how it sorts now ("ascending", "descending" or nothing), and what its link asks."""

    words: str
    order: str
    query: str


def headers(book: report.Gradebook) -> dict[str, object]:
    """Return the heads of names, assignments (by pk) and totals; what sorts already is turned round by its link."""
    titles = {row.pk: row.quiz.title for row in book.assignments}
    return {
        "name": _header(book, gettext("Name"), "name", "-name", first_is_up=True),
        "total": _header(book, gettext("Total"), "total", "lowest"),
        "late": _header(book, gettext("Late"), "late", "late"),
        "quizzes": [(pk, _header(book, title, f"a{pk}", f"-a{pk}")) for pk, title in titles.items()],
    }


def _header(book: report.Gradebook, words: str, first: str, second: str, *, first_is_up: bool = False) -> Header:
    ways = ("ascending", "descending") if first_is_up else ("descending", "ascending")
    order = {second: ways[1], first: ways[0]}.get(book.sort, "")
    wanted = second if book.sort == first else first
    return Header(words, order, f"?sort={wanted}&show={book.show}")


@dataclass(frozen=True)
class Shown:
    """A cell in words: what is said, in small what there is to say about it, where it leads, and its class."""

    kind: str
    words: str
    note: str = ""
    address: str = ""


def shown(cells: Iterable[gradebook_cells.Cell]) -> list[Shown]:
    """Return cells as the page says them. A large class has thousands: a template would take five times as long."""
    result, timeline = (reverse(f"quizzes:attempt_{name}", args=[0]) for name in ("result", "timeline"))
    words = {
        gradebook_cells.NOT_STARTED: str(_("not started")),
        gradebook_cells.MISSING: str(_("missing")),
        gradebook_cells.IN_PROGRESS: str(_("in progress")),
        gradebook_cells.WAITING: str(_("to be marked")),
        gradebook_cells.DONE: str(_("done")),
    }
    kinds = {gradebook_cells.NOT_STARTED: "none", gradebook_cells.MISSING: "fail"}
    cells_shown = []
    for cell in cells:
        kind = {True: "pass", False: "fail", None: kinds.get(cell.state, "")}[cell.is_passed]
        to = timeline if cell.state == gradebook_cells.IN_PROGRESS else result
        address = to.replace("/0/", f"/{cell.attempt_id}/") if cell.attempt_id else ""
        cells_shown.append(Shown(kind, words.get(cell.state) or marks(cell.marks or Decimal(0)), _note(cell), address))
    return cells_shown


def _note(cell: gradebook_cells.Cell) -> str:
    notes = []
    if cell.marks is not None:
        notes += [gettext("of %(possible)s") % {"possible": marks(cell.possible or Decimal(0))}, f"{cell.percent}%"]
    if cell.is_passed is False:
        notes.append(gettext("failed"))
    if cell.is_late:
        notes.append(gettext("late"))
    if cell.is_reopened:
        notes.append(gettext("reopened"))
    if cell.attempts > 1:
        notes.append(gettext("%(n)d attempts") % {"n": cell.attempts})
    return ", ".join(notes)
