"""What a mended question makes of answers given before: parts are found again by what they are, or not at all."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import CannotRemark
from quizzes.question_types.carrying import Carried, found_again
from tests.question_types.cards import EXAMPLES, laid_out

Spec = dict[str, Any]


def carried(kind: str, old: Spec, new: Spec, response: Any, layout: list[Any] | None = None) -> Carried:
    of = question_types.get(kind)
    before = of.spec({"stem": "?"} | old)
    drawn = laid_out(of, before) if layout is None else layout
    return of.carry_over(before, of.spec({"stem": "?"} | new), drawn, response)


def remarked(kind: str, old: Spec, new: Spec, response: Any) -> Fraction | None:
    """What the answer earns by the new version."""
    of = question_types.get(kind)
    return of.grade(of.spec({"stem": "?"} | new), carried(kind, old, new, response).response).fraction


def refusal(kind: str, old: Spec, new: Spec) -> str:
    with pytest.raises(CannotRemark) as caught:
        carried(kind, old, new, None)
    return str(caught.value)


# Options --------------------------------------------------------------------------------------------------------------


def options(*texts: str, right: str, **more: Any) -> Spec:
    return {"options": [{"text": text, "correct": text in right.split()} for text in texts]} | more


CITIES = options("Paris", "Lyon", "Nice", right="Paris")
ANOTHER_KEY = options("Paris", "Lyon", "Nice", right="Lyon")
OTHER_OPTIONS = [
    options("Paris", "Lyon", "Nice", "Lille", right="Lyon"),
    options("Paris", "Lyon", right="Lyon"),
    options("Lyon", "Paris", "Nice", right="Lyon"),
    options("Metz", "Paris", "Lyon", right="Lyon"),
]


def test_another_key_marks_the_option_that_was_chosen() -> None:
    assert remarked("single_choice", CITIES, ANOTHER_KEY, 1) == 1
    assert remarked("single_choice", CITIES, ANOTHER_KEY, 0) == 0
    more = options("Paris", "Lyon", "Nice", right="Paris Lyon", scheme="coverage")
    assert remarked("multiple_choice", CITIES, more, [0]) == Fraction(1, 2)


@pytest.mark.parametrize("new", OTHER_OPTIONS, ids=["one more", "one less", "another order", "one exchanged and moved"])
@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice"])
def test_options_keep_count_and_order(kind: str, new: Spec) -> None:
    assert refusal(kind, CITIES, new) == "options changed"


def test_an_option_in_other_words_is_named() -> None:
    typo = options("Paris", "Lion", "Nice", right="Paris")
    assert carried("single_choice", typo, ANOTHER_KEY, 1).reworded == (("Lion", "Lyon"),)
    assert remarked("single_choice", typo, ANOTHER_KEY, 1) == 1


def test_feedback_may_grow() -> None:
    new = {"options": [row | {"feedback": "Look at a map."} for row in ANOTHER_KEY["options"]]}
    assert carried("single_choice", CITIES, new, 2, [2, 0, 1]) == Carried([2, 0, 1], 2)


def test_a_statement_may_turn_out_false() -> None:
    assert remarked("true_false", {"answer": True}, {"answer": False}, False) == 1


# Texts and numbers ----------------------------------------------------------------------------------------------------


def accepted(*texts: str, **more: Any) -> Spec:
    return {"answers": [{"text": text} for text in texts]} | more


def test_accepted_answers_may_grow_and_shrink() -> None:
    assert remarked("short_answer", accepted("H2O"), accepted("H2O", "150"), "150") == 1
    assert remarked("short_answer", accepted("H2O", "150"), accepted("H2O"), "150") == 0


def test_a_tolerance_and_near_misses_may_change() -> None:
    new = {"value": "36", "tolerance": "1", "near_misses": [{"value": "45", "feedback": "Those offered training."}]}
    assert remarked("numeric", {"value": "36"}, new, "37") == 1
    assert remarked("numeric", {"value": "45"}, new, "45") == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"unit": "km"}, {"unit": "m"}),
        ({"unit": "km"}, {}),
        ({"unit": "km"}, {"unit": "km", "unit_required": True}),
        ({}, {"unit": "km", "unit_required": True}),
    ],
)
def test_a_number_was_given_in_the_unit_that_was_asked_for(old: Spec, new: Spec) -> None:
    assert refusal("numeric", {"value": "36"} | old, {"value": "36"} | new) == "the unit changed"


def test_a_unit_may_be_added_or_become_optional() -> None:
    assert remarked("numeric", {"value": "36"}, {"value": "36", "unit": "km"}, "36 km") == 1
    required = {"value": "36", "unit": "km", "unit_required": True}
    assert remarked("numeric", required, {"value": "36", "unit": "km"}, "36") == 1


def test_a_rubric_may_grow_and_a_person_still_marks() -> None:
    old = {"rubric": [{"criterion": "Evidence", "share": 1}]}
    new = {"rubric": [{"criterion": "Evidence", "share": "1/2"}, {"criterion": "Argument", "share": "1/2"}]}
    assert remarked("essay", old, new, "Consent matters.") is None


# Matching -------------------------------------------------------------------------------------------------------------


def pairs(*rows: str, extra: str = "") -> Spec:
    """Pairs written as "a1 b2", and answers that belong to nothing."""
    return {"pairs": [{"left": row[0], "right": row[1]} for row in rows], "extra": extra.split()}


def test_exchanged_answers_are_found_again() -> None:
    """The order of the answers follows the pairs: number 0 is another answer now."""
    old, new = pairs("a1", "b2", "c3"), pairs("a2", "b1", "c3")
    assert remarked("matching", old, new, [0, 1, 2]) == Fraction(1, 3)
    assert remarked("matching", old, new, [1, 0, None]) == Fraction(2, 3)
    assert remarked("matching", old, new, None) == 0


def test_pairs_may_stand_in_another_order() -> None:
    assert carried("matching", pairs("a1", "b2", "c3"), pairs("c3", "a1", "b2"), [0, 2, None], [2, 0, 1]) == Carried(
        [0, 1, 2], [None, 1, 0]
    )


def test_a_distractor_may_be_added_and_is_not_shown_to_those_who_had_no_such_choice() -> None:
    old, new = pairs("a1", "b2"), pairs("a1", "b2", extra="9")
    assert carried("matching", old, new, [1, 0], [1, 0]) == Carried([1, 0], [1, 0])
    kind = question_types.get("matching")
    spec = kind.spec({"stem": "?"} | new)
    assert [row["text"] for row in kind.present(spec, [1, 0], [1, 0])["choices"]] == ["2", "1"]


def test_an_answer_that_was_wrong_may_become_right() -> None:
    assert remarked("matching", pairs("a1", "b2", extra="3"), pairs("a1", "b3", extra="2"), [0, 2]) == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (pairs("a1", "b2"), pairs("a1", "b2", "c3"), "pairs changed"),
        (pairs("a1", "b2", "c3"), pairs("a1", "b2"), "pairs changed"),
        (pairs("a1", "b2", "c3"), pairs("a1", "b2", "c2"), "answers on offer changed"),
        (pairs("a1", "b2", extra="3"), pairs("a1", "b9", extra="3 2"), "answers on offer changed"),
        (pairs("a1", "b1", extra="3"), pairs("a1", "b9", extra="3"), "answers on offer changed"),
    ],
    ids=["a pair more", "a pair less", "an answer gone", "a right answer nobody saw", "a shared answer apart"],
)
def test_pairs_and_answers_that_cannot_be_found_again(old: Spec, new: Spec, reason: str) -> None:
    assert refusal("matching", old, new) == reason


# Ordering -------------------------------------------------------------------------------------------------------------


def elements(texts: str, **more: Any) -> Spec:
    return {"elements": [{"text": text} for text in texts]} | more


def test_another_order_of_the_elements_is_another_key() -> None:
    assert remarked("ordering", elements("abc"), elements("bac"), [1, 2, 3]) == Fraction(1, 2)
    assert remarked("ordering", elements("abc"), elements("bac"), [2, 1, 3]) == 1
    assert remarked("ordering", elements("abc"), elements("abc", scheme="all_or_nothing"), [2, 1, 3]) == 0


def test_elements_are_shown_where_they_were_shown() -> None:
    assert carried("ordering", elements("abc"), elements("cab"), [3, "x", None], [2, 0, 1]) == Carried(
        [0, 1, 2], [None, 3, "x"]
    )


@pytest.mark.parametrize(("new", "words"), [("abd", ("c", "d")), ("xbc", ("a", "x"))])
def test_an_element_may_be_reworded_in_its_place(new: str, words: tuple[str, str]) -> None:
    assert carried("ordering", elements("abc"), elements(new), [1, 2, 3]).reworded == (words,)


@pytest.mark.parametrize("new", ["abcd", "bxa"])
def test_an_element_that_is_new_or_cannot_be_found_again(new: str) -> None:
    assert refusal("ordering", elements("abc"), elements(new)) == "elements changed"


# Cloze ----------------------------------------------------------------------------------------------------------------


def gaps(*rows: Spec, text: str = "From [[1]] to [[2]].") -> Spec:
    return {"text": text, "gaps": list(rows)}


WORD = {"kind": "text", **accepted("truce")}
YEAR = {"kind": "number", "value": "1948"}
PICK = {"kind": "choice", **CITIES}


def test_the_accepted_answers_of_a_gap_may_grow() -> None:
    new = {"kind": "text", **accepted("truce", "armistice")}
    assert remarked("cloze", gaps(WORD, YEAR), gaps(new, YEAR), ["armistice", "1948"]) == 1


def test_a_gap_may_read_numbers_instead_of_texts() -> None:
    old = {"kind": "text", **accepted("1948")}
    assert remarked("cloze", gaps(WORD, old), gaps(WORD, YEAR), ["truce", "1948.0"]) == 1
    assert remarked("cloze", gaps(WORD, YEAR), gaps(WORD, old), ["truce", "1948"]) == 1


def test_another_key_of_a_gap_to_choose() -> None:
    new = {"kind": "choice", **ANOTHER_KEY}
    assert remarked("cloze", gaps(WORD, PICK), gaps(WORD, new), [None, 1]) == Fraction(1, 2)
    reworded = {"kind": "choice", **options("Paris", "Lyon", "Nizza", right="Lyon")}
    assert carried("cloze", gaps(WORD, PICK), gaps(WORD, reworded), None).reworded == (("Nice", "Nizza"),)


@pytest.mark.parametrize("new", OTHER_OPTIONS)
def test_the_options_of_a_gap_keep_count_and_order(new: Spec) -> None:
    assert refusal("cloze", gaps(WORD, PICK), gaps(WORD, {"kind": "choice", **new})) == "options changed"


@pytest.mark.parametrize(
    "new",
    [
        gaps(WORD, text="From [[1]]."),
        gaps(WORD, YEAR, WORD, text="From [[1]] to [[2]] or [[3]]."),
        gaps(WORD, YEAR, text="To [[2]] from [[1]]."),
        gaps(WORD, PICK),
        gaps(PICK, YEAR),
    ],
    ids=["one less", "one more", "another order", "to choose instead of a number", "to choose instead of a text"],
)
def test_gaps_keep_their_numbers_and_their_way_of_answering(new: Spec) -> None:
    assert refusal("cloze", gaps(WORD, YEAR), new) == "gaps changed"


def test_a_gap_to_choose_does_not_become_one_to_write() -> None:
    assert refusal("cloze", gaps(WORD, PICK), gaps(WORD, YEAR)) == "gaps changed"


# Every type -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_the_same_version_changes_nothing(kind: Any, example: Any) -> None:
    spec = kind.spec(example.spec)
    layout = laid_out(kind, spec)
    for response, _fraction in example.graded:
        assert kind.carry_over(spec, spec, layout, response) == Carried(layout, response)


@given(st.permutations("abcdef"), st.permutations(range(6)), st.permutations(range(1, 7)))
def test_there_and_back_is_where_it_was(texts: list[str], layout: list[int], response: list[int]) -> None:
    old, new = elements("abcdef"), elements("".join(texts))
    there = carried("ordering", old, new, response, layout)
    assert carried("ordering", new, old, there.response, there.layout) == Carried(layout, response)


@given(st.lists(st.sampled_from("abcdefg"), unique=True), st.lists(st.sampled_from("abcdefg"), unique=True))
def test_no_two_parts_are_found_in_one_place_and_equal_texts_always_find_each_other(
    before: list[str], after: list[str]
) -> None:
    found = found_again(before, after)
    assert len(set(found.values())) == len(found)
    assert {before.index(text): after.index(text) for text in set(before) & set(after)}.items() <= found.items()


@given(st.permutations("abcd"), st.permutations("wxyz"), st.permutations(range(4)), st.permutations(range(4)))
def test_a_card_says_the_same_of_an_answer_that_was_carried_over(
    lefts: list[str], rights: list[str], layout: list[int], response: list[int]
) -> None:
    kind = question_types.get("matching")
    old, new = pairs("aw", "bx", "cy", "dz"), pairs(*(left + right for left, right in zip(lefts, rights, strict=True)))
    there = carried("matching", old, new, response, layout)
    before = kind.response_words(kind.spec({"stem": "?"} | old), response)
    after = kind.response_words(kind.spec({"stem": "?"} | new), there.response)
    assert sorted(after.split("; ")) == sorted(before.split("; "))
    card = kind.reveal(kind.spec({"stem": "?"} | new), there.layout, there.response)
    assert [row["text"] for row in card["choices"]] == [["w", "x", "y", "z"][number] for number in layout]
