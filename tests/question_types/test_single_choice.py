"""Single choice: one key, options shuffled with the pinned ones last."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import BadAnswer
from quizzes.question_types.faults import InvalidSpec

KIND = question_types.get("single_choice")


def spec_with(*keys: int, count: int = 4, pinned: int | None = None) -> dict[str, Any]:
    options = [{"text": f"Option {n}", "correct": n in keys, "pinned": n == pinned} for n in range(count)]
    return {"stem": "Which?", "options": options}


TWINS = [(spec_with(0), [2, 0, 1, 3], spec_with(3), [2, 0, 1, 3])]


def test_no_key_and_two_keys_are_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidSpec, match="Choose the correct option"):
        KIND.spec(spec_with())
    with pytest.raises(InvalidSpec, match="2 options are marked as correct"):
        KIND.spec(spec_with(1, 2))


def test_two_equal_options_are_named() -> None:
    spec = spec_with(0)
    spec["options"][2]["text"] = " Option 1"
    with pytest.raises(InvalidSpec, match="options 2 and 3 are the same"):
        KIND.spec(spec)


def test_options_that_differ_in_case_are_two() -> None:
    spec = spec_with(0)
    spec["options"][2]["text"] = "OPTION 1"
    assert KIND.present(KIND.spec(spec), [0, 1, 2, 3], None)["options"][2]["text"] == "OPTION 1"


def test_positions_shown_become_the_authors_numbers() -> None:
    spec = KIND.spec(spec_with(0))
    assert KIND.parse(spec, [2, 0, 1, 3], {"choice": ["0"]}) == 2
    assert KIND.parse(spec, [2, 0, 1, 3], {"choice": ["3"]}) == 3


@pytest.mark.parametrize("value", ["4", "-1", "a", "1.0", "٣", "1e0", "99999"])
def test_what_is_no_option_is_refused(value: str) -> None:
    with pytest.raises(BadAnswer, match="is not an option of this question"):
        KIND.parse(KIND.spec(spec_with(0)), [0, 1, 2, 3], {"choice": [value]})


def test_two_choices_are_refused() -> None:
    with pytest.raises(BadAnswer, match="Only one answer can be given here; you sent 2"):
        KIND.parse(KIND.spec(spec_with(0)), [0, 1, 2, 3], {"choice": ["0", "1"]})


@given(seed=st.integers(0, 10_000), shuffle=st.booleans())
def test_a_pinned_option_stays_last_and_none_is_lost(seed: int, shuffle: bool) -> None:
    layout = KIND.layout(KIND.spec(spec_with(0, pinned=1)), random.Random(seed), shuffle=shuffle)
    assert layout[-1] == 1
    assert sorted(layout) == [0, 1, 2, 3]
    assert shuffle or layout == [0, 2, 3, 1]
