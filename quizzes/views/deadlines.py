"""One attempt, as an instructor of its class changes it by hand: another deadline, or open again. Asked twice, logged."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from quizzes import clock
from quizzes.errors import AttemptClosed, EditConflict, QuizError
from quizzes.forms.deadlines import EndForm
from quizzes.models import Attempt
from quizzes.reports import deadlines as report
from quizzes.services import deadlines
from quizzes.views.requests import LoggedInRequest, read_in
from quizzes.views.shortcuts import READ_WRITE, managed_attempt


class Describe(Protocol):
    def __call__(self, attempt: Attempt, due_at: datetime | None, *, now: datetime, zone: str) -> report.Change: ...


def where_from(request: LoggedInRequest, attempt: Attempt) -> str:
    """Return where to go afterwards: the attempt's own pages if one came from there, else who is where in the assignment."""
    if attempt.assignment_id is None or request.GET.get("back") == "result":
        return reverse("quizzes:attempt_result", args=[attempt.pk])
    return reverse("quizzes:assignment_detail", args=[attempt.assignment_id])


@never_cache
@READ_WRITE
def attempt_extend(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Move the deadline of an attempt in progress."""
    now = clock.now()
    attempt = managed_attempt(request.user, pk, now=now)
    if not attempt.is_in_progress:
        return _closed_meanwhile(request, attempt)
    form = _form_for(request, attempt, now)
    if not _is_decided(request, form):
        return _page(request, attempt, form, report.extension, now)
    change = report.extension(attempt, form.ends_at, now=now, zone=form.zone)
    try:
        deadlines.extend(
            attempt, due_at=form.ends_at, reason=form.words, actor=request.user, now=now, seen=(form.seen_at,)
        )
    except AttemptClosed:
        return _closed_meanwhile(request, attempt)
    except EditConflict as conflict:
        attempt.refresh_from_db(fields=["due_at"])
        form.add_error(None, f"{conflict.message} {_('Check it again; your entries are still here.')}")
        form.expect(attempt.due_at)
        return _page(request, attempt, form, report.extension, now)
    words = {"name": attempt.learner.full_name, "from": change.before, "to": change.after, "zone": form.zone}
    messages.success(request, _("Deadline of %(name)s changed from %(from)s to %(to)s (%(zone)s time).") % words)
    return redirect(where_from(request, attempt))


def _closed_meanwhile(request: LoggedInRequest, attempt: Attempt) -> HttpResponse:
    messages.error(request, _("This attempt is closed, so its deadline can't be changed. You can reopen it."))
    return redirect("quizzes:attempt_reopen", pk=attempt.pk)


@never_cache
@READ_WRITE
def attempt_reopen(request: LoggedInRequest, pk: int) -> HttpResponse:
    """Open a closed attempt again."""
    now = clock.now()
    attempt = managed_attempt(request.user, pk, now=now)
    if attempt.is_in_progress:
        messages.info(request, _("This attempt is running, so you can only change its deadline."))
        return redirect("quizzes:attempt_extend", pk=pk)
    form = _form_for(request, attempt, now)
    try:
        deadlines.refuse_unless_reopenable(attempt, now=now)
        if not _is_decided(request, form):
            return _page(request, attempt, form, report.reopening, now)
        deadlines.reopen(attempt, due_at=form.ends_at, reason=form.words, actor=request.user, now=now)
    except QuizError as error:
        messages.error(request, str(error))
        return redirect(where_from(request, attempt))
    change = report.reopening(attempt, form.ends_at, now=now, zone=form.zone)
    words = {"name": attempt.learner.full_name, "end": change.after, "zone": form.zone}
    messages.success(request, _("Attempt of %(name)s reopened; deadline: %(end)s (%(zone)s time).") % words)
    return redirect(where_from(request, attempt))


# The form, then what it would do --------------------------------------------------------------------------------------


def _form_for(request: LoggedInRequest, attempt: Attempt, now: datetime) -> EndForm:
    zone = attempt.assignment.classroom.time_zone if attempt.assignment else timezone.get_current_timezone_name()
    read_in(zone)
    return EndForm(request.POST or None, attempt=attempt, now=now, zone=zone)


def _is_decided(request: LoggedInRequest, form: EndForm) -> bool:
    return form.is_valid() and "confirmed" in request.POST


def _page(request: LoggedInRequest, attempt: Attempt, form: EndForm, describe: Describe, now: datetime) -> HttpResponse:
    """Show what it would do, to be confirmed; before that, or to change it, the form."""
    context = {
        "attempt": attempt,
        "form": form,
        "is_reopening": not attempt.is_in_progress,
        "back": where_from(request, attempt),
    }
    if form.is_valid() and "back" not in request.POST:
        change = describe(attempt, form.ends_at, now=now, zone=form.zone)
        return render(request, "quizzes/deadlines/confirm.html", {**context, "change": change})
    if not attempt.is_in_progress:
        context["consequences"] = report.what_reopening_does(attempt)
    return render(request, "quizzes/deadlines/form.html", context)
