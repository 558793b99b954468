"""One's own week: how many questions were answered on each day, what was earned, what is due. Read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from quizzes import terms
from quizzes.models import Answer, Attempt, ReviewLog, User
from quizzes.models.quizzes import Preset
from quizzes.reports.given import AssignmentStatus

DAYS = 7
Seen = tuple[Attempt, terms.Revealed]


@dataclass(frozen=True)
class Day:
    """A day of the week, and how many questions were answered on it."""

    date: date
    questions: int
    is_today: bool
    is_to_come: bool


@dataclass(frozen=True)
class Week:
    """From Monday on, in the reader's zone. Points are of what is graded, handed in this week and out."""

    days: Sequence[Day]
    reviewed: int  # of the questions, those of their deck
    questions_before: int  # last week, as far as the same hour
    marks: Decimal
    possible: Decimal
    due: int  # within seven days

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
    def has_something(self) -> bool:
        return bool(self.questions or self.possible or self.due)


def monday_of(now: datetime) -> datetime:
    """Return when the week began where the reader is."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())


def of_learner(learner: User, seen: Iterable[Seen], given: Iterable[AssignmentStatus], *, now: datetime) -> Week:
    """Return the week (2 queries); `seen` are the latest attempts handed in with what is revealed of each."""
    monday, today = monday_of(now), timezone.localtime(now).date()
    a_week = timedelta(days=DAYS)
    reviews, answers = _reviewed(learner, monday - a_week, now), _answered(learner, monday - a_week, now)
    instants = [*reviews, *answers]
    counts = Counter(at.date() for at in instants)
    dates = [(monday + timedelta(days=number)).date() for number in range(DAYS)]
    earned = [attempt for attempt, may in seen if may.marks and _counts(attempt, monday)]
    ends = (row.terms.due_at or row.terms.closes_at for row in given)
    return Week(
        days=[Day(day, counts[day], day == today, day > today) for day in dates],
        reviewed=sum(at >= monday for at in reviews),
        questions_before=sum(at < monday and at <= now - a_week for at in instants),
        marks=sum((attempt.shown_marks or Decimal() for attempt in earned), Decimal()),
        possible=sum((attempt.max_marks for attempt in earned), Decimal()),
        due=sum(end is not None and end < now + a_week for end in ends),
    )


def _answered(learner: User, since: datetime, now: datetime) -> list[datetime]:
    saved = Answer.objects.filter(attempt__learner=learner, saved_at__gte=since, saved_at__lte=now).order_by()
    return [timezone.localtime(at) for at in saved.values_list("saved_at", flat=True) if at]


def _reviewed(learner: User, since: datetime, now: datetime) -> list[datetime]:
    logged = ReviewLog.objects.since(learner, since).filter(at__lte=now).order_by()
    return [timezone.localtime(at) for at in logged.values_list("at", flat=True)]


def _counts(attempt: Attempt, since: datetime) -> bool:
    is_new = attempt.submitted_at is not None and attempt.submitted_at >= since
    return is_new and attempt.is_counted and attempt.is_graded and attempt.preset != Preset.SURVEY
