"""Marks and percent of a quiz as pages say them: the exact value rounded once, and never against the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from quizzes import marking

if TYPE_CHECKING:
    from quizzes.models.quizzes import FeedbackBand, Quiz


def marks(quiz: Quiz, exact: Fraction, possible: Decimal) -> Decimal:
    """Marks of an attempt with two places, which do not contradict whether it is passed."""
    return marking.shown_marks(exact, possible, _pass_marks(quiz))


def percent(quiz: Quiz, share: Fraction, bands: Iterable[FeedbackBand]) -> int:
    """Whole percent, which contradict neither whether it is passed nor the overall feedback that `bands` give."""
    return marking.shown_percent(share, [*_pass_marks(quiz), *(band.starts_at for band in bands)])


def _pass_marks(quiz: Quiz) -> list[Decimal]:
    return [] if quiz.pass_fraction is None else [quiz.pass_fraction]
