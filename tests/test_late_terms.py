"""When something is due for one learner, and until when it is in time; by literal values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies

from quizzes import terms
from quizzes.terms import Overrides, Terms

MS = timedelta(milliseconds=1)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, second, tzinfo=UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def agreed(*more: Overrides, **fields: object) -> Terms:
    """20 minutes, open from 9:30 to 12:00, due at 9:55."""
    given = {"opens_at": at(9, 30), "due_at": at(9, 55), "closes_at": at(12)} | fields
    quiz = Overrides("quiz", limit=minutes(20))
    return terms.effective([quiz, Overrides("assignment", **given), *more])  # type: ignore[arg-type]


def exception(**fields: object) -> Overrides:
    return Overrides("exception", note="was ill", **fields)  # type: ignore[arg-type]


SLOWER = Overrides("member", factor=Decimal("1.5"))


# The minute that is named ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_at", "handed_in", "is_late"),
    [
        (at(9, 55), at(9, 55), False),
        (at(9, 55), at(9, 55, 59) + 999 * MS, False),
        (at(9, 55), at(9, 56), True),
        (at(9, 55, 30), at(9, 55, 30), False),
        (at(9, 55, 30), at(9, 55, 30) + MS, True),
        (None, at(23, 59), False),
    ],
    ids=["at it", "at its end", "the next minute", "a second that is named", "after that second", "never due"],
)
def test_a_named_minute_lasts_to_its_end(due_at: datetime | None, handed_in: datetime, is_late: bool) -> None:
    assert terms.is_past(due_at, handed_in) is is_late


def test_a_close_still_holds_from_its_very_instant() -> None:
    assert agreed(refuses_late=True).is_over_at(at(9, 55))


# Granted time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started", "due"),
    [
        (at(9, 30), at(10)),  # the whole time of 30 minutes
        (at(9, 35), at(10, 5)),
        (at(9, 45), at(10)),  # a classmate has 10 minutes left, so 15
        (at(9, 54), at(9, 55, 30)),
        (at(9, 55), at(9, 55)),
        (at(11), at(9, 55)),
        (at(9, 30) - minutes(60), at(9, 55)),
    ],
    ids=str,
)
def test_a_time_factor_stretches_what_was_left_until_the_due_date(started: datetime, due: datetime) -> None:
    assert terms.due(agreed(SLOWER), started) == due


def test_a_classmate_without_more_time_is_due_as_the_class_is() -> None:
    assert terms.due(agreed(), at(9, 40)) == at(9, 55)


@pytest.mark.parametrize("factor", ["1.33", "1.01", "4.99"])
def test_the_deadline_of_who_began_in_time_is_never_late(factor: str) -> None:
    theirs = agreed(Overrides("member", factor=Decimal(factor)))
    ends = terms.deadline(theirs, at(9, 35))
    assert ends is not None
    assert terms.due(theirs, at(9, 35)) == ends


def test_a_longer_limit_of_an_exception_moves_it_too() -> None:
    assert terms.due(agreed(exception(limit=minutes(60))), at(9, 35)) == at(10, 35)
    assert terms.due(agreed(exception(limit=minutes(10))), at(9, 35)) == at(9, 55)


def test_who_has_no_limit_is_not_late_when_begun_in_time() -> None:
    theirs = agreed(Overrides("member", is_untimed=True))
    assert terms.due(theirs, at(9, 40)) is None
    assert terms.due(theirs, at(9, 56)) == at(9, 55)


def test_where_the_class_has_no_limit_a_factor_changes_nothing() -> None:
    homework = terms.effective([Overrides("quiz"), Overrides("assignment", due_at=at(10)), SLOWER])
    assert terms.due(homework, at(9)) == at(10)


# Exceptions -----------------------------------------------------------------------------------------------------------


def test_an_exception_has_a_due_date_of_its_own_and_says_why() -> None:
    theirs = agreed(exception(due_at=at(11)))
    assert theirs.due_at == at(11)
    reason = theirs.reasons[-1]
    assert (reason.layer, reason.term, reason.value, reason.note) == ("exception", "due_at", at(11), "was ill")


def test_an_exception_that_closes_later_is_due_when_it_closes() -> None:
    assert agreed(exception(opens_at=at(10), closes_at=at(11))).due_at == at(11)
    assert agreed(exception(opens_at=at(10), due_at=at(10, 30), closes_at=at(11))).due_at == at(10, 30)


def test_an_exception_that_closes_earlier_leaves_the_due_date() -> None:
    assert agreed(exception(closes_at=at(9, 50))).due_at == at(9, 55)


def test_an_exception_makes_nothing_due_that_was_not() -> None:
    assert agreed(exception(closes_at=at(13)), due_at=None).due_at is None


def test_nothing_is_due_before_it_opens() -> None:
    assert agreed(exception(opens_at=at(10))).due_at == at(12)
    assert agreed(exception(opens_at=at(10)), closes_at=None).due_at is None


def test_where_late_work_is_refused_an_exceptions_due_date_is_its_close() -> None:
    assert agreed(refuses_late=True).closes_at == at(9, 55)
    theirs = agreed(exception(due_at=at(13)), refuses_late=True)
    assert (theirs.due_at, theirs.closes_at) == (at(13), at(13))
    both = agreed(exception(due_at=at(13), closes_at=at(14)), refuses_late=True)
    assert (both.due_at, both.closes_at) == (at(13), at(13))
    longer = agreed(exception(limit=minutes(60)), refuses_late=True)
    assert longer.closes_at == at(9, 55)


# Joining --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("joined_at", "due_at", "was_due_at"),
    [(at(9, 55) - MS, at(9, 55), None), (at(9, 55), at(9, 55), None), (at(9, 55) + MS, None, at(9, 55))],
    ids=["-1 ms", "0", "+1 ms"],
)
def test_what_was_due_before_a_member_joined_is_not_due_for_them(
    joined_at: datetime, due_at: datetime | None, was_due_at: datetime | None
) -> None:
    theirs = agreed(Overrides("member", joined_at=joined_at))
    assert (theirs.due_at, theirs.was_due_at) == (due_at, was_due_at)


def test_an_exception_for_who_joined_later_is_due() -> None:
    assert agreed(Overrides("member", joined_at=at(10)), exception(due_at=at(11))).due_at == at(11)


# In general -----------------------------------------------------------------------------------------------------------

factors = strategies.decimals(min_value=1, max_value=5, places=2)
limits = strategies.integers(1, 1440).map(minutes)


@given(
    limit=limits, factors=strategies.tuples(factors, factors), early=strategies.timedeltas(-minutes(60), minutes(3000))
)
def test_more_time_is_never_due_earlier_and_never_moves_more_than_was_granted(
    limit: timedelta, factors: tuple[Decimal, Decimal], early: timedelta
) -> None:
    started = at(9, 55) - early
    less, more = (
        terms.effective([Overrides("assignment", limit=limit, due_at=at(9, 55)), Overrides("member", factor=factor)])
        for factor in sorted(factors)
    )
    first, second = terms.due(less, started), terms.due(more, started)
    assert first is not None
    assert second is not None
    assert at(9, 55) <= first <= second
    assert more.effective_limit is not None
    assert second - at(9, 55) <= more.effective_limit - limit
    if limit <= early:  # a classmate who began then could be in time
        ends = terms.deadline(more, started)
        assert ends is not None
        assert not terms.is_past(second, ends)
