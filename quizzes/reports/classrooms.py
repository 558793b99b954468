"""Classrooms as their people see them: the list of theirs, and the assignments of one. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quizzes import terms
from quizzes.models import Assignment, Attempt, Classroom, Membership, Quiz, User
from quizzes.reports import student_assignments
from quizzes.reports.student_assignments import Calendar, seconds_to_opening

OPEN, UPCOMING, DONE = "open", "upcoming", "done"


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class ClassroomCounts(TypedDict):
    students: int
    running: int


class LearnerCounts(TypedDict):
    """How many students have begun an assignment, and how many work at it now."""

    begun: int
    running: int


@dataclass(frozen=True)
class ClassroomSummary:
    """A classroom in a person's list, with its assignments: for a student those to do and handed in, for others those open.

    The role is empty for an administrator who is not in it.
    """

    classroom: Classroom
    role: str
    students: int
    open_assignments: int
    calendar: Calendar | None = None


def classrooms_of(user: User, *, now: datetime, archived: bool = False) -> list[ClassroomSummary]:
    """Return the classrooms a person belongs to, by name (2 queries; 5 for a student)."""
    memberships = Membership.objects.active().filter(user=user, classroom__archived_at__isnull=not archived)
    by_classroom = {row.classroom_id: row for row in memberships}
    counted = Classroom.objects.filter(pk__in=by_classroom).annotate(
        students=_count(Membership.objects.students().filter(classroom=OuterRef("pk")), "classroom"),
        running=_count(_open_assignments(now).filter(classroom=OuterRef("pk")), "classroom"),
    )
    classrooms = cast("Iterable[WithAnnotations[Classroom, ClassroomCounts]]", counted)
    calendars = _calendars([row for row in by_classroom.values() if row.role == Membership.Role.STUDENT], now)
    return [
        ClassroomSummary(room, by_classroom[room.pk].role, room.students, room.running, calendars.get(room.pk))
        for room in classrooms
    ]


def _calendars(memberships: Sequence[Membership], now: datetime) -> dict[int, Calendar]:
    """Return what one person has to do in each class where they are a student."""
    rows = student_assignments.of(memberships, now=now) if memberships else []
    return {
        member.classroom_id: student_assignments.calendar(
            [row for row in rows if row.assignment.classroom_id == member.classroom_id]
        )
        for member in memberships
    }


def _open_assignments(now: datetime) -> QuerySet[Assignment]:
    return Assignment.objects.open_at(now).filter(quiz__status=Quiz.Status.PUBLISHED)


def _count(rows: QuerySet[Membership] | QuerySet[Assignment], by: str) -> Coalesce:
    """Return the number of rows as a subquery, so that two counts do not multiply each other."""
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


# For a student --------------------------------------------------------------------------------------------------------


def for_student(membership: Membership, *, now: datetime) -> Calendar:
    """Return what a student has to do, will have, and has done in a class (3 queries; 4 where something is handed in, up to 7 where
    some was late)."""
    return student_assignments.calendar(
        student_assignments.with_lateness(student_assignments.of([membership], now=now))
    )


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
    """Return the assignments of a class, those open first, then the upcoming, then the closed ones (2 queries)."""
    students = Membership.objects.students().filter(classroom=classroom)
    number = students.count()
    in_time = Q(attempts__due_at=None) | Q(attempts__due_at__gt=now)
    running = Q(attempts__status=Attempt.Status.IN_PROGRESS) & in_time
    theirs = Q(attempts__learner__in=students.values("user"))
    counted = (
        Assignment.objects.filter(classroom=classroom)
        .select_related("quiz")
        .annotate(
            begun=Count("attempts__learner", filter=theirs, distinct=True),
            running=Count("attempts__learner", filter=theirs & running, distinct=True),
        )
    )
    latest_first = counted.order_by(F("opens_at").desc(nulls_last=True))
    rows = cast("Iterable[WithAnnotations[Assignment, LearnerCounts]]", latest_first)
    assigned = [_assigned(row, number, row.begun, row.running, now) for row in rows]
    order = (OPEN, UPCOMING, DONE)
    return sorted(assigned, key=lambda row: order.index(row.state))


def _assigned(assignment: Assignment, students: int, begun: int, running: int, now: datetime) -> Assigned:
    agreed = terms.effective([assignment.quiz.overrides(None), assignment.overrides()])
    state = UPCOMING if agreed.is_upcoming_at(now) else DONE if agreed.is_over_at(now) else OPEN
    return Assigned(
        assignment, state, agreed, students - begun, running, begun - running, seconds_to_opening(agreed, now)
    )
