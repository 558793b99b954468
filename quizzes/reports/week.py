"""One's own week: how many questions were answered on each day, one's goal and streak, what was earned, what is due.

Read only, and shown to nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from quizzes import streaks, terms
from quizzes.models import Answer, Attempt, ReviewLog, User
from quizzes.models.quizzes import Preset
from quizzes.reports.student_assignments import AssignmentStatus
from quizzes.streaks import Streak

DAYS = 7
FURTHER = 3  # times as long as what is known is the time that is looked at next
Seen = tuple[Attempt, terms.Revealed]


@dataclass(frozen=True)
class Day:
    """A day of the week, and how many questions were answered on it."""

    date: date
    questions: int
    is_today: bool
    is_to_come: bool


@dataclass(frozen=True)
class Goal:
    """So many questions in a week, and how many it were so far."""

    questions: int
    done: int

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.questions)

    @property
    def is_reached(self) -> bool:
        return self.done >= self.questions


@dataclass(frozen=True)
class Week:
    """From Monday on, in the reader's zone. Points are of what is graded, handed in this week and out."""

    days: Sequence[Day]
    reviewed: int  # of the questions, those of their deck
    questions_before: int  # last week, as far as the same hour
    marks: Decimal
    possible: Decimal
    due: int  # within seven days
    wanted: int | None  # the goal of the learner: None if they were never asked, 0 if they want none
    streak: Streak | None  # None: they want to see none

    @property
    def questions(self) -> int:
        return sum(day.questions for day in self.days)

    @property
    def more(self) -> int:
        """Questions more than last week at this hour."""
        return self.questions - self.questions_before

    @property
    def fewer(self) -> int:
        return -self.more

    @property
    def goal(self) -> Goal | None:
        return Goal(self.wanted, self.questions) if self.wanted else None

    @property
    def offers_goal(self) -> bool:
        return self.wanted is None

    @property
    def has_something(self) -> bool:
        return bool(self.questions or self.possible or self.due or self.wanted or (self.streak and self.streak.days))


def monday_of(now: datetime) -> datetime:
    """Return when the week began where the reader is."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())


def of_learner(learner: User, seen: Iterable[Seen], statuses: Iterable[AssignmentStatus], *, now: datetime) -> Week:
    """Return the week (2 queries; 2 more where a streak is longer than a week, and again for one of a month); `seen` are the latest attempts handed in with what is revealed of each."""
    monday, today = monday_of(now), timezone.localtime(now).date()
    a_week = timedelta(days=DAYS)
    reviews, answers = _reviewed(learner, monday - a_week, now), _answered(learner, monday - a_week, now)
    instants = [*reviews, *answers]
    counts = Counter(at.date() for at in instants)
    known = (monday - a_week).date()
    dates = [(monday + timedelta(days=number)).date() for number in range(DAYS)]
    earned = [attempt for attempt, may in seen if may.marks and _counts(attempt, monday)]
    ends = (row.terms.due_at or row.terms.closes_at for row in statuses)
    return Week(
        days=[Day(day, counts[day], day == today, day > today) for day in dates],
        reviewed=sum(at >= monday for at in reviews),
        questions_before=sum(at < monday and at <= now - a_week for at in instants),
        marks=sum((attempt.shown_marks or Decimal() for attempt in earned), Decimal()),
        possible=sum((attempt.max_marks for attempt in earned), Decimal()),
        due=sum(end is not None and end < now + a_week for end in ends),
        wanted=learner.weekly_goal,
        streak=_streak(learner, set(counts), known, now) if learner.shows_streak else None,
    )


def _streak(learner: User, done: set[date], since: date, now: datetime) -> Streak:
    """Return the streak; `done` are the days with an answer from `since` on, and more are read where it may be longer."""
    today = timezone.localtime(now).date()
    while (streak := streaks.up_to(today, done)).ended < since:
        until, since = since, since - FURTHER * (today - since)
        start, end = _midnight(since), _midnight(until)
        done |= {at.date() for at in (*_reviewed(learner, start, end), *_answered(learner, start, end))}
    return streak


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _answered(learner: User, since: datetime, now: datetime) -> list[datetime]:
    saved = Answer.objects.filter(attempt__learner=learner, saved_at__gte=since, saved_at__lte=now).order_by()
    return [timezone.localtime(at) for at in saved.values_list("saved_at", flat=True) if at]


def _reviewed(learner: User, since: datetime, now: datetime) -> list[datetime]:
    logged = ReviewLog.objects.since(learner, since).filter(at__lte=now).order_by()
    return [timezone.localtime(at) for at in logged.values_list("at", flat=True)]


def _counts(attempt: Attempt, since: datetime) -> bool:
    is_new = attempt.submitted_at is not None and attempt.submitted_at >= since
    return is_new and attempt.is_counted and attempt.is_graded and attempt.preset != Preset.SURVEY
