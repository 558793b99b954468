"""Multiple choice: the four schemes, each against its formula."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.multiple_choice import SCHEMES

KIND = question_types.get("multiple_choice")


def spec_with(keys: set[int], count: int = 5, scheme: str = "net_correct") -> dict[str, Any]:
    options = [{"text": f"Option {n}", "correct": n in keys} for n in range(count)]
    return {"stem": "Which? Select all that apply.", "scheme": scheme, "options": options}


TWINS = [
    (spec_with({0, 1}, scheme=scheme), [4, 2, 0, 1, 3], spec_with({2, 3, 4}, scheme=scheme), [4, 2, 0, 1, 3])
    for scheme in SCHEMES
]
sets = st.sets(st.integers(0, 4))
keys = st.sets(st.integers(0, 4), min_size=1, max_size=4)
schemes = st.sampled_from(list(SCHEMES))


def fraction(right: set[int], chosen: set[int], scheme: str) -> Fraction:
    result = KIND.grade(KIND.spec(spec_with(right, scheme=scheme)), sorted(chosen) or None).fraction
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("scheme", "chosen", "expected"),
    [
        ("all_or_nothing", {0, 1}, Fraction(0)),
        ("net_correct", {0, 1}, Fraction(2, 3)),
        ("net_correct", {0, 1, 3}, Fraction(1, 3)),
        ("net_correct", {0, 3, 4}, Fraction(0)),
        ("coverage", {0, 1, 3}, Fraction(2, 3) * Fraction(2, 3)),
        ("each_decision", {0, 3}, Fraction(2, 5)),
        ("each_decision", {0, 1}, Fraction(4, 5)),
    ],
)
def test_partial_answers_by_scheme(scheme: str, chosen: set[int], expected: Fraction) -> None:
    assert fraction({0, 1, 2}, chosen, scheme) == expected


@given(right=keys, chosen=sets, scheme=schemes)
def test_full_marks_only_for_the_full_answer(right: set[int], chosen: set[int], scheme: str) -> None:
    assert (fraction(right, chosen, scheme) == 1) == (chosen == right)


@given(right=keys, chosen=sets, scheme=schemes)
def test_one_more_right_choice_never_costs_and_one_more_wrong_one_never_pays(
    right: set[int], chosen: set[int], scheme: str
) -> None:
    before = fraction(right, chosen, scheme)
    for more in set(range(5)) - chosen:
        after = fraction(right, chosen | {more}, scheme)
        if not chosen:
            continue  # no answer at all earns nothing, also where leaving an option would count
        assert after >= before if more in right else after <= before


def test_choices_sent_twice_or_in_any_order_are_the_same_answer() -> None:
    spec = KIND.spec(spec_with({0, 1}))
    layout = [4, 2, 0, 1, 3]
    assert (
        KIND.parse(spec, layout, {"choice": ["3", "2", "3"]})
        == KIND.parse(spec, layout, {"choice": ["2", "3"]})
        == [0, 1]
    )


def test_no_wrong_option_at_all_is_refused() -> None:
    with pytest.raises(InvalidSpec, match="every option is marked as correct"):
        KIND.spec(spec_with({0, 1, 2, 3, 4}))


def test_the_scheme_is_told_before_answering() -> None:
    notes = {str(KIND.scoring_note(KIND.spec(spec_with({0}, scheme=scheme)))) for scheme in SCHEMES}
    assert len(notes) == 4
