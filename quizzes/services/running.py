"""Attempts in progress when terms change: where their deadlines go.

Each deadline is computed twice from the stored start, by the terms before and after, and what differs is applied through
`deadlines.extend`, so that the event and the learner's countdown follow. An attempt handed in meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from quizzes import entitlements, terms
from quizzes.errors import AttemptClosed
from quizzes.models import Accommodation, Assignment, Attempt, Membership, Quiz, User
from quizzes.services import deadlines


def at(assignments: Iterable[Assignment], *, learner_id: int | None = None) -> QuerySet[Attempt]:
    """Return attempts in progress at the assignments, of everybody or of one."""
    attempts = Attempt.objects.in_progress().filter(assignment__in=[assignment.pk for assignment in assignments])
    return attempts if learner_id is None else attempts.filter(learner_id=learner_id)


def at_quiz(quiz: Quiz) -> QuerySet[Attempt]:
    """Return attempts in progress at the quiz, in whatever class or alone; none at one that is not saved yet."""
    return Attempt.objects.in_progress().filter(quiz=quiz.pk)


@contextmanager
def moved(attempts: QuerySet[Attempt], *, reason: str, actor: User, now: datetime, shorten: bool) -> Iterator[None]:
    """Move deadlines of attempts in progress, around a change of terms, from what held before to what holds after.

    Without `shorten` a deadline moves outwards only; an attempt without any end gets a close that lies ahead. One that
    was moved by hand before keeps that extension: time that is added is added to it, and only a new end before it takes
    from it. No deadline is set before `now`.
    """
    before = _ends(attempts)
    yield
    after = _ends(attempts)
    for pk, old in before.items():
        if pk in after:
            due_at = _next_deadline(old.attempt.due_at, old, after[pk], shorten=shorten, now=now)
            _move(old.attempt, due_at, reason=reason, actor=actor, now=now)


def tighten(attempts: QuerySet[Attempt], *, reason: str, actor: User, now: datetime) -> int:
    """Bring deadlines down to the present terms, whenever these were changed, never before `now`. Returns how many."""
    return sum(
        _move(end.attempt, end.due_at, reason=reason, actor=actor, now=now)
        for end in _ends(attempts).values()
        if end.due_at is not None and _is_earlier(max(end.due_at, now), end.attempt.due_at)
    )


def _move(attempt: Attempt, due_at: datetime | None, *, reason: str, actor: User, now: datetime) -> bool:
    """Give the attempt another deadline, which is never before `now`; whether it did."""
    if due_at == attempt.due_at:
        return False
    try:
        ends = None if due_at is None else max(due_at, now)
        deadlines.extend(attempt, due_at=ends, reason=reason, actor=actor, now=now, by_terms=True)
    except AttemptClosed:  # handed in, or over, between the look and the change
        return False
    return True


@dataclass(frozen=True)
class End:
    """Where the terms end an attempt: by limit or close, and the close alone; None is no end."""

    attempt: Attempt
    due_at: datetime | None
    closes_at: datetime | None


def _next_deadline(due_at: datetime | None, was: End, now_is: End, *, shorten: bool, now: datetime) -> datetime | None:
    """Return where a deadline goes when the terms end an attempt elsewhere; None is no end."""
    old, new = was.due_at, now_is.due_at
    if old == new:
        return due_at
    if _is_earlier(new, old):
        if not shorten:
            return _kept(due_at, was, now_is, now)
        return min(due_at, new) if due_at is not None and new is not None else new
    if due_at == old or new is None:
        return new
    if due_at is None or old is None:  # moved by hand to no end
        return due_at
    return due_at + (new - old)


def _kept(due_at: datetime | None, was: End, now_is: End, now: datetime) -> datetime | None:
    """Return the deadline as it was promised. No end was no promise: when a class closes, its attempts end with it."""
    if due_at is None and was.due_at is None and now_is.closes_at is not None and now_is.closes_at > now:
        return now_is.closes_at
    return due_at


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    """Return whether one deadline is before the other; None is no end, later than all."""
    return one is not None and (other is None or one < other)


def _ends(attempts: QuerySet[Attempt]) -> dict[int, End]:
    """Return attempts by pk with the ends that the terms now give (5 queries at most, however many there are)."""
    running = list(attempts.all().select_related("quiz", "assignment__quiz"))
    if not running:
        return {}
    assignments = {attempt.assignment_id for attempt in running if attempt.assignment_id}
    classrooms = {attempt.assignment.classroom_id for attempt in running if attempt.assignment}
    members = {
        (row.classroom_id, row.user_id): row
        for row in Membership.objects.filter(classroom__in=classrooms, user__in={row.learner_id for row in running})
    }
    exceptions = {
        (row.assignment_id, row.membership_id): row for row in Accommodation.objects.filter(assignment__in=assignments)
    }
    limits = entitlements.limits_of(running)
    ends = {}
    for attempt in running:
        assignment = attempt.assignment
        member = members.get((assignment.classroom_id, attempt.learner_id)) if assignment else None
        exception = exceptions.get((assignment.pk, member.pk)) if assignment and member else None
        effective = entitlements.terms_of(attempt.quiz, limits[attempt.pk], assignment, member, exception)
        ends[attempt.pk] = End(attempt, terms.deadline(effective, attempt.started_at), effective.closes_at)
    return ends
