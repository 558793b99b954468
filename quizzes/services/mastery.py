"""Mastery of units: one attempt at the check reaches the mark, and it is never lost."""

from __future__ import annotations

from fractions import Fraction

from quizzes.models import Attempt, Mastery, Unit


def award(attempt: Attempt) -> None:
    """Keep what a graded attempt reached: units whose check it is (1 query, 1 more for those it masters).

    Kept when it is graded; whether it may be told yet, as of an exam, is for those who show it to ask.
    """
    if not attempt.is_graded or not attempt.is_counted:
        return
    _keep([(unit, attempt) for unit in Unit.objects.filter(check_quiz=attempt.quiz_id) if reaches(attempt, unit)])


def award_all(unit: Unit) -> None:
    """Award the unit for every attempt at its check, after its check or its mark became another one."""
    graded = Attempt.objects.filter(quiz=unit.check_quiz_id, status=Attempt.Status.GRADED, is_counted=True)
    in_order = graded.order_by("submitted_at", "pk") if unit.check_quiz_id else graded.none()
    _keep([(unit, attempt) for attempt in in_order if reaches(attempt, unit)])


def reaches(attempt: Attempt, unit: Unit) -> bool:
    return attempt.share is not None and attempt.share * 100 >= Fraction(unit.mastery_mark)


def _keep(reached: list[tuple[Unit, Attempt]]) -> None:
    """Store the first of each learner; two at once are one."""
    Mastery.objects.bulk_create(
        [
            Mastery(unit=unit, learner_id=attempt.learner_id, attempt=attempt, at=attempt.submitted_at)
            for unit, attempt in reached
            if attempt.submitted_at is not None
        ],
        ignore_conflicts=True,
    )
