"""Leaderboards: who stands where among those who want to be seen, computed from graded attempts each time.

There are no counters to keep in step. One statement reads the attempts of a class through the partial index
`attempt_board` (assignment, learner, fraction downwards; graded and counted attempts only), so a board costs as much
among a million attempts as among a thousand. It lists them by assignment and learner, the best first; which of them
counts, the sums and the ranks are Python.

Members who are hidden, removed, gone, inactive or staff are left out before anything is ranked, so no gap shows them; nor
does the "(2)" after a name that two have. An assignment counts from the instant at which its marks may be seen.

Where attempts at one assignment are worth different marks, because points, items or draw counts were edited in between,
their shares are compared: each gives that share of the most that was possible in any of them.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from quizzes import entitlements, marking, shared_cache
from quizzes.marking import Edges
from quizzes.models import Answer, Assignment, Attempt, Classroom, Membership, User, shown
from quizzes.models.fractions import read

EVER = datetime(1970, 1, 1, tzinfo=UTC)  # before any attempt


@dataclass(frozen=True)
class Standing:
    """The place of one member. `points` of `possible` as shown: marks, or for mastery percent of what could be mastered.

    Ranks compare the exact points; so two ranks may show the same figure.
    """

    rank: int
    membership_id: int
    user_id: int
    name: str
    points: Decimal
    possible: Decimal
    percent: int
    exact: Fraction
    is_by_share: bool = False  # as for all: some attempts at one assignment are worth other marks than the rest
    is_me: bool = False


@dataclass(frozen=True)
class Board:
    """A leaderboard at one instant: those with a result that counts, in a stable order.

    `counted` are the assignments whose results are out (by id), `hidden` those whose results will be (by title); practice
    and surveys are in neither. It is the same for all viewers, and all its values are plain, so its repr tells two boards
    apart; `as_seen_by` marks the row of one viewer.
    """

    rows: tuple[Standing, ...]
    metric: str
    is_revealed: bool
    counted: tuple[int, ...]
    hidden: tuple[str, ...]
    me: Standing | None = None

    def as_seen_by(self, viewer: User) -> Board:
        """The board with the viewer's own row marked; `me` stays None for a viewer without a place."""
        rows = tuple(replace(row, is_me=True) if row.user_id == viewer.pk else row for row in self.rows)
        return replace(self, rows=rows, me=next((row for row in rows if row.is_me), None))

    @property
    def size(self) -> int:
        """How many are ranked: "you are 14th of 31"."""
        return len(self.rows)

    @property
    def is_by_share(self) -> bool:
        """Whether shares were compared, because attempts at one assignment are worth different marks."""
        return any(row.is_by_share for row in self.rows)

    def top(self, count: int) -> tuple[Standing, ...]:
        """The first rows, `count` of them at most."""
        return self.rows[:count]

    def nearby(self, span: int = 3) -> tuple[Standing, ...]:
        """The rows around the viewer's own, `span` on either side; empty for a viewer without a place."""
        if self.me is None:
            return ()
        here = self.rows.index(self.me)
        return self.rows[max(0, here - span) : here + span + 1]


def for_classroom(classroom: Classroom, *, now: datetime, since: datetime = EVER, max_age: int = 0) -> Board:
    """Rank over all assignments of the class; `since` counts only what was handed in from then on.

    3 queries, 4 for mastery. With `max_age` in seconds the ranks may be as old as that, and are shared by all who ask (1
    query); which results are out is decided at `now` all the same.
    """
    return _board(classroom, Assignment.objects.filter(classroom=classroom), now, since, max_age)


def for_assignment(assignment: Assignment, *, now: datetime, max_age: int = 0) -> Board:
    """Rank over one assignment (as many queries, one more where its classroom was not fetched with it)."""
    return _board(assignment.classroom, Assignment.objects.filter(pk=assignment.pk), now, EVER, max_age)


def _board(
    classroom: Classroom, assignments: QuerySet[Assignment], now: datetime, since: datetime, max_age: int
) -> Board:
    in_order = entitlements.with_last_ends(assignments.select_related("quiz")).order_by("opens_at", "pk")
    ranked = [assignment for assignment in in_order if entitlements.marks_come_out(assignment)]
    counted = [assignment for assignment in ranked if entitlements.marks_are_out(assignment, now=now)]
    return Board(
        rows=_shared_standings(classroom, counted, since, max_age) if counted else (),
        metric=classroom.metric,
        is_revealed=bool(counted),
        counted=tuple(assignment.pk for assignment in counted),
        hidden=tuple(assignment.quiz.title for assignment in ranked if assignment not in counted),
    )


def _shared_standings(
    classroom: Classroom, counted: Sequence[Assignment], since: datetime, max_age: int
) -> tuple[Standing, ...]:
    if not max_age:
        return _standings(classroom, counted, since)
    # What a viewer would notice at once is in the key: what is counted, how, and under which names.
    settings = (classroom.metric, classroom.speed_breaks_ties, classroom.names_shown, get_language())
    parts = (classroom.pk, [assignment.pk for assignment in counted], since, *settings)
    key = f"standings:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
    return shared_cache.get_or_make(key, lambda: _standings(classroom, counted, since), seconds=max_age)


# Results --------------------------------------------------------------------------------------------------------------


class GradedAttempt(NamedTuple):
    """`points` and `possible` are exact marks, `seconds` from start to submission."""

    assignment_id: int
    learner_id: int
    pk: int
    number: int
    points: Fraction
    possible: Fraction
    seconds: int


# SQLite uses a partial index only where a condition is written as the index has it: Django 5.2 writes `is_counted`, 6.1
# `is_counted = 1`, and a database keeps the index of the version that made it. Hence both.
ATTEMPTS = """
SELECT a.assignment_id, a.learner_id, a.id, a.number,
    a.exact_marks, CAST(ROUND(a.max_marks * 100) AS bigint) || '/100', {seconds}
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
    """The one with the largest exact share, the first of equals: the database has sorted by rounded ones."""
    return max(taken, key=lambda attempt: (_share(attempt), -attempt.number))


# The attempt that counts of those of one learner at one assignment.
CHOOSE: dict[str, Callable[[Sequence[GradedAttempt]], GradedAttempt]] = {
    "highest": _best,
    "average": _best,
    "latest": lambda taken: max(taken, key=attrgetter("number")),
    "first": lambda taken: min(taken, key=attrgetter("number")),
}


def _results(classroom: Classroom, counted: Sequence[Assignment], since: datetime) -> Iterator[Result]:
    rules = {assignment.pk: _rule(classroom, assignment) for assignment in counted}
    metric = classroom.metric
    mastered = _mastered(counted, since) if metric == "mastery" else {}
    for (assignment_id, learner_id), group in groupby(_graded(classroom, counted, since), key=itemgetter(0, 1)):
        taken, rule = list(group), rules[assignment_id]
        chosen = CHOOSE[rule](taken)
        share, worth = _share(chosen), [attempt.possible for attempt in taken]
        if metric == "mastery":
            if chosen.pk not in mastered:  # nothing was asked
                continue
            # The same is possible for all: leaving an assignment out never pays.
            share, worth = mastered[chosen.pk] / 100, [Fraction(100)]
        elif metric == "improvement":
            share -= _share(CHOOSE["first"](taken))
        elif rule == "average":
            share = marking.mean([_share(attempt) for attempt in taken])
        yield Result(assignment_id, learner_id, share, min(worth), max(worth), chosen.seconds)


def _share(attempt: GradedAttempt) -> Fraction:
    return marking.share(attempt.points, attempt.possible)


def _rule(classroom: Classroom, assignment: Assignment) -> str:
    """The rule of the quiz decides which attempt counts where a class ranks by best marks; elsewhere the metric does."""
    if classroom.metric == "best":
        return assignment.quiz.counting
    return "first" if classroom.metric == "first" else "highest"


def _mastered(counted: Sequence[Assignment], since: datetime) -> dict[int, Fraction]:
    """Percent of right answers of each attempt, exactly; every topic it asked about weighs the same."""
    attempts = Attempt.objects.graded().filter(assignment__in=counted, submitted_at__gte=since)
    answers = Answer.objects.filter(attempt__in=attempts).order_by()
    topics = answers.values_list("attempt", "version__question__topic")
    shares: dict[int, list[Fraction]] = defaultdict(list)
    right = Count("pk", filter=Q(exact_fraction=Fraction(1)))
    for attempt, _topic, asked, known in topics.annotate(asked=Count("pk"), right=right):
        shares[attempt].append(Fraction(known, asked))
    return {attempt: 100 * marking.mean(each) for attempt, each in shares.items()}


def _graded(classroom: Classroom, counted: Sequence[Assignment], since: datetime) -> list[GradedAttempt]:
    """The attempts of these assignments by assignment and learner, the best first."""
    params: dict[str, Any] = {f"assignment_{place}": assignment.pk for place, assignment in enumerate(counted)}
    names = ", ".join(f"%({name})s" for name in params)
    seconds = SECONDS[connection.vendor] if classroom.speed_breaks_ties else "0"
    params |= {"true": True, "since": connection.ops.adapt_datetimefield_value(since)}
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPTS.format(assignments=names, seconds=seconds), params)
        rows = cursor.fetchall()
    return [GradedAttempt._make((*key, read(points), read(possible), took)) for *key, points, possible, took in rows]


# Ranks ----------------------------------------------------------------------------------------------------------------


def _standings(classroom: Classroom, counted: Sequence[Assignment], since: datetime) -> tuple[Standing, ...]:
    """The members with a result, by rank and name (2 queries, 3 for mastery)."""
    ranked = Membership.objects.ranked().filter(classroom=classroom).select_related("user").order_by("pk")
    members = {member.user_id: member for member in ranked}
    results = [result for result in _results(classroom, counted, since) if result.learner_id in members]
    most = _most(results)
    points, seconds = defaultdict[int, Fraction](Fraction), Counter[int]()
    for result in results:
        # By share: points that were edited between two attempts put no one ahead.
        points[result.learner_id] += result.share * most[result.assignment_id]
        seconds[result.learner_id] += result.seconds
    ranks = _ranks({learner: (-points[learner], seconds[learner]) for learner in points})
    names = _names((member for learner, member in members.items() if learner in points), classroom.names_shown)
    possible = sum(most.values(), Fraction(0))
    edges = shown.pass_marks(assignment.quiz for assignment in counted)
    is_by_share = any(result.least != most[result.assignment_id] for result in results)
    rows = [
        _standing(ranks[learner], members[learner], name, (points[learner], possible), edges)
        for learner, name in names.items()
    ]
    rows = [replace(row, is_by_share=True) for row in rows] if is_by_share else rows
    return tuple(sorted(rows, key=lambda row: (row.rank, row.name.casefold(), row.membership_id)))


def _standing(rank: int, member: Membership, name: str, score: tuple[Fraction, Fraction], edges: Edges) -> Standing:
    """A row of the board; `score` are exact points and what was possible."""
    points, possible = score
    return Standing(
        rank=rank,
        membership_id=member.pk,
        user_id=member.user_id,
        name=name,
        points=marking.shown_marks(points, possible, edges),
        possible=marking.rounded(possible),
        percent=marking.shown_percent(marking.share(points, possible), edges),
        exact=points,
    )


def _most(results: Iterable[Result]) -> dict[int, Fraction]:
    """What each assignment is worth; of one whose attempts are worth different marks the most counts."""
    most: dict[int, Fraction] = {}
    for result in results:
        most[result.assignment_id] = max(result.possible, most.get(result.assignment_id, Fraction(0)))
    return most


def _ranks(scores: dict[int, tuple[Fraction, int]]) -> dict[int, int]:
    """Ranks of a competition, the lowest score first: equal ones share a rank and the next is skipped (1-2-2-4)."""
    places: dict[tuple[Fraction, int], int] = {}
    for place, score in enumerate(sorted(scores.values()), start=1):
        places.setdefault(score, place)
    return {learner: places[score] for learner, score in scores.items()}


def _names(members: Iterable[Membership], names_shown: str) -> dict[int, str]:
    """Each name once, by user: who joined later gets a number, "kestrel (2)". Only names on this board are looked at."""
    taken: set[str] = set()
    names = {}
    for member in members:
        own = member.user.full_name if names_shown == Classroom.Names.NAMES else member.shown_name
        name, count = own, 1
        while _alike(name) in taken:
            count += 1
            name = f"{own} ({count})"
        taken.add(_alike(name))
        names[member.user_id] = name
    return names


def _alike(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
