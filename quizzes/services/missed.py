"""Missed questions become review cards by themselves, once their learner may see the answers.

They are looked for when the learner has handed in, looks at a result or opens the deck, among the attempts that were not
looked through yet; an attempt is done with when its results are out and nothing of it is secret any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from quizzes import entitlements, scheduling
from quizzes.models import Answer, Attempt, AttemptEvent, Question, ReviewCard, ReviewedAttempt, User
from quizzes.models.quizzes import Preset
from quizzes.models.reviews import reviewable, settings_of, zone_of

AT_ONCE = 50  # attempts; those of years are taken over by and by, the newest first


def collect(learner: User, *, now: datetime) -> int:
    """Make cards of what the learner missed in attempts that are over (1 query where there is nothing new); how many."""
    finished = Attempt.objects.taken_by(learner).finished().exclude(status=Attempt.Status.SUBMITTED)
    waiting = list(_with_preset(finished.filter(review_mark=None).order_by("-pk")[:AT_ONCE]))
    if not waiting or not settings_of(learner).is_on:
        return 0
    shown = entitlements.revealed_each(waiting, learner, now=now)
    out = [attempt for attempt, seen in shown if (seen.right_answer and seen.correctness)]
    never = [attempt.pk for attempt in waiting if attempt.preset == Preset.SURVEY]
    return _take_over(learner, out, done=never, now=now)


def of_practice(attempt: Attempt, *, now: datetime) -> int:
    """Make cards of what was missed so far in practice that goes on; how many."""
    if attempt.preset != Preset.PRACTICE or not settings_of(attempt.learner).is_on:
        return 0
    return _take_over(attempt.learner, [attempt], done=None, now=now)


def _with_preset(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    return attempts.select_related("quiz", "assignment__quiz")


class _Miss(NamedTuple):
    """When a question was answered that was missed, and when the attempt was handed in (now, where it goes on)."""

    answered_at: datetime
    ended_at: datetime


@transaction.atomic
def _take_over(learner: User, attempts: Sequence[Attempt], *, done: Collection[int] | None, now: datetime) -> int:
    missed = _missed(attempts)
    ended_at = {attempt.pk: attempt.submitted_at or now for attempt in attempts}
    questions = {
        question: _Miss(answered_at or ended_at[pk], ended_at[pk])
        for pk, found in missed.items()
        for question, answered_at in found.items()
    }
    held = entitlements.secrecy_of(learner, now=now).among(list(questions)) if questions else {}
    count = _make_cards(learner, {pk: miss for pk, miss in questions.items() if pk not in held}, now=now)
    if done is not None:  # what is secret is looked for again when it is not
        free = [attempt.pk for attempt in attempts if not missed[attempt.pk].keys() & held.keys()]
        ReviewedAttempt.objects.bulk_create(
            [ReviewedAttempt(attempt_id=pk) for pk in (*free, *done)], ignore_conflicts=True
        )
    return count


def _missed(attempts: Sequence[Attempt]) -> dict[int, dict[int, datetime | None]]:
    """Return the questions missed in each attempt, with when they were answered (1 query, 1 more for practice)."""
    practice = {attempt.pk for attempt in attempts if attempt.preset == Preset.PRACTICE}
    reached = {attempt.pk: attempt for attempt in attempts}
    missed: dict[int, dict[int, datetime | None]] = {pk: {} for pk in reached}
    slips = _slips(practice)
    rows = Answer.objects.filter(attempt__in=reached).order_by().select_related(None)
    for pk, slot, question, response, is_checked, fraction, saved_at in rows.values_list(
        "attempt", "slot", "version__question", "response", "is_checked", "fraction", "saved_at"
    ):
        is_wrong = fraction is not None and fraction < 1 and reached[pk].has_reached(slot)
        if pk in practice:
            is_wrong = (pk, slot) in slips or (is_wrong and (is_checked or response is not None))
        if is_wrong:
            missed[pk][question] = saved_at
    return missed


def _slips(practice: Collection[int]) -> set[tuple[int, int | None]]:
    """Return which answers of practice were wrong when they were checked, also where a later try was right."""
    if not practice:
        return set()
    checks = AttemptEvent.objects.filter(attempt__in=practice, kind=AttemptEvent.Kind.CHECKED)
    return {
        (attempt, slot)
        for attempt, slot, details in checks.values_list("attempt", "slot", "details")
        if details.get("fraction") is not None and float(details["fraction"]) < 1 and not details.get("is_blank")
    }


def _make_cards(learner: User, missed: Mapping[int, _Miss], *, now: datetime) -> int:
    """Make cards for the day after: right after the answer was seen, a question would ask for nothing; how many are new."""
    if not missed:
        return 0
    zone = zone_of(learner)
    next_day = {
        question: scheduling.start_of(scheduling.day_of(miss.ended_at, zone) + timedelta(days=1), zone)
        for question, miss in missed.items()
    }
    there = ReviewCard.objects.of(learner).filter(question__in=missed)
    fresh = list(reviewable(Question.objects.filter(pk__in=missed).exclude(pk__in=there.values("question"))))
    if len(fresh) < len(missed):
        for card in there.filter(is_new=False, is_suspended=False):
            _bring_forward(card, missed[card.question_id], next_day[card.question_id])
    cards = [
        ReviewCard(
            learner=learner,
            question=row,
            due_at=next_day[row.pk],
            created_at=now,
            missed_at=missed[row.pk].ended_at,
        )
        for row in fresh
    ]
    ReviewCard.objects.bulk_create(cards, ignore_conflicts=True)
    return len(cards)


def _bring_forward(card: ReviewCard, miss: _Miss, due_at: datetime) -> None:
    """Ask a question of the deck the day after it was missed elsewhere, unless it was asked since; what is known of its
    memory stays. An answer at the same time wins."""
    if card.reviewed_at is not None and card.reviewed_at < miss.answered_at and card.due_at > due_at:
        ReviewCard.objects.filter(pk=card.pk, reviews=card.reviews).update(due_at=due_at)
