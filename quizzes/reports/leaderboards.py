"""Leaderboards: who stands where among those who want to be seen, computed from graded attempts each time.

There are no counters to keep in step. The statement walks the partial index `attempt_board` (assignment, learner, fraction
downwards; graded and counted attempts only) for the assignments of one classroom, so its cost grows with the attempts of
that class and not with the table: a class of 100 reads the same few pages of the index among a thousand attempts as among
a million (100 members, 20 assignments, 4,000 attempts out of 1,000,000: 4 ms on SQLite and on PostgreSQL). Window functions
over those rows give the ranks (RANK: 1-2-2-4) and, where a rule of the quiz or speed decides too, the attempt that counts
(ROW_NUMBER). On PostgreSQL the index holds all that is read, once vacuum has been over the table.

Whoever is hidden, removed, gone, inactive or staff is left out before anything is ranked, so no gap shows them; nor does
the "(2)" after a name that two have. An assignment counts from the instant at which its marks may be seen. Points are
summed in hundredths, as whole numbers: floats would tear ties apart.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.models import Assignment, Classroom, Quiz, User

NAMES, METRICS = Classroom.Names, Classroom.Metric


@dataclass(frozen=True)
class Row:
    """A place on the board. `points` of `possible`: marks, or for mastery hundredths of what could be mastered."""

    rank: int
    membership_id: int
    name: str
    points: Decimal
    possible: Decimal
    percent: int
    is_me: bool


@dataclass(frozen=True)
class Board:
    """A leaderboard at one instant: those with a result that counts, in a stable order, and the viewer's own row.

    `counted` are the assignments whose results are out, `hidden` those whose results will be; practice and surveys are
    in neither. `me` is None for whoever has no place on it.
    """

    rows: tuple[Row, ...]
    me: Row | None
    metric: str
    is_revealed: bool
    counted: tuple[Assignment, ...]
    hidden: tuple[Assignment, ...]

    @property
    def size(self) -> int:
        """How many are ranked: "you are 14th of 31"."""
        return len(self.rows)

    def top(self, count: int) -> tuple[Row, ...]:
        """The first rows, `count` of them at most."""
        return self.rows[:count]

    def nearby(self, span: int = 3) -> tuple[Row, ...]:
        """The rows around one's own, `span` on either side; empty for whoever has no place."""
        if self.me is None:
            return ()
        here = self.rows.index(self.me)
        return self.rows[max(0, here - span) : here + span + 1]


def for_classroom(classroom: Classroom, *, viewer: User, now: datetime, since: datetime | None = None) -> Board:
    """Over all assignments of the class; `since` counts only what was handed in from then on (2 queries)."""
    return _board(classroom, _given(classroom), viewer=viewer, now=now, since=since)


def for_assignment(assignment: Assignment, *, viewer: User, now: datetime) -> Board:
    """Of one assignment (2 queries, one more where its classroom was not fetched with it)."""
    given = _given(assignment.classroom, assignment.pk)
    return _board(assignment.classroom, given, viewer=viewer, now=now, since=None)


def _given(classroom: Classroom, only: int | None = None) -> list[Assignment]:
    found = Assignment.objects.filter(classroom=classroom).select_related("quiz", "classroom")
    if only is not None:
        found = found.filter(pk=only)
    return list(entitlements.with_last_ends(found).order_by("opens_at", "pk"))


def _board(classroom: Classroom, given: Sequence[Any], *, viewer: User, now: datetime, since: datetime | None) -> Board:
    ever = [row for row in given if entitlements.marks_come_out(row)]
    counted = [row for row in ever if entitlements.marks_are_out(row, now=now)]
    rows = _rows(classroom, counted, viewer=viewer, since=since) if counted else ()
    return Board(
        rows=rows,
        me=next((row for row in rows if row.is_me), None),
        metric=classroom.metric,
        is_revealed=bool(counted),
        counted=tuple(counted),
        hidden=tuple(row for row in ever if row not in counted),
    )


# The statement --------------------------------------------------------------------------------------------------------

RANKING = """
WITH member AS (
    SELECT m.id, m.user_id, m.nickname, u.first_name, u.last_name, u.username
    FROM quizzes_membership m JOIN quizzes_user u ON u.id = m.user_id
    WHERE m.classroom_id = %(classroom)s AND m.role = 'student' AND m.status = 'active' AND m.is_visible
      AND NOT u.is_staff AND u.is_active
),
{result},
counted AS (SELECT * FROM result WHERE learner IN (SELECT user_id FROM member)),
total AS (SELECT learner, SUM(points) AS points, SUM(seconds) AS seconds FROM counted GROUP BY learner)
SELECT member.id, member.user_id, member.nickname, member.first_name, member.last_name, member.username, total.points,
    (SELECT SUM(most) FROM (SELECT MAX(worth) AS most FROM counted GROUP BY assignment) AS parts) AS possible,
    RANK() OVER (ORDER BY total.points DESC {speed}) AS place
FROM total JOIN member ON member.user_id = total.learner
"""
CENTS, WORTH = "CAST(ROUND(a.marks * 100) AS bigint)", "CAST(ROUND(a.max_marks * 100) AS bigint)"
GRADED = """FROM quizzes_attempt a {index} {quiz}
    WHERE a.assignment_id IN ({assignments}) AND a.is_counted AND a.status = 'graded' {since}"""

# Each gives one row per learner and assignment: points and worth in hundredths of a mark, seconds of what counts. What
# GROUPED can say comes out of the index in the order it is grouped by, in a third of the time of a window.
GROUPED = """
result AS (
    SELECT a.learner_id AS learner, a.assignment_id AS assignment, {points} AS points, MAX({worth}) AS worth,
        0 AS seconds
    {graded} GROUP BY a.assignment_id, a.learner_id
)
"""
# The marks of the first attempt, or of the one with the largest share: what decides goes before the cents in one number
# (cents have 8 digits at most; of equal shares of different worth the one with more marks is taken).
OF_FIRST = "MIN(CAST(a.number AS bigint) * 1000000000 + {cents}) %% 1000000000"
OF_LARGEST = "MAX(CAST(ROUND(a.fraction * 100000000) AS bigint) * 1000000000 + {cents}) %% 1000000000"
POINTS = {
    METRICS.BEST.value: "MAX({cents})",
    METRICS.FIRST.value: OF_FIRST,
    METRICS.IMPROVEMENT.value: f"{OF_LARGEST} - {OF_FIRST}",
}
MADE = """made AS (
    SELECT a.id AS attempt, a.learner_id AS learner, a.assignment_id AS assignment, {average} AS is_average,
        {cents} AS cents, {worth} AS worth, {seconds} AS seconds,
        ROW_NUMBER() OVER (PARTITION BY a.assignment_id, a.learner_id ORDER BY {order}) AS place
        {first}
    {graded}
)"""
OF_MARKS = """{made},
result AS (
    SELECT learner, assignment, MAX(worth) AS worth,
        CASE WHEN MAX(is_average) = 1 THEN CAST(ROUND(1.0 * SUM(cents) / COUNT(*)) AS bigint)
             ELSE SUM(CASE WHEN place = 1 THEN cents ELSE 0 END) END AS points,
        SUM(CASE WHEN place = 1 THEN seconds ELSE 0 END) AS seconds
    FROM made GROUP BY learner, assignment
)
"""
OF_IMPROVEMENT = """{made},
result AS (
    SELECT learner, assignment, MAX(worth) AS worth,
        SUM(CASE WHEN place = 1 THEN cents ELSE 0 END) - SUM(CASE WHEN place_first = 1 THEN cents ELSE 0 END) AS points,
        SUM(CASE WHEN place = 1 THEN seconds ELSE 0 END) AS seconds
    FROM made GROUP BY learner, assignment
)
"""
# Each topic an attempt asked about weighs the same, each assignment 100 points: leaving one out never pays.
OF_MASTERY = """{made},
topic AS (
    SELECT made.learner, made.assignment, q.topic_id, made.seconds,
        AVG(CASE WHEN w.fraction = 1 THEN 1.0 ELSE 0.0 END) AS share
    FROM made
    JOIN quizzes_answer w ON w.attempt_id = made.attempt
    JOIN quizzes_questionversion v ON v.id = w.version_id
    JOIN quizzes_question q ON q.id = v.question_id
    WHERE made.place = 1
    GROUP BY made.learner, made.assignment, q.topic_id, made.seconds
),
result AS (
    SELECT learner, assignment, 10000 AS worth, CAST(ROUND(AVG(share) * 10000) AS bigint) AS points,
        MAX(seconds) AS seconds
    FROM topic GROUP BY learner, assignment
)
"""
HIGHEST, FIRST = "a.fraction DESC, a.number", "a.number"
BY_RULE = """CASE q.counting WHEN 'latest' THEN -a.number WHEN 'first' THEN a.number ELSE -a.fraction END, a.number"""
FIRST_PLACE = ", ROW_NUMBER() OVER (PARTITION BY a.assignment_id, a.learner_id ORDER BY a.number) AS place_first"
# SQLite's planner would now and then take the index of `attempt_progress`, which holds open attempts too.
INDEX = {"sqlite": "INDEXED BY attempt_board", "postgresql": ""}
# Never below zero: a clock that was set back during an attempt makes nobody faster elsewhere.
TAKEN = {
    "sqlite": "MAX(0, CAST(ROUND((julianday(a.submitted_at) - julianday(a.started_at)) * 86400) AS bigint))",
    "postgresql": "GREATEST(0, CAST(ROUND(EXTRACT(EPOCH FROM (a.submitted_at - a.started_at))) AS bigint))",
}


def statement(
    classroom: Classroom, counted: Sequence[Assignment], since: datetime | None = None
) -> tuple[str, dict[str, Any]]:
    """The SQL of a board and its parameters."""
    metric = classroom.metric
    by_rule = metric == METRICS.BEST and any(row.quiz.counting != Quiz.Counting.HIGHEST for row in counted)
    params: dict[str, Any] = {"classroom": classroom.pk}
    params |= {f"assignment_{place}": row.pk for place, row in enumerate(counted)}
    if since is not None:
        params["since"] = connection.ops.adapt_datetimefield_value(since)
    parts = {
        "index": INDEX[connection.vendor],
        "cents": CENTS,
        "worth": WORTH,
        "average": "CASE WHEN q.counting = 'average' THEN 1 ELSE 0 END" if by_rule else "0",
        "seconds": TAKEN[connection.vendor] if classroom.speed_breaks_ties else "0",
        "order": FIRST if metric == METRICS.FIRST else BY_RULE if by_rule else HIGHEST,
        "first": FIRST_PLACE if metric == METRICS.IMPROVEMENT else "",
        "quiz": "JOIN quizzes_quiz q ON q.id = a.quiz_id" if by_rule else "",
        "assignments": ", ".join(f"%(assignment_{place})s" for place in range(len(counted))),
        "since": "" if since is None else "AND a.submitted_at >= %(since)s",
    }
    parts["graded"] = GRADED.format(**parts)
    parts["made"] = MADE.format(**parts)
    if metric in POINTS and not by_rule and not classroom.speed_breaks_ties:
        parts["points"] = POINTS[metric].format(**parts)
        result = GROUPED
    else:
        result = {METRICS.IMPROVEMENT.value: OF_IMPROVEMENT, METRICS.MASTERY.value: OF_MASTERY}.get(metric, OF_MARKS)
    speed = ", total.seconds" if classroom.speed_breaks_ties else ""
    return RANKING.format(result=result.format(**parts).strip(), speed=speed), params


def _rows(
    classroom: Classroom, counted: Sequence[Assignment], *, viewer: User, since: datetime | None
) -> tuple[Row, ...]:
    with connection.cursor() as cursor:
        cursor.execute(*statement(classroom, counted, since))
        found = cursor.fetchall()
    rows = [_row(values, classroom.names_shown, viewer.pk) for values in found]
    named = _told_apart(sorted(rows, key=lambda row: row.membership_id))
    return tuple(sorted(named, key=lambda row: (row.rank, row.name.casefold(), row.membership_id)))


def _row(values: Sequence[Any], names_shown: str, viewer_id: int | None) -> Row:
    pk, user_id, nickname, first, last, username, cents, possible, rank = values
    full = f"{first} {last}".strip() or username
    name = full if names_shown == NAMES.NAMES else nickname or _("member %(number)d") % {"number": pk}
    cents, possible = int(cents), int(possible)
    percent = int(Fraction(cents * 100, possible) + Fraction(1, 2)) if possible else 0
    return Row(int(rank), pk, name, _points(cents), _points(possible), percent, user_id == viewer_id)


def _points(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _told_apart(rows: Iterable[Row]) -> list[Row]:
    """Each name once: who joined later gets a number, "kestrel (2)". Only names on this board are looked at."""
    taken: set[str] = set()
    apart = []
    for row in rows:
        name, count = row.name, 1
        while _alike(name) in taken:
            count += 1
            name = f"{row.name} ({count})"
        taken.add(_alike(name))
        apart.append(row if name == row.name else replace(row, name=name))
    return apart


def _alike(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


# What changed ---------------------------------------------------------------------------------------------------------

VERSION = """
SELECT
    (SELECT {joined_members} FROM (
        SELECT m.id AS id, {name} AS name FROM quizzes_membership m JOIN quizzes_user u ON u.id = m.user_id
        WHERE m.classroom_id = %(classroom)s AND m.role = 'student' AND m.status = 'active' AND m.is_visible
          AND NOT u.is_staff AND u.is_active
        ORDER BY m.id) AS members),
    (SELECT {joined_assignments} FROM (
        SELECT g.id AS id, g.quiz_id, g.feedback, g.late_policy, q.feedback AS preset, q.counting, q.title,
            (CASE WHEN g.due_at <= %(now)s THEN 1 ELSE 0 END) + (CASE WHEN g.closes_at <= %(now)s THEN 2 ELSE 0 END)
            + (CASE WHEN q.closes_at <= %(now)s THEN 4 ELSE 0 END)
            + 8 * (SELECT COUNT(*) FROM quizzes_accommodation e WHERE e.assignment_id = g.id AND e.closes_at > %(now)s)
            + CASE WHEN g.due_at <= %(now)s OR g.closes_at <= %(now)s OR q.closes_at <= %(now)s THEN
                8 * (SELECT COUNT(*) FROM quizzes_attempt r
                    WHERE r.assignment_id = g.id AND r.status = 'in_progress' AND r.due_at > %(now)s) ELSE 0 END
            AS passed
        FROM quizzes_assignment g JOIN quizzes_quiz q ON q.id = g.quiz_id
        WHERE g.classroom_id = %(classroom)s {only}
        ORDER BY g.id) AS given),
    made.count, made.one, made.other, made.seconds, made.event
FROM (
    SELECT COUNT(*) AS count,
        SUM(CAST(ROUND(a.fraction * 100000000) AS bigint) * (a.id %% 9973 + 1)) AS one,
        SUM(CAST(ROUND(a.fraction * 100000000) AS bigint) * (a.id %% 10007 + 1)) AS other,
        SUM({seconds}) AS seconds, MAX({event}) AS event
    FROM quizzes_attempt a {index}
    WHERE a.assignment_id IN (SELECT g.id FROM quizzes_assignment g WHERE g.classroom_id = %(classroom)s {only})
      AND a.is_counted AND a.status = 'graded'
) AS made
"""
REGRADED = "(SELECT MAX(e.id) FROM quizzes_attemptevent e WHERE e.attempt_id = a.id AND e.kind <> 'saved')"
ASSIGNMENT_TEXT = (
    "id || ':' || quiz_id || ':' || feedback || ':' || late_policy || ':' || preset || ':' || counting || ':' || title"
    " || ':' || passed"
)
JOINED = {"sqlite": "GROUP_CONCAT({text}, '|')", "postgresql": "STRING_AGG({text}, '|' ORDER BY id)"}


def version(classroom: Classroom, *, now: datetime, assignment: Assignment | None = None) -> str:
    """A short text that differs whenever the board may (1 query, over the same index; far cheaper than the board).

    It says nothing of who looks, in which language or since when: whoever makes an ETag of it adds these. Results are
    summed with two weights by attempt, so that two learners who change places change it too.
    """
    with connection.cursor() as cursor:
        cursor.execute(*version_statement(classroom, now=now, assignment=assignment))
        found = cursor.fetchone()
    chosen = (classroom.pk, classroom.metric, classroom.names_shown, classroom.speed_breaks_ties)
    only = assignment and assignment.pk
    return hashlib.sha256(repr((chosen, only, [str(value) for value in found])).encode()).hexdigest()[:20]


def version_statement(
    classroom: Classroom, *, now: datetime, assignment: Assignment | None = None
) -> tuple[str, dict[str, Any]]:
    """The SQL of `version` and its parameters."""
    params: dict[str, Any] = {"classroom": classroom.pk, "now": connection.ops.adapt_datetimefield_value(now)}
    if assignment is not None:
        params["assignment"] = assignment.pk
    nicknames = classroom.names_shown == NAMES.NICKNAMES
    joined = JOINED[connection.vendor]
    parts = {
        "index": INDEX[connection.vendor],
        "joined_members": joined.format(text="id || ':' || name"),
        "joined_assignments": joined.format(text=ASSIGNMENT_TEXT),
        "name": "m.nickname" if nicknames else "u.first_name || ' ' || u.last_name || ' ' || u.username",
        "only": "" if assignment is None else "AND g.id = %(assignment)s",
        "seconds": TAKEN[connection.vendor] if classroom.speed_breaks_ties else "0",
        "event": REGRADED if classroom.metric == METRICS.MASTERY else "0",
    }
    return VERSION.format(**parts), params
