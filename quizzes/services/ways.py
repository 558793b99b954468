"""The ways by which a learner may take a quiz: by an assignment of a class, or on their own. Read only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from quizzes import entitlements, terms
from quizzes.errors import NotFound
from quizzes.models import Assignment, Quiz, User
from quizzes.models.quizzes import Preset
from quizzes.services import attempts, time_limits

NEVER = datetime.max.replace(tzinfo=UTC)
COUNTING = frozenset({Preset.HOMEWORK, Preset.EXAM})


@dataclass(frozen=True)
class Way:
    """One way to take a quiz, with the terms that hold on it; `assignment` is None on one's own, `left` for no limit."""

    assignment: Assignment | None
    terms: terms.Terms
    left: int | None
    is_open: bool
    outlook: attempts.Outlook
    now: datetime

    @property
    def minutes(self) -> int | None:
        limit = self.terms.effective_limit
        return None if limit is None else int(limit.total_seconds() // 60)

    @property
    def is_extended(self) -> bool:
        return self.terms.effective_limit != self.terms.limit

    @property
    def is_upcoming(self) -> bool:
        return self.terms.is_upcoming_at(self.now)

    @property
    def seconds_to_opening(self) -> int | None:
        opens_at = self.terms.opens_at
        return int((opens_at - self.now).total_seconds()) + 1 if opens_at and self.is_upcoming else None

    @property
    def has_marks(self) -> bool:
        return self.terms.preset != "survey"

    @property
    def can_start(self) -> bool:
        return self.is_open and self.left != 0 and not self.outlook.is_refused

    @property
    def counts(self) -> bool:
        """Whether its marks go into the gradebook of a class."""
        return self.assignment is not None and self.terms.preset in COUNTING

    @property
    def is_past_due(self) -> bool:
        return terms.is_past(self.terms.due_at, self.now)


def of(
    learner: User,
    quiz: Quiz,
    *,
    limit: timedelta | None,
    used: Mapping[int | None, int],
    now: datetime,
) -> list[Way]:
    """Return the ways to take a quiz, the main one first.

    `limit` is what its time rule gives, `used` their attempts by assignment.
    The main one counts: a way by a class stands before self-study, and of those that can be started the one due first.
    """
    secrecy = entitlements.secrecy_of(learner, now=now)
    assignments = given_to(learner, quiz)
    choices: list[Assignment | None] = [*assignments, None] if quiz.is_open_to_all else [*assignments]
    ways = []
    for assignment in choices:
        agreed = entitlements.terms_for(learner, quiz, assignment, limit=limit)
        taken = used.get(assignment.pk if assignment else None, 0)
        attempts_left = None if agreed.attempts_allowed is None else max(0, agreed.attempts_allowed - taken)
        is_open = agreed.is_open_at(now) and quiz.status == Quiz.Status.PUBLISHED
        outlook = attempts.outlook(quiz, assignment, secrecy) if is_open else attempts.Outlook()
        ways.append(Way(assignment, agreed, attempts_left, is_open, outlook, now))
    return sorted(ways, key=_main_first)


def of_preview(author: User, quiz: Quiz, *, now: datetime) -> Way:
    """Return the way of a student on the quiz's own terms, as if it were open, for a preview by its author."""
    agreed = entitlements.terms_for(author, quiz, None, limit=time_limits.as_it_stands(quiz))
    return Way(None, agreed, agreed.attempts_allowed, is_open=True, outlook=attempts.Outlook(), now=now)


def _main_first(way: Way) -> tuple[bool, bool, bool, bool, datetime, int]:
    ends = way.terms.due_at or way.terms.closes_at or NEVER
    key = way.assignment.pk if way.assignment else 0
    return way.assignment is None, not way.can_start, not way.is_upcoming, way.is_past_due, ends, key


def chosen(learner: User, quiz: Quiz, wanted: str, *, now: datetime) -> Assignment | None:
    """Return the assignment that was asked for; else None where self-study is open, or the latest; NotFound where there is none.

    A learner who is no longer given the quiz may still go on with an attempt in progress.
    """
    if not wanted and quiz.is_open_to_all:
        return None
    fitting = [row for row in given_to(learner, quiz) if wanted in ("", str(row.pk))]
    if not fitting and (wanted or attempts.open_attempt_of(learner, quiz, now=now) is None):
        raise NotFound
    return max(fitting, key=lambda row: row.pk, default=None)


def given_to(learner: User, quiz: Quiz) -> list[Assignment]:
    """Return the assignments by which the learner may take the quiz (1 query)."""
    assignments = list(Assignment.objects.given_to(learner).filter(quiz=quiz).select_related("classroom"))
    for assignment in assignments:
        assignment.quiz = quiz
    return assignments
