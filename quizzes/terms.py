"""The effective terms of a learner on a quiz, and what may be revealed when. Pure: values in, values out.

Terms are laid over each other: quiz, then assignment, then the member's time factor, then an exception granted to the
member. Every change leaves a `Reason`, so that the deadline can be explained by the function that computed it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from django.conf import settings

Preset = Literal["practice", "homework", "exam", "survey"]
Moment = Literal["during", "just_after", "later", "after_close"]

UNTIMED = None
JUST_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Reason:
    """One layer that changed one term: `layer` is quiz, assignment, member or exception."""

    layer: str
    term: str
    value: object
    note: str = ""


@dataclass(frozen=True)
class Overrides:
    """What one layer says; None leaves the term as it was."""

    layer: str
    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    limit: timedelta | None = None
    is_untimed: bool = False
    factor: Decimal | None = None
    attempts_allowed: int | None = None
    preset: Preset | None = None
    note: str = ""
    refuses_late: bool = False  # here and in the layers above, what is due is closed as well
    joined_at: datetime | None = None  # of the member


@dataclass(frozen=True)
class Terms:
    """What holds for one learner: window, limit before the factor, factor, attempts (None: unlimited), preset.

    `ordinary_limit` is the limit without what is granted to this learner alone. `was_due_at` is a due date that passed
    before they joined, so that nothing is due for them.
    """

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    limit: timedelta | None = None
    factor: Decimal = Decimal(1)
    attempts_allowed: int | None = None
    preset: Preset = "homework"
    ordinary_limit: timedelta | None = None
    was_due_at: datetime | None = None
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def effective_limit(self) -> timedelta | None:
        """The limit times the factor, to the whole second."""
        if self.limit is None:
            return None
        return timedelta(seconds=int(Fraction(self.limit / timedelta(seconds=1)) * Fraction(self.factor)))

    def is_open_at(self, now: datetime) -> bool:
        return not self.is_upcoming_at(now) and not self.is_over_at(now)

    def is_upcoming_at(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at

    def is_over_at(self, now: datetime) -> bool:
        """Return whether it has closed; exactly equal is over."""
        return self.closes_at is not None and now >= self.closes_at


TERMS = ("opens_at", "due_at", "closes_at", "limit", "factor", "attempts_allowed", "preset")
GRANTED = frozenset({"member", "exception"})  # layers that hold for one learner alone


def effective(layers: Iterable[Overrides]) -> Terms:
    """Lay the overrides over each other, the later one winning."""
    terms, refuses_late, joined_at = Terms(), False, None
    for layer in layers:
        refuses_late, joined_at = refuses_late or layer.refuses_late, layer.joined_at or joined_at
        layer = _due_with_its_close(layer, terms)
        terms = _laid(terms, closed_when_due(layer) if refuses_late else layer)
    return _possible(terms, joined_at)


def _laid(terms: Terms, layer: Overrides) -> Terms:
    changed = {term: value for term in TERMS if (value := getattr(layer, term)) is not None}
    reasons = [Reason(layer.layer, term, value, layer.note) for term, value in changed.items()]
    if layer.is_untimed:
        changed["limit"] = UNTIMED
        reasons.append(Reason(layer.layer, "limit", UNTIMED, layer.note))
    if "limit" in changed and layer.layer not in GRANTED:
        changed["ordinary_limit"] = changed["limit"]
    return replace(terms, **changed, reasons=(*terms.reasons, *reasons)) if reasons else terms


def closed_when_due(layer: Overrides) -> Overrides:
    """Return the same, where late work is not accepted: closed from when it is due."""
    ends = [end for end in (layer.due_at, layer.closes_at) if end is not None]
    return replace(layer, closes_at=min(ends)) if layer.due_at else layer


def _due_with_its_close(layer: Overrides, terms: Terms) -> Overrides:
    """Return an exception that gives a later close and no due date of its own is due when it closes."""
    if layer.layer not in GRANTED or layer.due_at or layer.closes_at is None or terms.due_at is None:
        return layer
    return replace(layer, due_at=layer.closes_at) if layer.closes_at > terms.due_at else layer


def _possible(terms: Terms, joined_at: datetime | None) -> Terms:
    """Return the terms with nothing due before it opens for this learner, or before they were in the class."""
    if terms.due_at is not None and terms.opens_at is not None and terms.due_at <= terms.opens_at:
        terms = replace(terms, due_at=terms.closes_at)
    if terms.due_at is not None and joined_at is not None and joined_at > terms.due_at:
        terms = replace(terms, due_at=None, was_due_at=terms.due_at)
    return terms


def deadline(terms: Terms, started_at: datetime) -> datetime | None:
    """Return `min(start + limit × factor, close)`; None when neither applies."""
    ends = [terms.closes_at] if terms.closes_at else []
    if terms.effective_limit is not None:
        ends.append(started_at + terms.effective_limit)
    return min(ends) if ends else None


# Late -----------------------------------------------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


def is_past(due_at: datetime | None, at: datetime) -> bool:
    """Return whether `at` is too late for what is due at `due_at`. A whole minute that is named lasts to its end: what is due at
    10:00 is in time until 10:00:59.999. A close is another thing: it holds from its very instant."""
    if due_at is None:
        return False
    is_named_minute = due_at.second == 0 and due_at.microsecond == 0
    return at >= due_at + MINUTE if is_named_minute else at > due_at


def due(terms: Terms, started_at: datetime) -> datetime | None:
    """Return when an attempt begun then is due; None: it cannot be late.

    Time granted to the learner moves it. Of the limit of the class, `had` was left until the due date; that is stretched
    as the limit is (20 minutes to 30 begun with 20 left: due 10 minutes later). Without a limit it is not late at all.
    """
    due_at, ordinary, granted = terms.due_at, terms.ordinary_limit, terms.effective_limit
    if due_at is None or ordinary is None or started_at >= due_at:
        return due_at
    if granted is None:
        return None
    had = min(ordinary, due_at - started_at)
    stretched = (had // MICROSECOND) * (granted // MICROSECOND) // (ordinary // MICROSECOND)  # exact where had is all
    return max(due_at, started_at + stretched * MICROSECOND)


def grace() -> timedelta:
    """Return the time a save may spend on the network after the deadline; it is not for thinking."""
    return timedelta(seconds=settings.QUIZ_TRANSPORT_GRACE_SECONDS)


READING_SHARE = Fraction(115, 100)
THINKING_SHARE = Fraction(130, 100)
THINKING_LEVELS = frozenset({"apply", "analyse"})


def computed_limit(items: Iterable[tuple[Fraction | int, str]]) -> timedelta:
    """Return the limit for the items drawn, each (seconds its type needs, Bloom level), in whole minutes.

    ceil(1.15 × Σ seconds, times 1.3 where an item asks to apply or analyse): a first answer to a four-option item takes
    54 s on average (rasch.org/mra/mra-10-09.htm), reviewing it under 15 s.
    """
    seconds = sum(
        (Fraction(needed) * (THINKING_SHARE if bloom in THINKING_LEVELS else 1) for needed, bloom in items), Fraction(0)
    )
    return timedelta(minutes=max(1, math.ceil(READING_SHARE * seconds / 60)))


# What may be seen, and when -------------------------------------------------------------------------------------------

ALWAYS: frozenset[Moment] = frozenset({"during", "just_after", "later", "after_close"})
AFTERWARDS: frozenset[Moment] = frozenset({"just_after", "later", "after_close"})
CLOSED: frozenset[Moment] = frozenset({"after_close"})
NEVER: frozenset[Moment] = frozenset()


@dataclass(frozen=True)
class Matrix:
    """For each thing that can be revealed, the moments at which it may be."""

    marks: frozenset[Moment]
    correctness: frozenset[Moment]
    right_answer: frozenset[Moment]
    explanation: frozenset[Moment]


PRESETS: dict[str, Matrix] = {
    "practice": Matrix(ALWAYS, ALWAYS, ALWAYS, ALWAYS),
    "homework": Matrix(AFTERWARDS, AFTERWARDS, AFTERWARDS, AFTERWARDS),
    "exam": Matrix(CLOSED, CLOSED, CLOSED, CLOSED),
    "survey": Matrix(NEVER, NEVER, NEVER, NEVER),
}


# Those for which it makes a difference when the last learner concerned has handed in.
WAITING_FOR_THE_END = frozenset(
    preset
    for preset, matrix in PRESETS.items()
    if any(
        "later" not in moments and "after_close" in moments
        for moments in (matrix.marks, matrix.correctness, matrix.right_answer, matrix.explanation)
    )
)


@dataclass(frozen=True)
class Revealed:
    """What one viewer may see of one attempt at one instant."""

    marks: bool = False
    correctness: bool = False
    right_answer: bool = False
    explanation: bool = False

    @property
    def anything(self) -> bool:
        return self.marks or self.correctness or self.right_answer or self.explanation


EVERYTHING = Revealed(True, True, True, True)
NOTHING = Revealed()


def moment(*, submitted_at: datetime | None, reveal_at: datetime | None, now: datetime) -> Moment:
    """Return where an attempt stands: `reveal_at` is when the last learner concerned has lost the right to answer."""
    if submitted_at is None:
        return "during"
    if reveal_at is not None and now >= reveal_at:
        return "after_close"
    return "just_after" if now < submitted_at + JUST_AFTER else "later"


def revealed(
    preset: str, *, submitted_at: datetime | None, reveal_at: datetime | None, now: datetime, is_checked: bool = False
) -> Revealed:
    """Return the one decision of what a learner may see; `is_checked` says that this answer was handed in for practice."""
    if submitted_at is None and not is_checked:
        return NOTHING
    matrix = PRESETS[preset]
    at = moment(submitted_at=submitted_at, reveal_at=reveal_at, now=now)
    return Revealed(
        marks=at in matrix.marks,
        correctness=at in matrix.correctness,
        right_answer=at in matrix.right_answer,
        explanation=at in matrix.explanation,
    )
