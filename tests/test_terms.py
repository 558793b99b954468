"""Deadlines and what may be revealed, by literal values and to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from quizzes import terms
from quizzes.terms import Overrides

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
MINUTES = timedelta(minutes=1)


def quiz(**fields: object) -> Overrides:
    return Overrides("quiz", **fields)  # type: ignore[arg-type]


# Layers ---------------------------------------------------------------------------------------------------------------


def test_nothing_said_means_no_window_no_limit_and_no_end_of_attempts() -> None:
    agreed = terms.effective([quiz()])
    assert (agreed.opens_at, agreed.closes_at, agreed.limit, agreed.attempts_allowed) == (None, None, None, None)
    assert terms.deadline(agreed, NINE) is None


def test_a_later_layer_wins_and_both_are_explained() -> None:
    agreed = terms.effective([quiz(limit=40 * MINUTES), Overrides("assignment", limit=30 * MINUTES)])
    assert agreed.limit == 30 * MINUTES
    assert [(reason.layer, reason.value) for reason in agreed.reasons] == [
        ("quiz", 40 * MINUTES),
        ("assignment", 30 * MINUTES),
    ]


@pytest.mark.parametrize(
    ("factor", "expected"), [("1.25", 50 * 60), ("1.5", 3600), ("2", 4800), ("1.33", 3192)], ids=str
)
def test_the_factor_multiplies_the_limit_to_the_whole_second(factor: str, expected: int) -> None:
    agreed = terms.effective([quiz(limit=40 * MINUTES), Overrides("member", factor=Decimal(factor))])
    assert agreed.effective_limit == timedelta(seconds=expected)
    assert terms.deadline(agreed, NINE) == NINE + timedelta(seconds=expected)


@pytest.mark.parametrize("factor", ["1.10", "1.15", "1.25", "1.35", "4.35"])
def test_the_factor_is_exact_for_every_limit(factor: str) -> None:
    given = {
        minutes: terms.Terms(limit=minutes * MINUTES, factor=Decimal(factor)).effective_limit
        for minutes in range(1, 1441)
    }
    assert given == {minutes: timedelta(seconds=int(Decimal(factor) * minutes * 60)) for minutes in given}


def test_an_untimed_member_has_no_limit_but_still_the_close() -> None:
    agreed = terms.effective(
        [quiz(limit=40 * MINUTES, closes_at=NINE + 90 * MINUTES), Overrides("member", is_untimed=True)]
    )
    assert agreed.effective_limit is None
    assert terms.deadline(agreed, NINE) == NINE + 90 * MINUTES


def test_an_exception_gives_an_untimed_member_a_limit_of_its_own() -> None:
    layers = [
        quiz(limit=40 * MINUTES),
        Overrides("member", is_untimed=True),
        Overrides("exception", limit=60 * MINUTES),
    ]
    assert terms.effective(layers).effective_limit == 60 * MINUTES


def test_an_exception_moves_the_close_and_says_why() -> None:
    agreed = terms.effective(
        [quiz(closes_at=NINE), Overrides("exception", closes_at=NINE + 60 * MINUTES, note="ill on Monday")]
    )
    assert agreed.closes_at == NINE + 60 * MINUTES
    assert agreed.reasons[-1].note == "ill on Monday"


# Window and deadline --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shift", "is_open"), [(-MS, False), (0 * MS, True), (MS, True)], ids=["-1 ms", "0", "+1 ms"])
def test_a_quiz_is_open_from_the_very_instant(shift: timedelta, is_open: bool) -> None:
    assert terms.effective([quiz(opens_at=NINE)]).is_open_at(NINE + shift) is is_open


@pytest.mark.parametrize(("shift", "is_open"), [(-MS, True), (0 * MS, False), (MS, False)], ids=["-1 ms", "0", "+1 ms"])
def test_exactly_the_closing_time_is_over(shift: timedelta, is_open: bool) -> None:
    assert terms.effective([quiz(closes_at=NINE)]).is_open_at(NINE + shift) is is_open


@pytest.mark.parametrize(("limit", "close", "expected"), [(40, 60, 40), (40, 30, 30), (40, 40, 40)])
def test_the_deadline_is_the_earlier_of_limit_and_close(limit: int, close: int, expected: int) -> None:
    agreed = terms.effective([quiz(limit=limit * MINUTES, closes_at=NINE + close * MINUTES)])
    assert terms.deadline(agreed, NINE) == NINE + expected * MINUTES


@pytest.mark.parametrize(
    ("zone", "started"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, 50)),  # noqa: DTZ001  clocks go forward at 2:00
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 50)),  # noqa: DTZ001  the first of two 2:50
        ("America/New_York", datetime(2026, 11, 1, 1, 50)),  # noqa: DTZ001
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 50)),  # noqa: DTZ001  half an hour, not an hour
    ],
    ids=lambda value: str(value),
)
def test_half_an_hour_lasts_1800_seconds_through_a_change_of_clocks(zone: str, started: datetime) -> None:
    start = started.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    due = terms.deadline(terms.effective([quiz(limit=30 * MINUTES)]), start)
    assert due is not None
    assert (due.astimezone(UTC) - start).total_seconds() == 1800


def test_the_year_2038_is_a_year_like_any_other() -> None:
    start = datetime(2038, 1, 19, 3, 14, tzinfo=UTC)  # 7 s before 32-bit seconds run out
    assert terms.deadline(terms.effective([quiz(limit=1 * MINUTES)]), start) == datetime(2038, 1, 19, 3, 15, tzinfo=UTC)


# Computed limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "minutes"),
    [
        ([], 1),
        ([(60, "remember")], 2),  # 69 s
        ([(60, "remember")] * 10, 12),  # 690 s
        ([(60, "apply")] * 10, 15),  # 897 s
        ([(Fraction(6000, 115), "remember")], 1),  # exactly 60 s is one minute
    ],
)
def test_computed_limits_are_whole_minutes(items: list[tuple[int, str]], minutes: int) -> None:
    assert terms.computed_limit(items) == minutes * MINUTES


# What may be revealed -------------------------------------------------------------------------------------------------

LATER = NINE + timedelta(hours=1)
CLOSE = NINE + timedelta(hours=2)


@pytest.mark.parametrize("preset", ["practice", "homework", "exam", "survey"])
def test_nothing_is_revealed_during_an_attempt(preset: str) -> None:
    assert terms.revealed(preset, submitted_at=None, reveal_at=NINE, now=LATER) == terms.NOTHING


@pytest.mark.parametrize(
    ("preset", "now", "reveals"),
    [
        ("homework", NINE, True),
        ("homework", CLOSE, True),
        ("exam", NINE, False),
        ("exam", CLOSE - MS, False),
        ("exam", CLOSE, True),
        ("survey", CLOSE, False),
        ("practice", NINE, True),
    ],
)
def test_presets_reveal_at_their_moment(preset: str, now: datetime, reveals: bool) -> None:
    seen = terms.revealed(preset, submitted_at=NINE, reveal_at=CLOSE, now=now)
    assert seen == (terms.EVERYTHING if reveals else terms.NOTHING)


def test_an_exam_that_never_closes_reveals_nothing() -> None:
    assert terms.revealed("exam", submitted_at=NINE, reveal_at=None, now=CLOSE) == terms.NOTHING


def test_a_checked_practice_answer_is_revealed_during_the_attempt() -> None:
    assert terms.revealed("practice", submitted_at=None, reveal_at=None, now=NINE, is_checked=True) == terms.EVERYTHING


def test_checking_reveals_nothing_outside_practice() -> None:
    assert terms.revealed("homework", submitted_at=None, reveal_at=None, now=NINE, is_checked=True) == terms.NOTHING


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NINE + terms.JUST_AFTER - MS, "just_after"),
        (NINE + terms.JUST_AFTER, "later"),
        (CLOSE - MS, "later"),
        (CLOSE, "after_close"),
    ],
)
def test_moments_follow_each_other(now: datetime, expected: str) -> None:
    assert terms.moment(submitted_at=NINE, reveal_at=CLOSE, now=now) == expected
