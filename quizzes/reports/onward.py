"""What a result leads to: practice of what was missed, the comparison with one's last attempt. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quizzes import entitlements, terms
from quizzes.entitlements import pools
from quizzes.models import Answer, Attempt, shown
from quizzes.models.quizzes import Preset
from quizzes.reports import certificates
from quizzes.reports.cards import Card

MISSED = frozenset({"wrong", "partly"})


@dataclass(frozen=True)
class SinceLastAttempt:
    """How an attempt did next to the one before it: `points` more or less, and what that one had in percent."""

    points: Decimal
    percent_before: int
    is_alike: bool  # whether both were of the same number of points, so that points can be compared

    @property
    def fewer(self) -> Decimal:
        return -self.points


@dataclass(frozen=True)
class Onward:
    """What stands under a result of one's own."""

    to_practice: int
    since: SinceLastAttempt | None
    has_certificate: bool = False


def after(attempt: Attempt, cards: Iterable[Card], revealed: terms.Revealed, *, now: datetime) -> Onward:
    """Return what is offered (up to 3 queries from the second attempt on, and 1 where something was missed)."""
    missed = [card.slot for card in cards if _is_missed(card, attempt)] if revealed.right_answer else []
    return Onward(
        to_practice=_to_practice(attempt, missed),
        since=_since(attempt, now) if revealed.marks else None,
        has_certificate=certificates.is_due(attempt, revealed),
    )


def _to_practice(attempt: Attempt, slots: Sequence[int]) -> int:
    """Return how many of these a press of the button asks: none that is out of use by now; a secret one has no such card."""
    if not slots:
        return 0
    answers = Answer.objects.filter(attempt=attempt, slot__in=slots).order_by().values("version__question")
    return min(pools.in_use(attempt.learner_id, answers).filter(pk__in=answers).count(), pools.MOST)


def _is_missed(card: Card, attempt: Attempt) -> bool:
    """Return whether it was missed as `entitlements` has it: what practice did not come to is not."""
    is_left_out = card.verdict == "unanswered" and (attempt.preset != Preset.PRACTICE or card.is_checked)
    return card.may_be_practiced and (card.verdict in MISSED or is_left_out)


def _since(attempt: Attempt, now: datetime) -> SinceLastAttempt | None:
    """Return the change since the last attempt; None without one, without its result, and where each asks something else."""
    if attempt.number == 1 or attempt.share is None or attempt.quiz.is_built_in:
        return None
    others = Attempt.objects.filter(learner=attempt.learner_id, quiz=attempt.quiz_id, assignment=attempt.assignment_id)
    last = others.finished().filter(number__lt=attempt.number).order_by("-number").first()
    if last is None:
        return None
    last.known_with(attempt.quiz, attempt.assignment)
    is_out = entitlements.revealed(last, attempt.learner, now=now).marks
    return _compared(attempt, last) if is_out else None


def _compared(attempt: Attempt, last: Attempt) -> SinceLastAttempt | None:
    had, has = last.shown_marks, attempt.shown_marks
    if had is None or has is None or last.share is None:
        return None
    return SinceLastAttempt(has - had, shown.percent(attempt.quiz, last.share, ()), last.max_marks == attempt.max_marks)
