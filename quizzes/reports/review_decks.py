"""A deck at a glance: how large it is, when its cards are due after today, what was remembered, what is suspended. Read only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from quizzes import scheduling
from quizzes.entitlements import Secrecy
from quizzes.models import Question, QuestionVersion, ReviewCard, ReviewLog, User, version_cache
from quizzes.models.reviews import zone_of
from quizzes.reports.reviews import Session
from quizzes.scheduling import Cards, Grade, Stage

DAYS = 7  # shown ahead
SHOWN = 200  # suspended cards on one page
LATELY, ENOUGH = 30, 20  # days; answers, for a figure


@dataclass(frozen=True)
class Ahead:
    """How many cards one day to come offers."""

    day: date
    count: int

    def share(self, most: int) -> int:
        """Return percent of the fullest day, for a bar."""
        return 100 * self.count // most if most else 0


@dataclass(frozen=True)
class Deck:
    """A deck at a glance."""

    cards: int
    suspended: int
    next_due: Ahead | None
    week: Sequence[Ahead]  # the next seven days, those without cards too
    recalled: int | None  # percent of what was asked again after days, of the last month; None: too few answers


def deck(user: User, secrecy: Secrecy, session: Session, *, now: datetime) -> Deck:
    """How many cards there are, when the next ones are asked, and what was remembered lately (up to 6 queries)."""
    week = _week(user, session, now)
    return Deck(
        cards=ReviewCard.objects.of(user).count(),
        suspended=_suspended(user, secrecy).count(),
        next_due=_first(user, session, week, now),
        week=week,
        recalled=_recalled(user, now),
    )


def next_due(user: User, session: Session, *, now: datetime) -> Ahead | None:
    """The next day, after today, that offers cards, and how many (1 query, 2 more where that is not within a week)."""
    return _first(user, session, _week(user, session, now), now)


def _week(user: User, session: Session, now: datetime) -> list[Ahead]:
    """What each of the next seven days offers, where its learner does all that a day offers."""
    zone = zone_of(user)
    days = [scheduling.day_of(now, zone) + timedelta(days=number) for number in range(1, DAYS + 1)]
    begin, end = (scheduling.start_of(day, zone) for day in (days[0], days[-1] + timedelta(days=1)))
    counts: Counter[tuple[date, bool]] = Counter()
    later = _asked_from(user, begin).filter(asked_at__lt=end)
    for asked_at, is_new, count in later.values_list("asked_at", "is_new").annotate(count=Count("pk")):
        counts[scheduling.day_of(asked_at, zone), is_new] += count
    due = [Cards(known=counts[day, False], new=counts[day, True]) for day in days]
    return [Ahead(day, count) for day, count in zip(days, _offered(due, session), strict=True)]


def _first(user: User, session: Session, week: Sequence[Ahead], now: datetime) -> Ahead | None:
    if soon := next((ahead for ahead in week if ahead.count), None):
        return soon
    zone = zone_of(user)
    later = _asked_from(user, scheduling.start_of(scheduling.day_of(now, zone) + timedelta(days=DAYS + 1), zone))
    first = later.aggregate(first=Min("asked_at"))["first"]
    if first is None:
        return None
    day = scheduling.day_of(first, zone)
    there = later.filter(asked_at__lt=scheduling.start_of(day + timedelta(days=1), zone))
    counts = there.aggregate(known=Count("pk", filter=Q(is_new=False)), new=Count("pk", filter=Q(is_new=True)))
    [count] = _offered([Cards(**counts)], session)
    return Ahead(day, count) if count else None


def _offered(due: Sequence[Cards], session: Session) -> list[int]:
    limits = session.settings
    return scheduling.forecast(due, session.waiting, cap=limits.daily_cap, new_limit=limits.new_limit)


def _asked_from(user: User, at: datetime) -> QuerySet[Any]:
    """Return the cards that are not asked before an instant, each with when it is: as planned, or when it is put off
    no longer."""
    cards = ReviewCard.objects.of(user).active().filter(Q(due_at__gte=at) | Q(buried_until__gte=at)).order_by()
    return cards.annotate(asked_at=Greatest("due_at", Coalesce("buried_until", "due_at")))


def _recalled(user: User, now: datetime) -> int | None:
    logs = ReviewLog.objects.since(user, now - timedelta(days=LATELY)).filter(stage=Stage.REVIEW)
    figures = logs.aggregate(answers=Count("pk"), known=Count("pk", filter=Q(grade__gt=Grade.AGAIN.value)))
    return round(100 * figures["known"] / figures["answers"]) if figures["answers"] >= ENOUGH else None


@dataclass(frozen=True)
class Suspended:
    """A card that is not asked."""

    pk: int
    stem: str


def suspended(user: User, secrecy: Secrecy) -> list[Suspended]:
    """Return the cards that their learner does not want to be asked, as far as they may see the questions now (2 queries)."""
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question")).values("pk")[:1]
    found = dict(
        _suspended(user, secrecy).order_by("-pk").annotate(version=Subquery(ready)).values_list("pk", "version")[:SHOWN]
    )
    versions = version_cache.get_many({version for version in found.values() if version})
    return [Suspended(pk, versions[version].stem) for pk, version in found.items() if version]


def _suspended(user: User, secrecy: Secrecy) -> QuerySet[ReviewCard]:
    """Return those that could be asked, were they taken back."""
    questions = secrecy.without_secret(Question.objects.ready().filter(is_kept_for_exams=False))
    return ReviewCard.objects.of(user).filter(is_suspended=True, question__in=questions.order_by().values("pk"))
