"""What a deck asks today. Read only.

Counts and the next card come out of the same few rows, so that the navigation, the first page and the deck say the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zlib import crc32

from django.db.models import Count, Q

from quizzes import entitlements, scheduling, shared_cache
from quizzes.entitlements import Secrecy
from quizzes.models import ReviewCard, ReviewLog, ReviewSettings, User
from quizzes.models.reviews import MAX_CAP, SAME_DAY, ReviewCardQuerySet, settings_of, zone_of
from quizzes.scheduling import AHEAD, Cards, Day, Stage

READ = 2 * MAX_CAP  # rows: no day offers more
KEPT_SECONDS = 60  # the count for the navigation
SECONDS_EACH = 25  # an answer and a look at the reason
NO_CARDS = Cards(known=0, new=0)


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
    waiting: Cards = NO_CARDS  # due cards that today's limit leaves for another day

    @property
    def held_over(self) -> int:
        return sum(self.waiting)

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
        """Return the card that is wanted, where it is due, else the next one; None at the end."""
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


def session(user: User, secrecy: Secrecy, *, now: datetime, counts_all: bool = False) -> Session:
    """Return what the deck of a user offers now (2 queries; 3 where nothing is due, and 1 more for a large backlog).

    Of a large backlog `waiting` is exact with `counts_all` only (1 query more).
    """
    today = _Today.of(user, now)
    rows, settings = _rows(user, secrecy, today)
    offer = _session(rows, settings or settings_of(user), _done(user, today), today)
    is_cut = len(rows) >= READ and offer.settings.is_on
    return replace(offer, waiting=_waiting(user, secrecy, offer, now)) if counts_all and is_cut else offer


def _waiting(user: User, secrecy: Secrecy, today_session: Session, now: datetime) -> Cards:
    """Return what is due and not offered now, of all cards."""
    due = _due(user, secrecy, now).aggregate(all=Count("pk"), new=Count("pk", filter=Q(is_new=True)))
    new = sum(row.stage == Stage.NEW for row in today_session.queue)
    return Cards(due["all"] - due["new"] - (today_session.left - new), due["new"] - new)


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
    """Return the cards that are due, and the learner's settings out of the same rows (1 query, 1 more where they are cut off);
    None where there are none. What is asked again today is always among them."""
    cards = _due(user, secrecy, today.now).values_list(*Due._fields, *ALONG)
    found = list(cards[:READ])
    if not found:
        return [], None
    if len(found) == READ:
        # `is_new__in` and not `is_new=False`, which SQLite does not look for in the index
        again = cards.filter(is_new__in=[False], due_at__range=(today.begins_at, today.now + AHEAD))
        found += [row for row in again.filter(stage__in=SAME_DAY).order_by("due_at")[:READ] if row not in found]
    size = len(Due._fields)
    given = {name: value for name, value in zip(SETTINGS, found[0][size:], strict=True) if value is not None}
    return [Due(*row[:size]) for row in found], ReviewSettings(**given)


def _due(user: User, secrecy: Secrecy, now: datetime) -> ReviewCardQuerySet:
    cards = ReviewCard.objects.of(user).active().due_at_instant(now)
    return cards.exclude(question__in=secrecy.questions.order_by().values("pk")) if secrecy.exams else cards


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
        waiting=Cards(len(old) - len(offered), len(new) - len(fresh)),
    )


def _in_order(again: Sequence[Due], due: Sequence[Due], new: Sequence[Due], today: _Today) -> list[Due]:
    """Return what was forgotten a while ago first, then what is due, mixed, then what is new; what was forgotten just
    now last."""
    ready = [row for row in again if row.due_at <= today.now]
    ahead = [row for row in again if row.due_at > today.now]
    mixed = sorted(due, key=lambda row: crc32(f"{today.day}:{row.pk}".encode()))
    return [*ready, *mixed, *new, *ahead]
