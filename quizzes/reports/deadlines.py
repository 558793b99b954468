"""What it would mean to move the deadline of an attempt or to open it again, in sentences for who decides. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from quizzes import entitlements, figures
from quizzes.entitlements import lateness
from quizzes.local_time import duration, in_words, on_the_clock
from quizzes.models import Attempt, AttemptEvent
from quizzes.terms import Terms


@dataclass(frozen=True)
class Change:
    """What was and what will be, in words, and what follows from it; `warnings` are what one may not have thought of."""

    before: str
    after: str
    difference: str
    consequences: tuple[str, ...]
    warnings: tuple[str, ...]


def extension(attempt: Attempt, due_at: datetime | None, *, now: datetime, zone: str) -> Change:
    """Return the deadline of an attempt in progress moves to `due_at`."""
    warnings = _about_the_class(attempt, due_at, zone)
    if due_at is not None and (attempt.due_at is None or due_at < attempt.due_at):
        warnings.insert(0, _("This takes time away from a student who is working."))
    return Change(
        before=_until(attempt.due_at, now, zone),
        after=_until(due_at, now, zone),
        difference=_difference(attempt.due_at, due_at),
        consequences=(
            _("The student's countdown follows by itself. They can read who changed it and why."),
            *_about_lateness(attempt, gives_time=attempt.due_at is not None and _is_later(due_at, attempt.due_at)),
        ),
        warnings=tuple(warnings),
    )


def reopening(attempt: Attempt, due_at: datetime | None, *, now: datetime, zone: str) -> Change:
    """Return the change: a closed attempt is open again until `due_at`."""
    warnings = _about_the_class(attempt, due_at, zone)
    if entitlements.revealed(attempt, attempt.learner, now=now).right_answer:
        warnings.insert(0, _("The student may have read the right answers: they can see them already."))
    return Change(
        before=_("closed since %(at)s") % {"at": _at(attempt.submitted_at, now, zone)},
        after=_until(due_at, now, zone),
        difference=duration(due_at - now) if due_at else "",
        consequences=(*what_reopening_does(attempt), *_about_lateness(attempt, gives_time=True)),
        warnings=tuple(warnings),
    )


@dataclass(frozen=True)
class DeadlineExplanation:
    """Why the deadline of an attempt is what it is: its terms, when it is late, and who moved it."""

    terms: Terms
    due_at: datetime | None
    changes: list[AttemptEvent]


def explained(attempt: Attempt) -> DeadlineExplanation:
    """Return the terms of an attempt as the function computed them that set its deadline."""
    limit = entitlements.limits_of([attempt])[attempt.pk]
    agreed = entitlements.terms_for(attempt.learner, attempt.quiz, attempt.assignment, limit=limit)
    moves = attempt.events.filter(kind__in=AttemptEvent.MOVES_END).select_related("actor").order_by("at", "pk")
    changes = list(moves)
    was_given_time = any(change.gives_time for change in changes)
    return DeadlineExplanation(agreed, lateness.due(attempt, agreed, was_given_time=was_given_time), changes)


def what_reopening_does(attempt: Attempt) -> list[str]:
    """Return what happens to marks, answers and the learner's pages."""
    if attempt.shown_marks is not None:
        words = {"marks": figures.marks(attempt.shown_marks), "max": figures.marks(attempt.max_marks)}
        marks = _("The %(marks)s of %(max)s points are taken back.") % words
    else:
        marks = _("There are no marks yet.")
    sentences = [
        _("%(marks)s It is graded again when it is submitted or time runs out.") % {"marks": marks},
        _("All answers stay and can be changed. Marks given by hand stay with unchanged answers."),
        _("The student sees “Continue”, who reopened it and why. The result is hidden until it is closed again."),
        _("It does not count as another attempt."),
    ]
    if attempt.reached_slot:
        sentences.append(_("It continues at question %(n)d; the student can't go back.") % {"n": attempt.reached_slot})
    return sentences


def _about_lateness(attempt: Attempt, *, gives_time: bool) -> list[str]:
    """Return what to say where time given by hand moves the due date of the attempt as well."""
    if not gives_time or attempt.assignment is None or attempt.assignment.due_at is None:
        return []
    return [_("It is not marked late until then, if it was started before the due date.")]


def _is_later(one: datetime | None, other: datetime) -> bool:
    """Return whether a deadline is after the other; None is no end, later than all."""
    return one is None or one > other


def _about_the_class(attempt: Attempt, due_at: datetime | None, zone: str) -> list[str]:
    """Return what a later end means beyond this learner."""
    close = _close_of(attempt)
    if close is None or (due_at is not None and due_at <= close):
        return []
    sentences = [
        _("For the class it closes %(at)s; only this attempt continues.") % {"at": _at(close, close, zone, day=True)}
    ]
    if attempt.preset == "exam":
        sentences.append(_("This is an exam: nobody in the class sees marks and answers until this attempt is over."))
    return sentences


def _close_of(attempt: Attempt) -> datetime | None:
    class_close = attempt.assignment.overrides().closes_at if attempt.assignment else None
    return class_close or attempt.quiz.closes_at


def _until(at: datetime | None, now: datetime, zone: str) -> str:
    return _at(at, now, zone) if at else _("no deadline")


def _at(at: datetime | None, now: datetime, zone: str, *, day: bool = False) -> str:
    """Return the time in the zone; with the day where it is another one than today."""
    if at is None:
        return "–"
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today and not day:
        return on_the_clock(local, seconds=bool(local.second))
    return in_words(local, now, seconds=bool(local.second))


def _difference(before: datetime | None, after: datetime | None) -> str:
    if before is None or after is None:
        return ""
    if after > before:
        return _("%(time)s more") % {"time": duration(after - before)}
    return _("%(time)s less") % {"time": duration(before - after)}
