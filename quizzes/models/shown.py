"""Marks and percent of a quiz as pages say them: the exact value rounded once, and never against the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from quizzes import marking
from quizzes.marking import Edges

if TYPE_CHECKING:
    from quizzes.models.quizzes import FeedbackBand, Quiz


def marks(quiz: Quiz, exact: Fraction, possible: Decimal) -> Decimal:
    """Return marks of an attempt with two places, which do not contradict whether it is passed."""
    return marking.shown_marks(exact, possible, pass_marks([quiz]))


def percent(quiz: Quiz, share: Fraction, bands: Iterable[FeedbackBand]) -> int:
    """Return whole percent, which contradict neither whether it is passed nor the overall feedback that `bands` give."""
    return marking.shown_percent(share, edges(quiz, bands))


def pass_marks(quizzes: Iterable[Quiz]) -> Edges:
    """Return percents that decide whether these quizzes are passed, each once."""
    return tuple(sorted({quiz.pass_mark for quiz in quizzes if quiz.pass_mark is not None}))


def edges(quiz: Quiz, bands: Iterable[FeedbackBand]) -> Edges:
    """Return percents at which anything changes that is said of a result."""
    return tuple(sorted({*pass_marks([quiz]), *(band.from_percent for band in bands)}))
