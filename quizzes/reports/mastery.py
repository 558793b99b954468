"""How far a learner came in units: the best attempt at each check, what is mastered, and what one attempt did. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from quizzes import entitlements, marking
from quizzes.models import Attempt, Mastery, Quiz, Unit, User
from quizzes.models.quiz_items import sized
from quizzes.reports import quizzes as quiz_report
from quizzes.reports.quizzes import QuizRow


@dataclass(frozen=True)
class UnitStanding:
    """Where a learner stands in one unit; rows of quizzes are None where there is none that they may open."""

    unit: Unit
    check: QuizRow | None = None
    review: QuizRow | None = None
    final: QuizRow | None = None
    mastered_at: datetime | None = None
    best: int | None = None

    @property
    def is_mastered(self) -> bool:
        return self.mastered_at is not None

    @property
    def percent(self) -> int | None:
        """Of the best attempt at the check, where it may be shown."""
        return self.best

    @property
    def has_begun(self) -> bool:
        return self.is_mastered or (self.check is not None and bool(self.check.best or self.check.open_attempt))

    @property
    def follows(self) -> list[QuizRow]:
        """What comes after the unit: a mixed review, the final exam."""
        return [row for row in (self.review, self.final) if row is not None]


@dataclass(frozen=True)
class UnitOutcome:
    """What an attempt did for the unit whose check it is: `is_won` where it is the one that mastered it."""

    unit: Unit
    is_won: bool
    is_mastered: bool
    next_unit: Unit | None


def standings(learner: User, units: Sequence[Unit], *, now: datetime) -> list[UnitStanding]:
    """Return where the learner stands in each of the units (at most 7 queries, however many there are)."""
    if not units:
        return []
    wanted = {pk for unit in units for pk in (unit.check_quiz_id, unit.review_quiz_id, unit.final_quiz_id) if pk}
    rows = _rows(learner, wanted, now=now)
    mastered = _mastered(learner, units, now=now)
    return [
        UnitStanding(
            unit,
            check=rows.get(unit.check_quiz_id or 0),
            review=rows.get(unit.review_quiz_id or 0),
            final=rows.get(unit.final_quiz_id or 0),
            mastered_at=mastered.get(unit.pk),
            best=_percent(rows.get(unit.check_quiz_id or 0), unit),
        )
        for unit in units
    ]


def next_of(learner: User, *, now: datetime) -> UnitStanding | None:
    """Return the first published unit with a check that the learner has not mastered; None where there is none left."""
    units = list(Unit.objects.published().exclude(check_quiz=None).order_by("position", "pk"))
    return next((standing for standing in standings(learner, units, now=now) if not standing.is_mastered), None)


def _rows(learner: User, wanted: set[int], *, now: datetime) -> dict[int, QuizRow]:
    """Return the quizzes that the learner may open, each with their best result and open attempt (at most 4 queries)."""
    if not wanted:
        return {}
    quizzes = list(sized(Quiz.objects.visible_to(learner).filter(pk__in=wanted)))
    listing = quiz_report.listing(learner, quizzes)
    best = [row.best for row in listing if row.best is not None]
    shown = {attempt.pk: seen.marks for attempt, seen in entitlements.revealed_each(best, learner, now=now)}
    return {row.quiz.pk: replace(row, shows_marks=bool(row.best and shown[row.best.pk])) for row in listing}


def _percent(row: QuizRow | None, unit: Unit) -> int | None:
    """Return that of the best attempt, rounded so that it does not contradict whether the unit is mastered."""
    if row is None or row.best is None or row.best.share is None or not row.shows_marks:
        return None
    return marking.shown_percent(row.best.share, (unit.mastery_mark,))


def _mastered(learner: User, units: Sequence[Unit], *, now: datetime) -> dict[int, datetime]:
    """Return when each unit was mastered, where that may be told: not by an exam whose results are not out (at most 3
    queries)."""
    masteries = Mastery.objects.filter(learner=learner, unit__in=units)
    rows = list(masteries.select_related("attempt__quiz", "attempt__assignment__quiz"))
    attempts = [row.attempt for row in rows if row.attempt is not None]
    shown = {attempt.pk: seen.marks for attempt, seen in entitlements.revealed_each(attempts, learner, now=now)}
    return {row.unit_id: row.at for row in rows if row.attempt_id is None or shown[row.attempt_id]}


def outcome(attempt: Attempt) -> UnitOutcome | None:
    """Return what a learner's own attempt, whose marks they may see, did; None where it is no check (1 to 3 queries)."""
    unit = Unit.objects.published().filter(check_quiz=attempt.quiz_id).order_by("position", "pk").first()
    if unit is None:
        return None
    mastery = Mastery.objects.filter(learner=attempt.learner_id, unit=unit).first()
    later = Q(position__gt=unit.position) | Q(position=unit.position, pk__gt=unit.pk)
    next_unit = Unit.objects.published().filter(later).order_by("position", "pk").first()
    return UnitOutcome(unit, mastery is not None and mastery.attempt_id == attempt.pk, mastery is not None, next_unit)
