"""Results that a leaderboard ranks: of each member and assignment the attempt that counts. Read only, by SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q

from quizzes import marking
from quizzes.models import Answer, Assignment, Attempt, Classroom
from quizzes.models.fractions import read


class GradedAttempt(NamedTuple):
    """`points` and `possible` are exact marks, `seconds` from start to submission; `is_old`: handed in by an earlier instant."""

    assignment_id: int
    learner_id: int
    pk: int
    number: int
    points: Fraction
    possible: Fraction
    seconds: int
    is_old: bool


# SQLite uses a partial index only where a condition is written as the index has it: Django 5.2 writes `is_counted`, 6.1
# `is_counted = 1`, and a database keeps the index of the version that made it. Hence both.
ATTEMPTS = """
SELECT a.assignment_id, a.learner_id, a.id, a.number,
    a.exact_marks, CAST(ROUND(a.max_marks * 100) AS bigint) || '/100', {seconds}, a.submitted_at <= %(then)s
FROM quizzes_attempt a
WHERE a.assignment_id IN ({assignments}) AND a.status = 'graded' AND a.is_counted AND a.is_counted = %(true)s
    AND a.submitted_at >= %(since)s
ORDER BY a.assignment_id, a.learner_id, a.fraction DESC, a.number
"""
# Never below zero: a clock that was set back during an attempt makes no learner faster elsewhere.
SECONDS = {
    "sqlite": "MAX(0, CAST(ROUND((julianday(a.submitted_at) - julianday(a.started_at)) * 86400) AS bigint))",
    "postgresql": "GREATEST(0, CAST(ROUND(EXTRACT(EPOCH FROM (a.submitted_at - a.started_at))) AS bigint))",
}


class Result(NamedTuple):
    """What one learner has of one assignment, exactly: a share, of what was possible in any of their attempts at most.

    `least` is what was possible in any of them at least.
    """

    assignment_id: int
    learner_id: int
    share: Fraction
    least: Fraction
    possible: Fraction
    seconds: int


def _best(taken: Sequence[GradedAttempt]) -> GradedAttempt:
    """Return the one with the largest exact share, the first of equals: the database has sorted by rounded ones."""
    return max(taken, key=lambda attempt: (_share(attempt), -attempt.number))


# The attempt that counts of those of one learner at one assignment.
CHOOSE: dict[str, Callable[[Sequence[GradedAttempt]], GradedAttempt]] = {
    "highest": _best,
    "average": _best,
    "latest": lambda taken: max(taken, key=attrgetter("number")),
    "first": lambda taken: min(taken, key=attrgetter("number")),
}


@dataclass(frozen=True)
class Then:
    """An earlier instant, and which assignments (by id) counted at it."""

    at: datetime
    counted: frozenset[int] = frozenset()


class Pair(NamedTuple):
    """What one learner has of one assignment now, and what they had then."""

    now: Result | None
    then: Result | None


def results(classroom: Classroom, counted: Sequence[Assignment], since: datetime, then: Then) -> Iterator[Pair]:
    rules = {assignment.pk: _rule(classroom, assignment) for assignment in counted}
    mastered = _mastered(counted, since) if classroom.metric == "mastery" else {}
    graded = _graded(classroom, counted, since, then.at)
    for (assignment_id, _learner), group in groupby(graded, key=itemgetter(0, 1)):
        taken, rule = list(group), rules[assignment_id]
        result = _result(taken, classroom.metric, rule, mastered)
        old = [attempt for attempt in taken if attempt.is_old] if assignment_id in then.counted else []
        is_same = len(old) == len(taken)
        yield Pair(result, result if is_same else _result(old, classroom.metric, rule, mastered) if old else None)


def _result(taken: Sequence[GradedAttempt], metric: str, rule: str, mastered: dict[int, Fraction]) -> Result | None:
    """Return what these attempts of one learner at one assignment come to; None where nothing was asked."""
    chosen = CHOOSE[rule](taken)
    share, worth = _share(chosen), [attempt.possible for attempt in taken]
    if metric == "mastery":
        if chosen.pk not in mastered:
            return None
        # The same is possible for all: leaving an assignment out never pays.
        share, worth = mastered[chosen.pk] / 100, [Fraction(100)]
    elif metric == "improvement":
        share -= _share(CHOOSE["first"](taken))
    elif rule == "average":
        share = marking.mean([_share(attempt) for attempt in taken])
    return Result(chosen.assignment_id, chosen.learner_id, share, min(worth), max(worth), chosen.seconds)


def _share(attempt: GradedAttempt) -> Fraction:
    return marking.share(attempt.points, attempt.possible)


def _rule(classroom: Classroom, assignment: Assignment) -> str:
    """Return which attempt counts: by the quiz where a class ranks by best marks, elsewhere by the metric."""
    if classroom.metric == "best":
        return assignment.quiz.counting
    return "first" if classroom.metric == "first" else "highest"


def _mastered(counted: Sequence[Assignment], since: datetime) -> dict[int, Fraction]:
    """Return percent of right answers of each attempt, exactly; every topic it asked about weighs the same."""
    attempts = Attempt.objects.graded().filter(assignment__in=counted, submitted_at__gte=since)
    answers = Answer.objects.filter(attempt__in=attempts).order_by()
    topics = answers.values_list("attempt", "version__question__topic")
    shares: dict[int, list[Fraction]] = defaultdict(list)
    right = Count("pk", filter=Q(exact_fraction=Fraction(1)))
    for attempt, _topic, asked, known in topics.annotate(asked=Count("pk"), right=right):
        shares[attempt].append(Fraction(known, asked))
    return {attempt: 100 * marking.mean(each) for attempt, each in shares.items()}


def _graded(
    classroom: Classroom, counted: Sequence[Assignment], since: datetime, then: datetime
) -> list[GradedAttempt]:
    """Return the attempts of these assignments by assignment and learner, the best first."""
    params: dict[str, int | str | datetime] = {
        f"assignment_{place}": assignment.pk for place, assignment in enumerate(counted)
    }
    names = ", ".join(f"%({name})s" for name in params)
    seconds = SECONDS[connection.vendor] if classroom.speed_breaks_ties else "0"
    params |= {"true": True, "since": _instant(since), "then": _instant(then)}
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPTS.format(assignments=names, seconds=seconds), params)
        rows = cursor.fetchall()
    return [
        GradedAttempt._make((*key, read(points), read(possible), took, bool(is_old)))
        for *key, points, possible, took, is_old in rows
    ]


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
