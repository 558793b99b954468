"""What may be a slip: allowed, but told before it is saved. Read only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import terms
from quizzes.local_time import in_words
from quizzes.models import Accommodation, Assignment, Classroom, Quiz
from quizzes.models.quizzes import Preset

REPEATABLE = frozenset({Quiz.Counting.HIGHEST, Quiz.Counting.LATEST})  # rules by which a copied answer counts

ANSWERS_AWAY = gettext_lazy(
    "Students see the right answers when they submit, can start again as often as they like, and a later attempt "
    "counts: they can copy the answers. Limit the attempts, or show answers after it closes (exam)."
)


@dataclass(frozen=True)
class Caution:
    """One possible slip: `key` says which, so that it is told once."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def of_assignment(
    classroom: Classroom, quiz: Quiz, fields: Mapping[str, Any], *, now: datetime, stored: Assignment | None = None
) -> list[Caution]:
    """Return the possible slips in the terms of an assignment, without those that `stored` had already (1 query)."""
    warnings = []
    due_at = fields["due_at"]
    if terms.is_past(due_at, now) and (stored is None or stored.due_at != due_at):
        warnings.append(
            Caution("past_due", _("It is due %(at)s, which has passed.") % {"at": _day(due_at, classroom, now)})
        )
    if stored is None:
        warnings += _given_twice(classroom, quiz, now=now)
    preset, allowed = fields["feedback"] or quiz.feedback, fields["attempts_allowed"] or quiz.attempts_allowed
    before = stored and (stored.preset, stored.attempts_allowed or quiz.attempts_allowed)
    if before != (preset, allowed) and gives_answers_away(preset, allowed, quiz.counting):
        warnings.append(_answers_away())
    return warnings


def of_exception(
    assignment: Assignment, fields: Mapping[str, Any], *, now: datetime, stored: Accommodation | None = None
) -> list[Caution]:
    """Return the possible slips in an exception for one member, without those that `stored` had already."""
    warnings = []
    for name, sentence in (
        ("due_at", _("It is due %(at)s for this student, which has passed.")),
        ("closes_at", _("It closes %(at)s for this student, which has passed: a running attempt ends now.")),
    ):
        at = fields[name]
        if terms.is_past(at, now) and (stored is None or getattr(stored, name) != at):
            warnings.append(Caution(f"past_{name}", sentence % {"at": _day(at, assignment.classroom, now)}))
    return warnings


def of_quiz(quiz: Quiz, *, now: datetime) -> list[Caution]:
    """Return the possible slips in the settings of a quiz."""
    warnings = [_answers_away()] if gives_answers_away(quiz.feedback, quiz.attempts_allowed, quiz.counting) else []
    if quiz.closes_at and quiz.closes_at <= now:
        warnings.append(Caution("past_close", _("Its closing time has passed: students cannot start it.")))
    return warnings


def gives_answers_away(preset: str, attempts_allowed: int | None, counting: str) -> bool:
    """Return whether one can read the right answers, start again, and have the copy counted."""
    return preset == Preset.HOMEWORK and attempts_allowed is None and counting in REPEATABLE


def _answers_away() -> Caution:
    return Caution("answers_away", str(ANSWERS_AWAY))


def _given_twice(classroom: Classroom, quiz: Quiz, *, now: datetime) -> list[Caution]:
    there = [row for row in classroom.assignments.filter(quiz=quiz).select_related("quiz") if not _is_over(row, now)]
    if not there:
        return []
    words = {"class": classroom, "quiz": quiz}
    return [Caution("twice", _("%(class)s has “%(quiz)s” already. Students would find it twice.") % words)]


def _is_over(assignment: Assignment, now: datetime) -> bool:
    closes_at = assignment.overrides().closes_at
    return closes_at is not None and closes_at <= now


def _day(at: datetime, classroom: Classroom, now: datetime) -> str:
    return in_words(at.astimezone(ZoneInfo(classroom.time_zone)), now)
