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


def test_the_copy_of_a_third_has_seven_places() -> None:
    assert marking.rounded(Fraction(1, 3), marking.STORED_FRACTION) == Decimal("0.3333333")


@given(st.fractions(min_value=-1000, max_value=1000))
def test_rounding_never_moves_a_value_by_more_than_half_a_step(value: Fraction) -> None:
    assert abs(Fraction(marking.rounded(value)) - value) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("fraction", "points", "penalty", "answered", "expected"),
    [
        (Fraction(1), "2.50", "0", True, Fraction(5, 2)),
        (Fraction(1, 3), "1.00", "0", True, Fraction(1, 3)),
        (Fraction(0), "2.00", "0.25", True, Fraction(-1, 2)),  # a wrong answer costs a quarter
        (Fraction(0), "0.05", "0.33", True, Fraction(-33, 2000)),  # which may be a part of a cent
        (Fraction(0), "2.00", "0.25", False, Fraction(0)),  # no answer costs nothing
        (Fraction(1, 4), "2.00", "0.25", True, Fraction(1, 2)),  # partly right costs nothing
    ],
)
def test_marks_of_one_item_are_exact(
    fraction: Fraction, points: str, penalty: str, answered: bool, expected: Fraction
) -> None:
    assert marking.marks(fraction, Decimal(points), penalty=Decimal(penalty), answered=answered) == expected


def test_penalties_never_take_an_attempt_below_zero() -> None:
    assert marking.total([Fraction(-1), Fraction(1, 2)]) == 0


def test_penalties_of_some_items_take_from_the_others() -> None:
    assert marking.total([Fraction(-1, 3), Fraction(1)]) == Fraction(2, 3)


def test_three_thirds_are_one() -> None:
    assert marking.total([Fraction(1, 3)] * 3) == 1


def test_an_attempt_worth_nothing_counts_as_zero() -> None:
    assert marking.share(Fraction(0), Decimal("0.00")) == 0


# What is shown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "pass_mark", "expected"),
    [
        (Fraction(139, 200), 70, 69),  # 69.5: rounding up would say that it is passed
        (Fraction(139, 200), None, 70),
        (Fraction(139, 200), 69, 70),
        (Fraction(70, 100), 70, 70),
        (Fraction(199, 200), 100, 99),
        (Fraction(199, 200), None, 99),  # 100 is all of it
        (Fraction(1), 100, 100),
        (Fraction(2, 3), 67, 66),
        (Fraction(2, 3), 66, 67),
        (Fraction(1, 300), None, 0),
        (Fraction(0), 0, 0),
    ],
)
def test_percent_are_rounded_down_where_they_would_reach_the_pass_mark_or_100(
    share: Fraction, pass_mark: int | None, expected: int
) -> None:
    edges = () if pass_mark is None else (pass_mark,)
    assert marking.shown_percent(share, edges) == expected


@pytest.mark.parametrize(
    ("marks", "possible", "pass_mark", "expected"),
    [
        (Fraction(2), "4", 50, "2.00"),
        (Fraction(5, 3), "4", 50, "1.67"),
        (Fraction(2796, 1000), "4", 70, "2.79"),  # 2.80 would be 70 %
        (Fraction(2796, 1000), "4", None, "2.80"),
        (Fraction(9313, 10000), "1.39", 67, "0.94"),  # exactly the pass mark, and 0.93 would be below it
        (Fraction(2, 300), "0.01", None, "0.00"),  # two thirds of a cent are not the cent
        (Fraction(2997, 1000), "3", None, "2.99"),
        (Fraction(-1, 200), "1", None, "-0.01"),
        (Fraction(48, 1000), "0.05", 90, "0.048"),  # passed and not all of it: no two places can say that
    ],
)
def test_marks_stay_on_their_side_of_the_pass_mark_and_of_all_points(
    marks: Fraction, possible: str, pass_mark: int | None, expected: str
) -> None:
    edges = () if pass_mark is None else (pass_mark,)
    assert str(marking.shown_marks(marks, Decimal(possible), edges)) == expected


@given(
    st.fractions(min_value=0, max_value=1),
    st.decimals(min_value="0.01", max_value="999", places=2),
    st.integers(0, 100),
)
def test_what_is_shown_never_contradicts_the_verdict(share: Fraction, possible: Decimal, pass_mark: int) -> None:
    edge, achieved = Fraction(pass_mark, 100), share * Fraction(possible)
    percent = marking.shown_percent(share, (pass_mark,))
    marks = marking.shown_marks(achieved, possible, (pass_mark,))
    verdict = marking.is_pass(achieved, possible, Decimal(pass_mark) / 100)
    assert (percent >= pass_mark) is (Fraction(marks) >= edge * Fraction(possible)) is verdict
    assert (percent == 100) is (marks == possible) is (share == 1)
    assert abs(percent - 100 * share) < 1
    assert abs(Fraction(marks) - achieved) < Fraction(1, 100)


@given(st.fractions(min_value=0, max_value=1), st.fractions(min_value=0, max_value=1), st.integers(0, 100))
def test_more_never_shows_as_less(one: Fraction, other: Fraction, pass_mark: int) -> None:
    lesser, greater = (marking.shown_percent(share, (pass_mark,)) for share in sorted([one, other]))
    assert lesser <= greater


# Verdicts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("achieved", "expected"), [("5.99", False), ("6.00", True), ("6.01", True)], ids=["below", "equal", "above"]
)
def test_exactly_the_pass_mark_passes(achieved: str, expected: bool) -> None:
    assert marking.is_pass(Fraction(achieved), Decimal("10.00"), Decimal("0.60")) is expected


def test_without_a_pass_mark_nobody_passes_or_fails() -> None:
    assert marking.is_pass(Fraction(10), Decimal("10.00"), None) is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("highest", Fraction(9, 10)), ("latest", Fraction(1, 10)), ("first", Fraction(1, 2)), ("average", Fraction(1, 2))],
)
def test_which_attempt_counts(rule: str, expected: Fraction) -> None:
    assert marking.counted([Fraction(1, 2), Fraction(9, 10), Fraction(1, 10)], rule) == expected


def test_nothing_counts_where_there_is_no_attempt() -> None:
    assert marking.counted([], "highest") is None
