"""States in words, for every page: how an attempt ended, and until when an assignment can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes import terms
from quizzes.figures import marks
from quizzes.local_time import duration, in_words, on_the_clock
from quizzes.models import Attempt
from quizzes.models.quizzes import Preset
from quizzes.reports.student_assignments import Calendar


@dataclass(frozen=True)
class Outcome:
    """How an attempt stands, in words; `is_score` where these are its marks."""

    words: str
    is_score: bool = False


def of_attempt(attempt: Attempt, *, shows_marks: bool) -> Outcome:
    """Return how an attempt stands or ended: “11 of 15 points”, “Waiting for marking”, “Survey, no marks”."""
    if attempt.is_in_progress:
        return Outcome(_("In progress"))
    if attempt.preset == Preset.SURVEY:
        return Outcome(_("Survey, no marks"))
    if attempt.status == Attempt.Status.AWAITING_MARKING:
        return Outcome(_("Waiting for marking"))
    if not attempt.is_graded:
        return Outcome(_("Being marked"))
    if shows_marks:
        return Outcome(score(attempt), is_score=True)
    if attempt.preset == Preset.PRACTICE:
        return Outcome(_("Practice, no grade"))
    return Outcome(_("Result available after the quiz closes"))


def score(attempt: Attempt) -> str:
    """Return “11 of 15 points”."""
    words = {"marks": marks(attempt.shown_marks), "max": marks(attempt.max_marks)}
    return _("%(marks)s of %(max)s points") % words


def of_time_left(attempt: Attempt, *, now: datetime) -> str:
    """Return how long an attempt in progress may go on: “19 min left, until 2:25 p.m.”, or “no deadline”."""
    if attempt.due_at is None:
        return _("no deadline")
    left = attempt.due_at - now
    if left < timedelta(minutes=1):
        return _("less than a minute left")
    if left >= timedelta(days=1):
        return _("time runs out %(at)s") % {"at": at(attempt.due_at, now)}
    whole = timedelta(minutes=left // timedelta(minutes=1))
    words = {"left": duration(whole), "at": on_the_clock(timezone.localtime(attempt.due_at))}
    return _("%(left)s left, until %(at)s") % words


def of_deadline(agreed: terms.Terms, *, now: datetime, is_late: bool = False, is_over: bool = False) -> str:
    """Return until when it can be done: “due Mon, Mar 2, 9:00 a.m.; closes Wed, Mar 4, 9:00 a.m.”, or “no deadline”.

    `is_late` says that what is handed in now is late, `is_over` that nothing can be handed in any more.
    """
    said = [_of_due(agreed, now, is_late=is_late and not is_over)]
    if agreed.closes_at is not None:
        text = _("closed %(at)s") if is_over else _("closes %(at)s")
        said.append(text % {"at": at(agreed.closes_at, now)})
    return "; ".join(filter(None, said)) or _("no deadline")


def _of_due(agreed: terms.Terms, now: datetime, *, is_late: bool) -> str:
    if agreed.was_due_at is not None:
        return _("was due %(at)s, before you joined") % {"at": at(agreed.was_due_at, now)}
    if agreed.due_at is None:
        return ""
    if is_late:
        return _("was due %(at)s; late work is accepted") % {"at": at(agreed.due_at, now)}
    return _("due %(at)s") % {"at": at(agreed.due_at, now)}


def of_calendar(calendar: Calendar) -> str:
    """Return what there is to do: “2 quizzes to do”, “all 3 done”, “nothing open right now”."""
    if calendar.open:
        return ngettext("%(n)d quiz to do", "%(n)d quizzes to do", len(calendar.open)) % {"n": len(calendar.open)}
    if not calendar.open_and_done:
        return _("nothing open right now")
    return ngettext("all done", "all %(n)d done", calendar.open_and_done) % {"n": calendar.open_and_done}


def at(instant: datetime, now: datetime) -> str:
    """Return a time in the reader's zone."""
    return in_words(timezone.localtime(instant), now)
