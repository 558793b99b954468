"""Missed questions become review cards by themselves, once their learner may see the answers.

They are looked for when the learner has handed in, looks at a result or opens the deck, among the attempts that were not
looked through yet; an attempt is done with when its results are out and nothing of it is secret any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

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


@transaction.atomic
def _take_over(learner: User, attempts: Sequence[Attempt], *, done: Collection[int] | None, now: datetime) -> int:
    missed = _missed(attempts)
    ended_at = {attempt.pk: attempt.submitted_at or now for attempt in attempts}
    questions = {question: ended_at[pk] for pk, found in missed.items() for question in found}
    held = entitlements.secrecy_of(learner, now=now).among(list(questions)) if questions else {}
    count = _make_cards(learner, {pk: at for pk, at in questions.items() if pk not in held}, now=now)
    if done is not None:  # what is secret is looked for again when it is not
        free = [attempt.pk for attempt in attempts if not missed[attempt.pk] & held.keys()]
        ReviewedAttempt.objects.bulk_create(
            [ReviewedAttempt(attempt_id=pk) for pk in (*free, *done)], ignore_conflicts=True
        )
    return count


def _missed(attempts: Sequence[Attempt]) -> dict[int, set[int]]:
    """Return the questions missed in each attempt (1 query, 1 more for practice)."""
    practice = {attempt.pk for attempt in attempts if attempt.preset == Preset.PRACTICE}
    reached = {attempt.pk: attempt for attempt in attempts}
    missed: defaultdict[int, set[int]] = defaultdict(set, {pk: set() for pk in reached})
    slips = _slips(practice)
    rows = Answer.objects.filter(attempt__in=reached).order_by().select_related(None)
    for pk, slot, question, response, is_checked, fraction in rows.values_list(
        "attempt", "slot", "version__question", "response", "is_checked", "fraction"
    ):
        is_wrong = fraction is not None and fraction < 1 and reached[pk].has_reached(slot)
        if pk in practice:
            is_wrong = (pk, slot) in slips or (is_wrong and (is_checked or response is not None))
        if is_wrong:
            missed[pk].add(question)
    return missed


def _slips(practice: Collection[int]) -> set[tuple[int, int | None]]:
    """Return which answers of practice were wrong when they were checked, also where a later try was right."""
    if not practice:
        return set()
    checks = AttemptEvent.objects.filter(attempt__in=practice, kind=AttemptEvent.Kind.CHECKED)
    return {
        (attempt, slot)
        for attempt, slot, details in checks.values_list("attempt", "slot", "details")
        if details.get("fraction") is not None and float(details["fraction"]) < 1
    }


def _make_cards(learner: User, missed_at: Mapping[int, datetime], *, now: datetime) -> int:
    """Make cards for the day after, and return how many: right after the answer was seen, a question would ask for nothing."""
    there = ReviewCard.objects.of(learner).filter(question__in=missed_at).values("question")
    fresh = list(reviewable(Question.objects.filter(pk__in=missed_at).exclude(pk__in=there))) if missed_at else []
    zone = zone_of(learner)

    def next_day(at: datetime) -> datetime:
        return scheduling.start_of(scheduling.day_of(at, zone) + timedelta(days=1), zone)

    cards = [
        ReviewCard(
            learner=learner,
            question=row,
            due_at=next_day(missed_at[row.pk]),
            created_at=now,
            missed_at=missed_at[row.pk],
        )
        for row in fresh
    ]
    ReviewCard.objects.bulk_create(cards, ignore_conflicts=True)
    return len(cards)
