"""What a deck asks today, and when the rest is due. Read only.

Counts and the next card come out of the same few rows, so that the navigation, the first page and the deck say the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from quizzes import entitlements, scheduling, shared_cache
from quizzes.entitlements import Secrecy
from quizzes.models import Question, QuestionVersion, ReviewCard, ReviewLog, ReviewSettings, User, version_cache
from quizzes.models.reviews import MAX_CAP, settings_of, zone_of
from quizzes.scheduling import Day, Grade, Stage

READ = 2 * MAX_CAP  # rows: no day offers more
SHOWN = 200  # suspended cards on one page
LATELY, ENOUGH = 30, 20  # days; answers, for a figure
KEPT_SECONDS = 60  # the count for the navigation
SECONDS_EACH = 25  # an answer and a look at the reason


class Due(NamedTuple):
    """One card to ask."""

    pk: int
    question: int
    version: int
    stage: int
    due_at: datetime
    reviewed_at: datetime | None
    reviews: int


SETTINGS = ("is_on", "daily_cap", "new_limit", "retention", "has_keys")
ALONG = [f"learner__review_settings__{name}" for name in SETTINGS]  # None: there is no row


@dataclass(frozen=True)
class Session:
    """What a deck offers now: `queue` in the order of asking, `finished` the cards done today."""

    settings: ReviewSettings
    queue: Sequence[Due]
    finished: int = 0
    answered: int = 0  # answers today, for the undo
    held_over: int = 0  # due cards that today's limit leaves for another day

    @property
    def left(self) -> int:
        return len(self.queue)

    @property
    def total(self) -> int:
        return self.finished + self.left

    @property
    def position(self) -> int:
        return min(self.finished + 1, self.total)

    def card(self, wanted: int | None) -> Due | None:
        """The card that is wanted, where it is due, else the next one; None at the end."""
        return next((row for row in self.queue if row.pk == wanted), self.queue[0] if self.queue else None)

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return max(1, round(self.left * SECONDS_EACH / 60))


def due_count(user: User, *, now: datetime) -> int:
    """Return how many questions the deck asks today (1 query; up to 5 when the deck has changed, or after a minute)."""
    counted = vars(user)
    if "reviews_due" not in counted:
        counted["reviews_due"] = _due_count(user, now)
    return int(counted["reviews_due"])


def _due_count(user: User, now: datetime) -> int:
    """Every page asks it. The cards that are due tell whether anything was answered, put off or added since it was counted;
    what an exam keeps secret changes without them, so a count is kept for a minute only.
    """
    today = _Today.of(user, now)
    rows, settings = _rows(user, Secrecy(), today)
    if not rows:
        return 0
    key = _key(user, rows, settings, today)
    return shared_cache.get_or_make(key, lambda: _counted(user, rows, settings, today), seconds=KEPT_SECONDS)


def _key(user: User, rows: Sequence[Due], settings: ReviewSettings | None, today: _Today) -> str:
    shown = [f"{row.pk}:{row.reviews}" for row in rows]
    limits = [f"{getattr(settings, name)}" for name in SETTINGS] if settings else []
    digest = hashlib.blake2s(",".join([str(today.day), *limits, *shown]).encode(), digest_size=12).hexdigest()
    return f"reviews-due:{user.pk}:{digest}"


def _counted(user: User, rows: list[Due], settings: ReviewSettings | None, today: _Today) -> int:
    secrecy = entitlements.secrecy_of(user, now=today.now)
    if secrecy.exams:
        rows, settings = _rows(user, secrecy, today)
    return _session(rows, settings or ReviewSettings(), _done(user, today), today).left


def session(user: User, secrecy: Secrecy, *, now: datetime) -> Session:
    """What the deck of a user offers now (2 queries; 3 where nothing is due)."""
    today = _Today.of(user, now)
    rows, settings = _rows(user, secrecy, today)
    return _session(rows, settings or settings_of(user), _done(user, today), today)


@dataclass(frozen=True)
class _Today:
    """A learner's day at one of its instants."""

    now: datetime
    day: date
    begins_at: datetime

    @classmethod
    def of(cls, user: User, now: datetime) -> _Today:
        day = scheduling.day_of(now, zone_of(user))
        return cls(now, day, scheduling.start_of(day, zone_of(user)))

    def has_asked(self, row: Due) -> bool:
        return row.reviewed_at is not None and row.reviewed_at >= self.begins_at


class Done(NamedTuple):
    """What a learner did today: answers, cards, those for the first time, and those that were overdue."""

    answered: int
    cards: int
    new: int
    overdue: int


def _done(user: User, today: _Today) -> Done:
    is_first = Q(number=1)
    figures = ReviewLog.objects.since(user, today.begins_at).aggregate(
        answered=Count("pk"),
        cards=Count("card", distinct=True),
        new=Count("pk", filter=is_first),
        overdue=Count("pk", filter=Q(due_at__lt=today.begins_at) & ~is_first),
    )
    return Done(**figures)


def _rows(user: User, secrecy: Secrecy, today: _Today) -> tuple[list[Due], ReviewSettings | None]:
    """The cards that are due, and the learner's settings out of the same rows (1 query); None where there are none."""
    cards = ReviewCard.objects.of(user).active().due_at_instant(today.now)
    if secrecy.exams:
        cards = cards.exclude(question__in=secrecy.questions.order_by().values("pk"))
    found = list(cards.values_list(*Due._fields, *ALONG)[:READ])
    if not found:
        return [], None
    size = len(Due._fields)
    given = {name: value for name, value in zip(SETTINGS, found[0][size:], strict=True) if value is not None}
    return [Due(*row[:size]) for row in found], ReviewSettings(**given)


def _session(due: Sequence[Due], settings: ReviewSettings, done: Done, today: _Today) -> Session:
    if not settings.is_on:
        return Session(settings, [])
    again = [row for row in due if today.has_asked(row)]
    old = [row for row in due if row.stage != Stage.NEW and not today.has_asked(row)]
    new = [row for row in due if row.stage == Stage.NEW]
    day = Day(
        cap=settings.daily_cap,
        new_limit=settings.new_limit,
        done=done.cards,
        new_done=done.new,
        overdue=done.overdue + sum(row.due_at < today.begins_at for row in old),
    )
    offered = old[: day.room]
    fresh = new[: min(day.new_room, day.room - len(offered))]
    return Session(
        settings,
        _in_order(again, offered, fresh, today),
        finished=done.cards - len(again),
        answered=done.answered,
        held_over=len(old) - len(offered) + len(new) - len(fresh),
    )


def _in_order(again: Sequence[Due], due: Sequence[Due], new: Sequence[Due], today: _Today) -> list[Due]:
    """What was forgotten a while ago first, then what is due, mixed, then what is new; what was forgotten just now last."""
    ready = [row for row in again if row.due_at <= today.now]
    ahead = [row for row in again if row.due_at > today.now]
    mixed = sorted(due, key=lambda row: crc32(f"{today.day}:{row.pk}".encode()))
    return [*ready, *mixed, *new, *ahead]


# Afterwards -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ahead:
    """What is due on one day to come."""

    day: date
    count: int

    def share(self, most: int) -> int:
        """Percent of the fullest day, for a bar."""
        return 100 * self.count // most if most else 0


@dataclass(frozen=True)
class Deck:
    """A deck at a glance."""

    cards: int
    suspended: int
    next_due: Ahead | None
    week: Sequence[Ahead]  # the next seven days, those without cards too
    recalled: int | None  # percent of what was asked again after days, of the last month; None: too few answers


def deck(user: User, secrecy: Secrecy, *, now: datetime) -> Deck:
    """How many cards there are, when the next ones are due, and what was remembered lately (6 queries)."""
    return Deck(
        cards=ReviewCard.objects.of(user).count(),
        suspended=_suspended(user, secrecy).count(),
        next_due=next_due(user, now=now),
        week=_week(user, now),
        recalled=_recalled(user, now),
    )


def _week(user: User, now: datetime) -> list[Ahead]:
    zone = zone_of(user)
    today = scheduling.day_of(now, zone)
    days = [today + timedelta(days=number) for number in range(1, 8)]
    begin, end = (scheduling.start_of(day, zone) for day in (days[0], days[-1] + timedelta(days=1)))
    later = ReviewCard.objects.of(user).active().filter(due_at__gte=begin, due_at__lt=end).order_by()
    counts: Counter[date] = Counter()
    for due_at, count in later.values_list("due_at").annotate(count=Count("pk")):
        counts[scheduling.day_of(due_at, zone)] += count
    return [Ahead(day, counts[day]) for day in days]


def _recalled(user: User, now: datetime) -> int | None:
    logs = ReviewLog.objects.since(user, now - timedelta(days=LATELY)).filter(stage=Stage.REVIEW)
    found = logs.aggregate(answers=Count("pk"), known=Count("pk", filter=Q(grade__gt=Grade.AGAIN.value)))
    return round(100 * found["known"] / found["answers"]) if found["answers"] >= ENOUGH else None


def next_due(user: User, *, now: datetime) -> Ahead | None:
    """The next day, after today, on which cards are due (2 queries)."""
    zone = zone_of(user)
    tomorrow = scheduling.start_of(scheduling.day_of(now, zone) + timedelta(days=1), zone)
    later = ReviewCard.objects.of(user).active().order_by()
    first = later.filter(due_at__gte=tomorrow).aggregate(first=Min("due_at"))["first"]
    if first is None:
        return None
    day = scheduling.day_of(first, zone)
    ends_at = scheduling.start_of(day + timedelta(days=1), zone)
    return Ahead(day, later.filter(due_at__gte=tomorrow, due_at__lt=ends_at).count())


@dataclass(frozen=True)
class Suspended:
    """A card that is not asked."""

    pk: int
    stem: str


def suspended(user: User, secrecy: Secrecy) -> list[Suspended]:
    """The cards that their learner does not want to be asked, as far as they may see the questions now (2 queries)."""
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question")).values("pk")[:1]
    found = dict(
        _suspended(user, secrecy).order_by("-pk").annotate(version=Subquery(ready)).values_list("pk", "version")[:SHOWN]
    )
    versions = version_cache.get_many({version for version in found.values() if version})
    return [Suspended(pk, versions[version].stem) for pk, version in found.items() if version]


def _suspended(user: User, secrecy: Secrecy) -> QuerySet[ReviewCard]:
    """Those that could be asked, were they taken back."""
    questions = secrecy.without_secret(Question.objects.ready().filter(is_kept_for_exams=False))
    return ReviewCard.objects.of(user).filter(is_suspended=True, question__in=questions.order_by().values("pk"))
