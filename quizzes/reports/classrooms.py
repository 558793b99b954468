"""Classrooms as their people see them: the list of one's own, and the assignments of one. Read only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quizzes import entitlements, terms
from quizzes.entitlements import lateness
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz, User

OPEN, UPCOMING, DONE = "open", "upcoming", "done"


@dataclass(frozen=True)
class Listed:
    """A classroom in one's list. The role is empty for an administrator who is not in it."""

    classroom: Classroom
    role: str
    students: int
    open_assignments: int


def mine(user: User, *, now: datetime, archived: bool = False) -> list[Listed]:
    """The classrooms a person belongs to, by name (2 queries)."""
    memberships = Membership.objects.active().filter(user=user, classroom__archived_at__isnull=not archived)
    roles = dict(memberships.values_list("classroom", "role"))
    rooms = Classroom.objects.filter(pk__in=roles).annotate(
        students=_count(Membership.objects.students().filter(classroom=OuterRef("pk")), "classroom"),
        running=_count(_open_assignments(now).filter(classroom=OuterRef("pk")), "classroom"),
    )
    return [Listed(room, roles[room.pk], room.students, room.running) for room in rooms]


def _open_assignments(now: datetime) -> QuerySet[Assignment]:
    return Assignment.objects.open_at(now).filter(quiz__status=Quiz.Status.PUBLISHED)


def _count(rows: QuerySet[Membership] | QuerySet[Assignment], by: str) -> Coalesce:
    """The number of rows as a subquery, so that two counts do not multiply each other."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


# For a student --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """One assignment as it stands for one student. `result` is their best attempt handed in, else the latest."""

    assignment: Assignment
    state: str
    terms: terms.Terms
    attempts: int
    running: Attempt | None
    result: Attempt | None
    seconds_to_opening: int | None
    shows_marks: bool
    is_over: bool
    is_late: bool  # what is handed in now
    is_result_late: bool

    @property
    def left(self) -> int | None:
        """Attempts left; None for as many as one likes."""
        allowed = self.terms.attempts_allowed
        return None if allowed is None else max(0, allowed - self.attempts)

    @property
    def can_start(self) -> bool:
        return self.state != UPCOMING and not self.is_over and self.left != 0


@dataclass(frozen=True)
class Calendar:
    """The assignments of a class for one student: open now (most urgent first), upcoming (next first), done (latest first)."""

    open: list[Given]
    upcoming: list[Given]
    done: list[Given]


def for_student(membership: Membership, *, now: datetime) -> Calendar:
    """What a student has to do, will have, and has done in a class (4 queries; 5 where something is handed in, up to 8 where
    some was late)."""
    assignments = _assignments(membership.classroom_id)
    exceptions = {row.assignment_id: row for row in Accommodation.objects.filter(membership=membership)}
    attempts: dict[int | None, list[Attempt]] = {}
    taken = Attempt.objects.taken_by(membership.user).filter(assignment__in=list(assignments))
    for attempt in taken.select_related("quiz"):
        attempt.assignment = assignments[attempt.assignment_id or 0]
        attempts.setdefault(attempt.assignment_id, []).append(attempt)
    late = lateness.among(row for rows in attempts.values() if (row := _best(rows)) is not None)
    found = [
        _given(membership, assignment, exceptions.get(pk), attempts.get(pk, []), late, now)
        for pk, assignment in assignments.items()
    ]
    return Calendar(
        open=sorted((row for row in found if row.state == OPEN), key=_urgency),
        upcoming=sorted((row for row in found if row.state == UPCOMING), key=_opening),
        done=sorted((row for row in found if row.state == DONE), key=_end, reverse=True),
    )


def _assignments(classroom_id: int) -> dict[int, Any]:
    found = Assignment.objects.filter(classroom=classroom_id).exclude(quiz__status=Quiz.Status.DRAFT)
    return {row.pk: row for row in entitlements.with_last_ends(found.select_related("quiz"))}


def _given(
    membership: Membership,
    assignment: Any,
    exception: Accommodation | None,
    attempts: list[Attempt],
    late: Collection[int],
    now: datetime,
) -> Given:
    layers = [assignment.quiz.overrides(None), assignment.overrides(), membership.overrides()]
    agreed = terms.effective([*layers, exception.overrides()] if exception else layers)
    running = next((row for row in attempts if row.is_in_progress and not row.is_overdue_at(now)), None)
    result = _best(attempts)
    is_over = agreed.is_over_at(now) or assignment.quiz.status != Quiz.Status.PUBLISHED
    return Given(
        assignment=assignment,
        state=_state(agreed, now, running, is_done=result is not None or is_over),
        terms=agreed,
        attempts=len(attempts),
        running=running,
        result=result,
        seconds_to_opening=_seconds_to_opening(agreed, now),
        shows_marks=entitlements.marks_are_out(assignment, now=now),
        is_over=is_over,
        is_late=terms.is_past(agreed.due_at, now),
        is_result_late=result is not None and result.pk in late,
    )


def _state(agreed: terms.Terms, now: datetime, running: Attempt | None, *, is_done: bool) -> str:
    if running is not None:
        return OPEN
    if is_done:
        return DONE
    return UPCOMING if agreed.is_upcoming_at(now) else OPEN


def _seconds_to_opening(agreed: terms.Terms, now: datetime) -> int | None:
    if agreed.opens_at is None or not agreed.is_upcoming_at(now):
        return None
    return int((agreed.opens_at - now).total_seconds()) + 1


def _best(attempts: Iterable[Attempt]) -> Attempt | None:
    """The best of those handed in."""
    handed_in = (row for row in attempts if not row.is_in_progress)
    return max(handed_in, key=lambda row: (row.is_graded, row.share or 0, row.number), default=None)


def _urgency(row: Given) -> tuple[bool, float, int]:
    end = row.terms.due_at or row.terms.closes_at
    return end is None, end.timestamp() if end else 0, row.assignment.pk


def _opening(row: Given) -> tuple[float, int]:
    return row.terms.opens_at.timestamp() if row.terms.opens_at else 0, row.assignment.pk


def _end(row: Given) -> tuple[float, int]:
    handed_in = row.result.submitted_at if row.result else None
    end = handed_in or row.terms.closes_at
    return end.timestamp() if end else 0, row.assignment.pk


# For the instructors --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assigned:
    """One assignment with how many active students have not started, are in the middle, are done."""

    assignment: Assignment
    state: str
    terms: terms.Terms
    not_started: int
    in_progress: int
    done: int
    seconds_to_opening: int | None


def for_staff(classroom: Classroom, *, now: datetime) -> list[Assigned]:
    """The assignments of a class, those open first, then the upcoming, then the closed ones (2 queries)."""
    students = Membership.objects.students().filter(classroom=classroom)
    number = students.count()
    in_time = Q(attempts__due_at=None) | Q(attempts__due_at__gt=now)
    running = Q(attempts__status=Attempt.Status.IN_PROGRESS) & in_time
    theirs = Q(attempts__learner__in=students.values("user"))
    rows = (
        Assignment.objects.filter(classroom=classroom)
        .select_related("quiz")
        .annotate(
            begun=Count("attempts__learner", filter=theirs, distinct=True),
            running=Count("attempts__learner", filter=theirs & running, distinct=True),
        )
    )
    found = [
        _assigned(row, number, row.begun, row.running, now)
        for row in rows.order_by(F("opens_at").desc(nulls_last=True))
    ]
    order = (OPEN, UPCOMING, DONE)
    return sorted(found, key=lambda row: order.index(row.state))


def _assigned(assignment: Assignment, students: int, begun: int, running: int, now: datetime) -> Assigned:
    agreed = terms.effective([assignment.quiz.overrides(None), assignment.overrides()])
    state = UPCOMING if agreed.is_upcoming_at(now) else DONE if agreed.is_over_at(now) else OPEN
    return Assigned(
        assignment, state, agreed, students - begun, running, begun - running, _seconds_to_opening(agreed, now)
    )
