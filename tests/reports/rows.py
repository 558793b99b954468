"""Graded attempts without the engine, for reports over many of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quizzes.models import Assignment, Attempt, User

MINUTE = timedelta(minutes=1)


def graded(
    learner: User,
    assignment: Assignment,
    marks: Decimal | int | str,
    *,
    at: datetime,
    of: Decimal | int | str = 10,
    seconds: int = 60,
    save: bool = True,
    **fields: Any,
) -> Attempt:
    """An attempt handed in at `at` after `seconds`, worth `marks` of `of`; numbered after the learner's last."""
    achieved, possible = Decimal(marks), Decimal(of)
    number = fields.pop("number", None) or Attempt.objects.filter(learner=learner, quiz=assignment.quiz).count() + 1
    row = Attempt(
        learner=learner,
        quiz=assignment.quiz,
        assignment=assignment,
        number=number,
        started_at=at - timedelta(seconds=seconds),
        submitted_at=at,
        exact_marks=Fraction(achieved),
        marks=achieved,
        max_marks=possible,
        fraction=round(achieved / possible, 8) if possible else Decimal(0),
        **({"status": "graded", "closed_by": "learner"} | fields),
    )
    if save:
        row.save()
    return row
