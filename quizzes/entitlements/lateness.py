"""Whether work was handed in late: the one answer for pages, gradebooks, filters, sheets and boards. Read only.

Gathers the rows of many attempts at once and asks the pure functions of `terms`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quizzes import terms
from quizzes.entitlements.agreed import limits_of, terms_of
from quizzes.models import Accommodation, Assignment, Attempt, AttemptEvent, Membership

Exceptions = Mapping[tuple[int, int], Accommodation]  # by assignment and person


def is_late(attempt: Attempt) -> bool:
    """Return whether the attempt ended after it was due (1 query for one of a class, up to 4 more where it may have)."""
    return attempt.pk in among([attempt])


def among(attempts: Iterable[Attempt]) -> frozenset[int]:
    """Return the pks of those that ended after they were due (as many queries as for one).

    An attempt ends when it is handed in, else at its deadline: ask of those that are over. Their quizzes and assignments
    are read along.
    """
    works = [Work(row, row.assignment, row.ended_at) for row in attempts if row.assignment and row.ended_at]
    exceptions = _exceptions(works)
    agreed = _agreed([work for work in works if work.is_after_a_date(exceptions.get(work.place))], exceptions)
    late = {work: found for work, found in agreed.items() if work.is_late(found)}
    given_time = _given_time([work.attempt.pk for work in late])
    return frozenset(
        work.attempt.pk
        for work, found in late.items()
        if work.is_late(found, was_given_time=work.attempt.pk in given_time)
    )


def due(attempt: Attempt, agreed: terms.Terms, *, was_given_time: bool = False) -> datetime | None:
    """Return when the attempt is due by the terms; None: it cannot be late.

    What was given by hand, another deadline or a reopening, is in time until it ends, for who had begun in time.
    """
    due_at = terms.due(agreed, attempt.started_at)
    if due_at is None or not was_given_time or terms.is_past(due_at, attempt.started_at):
        return due_at
    return attempt.due_at


@dataclass(frozen=True)
class Work:
    """An attempt of a class that is over."""

    attempt: Attempt
    assignment: Assignment
    ended_at: datetime

    @property
    def place(self) -> tuple[int, int]:
        return self.assignment.pk, self.attempt.learner_id

    def is_after_a_date(self, exception: Accommodation | None) -> bool:
        """Return whether it ended after a date that was named; nothing more is read for the others."""
        named = [self.assignment.due_at, exception.due_at if exception else None]
        return any(terms.is_past(due_at, self.ended_at) for due_at in named)

    def is_late(self, agreed: terms.Terms, *, was_given_time: bool = False) -> bool:
        return terms.is_past(due(self.attempt, agreed, was_given_time=was_given_time), self.ended_at)


def _exceptions(works: Sequence[Work]) -> Exceptions:
    given = {work.assignment.pk for work in works}
    exceptions = Accommodation.objects.filter(assignment__in=given).select_related("membership") if given else []
    return {(row.assignment_id, row.membership.user_id): row for row in exceptions}


def _agreed(works: Sequence[Work], exceptions: Exceptions) -> dict[Work, terms.Terms]:
    """Return the terms of each (at most 2 queries)."""
    members = _members(works)
    rows = [(work, members.get(work.place), exceptions.get(work.place)) for work in works]
    granted = [work.attempt for work, member, exception in rows if _is_granted_time(member, exception)]
    # Only where the limit was changed does it matter what it would have been.
    limits = limits_of(granted)
    return {
        work: terms_of(work.attempt.quiz, limits.get(work.attempt.pk), work.assignment, member, exception)
        for work, member, exception in rows
    }


def _members(works: Sequence[Work]) -> dict[tuple[int, int], Membership]:
    """Return members by assignment and person."""
    classrooms = {work.assignment.classroom_id for work in works}
    people = {work.attempt.learner_id for work in works}
    members = Membership.objects.filter(classroom__in=classrooms, user__in=people) if works else []
    by_class = {(row.classroom_id, row.user_id): row for row in members}
    places = {work.place: (work.assignment.classroom_id, work.attempt.learner_id) for work in works}
    return {place: by_class[key] for place, key in places.items() if key in by_class}


def _is_granted_time(member: Membership | None, exception: Accommodation | None) -> bool:
    is_slower = member is not None and (member.is_untimed or member.time_factor != 1)
    return is_slower or (exception is not None and exception.time_limit is not None)


def _given_time(attempts: Collection[int]) -> set[int]:
    """Return those that were given a later end by hand (1 query)."""
    if not attempts:
        return set()
    moved = AttemptEvent.objects.filter(attempt__in=attempts, kind__in=AttemptEvent.MOVES_END)
    return {event.attempt_id for event in moved if event.gives_time}
