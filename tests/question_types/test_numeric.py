"""Numeric: how numbers may be written, tolerances and ranges at their ends, units."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import BadAnswer
from quizzes.question_types.base import InvalidSpec
from quizzes.question_types.number_match import readings, split_unit

KIND = question_types.get("numeric")


def asking(**more: Any) -> dict[str, Any]:
    return {"stem": "How many?", **more}


TWINS = [
    (asking(value="36"), [], asking(value="-1200.5", tolerance="3", near_misses=[{"value": "7"}]), []),
    (asking(value="36", unit="km"), [], asking(low="1", high="2", unit="km"), []),
    (asking(value="36", unit="km", unit_required=True), [], asking(value="36", unit="m", unit_required=True), []),
]


def values(text: str) -> list[Fraction]:
    return readings(split_unit(text)[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("36", "36"),
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        ("１．５", "1.5"),
        ("٣٦", "36"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("+3", "3"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("– 3", "-3"),
        ("1e3", "1000"),
        ("1,5E-3", "0.0015"),
        ("1 200", "1200"),
        ("1\u00a0200", "1200"),
        ("1\u202f200,5", "1200.5"),
        ("1'200", "1200"),
        ("1’200.50", "1200.5"),
        ("1,200,000", "1200000"),
        ("1.200.000", "1200000"),
        ("1,200.5", "1200.5"),
        ("1.200,5", "1200.5"),
        ("0,125", "0.125"),
        ("1200.125", "1200.125"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: str) -> None:
    assert values(text) == [Fraction(value)]


@pytest.mark.parametrize(
    ("text", "first", "second"), [("1,200", 1200, "1.2"), ("1.200", "1.2", 1200), ("-87,000", -87000, -87)]
)
def test_a_mark_before_three_digits_has_both_readings(text: str, first: Any, second: Any) -> None:
    assert values(text) == [Fraction(first), Fraction(second)]


@pytest.mark.parametrize("text", ["1,200", "1.200", "1 200", "1'200"])
def test_nobody_loses_a_point_over_a_habit_of_writing(text: str) -> None:
    spec = KIND.spec(asking(value="1200"))
    assert KIND.grade(spec, KIND.parse(spec, [], {"text": text})).fraction == 1


REFUSED = [
    "0x10",
    "∞",
    "-∞",
    "inf",
    "nan",
    "NaN",
    "--1",
    "+-1",
    "10²",
    "10₂",
    "½",
    "1/2",
    "1⁄2",
    "3½",
    "12e",
    "1e",
    "e3",
    "1e100",
    "1e1000000",
    "1..5",
    "1,,5",
    "1,20,0",
    "thirty-six",
    ".",
    ",",
    "-",
    "1,2,3",
    "1.2.3",
    "①",
    "Ⅳ",
    "1_000",
    "$5",
    "5%",
    "1:2",
    "=1",
    "(36)",
    "<b>1</b>",
]


@pytest.mark.parametrize("text", [*REFUSED, "12 00", "1 2", "36 nations", "9" * 10_000, "36 km", "1 200 '300"])
def test_what_is_no_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        KIND.parse(KIND.spec(asking(value="36")), [], {"text": text})
    assert str(caught.value.message) == "Enter a number such as 3.5 or 1 200, in digits and without other words."


@pytest.mark.parametrize("text", [*REFUSED[:22], "9" * 10_000, "0x10", "1/2"])
def test_they_are_refused_in_the_same_way_where_a_unit_must_be_typed(text: str) -> None:
    spec = KIND.spec(asking(value="36", unit="km", unit_required=True))
    if text in ("12e", "1e"):
        return
    with pytest.raises(BadAnswer):
        KIND.parse(spec, [], {"text": text})


def test_the_text_is_kept_as_typed() -> None:
    assert KIND.parse(KIND.spec(asking(value="36")), [], {"text": " １ ２００,5 "}) == "１ ２００,5"


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ({"value": "10", "tolerance": "0.5"}, ["9.5", "10.5", "10"], ["9.4999", "10.5001"]),
        ({"value": "-200", "tolerance": "0.05", "tolerance_kind": "relative"}, ["-190", "-210"], ["-189.99", "200"]),
        ({"low": "0.1", "high": "0.3"}, ["0.1", "0.3", "0,2"], ["0.0999", "0.30001"]),
        ({"value": 0.1}, ["0.1", "0,10", "1e-1"], ["0.1000001"]),
        ({"value": 1948}, ["1948", "1 948", "1,948e3"], ["1947", "1949"]),
    ],
)
def test_the_ends_of_a_tolerance_or_range_count(key: dict[str, Any], right: list[str], wrong: list[str]) -> None:
    spec = KIND.spec(asking(**key))
    assert [KIND.grade(spec, text).fraction for text in right] == [1] * len(right)
    assert [KIND.grade(spec, text).fraction for text in wrong] == [0] * len(wrong)


def test_a_unit_that_is_shown_may_be_typed_or_left_out() -> None:
    spec = KIND.spec(asking(value="36", unit="countries"))
    assert [
        KIND.grade(spec, KIND.parse(spec, [], {"text": text})).fraction
        for text in ("36", "36countries", "36 COUNTRIES")
    ] == [1, 1, 1]
    with pytest.raises(BadAnswer):
        KIND.parse(spec, [], {"text": "36 states"})


def test_a_unit_that_must_be_typed_counts_exactly() -> None:
    spec = KIND.spec(asking(value="5", unit="mW", unit_required=True))
    assert [KIND.grade(spec, text).fraction for text in ("5 mW", "5mW", "5", "5 MW", "6 mW")] == [1, 1, 0, 0, 0]
    assert KIND.reveal(spec, [], "5 MW")["feedback"] == "The number is right, but its unit is missing or another one."


def test_a_square_unit_is_a_unit_and_no_raised_figure() -> None:
    spec = KIND.spec(asking(value="5", unit="km²"))
    assert KIND.grade(spec, KIND.parse(spec, [], {"text": "5 km²"})).fraction == 1


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ({}, "give either a value, or both ends of a range"),
        ({"value": "1", "low": "0", "high": "2"}, "give either a value, or both ends of a range"),
        ({"low": "1"}, "give either a value, or both ends of a range"),
        ({"low": "2", "high": "1"}, "the range ends before it begins"),
        ({"value": "1", "tolerance": "-1"}, "the tolerance is below zero"),
        ({"value": "1,5"}, "value: must be a number in digits with a decimal point"),
        ({"value": "∞"}, "value: must be a number in digits"),
        ({"value": "1", "unit_required": True}, "a unit is required, but none is given"),
        ({"value": "1", "tolerance": "5", "near_misses": [{"value": "3"}]}, "the near miss 3 would count as right"),
        ({"value": "1", "near_misses": [{"value": "2"}, {"value": "x"}]}, "near miss 2, value: must be a number"),
        ({"value": True}, "value: must be text"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_with_its_place(key: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidSpec, match=sentence):
        KIND.spec(asking(**key))


def test_a_near_miss_has_its_own_feedback() -> None:
    spec = KIND.spec(
        asking(
            value="36", near_misses=[{"value": "45", "feedback": "Training."}], feedback="Yes.", feedback_wrong="No."
        )
    )
    said = {text: KIND.reveal(spec, [], text)["feedback"] for text in ("36", "45.0", "7")}
    assert said == {"36": "Yes.", "45.0": "Training.", "7": "No."}


def test_statistics_put_ways_of_writing_together() -> None:
    spec = KIND.spec(asking(value="1200", near_misses=[{"value": "45"}]))
    labels = [KIND.classify(spec, text)[0].label for text in ("1,200", "1 200", "45,0", "7.50", "７,5")]
    assert labels == ["1200", "1200", "45", "7.5", "7.5"]


def test_the_model_answer_tells_the_margin() -> None:
    assert KIND.model_answer(KIND.spec(asking(value="36", unit="countries"))) == "36 countries"
    assert (
        KIND.model_answer(KIND.spec(asking(value="200", tolerance="0.05", tolerance_kind="relative")))
        == "200 (from 190 to 210 counts)"
    )
    assert KIND.model_answer(KIND.spec(asking(low="1", high="2.50"))) == "from 1 to 2.50"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_every_way_of_writing_a_number_means_it(number: Decimal) -> None:
    plain = f"{number:f}"
    for text in (
        plain,
        plain.replace(".", ","),
        f"{number:,.4f}".replace(",", " "),
        f"{number:,.4f}".replace(",", "'"),
    ):
        assert Fraction(number) in values(text)


@given(value=st.integers(-1000, 1000), given=st.integers(-1000, 1000), tolerance=st.integers(0, 50))
def test_a_number_is_right_within_the_tolerance_and_never_outside(value: int, given: int, tolerance: int) -> None:
    spec = KIND.spec(asking(value=str(value), tolerance=str(tolerance)))
    assert (KIND.grade(spec, str(given)).fraction == 1) == (abs(value - given) <= tolerance)


@given(st.text(max_size=80))
def test_any_stored_text_is_graded(text: str) -> None:
    assert KIND.grade(KIND.spec(asking(value="36", unit="km", unit_required=True)), text).fraction in (0, 1)
