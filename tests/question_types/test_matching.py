"""Matching: by pair, with answers left over or shared."""

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import BadAnswer
from quizzes.question_types.faults import InvalidSpec
from tests.question_types.cards import rendered

KIND = question_types.get("matching")


def asking(*pairs: tuple[str, str], extra: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"stem": "Match.", "pairs": [{"left": left, "right": right} for left, right in pairs], "extra": list(extra)}


FOUR = asking(("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), extra=("5",))
TURNED = asking(("a", "2"), ("b", "3"), ("c", "5"), ("d", "1"), extra=("4",))
TWINS = [(FOUR, [4, 0, 2, 3, 1], TURNED, [2, 3, 1, 4, 0])]  # shown as 5 1 3 4 2 in both


def test_the_answers_are_shuffled_even_where_options_keep_their_order() -> None:
    spec = KIND.spec(FOUR)
    layouts = [KIND.layout(spec, random.Random(seed), shuffle=False) for seed in range(50)]
    assert len({tuple(layout) for layout in layouts}) > 20
    assert all(sorted(layout) == [0, 1, 2, 3, 4] for layout in layouts)


def test_two_pairs_may_share_an_answer_that_is_offered_once() -> None:
    spec = KIND.spec(asking(("Namibia", "Africa"), ("Cambodia", "Asia"), ("Liberia", "Africa")))
    assert [choice["text"] for choice in KIND.present(spec, [1, 0], None)["choices"]] == ["Asia", "Africa"]
    assert KIND.grade(spec, [0, 1, 0]).fraction == 1


def test_a_part_of_the_pairs_can_be_saved_and_counts() -> None:
    spec = KIND.spec(FOUR)
    response = KIND.parse(spec, [4, 0, 2, 3, 1], {"left-0": ["1"], "left-2": [""]})
    assert response == [0, None, None, None]
    assert KIND.grade(spec, response).fraction == Fraction(1, 4)


@pytest.mark.parametrize(
    ("fields", "where"), [({"left-0": ["5"]}, "left-0"), ({"left-3": ["x"]}, "left-3"), ({"left-4": ["0"]}, "left-4")]
)
def test_what_is_not_on_offer_is_refused_with_its_place(fields: Any, where: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        KIND.parse(KIND.spec(FOUR), [4, 0, 2, 3, 1], fields)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (asking(("a", "1"), ("a ", "2")), "pair 2 has the same left side as an earlier one"),
        (asking(("a", "1"), ("b", "2"), extra=("2",)), "extra answer 1 is there already"),
        (asking(("a", "1"), ("b", "1")), "every pair has the same answer"),
        (asking(("a", "1"), ("b", "")), "pair 2, right: is empty"),
        (asking(("a", "1")), "pair: needs at least 2 entries; there are 1"),
    ],
)
def test_pairs_that_make_no_sense_are_refused_with_their_place(spec: Any, sentence: str) -> None:
    with pytest.raises(InvalidSpec, match=sentence):
        KIND.spec(spec)


def test_answers_that_differ_in_case_are_two() -> None:
    spec = KIND.spec(asking(("milliwatt", "mW"), ("megawatt", "MW"), ("watt", "W")))
    assert [choice["text"] for choice in KIND.present(spec, [0, 1, 2], None)["choices"]] == ["mW", "MW", "W"]
    assert KIND.model_response(spec) == [0, 1, 2]
    assert KIND.grade(spec, [1, 1, 2]).fraction == Fraction(2, 3)


def test_left_sides_and_extra_answers_that_differ_in_case_are_two() -> None:
    spec = KIND.spec(asking(("Mg", "a metal"), ("MG", "a car"), extra=("A Metal",)))
    assert len(KIND.present(spec, [0, 1, 2], None)["choices"]) == 3
    assert KIND.grade(spec, [2, 1]).fraction == Fraction(1, 2)


responses = st.lists(st.none() | st.integers(0, 4), min_size=4, max_size=4)


@given(responses)
def test_the_mark_is_the_share_of_right_pairs(response: list[int | None]) -> None:
    grade = KIND.grade(KIND.spec(FOUR), response)
    right = sum(number == index for index, number in enumerate(response))
    assert grade.fraction == Fraction(right, 4)
    assert (grade.fraction == 1) == (response == [0, 1, 2, 3])


@given(responses, st.integers(0, 3))
def test_mending_a_pair_never_costs(response: list[int | None], index: int) -> None:
    mended = [*response[:index], index, *response[index + 1 :]]
    spec = KIND.spec(FOUR)
    before, after = KIND.grade(spec, response).fraction, KIND.grade(spec, mended).fraction
    assert before is not None
    assert after is not None
    assert after >= before


def test_the_reveal_names_own_and_right_answers() -> None:
    page = rendered(KIND, KIND.spec(FOUR), [4, 0, 2, 3, 1], [0, 4, None, 3], state="reveal")
    assert page.count("Right: your answer") == 2
    assert page.count("Your answer: wrong") == 1
    assert page.count("No answer") == 1
    assert page.count("Right answer") == 2


def test_statistics_are_by_pair() -> None:
    found = KIND.classify(KIND.spec(FOUR), [0, 4, None, 3])
    assert [(row.part, row.label, row.is_right) for row in found] == [
        ("pair-0", "1", True),
        ("pair-1", "5", False),
        ("pair-3", "4", True),
    ]
