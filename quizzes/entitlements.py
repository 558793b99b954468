"""What a learner is entitled to on a quiz: gathers the rows and asks the pure functions of `terms`. Read only.

Its own layer between models and services, because services and reports alike must ask it what may be revealed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from quizzes import terms
from quizzes.models import Accommodation, Answer, Assignment, Attempt, Membership, QuestionVersion, Quiz, User


def terms_for(learner: User, quiz: Quiz, assignment: Assignment | None, *, limit: timedelta | None) -> terms.Terms:
    """The effective terms; `limit` is what the quiz's time rule gives for the items drawn (or expected)."""
    if assignment is None:
        return terms_of(quiz, limit)
    membership = Membership.objects.filter(classroom=assignment.classroom_id, user=learner).first()
    exception = (
        None
        if membership is None
        else Accommodation.objects.filter(assignment=assignment, membership=membership).first()
    )
    return terms_of(quiz, limit, assignment, membership, exception)


def terms_of(
    quiz: Quiz,
    limit: timedelta | None,
    assignment: Assignment | None = None,
    membership: Membership | None = None,
    exception: Accommodation | None = None,
) -> terms.Terms:
    """The effective terms, from rows at hand: quiz, then assignment, then membership, then the member's exception."""
    layers = (
        quiz.overrides(limit),
        *(row.overrides() for row in (assignment, membership, exception) if row is not None),
    )
    return terms.effective(layers)


def limit_of(quiz: Quiz, items: Iterable[tuple[Fraction | int, str]]) -> timedelta | None:
    """The limit by the quiz's time rule; `items` are (seconds, Bloom level) of what is asked."""
    if quiz.time_rule == Quiz.TimeRule.FIXED:
        return timedelta(minutes=quiz.time_limit or 0)
    if quiz.time_rule == Quiz.TimeRule.COMPUTED:
        return terms.computed_limit(items)
    return None


def seconds_and_bloom(version: QuestionVersion) -> tuple[int, str]:
    """What the time rule needs to know of one question."""
    return version.kind.time_seconds(version.parsed), version.question.bloom


def asked_in(attempts: Collection[Attempt]) -> dict[int, list[tuple[int, str]]]:
    """What the time rule needs to know of the questions drawn, by attempt (1 query)."""
    asked: dict[int, list[tuple[int, str]]] = {}
    if attempts:
        for answer in Answer.objects.filter(attempt__in=attempts).select_related("version__question"):
            asked.setdefault(answer.attempt_id, []).append(seconds_and_bloom(answer.version))
    return asked


def reveal_at(attempt: Attempt) -> datetime | None:
    """When the last learner concerned can no longer answer (1 query, where there is a close); None: never.

    Asks nothing for one that comes out of `revealed_each`.
    """
    assignment = attempt.assignment
    if assignment is not None:
        return closes_for_all_at(assignment)
    close = attempt.quiz.closes_at
    if close is None:
        return None
    row: Any = attempt
    if not hasattr(row, "latest_deadline"):
        return _last(close, _latest_deadlines([attempt.quiz_id]).get(attempt.quiz_id))
    return _last(close, row.latest_deadline)


# An attempt in progress that nothing ends (an instructor can make it so) is a learner who may answer for ever.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
DEADLINE = Coalesce("due_at", Value(NEVER))


def _latest_deadlines(quizzes: Iterable[int]) -> dict[int, datetime | None]:
    """The latest deadline of an attempt in progress on one's own, by quiz (1 query)."""
    running = Attempt.objects.in_progress().filter(quiz__in=quizzes, assignment=None)
    return dict(running.order_by().values_list("quiz").annotate(latest=Max(DEADLINE)))


def with_last_ends(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Each with the latest close of an exception to it and the latest deadline of an attempt in progress at it."""
    exceptions: Any = Accommodation.objects.with_own_close().filter(assignment=OuterRef("pk"))
    running = Attempt.objects.in_progress().filter(assignment=OuterRef("pk")).annotate(ends_at=DEADLINE)
    return assignments.annotate(
        latest_exception=Subquery(
            exceptions.filter(own_close__isnull=False).order_by("-own_close").values("own_close")[:1]
        ),
        latest_deadline=Subquery(running.order_by("-ends_at").values("ends_at")[:1]),
    )


def closes_for_all_at(assignment: Assignment) -> datetime | None:
    """The close of the class, or where it is later the last end of a member's: by an exception, or of an attempt in
    progress that was extended or reopened by hand. None: it never closes, or such an attempt has no end.

    Asks the database (1 query, where there is a close) unless the row comes from `with_last_ends`.
    """
    close = close_of(assignment)
    if close is None:
        return None
    row: Any = assignment
    if not hasattr(row, "latest_deadline"):
        row = with_last_ends(Assignment.objects.filter(pk=assignment.pk)).get()
    return _last(close, row.latest_exception, row.latest_deadline)


def close_of(assignment: Assignment) -> datetime | None:
    """The close of the class, without exceptions."""
    return assignment.overrides().closes_at or assignment.quiz.closes_at


def _last(close: datetime, *ends: datetime | None) -> datetime | None:
    last = max([close, *(end for end in ends if end is not None)])
    return None if last == NEVER else last


def marks_come_out(assignment: Assignment) -> bool:
    """Whether learners ever see marks of it that count: not of practice, not of a survey."""
    return assignment.preset != "practice" and bool(terms.PRESETS[assignment.preset].marks)


def marks_are_out(assignment: Assignment, *, now: datetime) -> bool:
    """Whether whoever hands in at this instant may see their marks, and so may a class compare them."""
    return marks_come_out(assignment) and (
        terms.revealed(assignment.preset, submitted_at=now, reveal_at=closes_for_all_at(assignment), now=now).marks
    )


def revealed(attempt: Attempt, viewer: User, *, now: datetime, is_checked: bool = False) -> terms.Revealed:
    """What the viewer may see of the attempt (or of a checked answer) now. Everything that shows results asks here."""
    if viewer.pk != attempt.learner_id:
        return terms.EVERYTHING  # staff of the classroom: the row was fetched through `readable_by`
    return terms.revealed(
        attempt.preset,
        submitted_at=attempt.submitted_at,
        reveal_at=reveal_at(attempt) if _is_held_back_until_the_end(attempt, now) else None,
        now=now,
        is_checked=is_checked and attempt.preset == "practice",
    )


def _is_held_back_until_the_end(attempt: Attempt, now: datetime) -> bool:
    """Whether the decision hangs on when the last learner has handed in: never before the close of the class."""
    if attempt.submitted_at is None or attempt.preset not in terms.WAITING_FOR_THE_END:
        return False
    close = close_of(attempt.assignment) if attempt.assignment else attempt.quiz.closes_at
    return close is not None and close <= now


def revealed_each(attempts: Sequence[Attempt], viewer: User, *, now: datetime) -> list[tuple[Attempt, terms.Revealed]]:
    """Attempts of the viewer's own, each with what may be seen of it (at most 2 queries, none where no end matters)."""
    held = [attempt for attempt in attempts if _is_held_back_until_the_end(attempt, now)]
    given = {attempt.assignment_id for attempt in held if attempt.assignment_id}
    alone = {attempt.quiz_id for attempt in held if not attempt.assignment_id}
    ends: dict[int, Any] = (
        {row.pk: row for row in with_last_ends(Assignment.objects.filter(pk__in=given))} if given else {}
    )
    deadlines = _latest_deadlines(alone) if alone else {}
    for attempt in held:
        row: Any = attempt.assignment or attempt
        if attempt.assignment_id:
            end = ends[attempt.assignment_id]
            row.latest_exception, row.latest_deadline = end.latest_exception, end.latest_deadline
        else:
            row.latest_deadline = deadlines.get(attempt.quiz_id)
    return [(attempt, revealed(attempt, viewer, now=now)) for attempt in attempts]
