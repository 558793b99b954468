"""When results may be seen, and how much of them: everything that shows a result asks here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, DateTimeField, Max, Model, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from quizzes import terms
from quizzes.models import Accommodation, Assignment, Attempt, User

Ends = QuerySet[Model, object]  # a column of instants, for a subquery


def reveal_at(attempt: Attempt) -> datetime | None:
    """Return when the last learner concerned can no longer answer (1 query, where there is a close); None: never.

    Asks nothing for one that comes out of `revealed_each`.
    """
    assignment = attempt.assignment
    if assignment is not None:
        return closes_for_all_at(assignment)
    close = attempt.quiz.closes_at
    if close is None:
        return None
    row: object = attempt
    if not hasattr(row, "latest_deadline"):
        return _last(close, _latest_deadlines([attempt.quiz_id]).get(attempt.quiz_id))
    return _last(close, row.latest_deadline)


# An attempt in progress that nothing ends (an instructor can make it so) is a learner who may answer for ever.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
DEADLINE = Coalesce("due_at", Value(NEVER))


def _latest_deadlines(quizzes: Iterable[int]) -> dict[int, datetime | None]:
    """Return the latest deadline of an attempt in progress on one's own, by quiz (1 query)."""
    running = Attempt.objects.in_progress().filter(quiz__in=quizzes, assignment=None)
    return dict(running.order_by().values_list("quiz").annotate(latest=Max(DEADLINE)))


# The close of a class without exceptions, as `close_of` says it; NEVER for none.
CLOSE = Case(
    When(
        late_policy=Assignment.LatePolicy.REFUSE,
        due_at__isnull=False,
        then=Least("due_at", Coalesce("closes_at", "due_at")),
    ),
    default=Coalesce("closes_at", "quiz__closes_at", Value(NEVER)),
    output_field=DateTimeField(),
)


def with_last_ends(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Return each with the latest close of an exception to it and the latest deadline of an attempt in progress at it.

    Where results wait for the last class: of all classes that have the quiz as an exam, and the latest of their closes.
    """
    here, everywhere = Q(assignment=OuterRef("pk")), _exam_of_a_live_class("assignment__")
    closes = Assignment.objects.filter(_exam_of_a_live_class()).annotate(close=CLOSE)
    return assignments.annotate(
        latest_close=_where_all_wait(closes.order_by("-close").values("close")[:1]),
        latest_exception=_where_all_wait(_latest_exception(everywhere), or_else=_latest_exception(here)),
        latest_deadline=_where_all_wait(_latest_deadline(everywhere), or_else=_latest_deadline(here)),
    )


def _with_own_last_ends(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Return the same for those whose results do not wait for the last class, in a third of the time."""
    here = Q(assignment=OuterRef("pk"))
    return assignments.annotate(
        latest_close=Value(None, DateTimeField()),
        latest_exception=Subquery(_latest_exception(here)),
        latest_deadline=Subquery(_latest_deadline(here)),
    )


ENDS = ("latest_close", "latest_exception", "latest_deadline")


def know_last_ends(assignments: Sequence[Assignment], *, now: datetime) -> None:
    """Let rows know what `with_last_ends` gives, where what is out by `now` hangs on it: an exam that has closed.

    1 query where there is one, else none.
    """
    for assignment in assignments:
        for name in ENDS:
            setattr(assignment, name, None)
    _read_last_ends([assignment for assignment in assignments if _hangs_on_the_last_end(assignment, now)])


def _hangs_on_the_last_end(assignment: Assignment, now: datetime) -> bool:
    """Return whether results wait for the last learner, and the class has closed: before that none of them are out."""
    close = close_of(assignment)
    return assignment.preset in terms.WAITING_FOR_THE_END and close is not None and close <= now


def _read_last_ends(assignments: Collection[Assignment]) -> None:
    """Set `ENDS` (1 query, where there are any); one that is gone meanwhile is never out."""
    if not assignments:
        return
    wait_for_all = any(assignment.quiz.results_wait_for_all for assignment in assignments)
    rows = Assignment.objects.filter(pk__in={assignment.pk for assignment in assignments})
    known = (with_last_ends if wait_for_all else _with_own_last_ends)(rows).values_list("pk", *ENDS)
    ends = {pk: latest for pk, *latest in known}
    for assignment in assignments:
        for name, end in zip(ENDS, ends.get(assignment.pk, [NEVER] * len(ENDS)), strict=True):
            setattr(assignment, name, end)


def _exam_of_a_live_class(path: str = "") -> Q:
    """Return a condition on assignments: those of the same quiz that hold results back; `path` leads to the assignment."""
    same_quiz = Q((f"{path}quiz", OuterRef("quiz")), (f"{path}classroom__archived_at", None))
    return same_quiz & Assignment.holds_back(path)


def _latest_exception(which: Q) -> Ends:
    exceptions: QuerySet[Any] = Accommodation.objects.with_own_close().filter(which)
    return exceptions.filter(own_close__isnull=False).order_by("-own_close").values("own_close")[:1]


def _latest_deadline(which: Q) -> Ends:
    running = Attempt.objects.in_progress().filter(which).annotate(ends_at=DEADLINE)
    return running.order_by("-ends_at").values("ends_at")[:1]


def _where_all_wait(rows: Ends, *, or_else: Ends | None = None) -> Case:
    own = None if or_else is None else Subquery(or_else)
    return Case(When(quiz__results_wait_for_all=True, then=Subquery(rows)), default=own, output_field=DateTimeField())


def unreleased(assignments: QuerySet[Assignment], *, now: datetime) -> QuerySet[Assignment]:
    """Return those, with their last ends, whose results are not out yet, where results wait for an end at all."""
    rows = with_last_ends(assignments.holding_back()).annotate(close=CLOSE)  # type: ignore[attr-defined]
    return rows.filter(Q(*((f"{name}__gt", now) for name in ("close", *ENDS)), _connector=Q.OR))


def closes_for_all_at(assignment: Assignment) -> datetime | None:
    """Return the close of the class, or where it is later the last end of a member's: by an exception, or of an attempt in
    progress that was extended or reopened by hand. None: it never closes, or such an attempt has no end.

    Asks the database (1 query, where there is a close) unless the row comes from `with_last_ends`.
    """
    close = close_of(assignment)
    if close is None:
        return None
    row: Any = assignment
    if not hasattr(row, "latest_deadline"):
        row = with_last_ends(Assignment.objects.filter(pk=assignment.pk)).get()
    return _last(close, row.latest_close, row.latest_exception, row.latest_deadline)


def close_of(assignment: Assignment) -> datetime | None:
    """Return the close of the class, without exceptions."""
    return assignment.overrides().closes_at or assignment.quiz.closes_at


def _last(close: datetime, *ends: datetime | None) -> datetime | None:
    last = max([close, *(end for end in ends if end is not None)])
    return None if last == NEVER else last


def marks_come_out(assignment: Assignment) -> bool:
    """Return whether learners ever see marks of it that count: not of practice, not of a survey."""
    return assignment.preset != "practice" and bool(terms.PRESETS[assignment.preset].marks)


def marks_are_out(assignment: Assignment, *, now: datetime) -> bool:
    """Return whether learners who hand in at this instant may see their marks, and so may a class compare them."""
    return marks_come_out(assignment) and (
        terms.revealed(assignment.preset, submitted_at=now, reveal_at=closes_for_all_at(assignment), now=now).marks
    )


def revealed(attempt: Attempt, viewer: User, *, now: datetime, is_checked: bool = False) -> terms.Revealed:
    """Return what the viewer may see of the attempt (or of a checked answer) now. Everything that shows results asks here."""
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
    """Return whether the decision hangs on when the last learner has handed in: never before the close of the class."""
    if attempt.submitted_at is None or attempt.preset not in terms.WAITING_FOR_THE_END:
        return False
    close = close_of(attempt.assignment) if attempt.assignment else attempt.quiz.closes_at
    return close is not None and close <= now


def revealed_each(attempts: Sequence[Attempt], viewer: User, *, now: datetime) -> list[tuple[Attempt, terms.Revealed]]:
    """Return attempts of the viewer's own, each with what may be seen of it (at most 2 queries, none where no end matters)."""
    held = [attempt for attempt in attempts if _is_held_back_until_the_end(attempt, now)]
    alone = {attempt.quiz_id for attempt in held if not attempt.assignment_id}
    deadlines = _latest_deadlines(alone) if alone else {}
    _read_last_ends([attempt.assignment for attempt in held if attempt.assignment])
    for attempt in held:
        if not attempt.assignment_id:
            row: Any = attempt
            row.latest_deadline = deadlines.get(attempt.quiz_id)
    return [(attempt, revealed(attempt, viewer, now=now)) for attempt in attempts]
