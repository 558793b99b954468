"""From fractions to marks, by literal values."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import marking


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Fraction(1, 200), "0.01"),  # exactly half a cent goes up
        (Fraction(-1, 200), "-0.01"),  # and away from zero
        (Fraction(4999, 1_000_000), "0.00"),
        (Fraction(0), "0.00"),
        (Fraction(100), "100.00"),
    ],
)
def test_rounding_is_half_up_to_the_cent(value: Fraction, expected: str) -> None:
    assert str(marking.rounded(value)) == expected


def test_a_third_is_stored_with_seven_places() -> None:
    assert marking.rounded(Fraction(1, 3), marking.STORED_FRACTION) == Decimal("0.3333333")


@given(st.fractions(min_value=-1000, max_value=1000))
def test_rounding_never_moves_a_value_by_more_than_half_a_step(value: Fraction) -> None:
    assert abs(Fraction(marking.rounded(value)) - value) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("fraction", "points", "penalty", "answered", "expected"),
    [
        (Fraction(1), "2.50", "0", True, "2.50"),
        (Fraction(1, 3), "1.00", "0", True, "0.33"),
        (Fraction(0), "2.00", "0.25", True, "-0.50"),  # a wrong answer costs a quarter
        (Fraction(0), "2.00", "0.25", False, "0.00"),  # no answer costs nothing
        (Fraction(1, 4), "2.00", "0.25", True, "0.50"),  # partly right costs nothing
    ],
)
def test_marks_of_one_item(fraction: Fraction, points: str, penalty: str, answered: bool, expected: str) -> None:
    earned = marking.marks(fraction, Decimal(points), penalty=Decimal(penalty), answered=answered)
    assert str(earned) == expected


def test_penalties_never_take_an_attempt_below_zero() -> None:
    assert marking.total([Decimal("-1.00"), Decimal("0.50")]) == Decimal("0.00")


def test_marks_are_added_exactly() -> None:
    assert marking.total([Decimal("0.10")] * 3) == Decimal("0.30")


def test_an_attempt_worth_nothing_counts_as_zero() -> None:
    assert marking.share(Decimal("0.00"), Decimal("0.00")) == 0


@pytest.mark.parametrize(
    ("achieved", "expected"), [("5.99", False), ("6.00", True), ("6.01", True)], ids=["below", "equal", "above"]
)
def test_exactly_the_pass_mark_passes(achieved: str, expected: bool) -> None:
    assert marking.is_pass(Decimal(achieved), Decimal("10.00"), Decimal("0.60")) is expected


def test_without_a_pass_mark_nobody_passes_or_fails() -> None:
    assert marking.is_pass(Decimal("10.00"), Decimal("10.00"), None) is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("highest", Fraction(9, 10)), ("latest", Fraction(1, 10)), ("first", Fraction(1, 2)), ("average", Fraction(1, 2))],
)
def test_which_attempt_counts(rule: str, expected: Fraction) -> None:
    assert marking.counted([Fraction(1, 2), Fraction(9, 10), Fraction(1, 10)], rule) == expected


def test_nothing_counts_where_there_is_no_attempt() -> None:
    assert marking.counted([], "highest") is None
