"""Ordering: the longest run, unfinished orders, and a first order that is never the right one."""

import random
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.question_types.base import Remark
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.ordering import longest_run
from tests.question_types.cards import rendered

KIND = question_types.get("ordering")


def asking(*texts: str, scheme: str = "longest_run") -> dict[str, Any]:
    return {"stem": "Put in order.", "scheme": scheme, "elements": [{"text": text} for text in texts]}


FIVE = asking("a", "b", "c", "d", "e")
TWINS = [(FIVE, [2, 0, 4, 1, 3], asking("e", "b", "a", "d", "c"), [4, 2, 0, 1, 3])]  # shown as c a e b d in both
permutations = st.permutations([1, 2, 3, 4, 5])


def test_the_order_shown_is_never_the_right_one_and_any_other_can_come() -> None:
    spec = KIND.spec(asking("a", "b", "c"))
    layouts = {tuple(KIND.layout(spec, random.Random(seed), shuffle=seed % 2 == 0)) for seed in range(200)}
    assert len(layouts) == 5
    assert (0, 1, 2) not in layouts


def test_two_elements_are_too_few_for_the_order_shown_would_be_the_wrong_one() -> None:
    with pytest.raises(InvalidSpec, match="element: needs at least 3 entries; there are 2"):
        KIND.spec(asking("a", "b"))


def test_two_equal_elements_are_refused() -> None:
    with pytest.raises(InvalidSpec, match="element 3 is the same as an earlier one"):
        KIND.spec(asking("a", "b", "a "))


def test_elements_that_differ_in_case_are_two() -> None:
    assert len(KIND.spec(asking("mW", "W", "MW")).elements) == 3


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([1, 2, 3, 4, 5], Fraction(1)),
        ([5, 1, 2, 3, 4], Fraction(3, 4)),
        ([2, 1, 4, 3, 5], Fraction(2, 4)),
        ([5, 4, 3, 2, 1], Fraction(0)),
        ([1, 2, 3, 4, None], Fraction(3, 4)),
        ([None, 1, None, 2, 3], Fraction(2, 4)),
        ([None, None, 4, None, None], Fraction(0)),
    ],
)
def test_the_longest_run_counts(places: list[int | None], expected: Fraction) -> None:
    assert KIND.grade(KIND.spec(FIVE), places).fraction == expected


@given(st.permutations([1, 2, 3, 4, 5]), st.sampled_from(["longest_run", "all_or_nothing"]))
def test_full_marks_only_for_the_full_order(places: list[int], scheme: str) -> None:
    grade = KIND.grade(KIND.spec(asking(*"abcde", scheme=scheme)), places)
    assert (grade.fraction == 1) == (places == [1, 2, 3, 4, 5])
    assert all(part.fraction == 1 for part in grade.parts) == (grade.fraction == 1)


@given(permutations, st.integers(0, 4))
def test_leaving_an_element_out_never_pays(places: list[int], index: int) -> None:
    spec = KIND.spec(FIVE)
    full, less = KIND.grade(spec, places), KIND.grade(spec, [*places[:index], None, *places[index + 1 :]])
    assert full.fraction is not None
    assert less.fraction is not None
    assert less.fraction <= full.fraction


@given(st.lists(st.integers(0, 20), unique=True, max_size=7))
def test_the_run_is_a_longest_increasing_one(numbers: list[int]) -> None:
    run = longest_run(numbers)
    assert run == sorted(run)
    best = max(
        size for size in range(len(numbers) + 1) for part in combinations(numbers, size) if list(part) == sorted(part)
    )
    assert len(run) == best


def test_places_posted_for_elements_shown_become_the_authors_order() -> None:
    spec = KIND.spec(FIVE)
    fields = {"place-0": ["3"], "place-1": ["1"], "place-2": ["5"], "place-3": ["2"], "place-4": ["4"]}
    assert KIND.parse(spec, [2, 0, 4, 1, 3], fields) == [1, 2, 3, 4, 5]


def test_an_unfinished_order_can_be_saved_and_is_shown_again() -> None:
    spec = KIND.spec(FIVE)
    response = KIND.parse(spec, [2, 0, 4, 1, 3], {"place-2": ["1"], "place-0": [" "]})
    assert response == [None, None, None, None, 1]
    shown = KIND.present(spec, [2, 0, 4, 1, 3], response)["elements"]
    assert [(row["text"], row["place"], row["position"]) for row in shown][:2] == [("e", 1, 2), ("c", None, 0)]


@pytest.mark.parametrize("value", ["0", "6", "-1", "1.5", "a", "1e0", "²"])
def test_a_place_outside_the_list_stays_as_it_was_typed_and_the_others_count(value: str) -> None:
    spec = KIND.spec(FIVE)
    fields = {"place-0": ["3"], "place-1": [value], "place-2": ["5"], "place-4": ["4"]}
    response = KIND.parse(spec, [2, 0, 4, 1, 3], fields)
    assert response == [value, None, 3, 4, 5]
    assert KIND.remarks(spec, [2, 0, 4, 1, 3], response) == [
        Remark("place-1", "A place is a whole number from 1 to 5.")
    ]
    assert KIND.grade(spec, response).fraction == Fraction(2, 4)
    assert KIND.posted(spec, [2, 0, 4, 1, 3], response) == fields
    assert f'value="{value}"' in rendered(KIND, spec, [2, 0, 4, 1, 3], response)


def test_a_place_in_figures_of_another_script_is_one() -> None:
    assert KIND.parse(KIND.spec(FIVE), [2, 0, 4, 1, 3], {"place-1": ["٣"], "place-0": ["１"]}) == [
        3,
        None,
        1,
        None,
        None,
    ]


def test_a_place_of_many_figures_keeps_the_others() -> None:
    fields = {"place-0": ["3"], "place-1": ["1" * 11]}
    assert KIND.parse(KIND.spec(FIVE), [2, 0, 4, 1, 3], fields) == ["1" * 11, None, 3, None, None]


def test_a_place_given_twice_stays_with_both_and_counts_for_neither() -> None:
    spec = KIND.spec(FIVE)
    fields = {"place-0": ["3"], "place-1": ["2"], "place-2": ["5"], "place-3": ["2"], "place-4": ["4"]}
    response = KIND.parse(spec, [2, 0, 4, 1, 3], fields)
    assert response == [2, 2, 3, 4, 5]
    assert KIND.remarks(spec, [2, 0, 4, 1, 3], response) == [
        Remark("place-3", "Two elements have the place 2; give each a place of its own.")
    ]
    assert KIND.grade(spec, response).fraction == Fraction(2, 4)
    assert KIND.posted(spec, [2, 0, 4, 1, 3], response) == fields
    page = rendered(KIND, spec, [2, 0, 4, 1, 3], response)
    assert page.count('value="2"') == 2
    assert "Two elements have the place 2" in page
    assert "Your place: 2" in rendered(KIND, spec, [2, 0, 4, 1, 3], response, state="reveal")


@given(
    st.lists(st.none() | st.integers(1, 5) | st.sampled_from(["0", "1.5"]), min_size=5, max_size=5), st.integers(0, 4)
)
def test_a_place_that_another_element_has_never_pays(places: list[Any], index: int) -> None:
    spec = KIND.spec(FIVE)
    doubled = next((place for place in places if isinstance(place, int)), 1)
    less = KIND.grade(spec, [*places[:index], doubled, *places[index + 1 :]]).fraction
    without = KIND.grade(
        spec,
        [place if place != doubled else None for place in places[:index]]
        + [None]
        + [place if place != doubled else None for place in places[index + 1 :]],
    ).fraction
    assert less is not None
    assert without is not None
    if places[:index].count(doubled) + places[index + 1 :].count(doubled):
        assert less == without


def test_the_reveal_shows_the_right_order_with_own_places() -> None:
    page = rendered(KIND, KIND.spec(asking("alpha", "beta", "gamma")), [2, 0, 1], [3, 1, 2], state="reveal")
    assert page.index("alpha") < page.index("beta") < page.index("gamma")
    assert page.count("In order.") == 2
    assert "Out of order. Your place: 3" in " ".join(page.split())


def test_the_page_carries_what_the_script_needs_and_works_without_it() -> None:
    page = rendered(KIND, KIND.spec(FIVE), [2, 0, 4, 1, 3], None)
    assert page.count('inputmode="numeric"') == 5
    assert page.count('class="move-up"') == page.count('class="move-down"') == 5
    assert "Confirm this order" in page
    assert "data-ordering" in page
    assert "data-ordering" not in rendered(KIND, KIND.spec(FIVE), [2, 0, 4, 1, 3], None, disabled=True).replace(
        "data-ordering-status", ""
    )
