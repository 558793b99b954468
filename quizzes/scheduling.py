"""When a question is asked again: spaced repetition (FSRS) on values. Pure.

A learner's day begins at four in the morning in their zone, so that an evening that grows long is one day. Intervals are
whole days, and a card is due when its day begins. What was forgotten comes back the next day; on the same day, after ten
minutes, only where its learner wants that. What a day offers is capped; after a break the cap doubles until the backlog is
gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from fsrs import Card, Rating, Scheduler, State

DAY_BEGINS = time(4)
AGAIN_AFTER = timedelta(minutes=10)
# What was forgotten comes back before its time when nothing else is left, rather than keep the learner waiting.
AHEAD = timedelta(minutes=20)
LONGEST_DAYS = 365
NEARLY = Fraction(3, 4)  # of the points: known, with an effort


class Grade(IntEnum):
    """How well a question was known, with the numbers that FSRS gives them."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Stage(IntEnum):
    """Where a card stands: never asked; forgotten the first time; remembered over days; forgotten after that."""

    NEW = 0
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3

    @property
    def is_same_day(self) -> bool:
        """Whether it comes back on the day it was asked."""
        return self in (Stage.LEARNING, Stage.RELEARNING)


@dataclass(frozen=True)
class Memory:
    """What is known of one learner's memory of one question; stability is in days, difficulty 1 to 10."""

    stage: Stage
    due_at: datetime
    stability: float | None = None
    difficulty: float | None = None
    reviewed_at: datetime | None = None


def suggested(fraction: Fraction | None, *, is_sure: bool) -> Grade:
    """Return the grade that an answer is given before its learner says otherwise; None: nothing was marked."""
    if fraction == 1:
        return Grade.GOOD if is_sure else Grade.HARD
    return Grade.HARD if fraction is not None and fraction >= NEARLY else Grade.AGAIN


def reviewed(
    memory: Memory, grade: Grade, *, now: datetime, zone: tzinfo, retention: float, is_today: bool = False
) -> Memory:
    """Return the memory after an answer, and when it is asked next so that `retention` (0…1) of such answers are right.

    What was forgotten is asked tomorrow, however well it was known before; with `is_today` in ten minutes already.
    """
    today, is_again = day_of(now, zone), grade is Grade.AGAIN
    scheduler = _scheduler(retention, is_again and is_today)
    card, _log = scheduler.review_card(_card(memory, zone), Rating(grade), _as_midnight(today))
    stage = Stage(card.state)
    if stage.is_same_day:
        return Memory(stage, now + AGAIN_AFTER, card.stability, card.difficulty, now)
    day = today + timedelta(days=1) if is_again else card.due.date()
    return Memory(stage, start_of(day, zone), card.stability, card.difficulty, now)


def missed(at: datetime, *, due_at: datetime, zone: tzinfo, retention: float) -> Memory:
    """Return the memory of a question that was missed before it came into the deck: as if it had been forgotten there."""
    new = Memory(Stage.NEW, at)
    forgotten = reviewed(new, Grade.AGAIN, now=at, zone=zone, retention=retention, is_today=True)
    return replace(forgotten, due_at=due_at)


def choices(memory: Memory, *, now: datetime, zone: tzinfo, retention: float) -> dict[Grade, Memory]:
    """Return the memory after each of the four grades."""
    return {grade: reviewed(memory, grade, now=now, zone=zone, retention=retention) for grade in Grade}


def _card(memory: Memory, zone: tzinfo) -> Card:
    """Return the library's card; its days are those of the learner, written as midnights."""
    return Card(
        card_id=0,
        state=State.Learning if memory.stage is Stage.NEW else State(memory.stage),
        step=0 if memory.stage is not Stage.REVIEW else None,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=memory.reviewed_at and _as_midnight(day_of(memory.reviewed_at, zone)),
    )


@cache
def _scheduler(retention: float, has_step: bool) -> Scheduler:
    """Return a scheduler with a step within the day where that is wanted; else every grade leads on to days, so that
    no answer is asked in vain."""
    steps = (AGAIN_AFTER,) if has_step else ()
    return Scheduler(
        desired_retention=retention,
        learning_steps=steps,
        relearning_steps=steps,
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )


# Days -----------------------------------------------------------------------------------------------------------------


def day_of(at: datetime, zone: tzinfo) -> date:
    """Return the learner's day that an instant belongs to."""
    local = at.astimezone(zone)
    return local.date() if local.time() >= DAY_BEGINS else local.date() - timedelta(days=1)


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return when the learner's day begins, in UTC."""
    return datetime.combine(day, DAY_BEGINS, tzinfo=zone).astimezone(UTC)


def _as_midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


# What a day offers ----------------------------------------------------------------------------------------------------


class Cards(NamedTuple):
    """How many cards: those that were asked before, and new ones."""

    known: int
    new: int


@dataclass(frozen=True)
class Day:
    """One day of a deck: its limits, what was done and what was overdue when it began."""

    cap: int
    new_limit: int
    done: int = 0  # cards that were asked
    new_done: int = 0  # of these, for the first time
    overdue: int = 0  # cards that were due before the day began

    @property
    def room(self) -> int:
        """How many cards more the day offers: up to the cap, and of a backlog as many again."""
        return max(0, self.cap + min(self.overdue, self.cap) - self.done)

    @property
    def new_room(self) -> int:
        """How many of them may be new."""
        return max(0, min(self.new_limit - self.new_done, self.room))


def forecast(due: Sequence[Cards], waiting: Cards, *, cap: int, new_limit: int) -> list[int]:
    """Return how many cards each day to come offers: `due` are those of each day, `waiting` what today leaves for later."""
    offered = []
    for cards in due:
        day = Day(cap, new_limit, overdue=waiting.known)
        known = min(waiting.known + cards.known, day.room)
        new = min(waiting.new + cards.new, new_limit, day.room - known)
        waiting = Cards(waiting.known + cards.known - known, waiting.new + cards.new - new)
        offered.append(known + new)
    return offered


# Words ----------------------------------------------------------------------------------------------------------------


def in_words(memory: Memory, *, now: datetime, zone: tzinfo) -> str:
    """Return how long until it is asked: "10 min", "3 days", "2 months"."""
    if memory.stage.is_same_day:
        return _("%(n)d min") % {"n": round((memory.due_at - now) / timedelta(minutes=1))}
    days = (day_of(memory.due_at, zone) - day_of(now, zone)).days
    if days < 60:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days < LONGEST_DAYS:
        return _("%(n)d months") % {"n": round(days / 30.4)}
    return _("1 year")
