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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import get_language

from quizzes import entitlements, marking, shared_cache
from quizzes.marking import Edges
from quizzes.models import Assignment, Classroom, Membership, User, shown
from quizzes.reports import board_results
from quizzes.reports.board_results import Result, Then

EVER = datetime(1970, 1, 1, tzinfo=UTC)  # before any attempt
WEEK = timedelta(days=7)


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
    emblem: int  # 1 to 9
    before: int | None = None  # their rank a week ago; None: they had none, or the board is not compared
    is_by_share: bool = False  # as for all: some attempts at one assignment are worth other marks than the rest
    is_me: bool = False

    @property
    def up(self) -> int:
        """How many ranks they rose since a week ago."""
        return max(0, (self.before or self.rank) - self.rank)

    @property
    def down(self) -> int:
        return max(0, self.rank - (self.before or self.rank))


@dataclass(frozen=True)
class Board:
    """A leaderboard at one instant: those with a result that counts, in a stable order.

    `counted` are the assignments whose results are out (by id), `hidden` those whose results will be (by title); practice
    and surveys are in neither. It is the same for all viewers, and all its values are plain, so its repr tells two boards
    apart; `as_seen_by` marks the row of one viewer, and says whether they may see every rank.
    """

    rows: tuple[Standing, ...]
    metric: str
    is_revealed: bool
    counted: tuple[int, ...]
    hidden: tuple[str, ...]
    me: Standing | None = None
    shows_all: bool = True

    def as_seen_by(self, viewer: User, *, shows_all: bool = True) -> Board:
        """Return the board with the viewer's own row marked; `me` stays None for a viewer without a place."""
        rows = tuple(replace(row, is_me=True) if row.user_id == viewer.pk else row for row in self.rows)
        return replace(self, rows=rows, me=next((row for row in rows if row.is_me), None), shows_all=shows_all)

    @property
    def size(self) -> int:
        """How many are ranked: "you are 14th of 31"."""
        return len(self.rows)

    @property
    def is_compared(self) -> bool:
        """Whether somebody had a rank a week ago: the board of a shorter time, or a new one, is compared with nothing."""
        return any(row.before is not None for row in self.rows)

    @property
    def is_by_share(self) -> bool:
        """Whether shares were compared, because attempts at one assignment are worth different marks."""
        return any(row.is_by_share for row in self.rows)

    def top(self, count: int) -> tuple[Standing, ...]:
        """Return the first rows, `count` of them at most."""
        return self.rows[:count]

    def nearby(self, span: int = 3) -> tuple[Standing, ...]:
        """Return the rows around the viewer's own, `span` on either side; empty for a viewer without a place."""
        if self.me is None:
            return ()
        here = self.rows.index(self.me)
        return self.rows[max(0, here - span) : here + span + 1]


def for_classroom(classroom: Classroom, *, now: datetime, since: datetime = EVER, max_age: int = 0) -> Board:
    """Rank over all assignments of the class; `since` counts only what was handed in from then on.

    From the start, each row says which rank the member had a week ago: among those who are ranked now, by what was
    handed in and out by then. 3 queries, 1 more for mastery and 1 where an exam has closed. With `max_age` in seconds
    the ranks may be as old as that, and are shared by all who ask (1 query, or 2); which results are out is decided at
    `now` all the same.
    """
    return _board(classroom, Assignment.objects.filter(classroom=classroom), now, since, max_age)


def for_assignment(assignment: Assignment, *, now: datetime, max_age: int = 0) -> Board:
    """Rank over one assignment (as many queries, one more where its classroom was not fetched with it)."""
    return _board(assignment.classroom, Assignment.objects.filter(pk=assignment.pk), now, EVER, max_age)


def shows_all_to(viewer: User, classroom: Classroom) -> bool:
    """Return whether the viewer may see every rank: where the class lets its students, or they teach or assist (0 to 1 query)."""
    return classroom.board_shows_all or Classroom.objects.assisted_by(viewer).filter(pk=classroom.pk).exists()


def _board(
    classroom: Classroom, assignments: QuerySet[Assignment], now: datetime, since: datetime, max_age: int
) -> Board:
    in_order = list(assignments.select_related("quiz").order_by("opens_at", "pk"))
    entitlements.know_last_ends(in_order, now=now)
    ranked = [assignment for assignment in in_order if entitlements.marks_come_out(assignment)]
    counted = [assignment for assignment in ranked if entitlements.marks_are_out(assignment, now=now)]
    counts = {assignment.pk for assignment in counted}
    then = _a_week_ago(counted, now) if since == EVER else Then(EVER)
    return Board(
        rows=_shared_standings(classroom, counted, since, then, max_age) if counted else (),
        metric=classroom.metric,
        is_revealed=bool(counted),
        counted=tuple(assignment.pk for assignment in counted),
        hidden=tuple(assignment.quiz.title for assignment in ranked if assignment.pk not in counts),
    )


def _a_week_ago(counted: Sequence[Assignment], now: datetime) -> Then:
    at = now - WEEK
    return Then(at, frozenset(row.pk for row in counted if entitlements.marks_are_out(row, now=at)))


def _shared_standings(
    classroom: Classroom, counted: Sequence[Assignment], since: datetime, then: Then, max_age: int
) -> tuple[Standing, ...]:
    if not max_age:
        return _standings(classroom, counted, since, then)
    # What a viewer would notice at once is in the key: what is counted, how, and under which names.
    settings = (classroom.metric, classroom.speed_breaks_ties, classroom.names_shown, get_language())
    parts = (classroom.pk, [assignment.pk for assignment in counted], since, sorted(then.counted), *settings)
    key = f"standings:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
    return shared_cache.make_once(key, lambda: _standings(classroom, counted, since, then), seconds=max_age)


def _standings(
    classroom: Classroom, counted: Sequence[Assignment], since: datetime, then: Then
) -> tuple[Standing, ...]:
    """Return the members with a result, by rank and name (2 queries, 3 for mastery)."""
    ranked = Membership.objects.ranked().filter(classroom=classroom).select_related("user").order_by("pk")
    members = {member.user_id: member for member in ranked}
    pairs = list(board_results.results(classroom, counted, since, then))
    results = [pair.now for pair in pairs if pair.now and pair.now.learner_id in members]
    points, ranks, most = _ranked(results)
    earlier = [pair.then for pair in pairs if pair.then and pair.then.learner_id in members]
    before = ranks if earlier == results else _ranked(earlier).ranks
    names = _names((member for learner, member in members.items() if learner in points), classroom.names_shown)
    possible = sum(most.values(), Fraction(0))
    edges = shown.pass_marks(assignment.quiz for assignment in counted)
    is_by_share = any(result.least != most[result.assignment_id] for result in results)
    rows = [
        replace(
            _standing(ranks[learner], members[learner], name, (points[learner], possible), edges),
            before=before.get(learner),
            is_by_share=is_by_share,
        )
        for learner, name in names.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.rank, row.name.casefold(), row.membership_id)))


class Ranked(NamedTuple):
    """Points and rank of each learner, and what each assignment is worth."""

    points: dict[int, Fraction]
    ranks: dict[int, int]
    most: dict[int, Fraction]


def _ranked(results: Sequence[Result]) -> Ranked:
    most = _most(results)
    points, seconds = defaultdict[int, Fraction](Fraction), Counter[int]()
    for result in results:
        # By share: points that were edited between two attempts put no one ahead.
        points[result.learner_id] += result.share * most[result.assignment_id]
        seconds[result.learner_id] += result.seconds
    return Ranked(points, _ranks({learner: (-points[learner], seconds[learner]) for learner in points}), most)


def _standing(rank: int, member: Membership, name: str, score: tuple[Fraction, Fraction], edges: Edges) -> Standing:
    """Return a row of the board; `score` are exact points and what was possible."""
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
        emblem=member.worn_emblem,
    )


def _most(results: Iterable[Result]) -> dict[int, Fraction]:
    """Return what each assignment is worth; of one whose attempts are worth different marks the most counts."""
    most: dict[int, Fraction] = {}
    for result in results:
        most[result.assignment_id] = max(result.possible, most.get(result.assignment_id, Fraction(0)))
    return most


def _ranks(scores: dict[int, tuple[Fraction, int]]) -> dict[int, int]:
    """Return ranks of a competition, the lowest score first: equal ones share a rank and the next is skipped (1-2-2-4)."""
    places: dict[tuple[Fraction, int], int] = {}
    for place, score in enumerate(sorted(scores.values()), start=1):
        places.setdefault(score, place)
    return {learner: places[score] for learner, score in scores.items()}


def _names(members: Iterable[Membership], names_shown: str) -> dict[int, str]:
    """Return each name once, by user: who joined later gets a number, "kestrel (2)". Only names on this board are
    looked at."""
    taken: set[str] = set()
    names = {}
    for member in members:
        own_name = member.user.full_name if names_shown == Classroom.Names.NAMES else member.shown_name
        name, count = own_name, 1
        while _alike(name) in taken:
            count += 1
            name = f"{own_name} ({count})"
        taken.add(_alike(name))
        names[member.user_id] = name
    return names


def _alike(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
