"""Answers: a question that no learner can answer is not published, whatever keyboard they have."""

from typing import Any

import pytest

from quizzes import lint
from quizzes.lint.items import Item
from tests.lint.samples import CLOZE, MULTIPLE, NUMBER, ORDER, PAIRS, SHORT, SINGLE, STATEMENT, context, item


def said(one: Item, rule: str) -> list[str]:
    return [str(finding) for finding in lint.check_item(one, context()) if finding.rule == rule]


def number(**fields: Any) -> Item:
    return item({**{name: text for name, text in NUMBER.items() if name != "near_misses"}, **fields})


def texts(*answers: Any, **fields: Any) -> Item:
    rows = [{"text": row} if isinstance(row, str) else row for row in answers]
    return item(SHORT | {"answers": rows} | fields)


def gap(text: str = "It was the work of [[1]] men.", **fields: Any) -> Item:
    return item(CLOZE | {"text": text, "gaps": [fields]})


# Every claim ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec", [SINGLE, MULTIPLE | {"scheme": "net_correct"}, STATEMENT, SHORT, NUMBER, PAIRS, ORDER, CLOZE]
)
def test_a_question_that_can_be_answered_is_left_alone(spec: dict[str, Any]) -> None:
    assert said(item(spec), "unanswerable") == []
    assert said(item(spec), "number-pad") == []


def test_an_accepted_text_longer_than_its_field_is_found() -> None:
    assert said(texts("Dutch", "x" * 501), "unanswerable") == [
        f"q-1, answer 2: “{'x' * 59}…” cannot be read: 1 character too many; this answer may have at most 500."
    ]
    long_gap = gap(kind="text", answers=[{"text": "x" * 501}])
    assert said(long_gap, "unanswerable")[0].startswith("q-1, gap 1, answer 1: ")


def test_each_accepted_text_is_tried_with_its_wildcards_filled() -> None:
    assert (
        said(texts("good * offices", "re*building*", {"text": "built by *", "fraction": "1/2"}), "unanswerable") == []
    )


def test_an_answer_that_a_phone_turns_into_a_wrong_one_is_found() -> None:
    one = texts('"a"', {"text": "“a”", "fraction": 0})
    assert said(one, "unanswerable") == ["q-1, answer 1: ““a”” earns 0 of the points and should earn 1."]


@pytest.mark.parametrize(
    "unit", ["km", "km²", "%", "$", "€", "µm", "kΩ", "°C", "m s⁻¹", "N·m", "l/100 km", "/s", "‰", "h", "E"]
)
@pytest.mark.parametrize("unit_required", [False, True])
def test_a_unit_that_people_can_type_is_left_alone(unit: str, unit_required: bool) -> None:
    assert said(number(unit=unit, unit_required=unit_required, value="2.5"), "unanswerable") == []


@pytest.mark.parametrize(
    ("unit", "typed"), [("× 10⁶ km", "5 × 10⁶ km"), ("10³ km", "5 10³ km"), ("1/s", "5 1/s"), ("-fold", "5 -fold")]
)
@pytest.mark.parametrize("unit_required", [False, True])
def test_a_unit_that_turns_the_number_into_another_is_found(unit: str, typed: str, unit_required: bool) -> None:
    (finding,) = said(number(unit=unit, unit_required=unit_required, value="5"), "unanswerable")
    assert finding.startswith(f"q-1, unit: “{typed}” ")


def test_a_value_is_tried_with_the_decimal_mark_of_every_phone() -> None:
    assert said(number(value="1.234"), "unanswerable") == []
    assert said(number(value="1.234", decimal_mark="point"), "unanswerable") == [
        "q-1, value: “1,234” earns 0 of the points and should earn 1."
    ]
    assert said(number(value="1.234", decimal_mark="comma"), "unanswerable") == [
        "q-1, value: “1.234” earns 0 of the points and should earn 1."
    ]
    assert said(number(value="1.234", near_misses=[{"value": "1234"}]), "unanswerable") == [
        "q-1, value: “1,234” earns 0 of the points and should earn 1."
    ]
    assert said(gap(kind="number", value="1.234", decimal_mark="point"), "unanswerable") == [
        "q-1, gap 1, value: “1,234” earns 0 of the points and should earn 1."
    ]


def test_the_whole_keyboard_has_both_marks() -> None:
    for mark in ("point", "comma"):
        assert said(number(value="1.234", decimal_mark=mark, signed=True), "unanswerable") == []
    assert said(number(value="1.234", near_misses=[{"value": "1234"}], signed=True), "unanswerable") == []


@pytest.mark.parametrize(
    "figures", [{"value": "5.000"}, {"value": "1e3"}, {"low": "0.5", "high": "16"}, {"value": "0.125"}]
)
def test_figures_that_have_one_reading_are_left_alone(figures: dict[str, str]) -> None:
    one = (
        number(**figures)
        if "value" in figures
        else item({**{k: v for k, v in NUMBER.items() if k not in ("value", "near_misses")}, **figures})
    )
    assert said(one, "unanswerable") == []


# Number pads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"value": "-5"}, ["value: -5"]),
        ({"value": None, "low": "-2.5", "high": "-1"}, ["range from: -2.5", "range to: -1"]),
        ({"value": "5", "near_misses": [{"value": "5.5"}, {"value": "-5"}]}, ["near miss 2: -5"]),
        ({"value": "-0.5", "tolerance": "1"}, ["value: -0.5"]),
    ],
)
def test_a_figure_below_zero_needs_a_keyboard_with_a_minus(fields: dict[str, Any], places: list[str]) -> None:
    assert said(number(**fields), "number-pad") == [f"q-1, {place} is below zero." for place in places]
    assert said(number(**fields, signed=True), "number-pad") == []
    assert said(number(**fields, unit="m", unit_required=True), "number-pad") == []
    assert said(gap(kind="number", **fields), "number-pad") == [
        f"q-1, gap 1, {place} is below zero." for place in places
    ]
    assert said(gap(kind="number", signed=True, **fields), "number-pad") == []


def test_a_figure_that_takes_too_many_keys_needs_letters() -> None:
    assert said(number(value="6.02e23"), "number-pad") == ["q-1, value: 6.02e23 takes 24 keys."]
    assert said(number(value="6.02e23", signed=True), "number-pad") == []
    assert said(number(value="87000000"), "number-pad") == []


# Percent and money ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["percentage", "per cent", "percent", "share in %", "sum in $", "dollars"])
def test_a_stem_that_asks_for_percent_or_money_has_a_unit(words: str) -> None:
    stem = f"Which {words} does the chronicle of Vell name for the boats of that year?"
    assert len(said(number(stem=stem), "unit-missing")) == 1
    assert said(number(stem=stem, unit="%"), "unit-missing") == []
    assert said(gap(kind="number", value="5"), "unit-missing") == []
