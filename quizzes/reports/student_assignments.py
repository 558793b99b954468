"""What students are given to do, and where they stand with it: the one meaning of "to do", "open" and "done". Read only.

running     an attempt is in progress
to_do       it can be started, and nothing is handed in
improvable  something is handed in, and another attempt could bring more
upcoming    it opens later
done        handed in, and another attempt brings nothing
missed      it is over, and nothing was handed in
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from quizzes import entitlements, terms
from quizzes.entitlements import lateness
from quizzes.models import Accommodation, Assignment, Attempt, Membership, Quiz

RUNNING, TO_DO, IMPROVABLE, UPCOMING, DONE, MISSED = "running", "to_do", "improvable", "upcoming", "done", "missed"


@dataclass(frozen=True)
class AssignmentStatus:
    """One assignment as it stands for one student. `result` is their best attempt handed in, else the latest."""

    assignment: Assignment
    state: str
    terms: terms.Terms
    attempts: int
    running: Attempt | None
    result: Attempt | None
    seconds_to_opening: int | None
    shows_marks: bool
    is_open: bool  # for them, at this instant
    is_over: bool  # closed for them
    is_late: bool  # what is handed in now
    is_result_late: bool = False

    @property
    def left(self) -> int | None:
        """Attempts left; None for as many as one likes."""
        allowed = self.terms.attempts_allowed
        return None if allowed is None else max(0, allowed - self.attempts)

    @property
    def can_start(self) -> bool:
        return self.running is None and self.is_open and self.left != 0


def of(memberships: Collection[Membership], *, now: datetime) -> list[AssignmentStatus]:
    """Return everything their classes are given, as it stands for these members, who are one person (3 queries)."""
    places = {member.classroom_id: member for member in memberships}
    assignments = _assignments(places)
    exceptions = {row.assignment_id: row for row in Accommodation.objects.filter(membership__in=places.values())}
    attempts = _attempts(places, assignments)
    return [
        _given(places[row.classroom_id], row, exceptions.get(row.pk), attempts.get(row.pk, []), now)
        for row in assignments.values()
    ]


def with_lateness(rows: Iterable[AssignmentStatus]) -> list[AssignmentStatus]:
    """Return the same, with whether what was handed in was late (1 query where something is, up to 4 where some was late)."""
    rows = list(rows)
    late = lateness.among(row.result for row in rows if row.result is not None)
    return [replace(row, is_result_late=row.result is not None and row.result.pk in late) for row in rows]


def _assignments(classrooms: Iterable[int]) -> dict[int, Assignment]:
    assignments = Assignment.objects.filter(classroom__in=list(classrooms)).exclude(quiz__status=Quiz.Status.DRAFT)
    return {row.pk: row for row in entitlements.with_last_ends(assignments.select_related("quiz", "classroom"))}


def _attempts(places: dict[int, Membership], assignments: dict[int, Assignment]) -> dict[int, list[Attempt]]:
    """Return their attempts, by assignment (no query where there is no assignment)."""
    attempts: dict[int, list[Attempt]] = {}
    learners = {member.user_id for member in places.values()}
    for attempt in Attempt.objects.filter(learner__in=learners, assignment__in=list(assignments)).order_by("number"):
        assignment = assignments[attempt.assignment_id or 0]
        attempts.setdefault(assignment.pk, []).append(attempt.known_with(assignment.quiz, assignment))
    return attempts


def _given(
    member: Membership,
    assignment: Assignment,
    exception: Accommodation | None,
    attempts: Sequence[Attempt],
    now: datetime,
) -> AssignmentStatus:
    agreed = entitlements.terms_of(assignment.quiz, None, assignment, member, exception)
    is_in_use = assignment.quiz.status == Quiz.Status.PUBLISHED and assignment.classroom.archived_at is None
    is_open = is_in_use and agreed.is_open_at(now)
    status = AssignmentStatus(
        assignment=assignment,
        state="",
        terms=agreed,
        attempts=len(attempts),
        running=next((row for row in attempts if row.is_in_progress and not row.is_overdue_at(now)), None),
        result=best_of(attempts),
        seconds_to_opening=seconds_to_opening(agreed, now),
        shows_marks=entitlements.marks_are_out(assignment, now=now),
        is_open=is_open,
        is_over=agreed.is_over_at(now),
        is_late=terms.is_past(agreed.due_at, now),
    )
    return replace(status, state=_state(status))


def _state(row: AssignmentStatus) -> str:
    if row.running is not None:
        return RUNNING
    if row.attempts:  # handed in, or just about to be closed
        return IMPROVABLE if row.can_start and _may_improve(row) else DONE
    if row.seconds_to_opening is not None:
        return UPCOMING
    return TO_DO if row.is_open else MISSED


def _may_improve(row: AssignmentStatus) -> bool:
    """Return whether a further attempt could count for more. While marks are held back it always could: else it would
    say them."""
    if row.result is None or not entitlements.marks_come_out(row.assignment):
        return False
    if row.assignment.quiz.counting != Quiz.Counting.HIGHEST:
        return False
    return not row.shows_marks or (row.result.is_graded and (row.result.share or 0) < 1)


def seconds_to_opening(agreed: terms.Terms, now: datetime) -> int | None:
    if agreed.opens_at is None or not agreed.is_upcoming_at(now):
        return None
    return int((agreed.opens_at - now).total_seconds()) + 1


def best_of(attempts: Iterable[Attempt]) -> Attempt | None:
    """Return the best of those handed in."""
    handed_in = (row for row in attempts if not row.is_in_progress)
    return max(handed_in, key=lambda row: (row.is_graded, row.share or 0, row.number), default=None)


def by_urgency(row: AssignmentStatus) -> tuple[bool, float, int]:
    """Return a key for sorting: what is due or closes first."""
    end = row.terms.due_at or row.terms.closes_at
    return end is None, end.timestamp() if end else 0, row.assignment.pk


def by_opening(row: AssignmentStatus) -> tuple[float, int]:
    return row.terms.opens_at.timestamp() if row.terms.opens_at else 0, row.assignment.pk


@dataclass(frozen=True)
class Calendar:
    """Assignments as they stand for one student.

    Open now (most urgent first), those that can still be improved (most urgent first), upcoming (next first), done or over
    (latest first).
    """

    open: list[AssignmentStatus]
    improvable: list[AssignmentStatus]
    upcoming: list[AssignmentStatus]
    done: list[AssignmentStatus]

    @property
    def todo(self) -> list[AssignmentStatus]:
        """Those open that are not in progress."""
        return [row for row in self.open if row.state == TO_DO]

    @property
    def open_and_done(self) -> int:
        """How many are open and handed in, whether they can be improved or not."""
        return len(self.improvable) + sum(row.is_open for row in self.done)


def calendar(statuses: Sequence[AssignmentStatus]) -> Calendar:
    """Return the same rows, sorted into what is open, to improve, upcoming and done."""

    def those(*states: str) -> list[AssignmentStatus]:
        return [row for row in statuses if row.state in states]

    return Calendar(
        open=sorted(those(RUNNING, TO_DO), key=by_urgency),
        improvable=sorted(those(IMPROVABLE), key=by_urgency),
        upcoming=sorted(those(UPCOMING), key=by_opening),
        done=sorted(those(DONE, MISSED), key=_end, reverse=True),
    )


def _end(row: AssignmentStatus) -> tuple[float, int]:
    handed_in = row.result.submitted_at if row.result else None
    end = handed_in or row.terms.closes_at
    return end.timestamp() if end else 0, row.assignment.pk
