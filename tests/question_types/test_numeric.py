"""Numeric: which of two readings counts, tolerances and ranges at their ends, units, what cannot be read.

How numbers may be written stands in test_number_reading.py.
"""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.question_types.faults import InvalidSpec
from tests.question_types.cards import rendered

KIND = question_types.get("numeric")


def asking(**more: Any) -> dict[str, Any]:
    return {"stem": "How many?", **more}


TWINS = [
    (asking(value="36"), [], asking(value="-1200.5", tolerance="3", near_misses=[{"value": "7"}]), []),
    (asking(value="36", unit="km"), [], asking(low="1", high="2", unit="km"), []),
    (asking(value="36", unit="km", unit_required=True), [], asking(value="36", unit="m", unit_required=True), []),
]


def fraction(key: dict[str, Any], text: str) -> Fraction | None:
    """What a text earns that is typed into the field."""
    spec = KIND.spec(asking(**key))
    return KIND.grade(spec, KIND.parse(spec, [], {"text": text})).fraction


def told(key: dict[str, Any], text: str) -> list[tuple[str, bool]]:
    """What the learner is told about a text that is typed into the field: sentences, and whether it is unread."""
    spec = KIND.spec(asking(**key))
    return [(one.message, one.is_unread) for one in KIND.remarks(spec, [], KIND.parse(spec, [], {"text": text}))]


@pytest.mark.parametrize("text", ["1,200", "1.200", "1 200", "1'200"])
def test_nobody_loses_a_point_over_a_habit_of_writing(text: str) -> None:
    assert fraction({"value": "1200"}, text) == 1


# Two readings of one mark ----------------------------------------------------------------------------------------------


def test_a_slip_of_a_factor_of_a_thousand_is_wrong() -> None:
    assert fraction({"value": "16"}, "16,000") == 0
    assert told({"value": "16"}, "16,000") == [("“16,000” is read as 16000.", False)]


def test_of_two_readings_the_mistake_that_the_author_foresaw_speaks() -> None:
    key = {"value": "1.2", "near_misses": [{"value": "1200", "feedback": "That is in grams."}]}
    assert fraction(key, "1,200") == 0
    assert KIND.reveal(KIND.spec(asking(**key)), [], "1,200")["feedback"] == "That is in grams."
    assert fraction(key, "1,2") == fraction(key, "1.2") == fraction(key, "1.200") == 1
    assert fraction({"value": "1234", "near_misses": [{"value": "1.234"}]}, "1.234") == 0
    assert fraction({"value": "1234", "near_misses": [{"value": "1.234"}]}, "1,234") == 1


def test_what_can_be_read_in_two_ways_is_told_before_and_after() -> None:
    told_before = [("“1,200” can mean 1200 or 1.2; write the one you mean.", False)]
    assert told({"value": "1.2"}, "1,200") == told({"value": "7"}, "1,200") == told_before  # nothing of the key
    assert KIND.reveal(KIND.spec(asking(value="1.2")), [], "1,200")["read_as"] == "1.2"
    assert KIND.reveal(KIND.spec(asking(value="7")), [], "1,200")["read_as"] == "1200"
    assert KIND.reveal(KIND.spec(asking(value="7")), [], "7")["read_as"] == ""


@pytest.mark.parametrize(
    ("mark", "text", "earned", "said"),
    [
        ("point", "1,200", 0, "“1,200” is read as 1200."),
        ("point", "1.200", 1, "“1.200” is read as 1.2."),
        ("comma", "1,200", 1, "“1,200” is read as 1.2."),
        ("comma", "1.200", 0, "“1.200” is read as 1200."),
    ],
)
def test_an_author_can_say_which_mark_stands_before_decimals(mark: str, text: str, earned: int, said: str) -> None:
    key = {"value": "1.2", "decimal_mark": mark}
    assert fraction(key, text) == earned
    assert told(key, text) == [(said, False)]
    assert fraction(key, "1,2") == fraction(key, "1.2") == 1
    assert f"Use a {mark} for decimals." in rendered(KIND, KIND.spec(asking(**key)), [], None)


# Powers of ten, units -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["1.5×10^6", "1.5 × 10⁶", "1.5*10^6", "1.5x10^6", "1,5·10⁶", "1.5e6", "1 500 000"])
def test_a_power_of_ten_is_an_answer(text: str) -> None:
    assert fraction({"value": "1500000"}, text) == 1


@pytest.mark.parametrize("text", ["5 × 10^6 W", "5*10^6 W", "5·10⁶W", "5e6 W", "5,000,000 W", "5 000 000 W"])
def test_a_power_of_ten_may_have_the_unit_that_must_be_typed(text: str) -> None:
    assert fraction({"value": "5000000", "unit": "W", "unit_required": True}, text) == 1


def test_the_result_says_how_a_power_of_ten_was_read() -> None:
    assert KIND.reveal(KIND.spec(asking(value="5")), [], "5 × 10^0")["read_as"] == "5"


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ({"value": "50", "unit": "%"}, ["50", "50%", "50 %", "５０％", "%50", "50 percent", "50 per cent", "٥٠٪"]),
        ({"value": "5", "unit": "$"}, ["5", "$5", "$ 5", "5$", "5 USD", "US$5", "5.00 $", "5,-"]),
        ({"value": "-5", "unit": "€", "signed": True}, ["-5", "−5 €", "-€5", "€-5", "–5,00 EUR"]),
        ({"value": "1000", "unit": "€"}, ["€1,000", "1.000 €", "1\u202f000,00 €", "1'000.- €"]),
        ({"value": "5", "unit": "µm", "unit_required": True}, ["5 µm", "5 μm", "5um"]),
        ({"value": "5", "unit": "kΩ", "unit_required": True}, ["5 kΩ", "5 kΩ", "5 kohm", "5 kOhm"]),
        ({"value": "5", "unit": "°C", "unit_required": True}, ["5 °C", "5°C", "5 ºC", "5℃", "5 degC"]),
        ({"value": "5", "unit": "km²", "unit_required": True}, ["5 km²", "5 km2", "5km^2", "5 ㎢"]),
    ],
)
def test_units_and_money_are_taken_as_people_type_them(key: dict[str, Any], texts: list[str]) -> None:
    assert {text: fraction(key, text) for text in texts} == dict.fromkeys(texts, 1)


# What cannot be read is kept -------------------------------------------------------------------------------------------

UNREAD = "Enter a number such as 3.5, 1 200 or 1.5e6, in digits and without other words."


@pytest.mark.parametrize("text", ["about many", "1.5*10^", "0x10", "∞", "1/2", "12 00", "1.5 × 106", "9" * 41])
def test_what_is_no_number_stays_as_it_was_typed_and_the_learner_is_told(text: str) -> None:
    for key in ({"value": "36"}, {"value": "36", "unit": "km", "unit_required": True}):
        spec = KIND.spec(asking(**key))
        response = KIND.parse(spec, [], {"text": text})
        assert response == text
        assert told(key, text) == [(UNREAD, True)]
        assert text in rendered(KIND, spec, [], response)
        assert 'aria-invalid="true"' in rendered(KIND, spec, [], response)
        assert UNREAD in rendered(KIND, spec, [], response)
        assert KIND.grade(spec, response).fraction == 0
        assert KIND.is_blank(spec, response)
        assert KIND.reveal(spec, [], response)["feedback"] == UNREAD


def test_of_a_text_that_is_too_long_the_learner_is_told_how_much() -> None:
    assert told({"value": "36"}, "9" * 10_000) == [
        ("9,500 characters too many; this answer may have at most 500.", True)
    ]


@pytest.mark.parametrize(
    ("text", "unit"), [("36 nations", "nations"), ("50%", "%"), ("$5", "$"), ("about 1948", "about"), ("5 km", "km")]
)
def test_a_unit_that_the_question_does_not_have_is_named(text: str, unit: str) -> None:
    assert told({"value": "36"}, text) == [(f"Enter the number alone, without “{unit}”.", True)]
    assert fraction({"value": text.strip("%$ abcdefghijklmnopqrstuvwxyz")}, text) == 0


def test_a_number_that_grows_is_never_counted_by_its_beginning() -> None:
    key = {"value": "1.5"}
    spec = KIND.spec(asking(**key))
    kept = [KIND.parse(spec, [], {"text": "1.5*10^6"[:end]}) for end in range(1, 9)]
    assert kept[-1] == "1.5*10^6"
    assert KIND.grade(spec, kept[-1]).fraction == 0
    assert [KIND.is_blank(spec, text) for text in kept] == [False, False, False, True, True, True, True, False]


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
        for text in ("36", "36countries", "36 COUNTRIES", "36 countries.", "36 states")
    ] == [1, 1, 1, 1, 0]
    assert told({"value": "36", "unit": "countries"}, "36 states") == [
        ("Enter the number alone, without “states”.", True)
    ]


def test_a_unit_that_is_shown_is_not_taken_for_one_a_billion_times_as_large() -> None:
    assert fraction({"value": "5", "unit": "mW"}, "5 MW") == 0
    assert told({"value": "5", "unit": "mW"}, "5 MW") == [("Enter the number alone, without “MW”.", True)]
    assert fraction({"value": "5", "unit": "km"}, "5 KM") == 1


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


@given(value=st.integers(-1000, 1000), given=st.integers(-1000, 1000), tolerance=st.integers(0, 50))
def test_a_number_is_right_within_the_tolerance_and_never_outside(value: int, given: int, tolerance: int) -> None:
    spec = KIND.spec(asking(value=str(value), tolerance=str(tolerance)))
    assert (KIND.grade(spec, str(given)).fraction == 1) == (abs(value - given) <= tolerance)


@given(st.text(max_size=80))
def test_any_stored_text_is_graded(text: str) -> None:
    assert KIND.grade(KIND.spec(asking(value="36", unit="km", unit_required=True)), text).fraction in (0, 1)
