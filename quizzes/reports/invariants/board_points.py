"""What must hold of leaderboards: their points are what the rows add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from quizzes.models import Assignment, Attempt, Classroom, Membership, Quiz
from quizzes.reports import leaderboards
from quizzes.reports.invariants.violations import Violation

CHOSEN: dict[str, Callable[[list[Attempt]], Attempt]] = {
    "highest": lambda made: max(made, key=lambda attempt: (attempt.share or 0, -attempt.number)),
    "latest": lambda made: made[-1],
    "first": lambda made: made[0],
}


def boards(now: datetime) -> Iterator[Violation]:
    """I8: of every class that ranks by best marks, add the rows up in plain Python and look who is shown."""
    for classroom in Classroom.objects.filter(metric=Classroom.Metric.BEST):
        board = leaderboards.for_classroom(classroom, now=now)
        if Assignment.objects.filter(pk__in=board.counted, quiz__counting=Quiz.Counting.AVERAGE).exists():
            continue
        expected = _sums(classroom, board)
        shown = {row.membership_id: row.exact for row in board.rows}
        for membership in sorted(shown.keys() | expected.keys()):
            if shown.get(membership) != expected.get(membership):
                what = f"shows {shown.get(membership)}, the rows give {expected.get(membership)}"
                yield Violation("I8", f"classroom {classroom.pk}, member {membership}", what)


def _sums(classroom: Classroom, board: leaderboards.Board) -> dict[int, Fraction]:
    members = {row.user_id: row.pk for row in Membership.objects.filter(classroom=classroom).ranked()}
    graded = Attempt.objects.graded().filter(assignment__in=board.counted, learner__in=list(members))
    attempts: dict[tuple[int, int], list[Attempt]] = {}
    for attempt in graded.order_by("number").select_related("quiz"):
        attempts.setdefault((attempt.learner_id, attempt.assignment_id or 0), []).append(attempt)
    most: dict[int, Decimal] = {}
    for (_learner, assignment), rows in attempts.items():
        most[assignment] = max([row.max_marks for row in rows] + [most.get(assignment, Decimal(0))])
    sums: dict[int, Fraction] = {}
    for (learner, assignment), rows in attempts.items():
        share = CHOSEN[rows[0].quiz.counting](rows).share or Fraction(0)
        sums[members[learner]] = sums.get(members[learner], Fraction(0)) + share * Fraction(most[assignment])
    return sums
