"""Cloze: gaps in a text, and the lines in which authors write them."""

import random
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import question_types
from quizzes.errors import BadAnswer
from quizzes.question_types.base import Remark
from quizzes.question_types.cloze import ClozeForm
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.gap_lines import from_lines, to_lines
from tests.question_types.cards import laid_out, rendered

KIND = question_types.get("cloze")


def choice(*texts: str, key: int = 0) -> dict[str, Any]:
    return {"kind": "choice", "options": [{"text": text, "correct": n == key} for n, text in enumerate(texts)]}


def text(*answers: str) -> dict[str, Any]:
    return {"kind": "text", "answers": [{"text": answer} for answer in answers]}


def number(value: str, **more: Any) -> dict[str, Any]:
    return {"kind": "number", "value": value, **more}


def asking(written: str, *gaps: dict[str, Any]) -> dict[str, Any]:
    return {"stem": "Complete.", "text": written, "gaps": list(gaps)}


THREE = asking("A [[1]], a [[2]] and [[3]].", choice("x", "y", "z"), text("word"), number("1948"))
TWINS = [
    (
        THREE,
        [[2, 0, 1], [], []],
        asking(
            "A [[1]], a [[2]] and [[3]].",
            choice("x", "y", "z", key=2),
            text("a much longer phrase", "*b"),
            number("-7.25"),
        ),
        [[2, 0, 1], [], []],
    )
]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (asking("No marker.", text("a")), r"the text must have the marker \[\[1\]\] once; it has it 0 times"),
        (asking("[[1]] and [[1]]", text("a")), "it has it 2 times"),
        (asking("[[1]] and [[2]]", text("a")), r"The text has \[\[2\]\], but there is no gap 2 below"),
        (asking("[[1]] and [[0]]", text("a")), r"The text has \[\[0\]\], but there is no gap 0 below"),
        (asking("[[1]]", choice("a", "b", key=5)), "gap 1: exactly one option of a gap is right"),
        (asking("[[1]]", choice("a", " a")), "gap 1: two options of a gap are the same"),
        (asking("[[1]]", choice("a", "")), "gap 1, option 2, text: is empty"),
        (
            asking("[[1]]", {"kind": "essay"}),
            "gap 1: has an unknown kind; it must be one of: 'choice', 'text', 'number'",
        ),
        (asking("[[1]]", {}), "gap 1: has no kind"),
        (asking("[[1]] [[2]]", text("a"), number("x")), "gap 2, value: must be a number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(spec: Any, sentence: str) -> None:
    with pytest.raises(InvalidSpec, match=sentence):
        KIND.spec(spec)


def test_options_of_a_gap_are_shuffled_and_read_back_in_the_authors_numbering() -> None:
    spec = KIND.spec(THREE)
    assert KIND.layout(spec, random.Random(1), shuffle=False) == [[0, 1, 2], [], []]
    assert KIND.parse(spec, [[2, 0, 1], [], []], {"gap-0": ["1"], "gap-1": ["Word"], "gap-2": [""]}) == [
        0,
        "Word",
        None,
    ]


def test_an_option_that_is_not_there_is_refused_and_names_the_gap() -> None:
    with pytest.raises(BadAnswer, match="not an option") as caught:
        KIND.parse(KIND.spec(THREE), laid_out(KIND, KIND.spec(THREE)), {"gap-0": ["3"], "gap-1": ["word"]})
    assert caught.value.where == "gap-0"


def test_options_that_differ_in_case_are_two() -> None:
    spec = KIND.spec(asking("[[1]] or [[2]]", choice("Mg", "MG"), text("a")))
    assert [KIND.grade(spec, [given, None]).fraction for given in (0, 1)] == [Fraction(1, 2), 0]


# What cannot be read --------------------------------------------------------------------------------------------------

SUMMARY = asking("The [[1]] in [[2]] by the [[3]].", text("UNTSO"), number("1948"), choice("Council", "Court"))


def test_an_unreadable_gap_keeps_its_text_and_the_others_count() -> None:
    spec = KIND.spec(SUMMARY)
    fields = {"gap-0": ["UNTSO"], "gap-1": ["about 1948"], "gap-2": ["0"]}
    response = KIND.parse(spec, [[], [], [0, 1]], fields)
    assert response == ["UNTSO", "about 1948", 0]
    assert KIND.grade(spec, response).fraction == Fraction(2, 3)
    assert KIND.remarks(spec, [[], [], [0, 1]], response) == [
        Remark("gap-1", "Gap 2: Enter the number alone, without “about”.")
    ]
    assert not KIND.is_blank(spec, response)
    assert KIND.posted(spec, [[], [], [0, 1]], response) == fields


def test_an_unreadable_gap_is_marked_and_named_on_the_page() -> None:
    page = rendered(KIND, KIND.spec(SUMMARY), [[], [], [0, 1]], ["UNTSO", "1948 or so", 0])
    assert page.count('aria-invalid="true"') == 1
    assert 'value="1948 or so"' in page
    assert "Gap 2: Enter the number alone, without “or so”." in page
    assert "maxlength" not in page


def test_a_text_of_a_gap_that_is_too_long_is_kept_too() -> None:
    spec = KIND.spec(SUMMARY)
    response = KIND.parse(spec, [[], [], [0, 1]], {"gap-0": ["x" * 502], "gap-1": ["1948"]})
    (remark,) = KIND.remarks(spec, [[], [], [0, 1]], response)
    assert remark.message == "Gap 1: 2 characters too many; this answer may have at most 500."
    assert KIND.grade(spec, response).fraction == Fraction(1, 3)


def test_an_answer_of_nothing_but_unreadable_gaps_is_blank() -> None:
    spec = KIND.spec(SUMMARY)
    assert KIND.is_blank(spec, [None, "about 1948", None])
    assert KIND.is_blank(spec, ["x" * 501, "many", None])
    assert not KIND.is_blank(spec, [None, "1947", None])


@pytest.mark.parametrize(
    ("written", "typed", "kept"),
    [
        ("About [[1]] % of all.", "15 %", "15"),
        ("About [[1]]% of all.", "15%", "15"),
        ("It cost $[[1]], they say.", "$15", "15"),
        ("It is [[1]] km² large.", "15 km2", "15"),
        ("With [[1]] °C, it was warm.", "−15 ºC", "-15"),
        ("About [[1]] people came.", "15 people", "15"),
        ("About [[1]] people came.", "about 15", "15"),
        ("It is *[[1]]* **km** long.", "15 km", "15"),
        ("It is [[1]] m long.", "15 km", "15 km"),
        ("It is [[1]] km long.", "15", "15"),
    ],
)
def test_what_stands_next_to_a_number_may_be_typed_into_its_gap(written: str, typed: str, kept: str) -> None:
    spec = KIND.spec(asking(written, number(kept.removesuffix(" km"))))
    assert KIND.parse(spec, [[]], {"gap-0": [typed]}) == [kept]
    assert KIND.grade(spec, [kept]).fraction == (0 if "km" in kept else 1)


def test_an_author_may_give_a_number_gap_the_keyboard_with_a_minus() -> None:
    pads = [
        rendered(KIND, KIND.spec(asking("[[1]]", number("-5", signed=signed))), [[]], None) for signed in (False, True)
    ]
    assert ['inputmode="decimal"' in page for page in pads] == [True, False]
    assert ['inputmode="text"' in page for page in pads] == [False, True]


def test_a_gap_reads_a_comma_as_its_author_says() -> None:
    shares = {
        mark: KIND.grade(KIND.spec(asking("[[1]]", number("1.2", decimal_mark=mark))), ["1,200"]).fraction
        for mark in ("either", "point", "comma")
    }
    assert shares == {"either": 1, "point": 0, "comma": 1}


CHOICES = st.none() | st.integers(0, 2)
WORDS = st.none() | st.sampled_from(["word", "WORD", "other"])
NUMBERS = st.none() | st.sampled_from(["1948", "1 948", "7"])


@given(CHOICES, WORDS, NUMBERS)
def test_the_mark_is_the_mean_of_the_gaps(one: int | None, two: str | None, three: str | None) -> None:
    grade = KIND.grade(KIND.spec(THREE), [one, two, three])
    right = [one == 0, two in ("word", "WORD"), three in ("1948", "1 948")]
    assert grade.fraction == Fraction(sum(right), 3)
    assert [part.fraction for part in grade.parts] == right
    assert (grade.fraction == 1) == all(right)


def test_a_response_to_a_gap_that_has_become_one_of_another_kind_earns_nothing() -> None:
    assert KIND.grade(KIND.spec(THREE), ["word", 1948, 0]).fraction == 0


def test_a_gap_is_followed_at_once_by_its_full_stop_and_has_a_name() -> None:
    page = rendered(KIND, KIND.spec(THREE), [[2, 0, 1], [], []], None)
    words = re.sub(r"<(select|label).*?</\1>|<input[^>]*>", "□", page, flags=re.DOTALL)
    kept = [f'<span class="kept">□{stop}</span>' for stop in (",", "", ".")]  # on one line with it
    assert re.sub("□+", "□", words).strip().startswith(f'<p class="cloze">A {kept[0]} a {kept[1]} and {kept[2]}</p>')
    assert [f"Gap {n}</label>" in page for n in (1, 2, 3)] == [True] * 3


def test_a_blank_line_begins_a_paragraph() -> None:
    spec = KIND.spec(asking("One [[1]].\n\nTwo *and* [[2]].", text("a"), text("b")))
    page = rendered(KIND, spec, [[], []], None)
    assert page.count('<p class="cloze">') == 2
    assert "Two <em>and</em> <" in page


def test_the_reveal_tells_of_every_gap() -> None:
    page = rendered(KIND, KIND.spec(THREE), [[2, 0, 1], [], []], [1, "word", None], state="reveal")
    assert page.count("Your answer: wrong") == 1
    assert page.count("Right: your answer") == 1
    assert page.count("Right answer") == 2


def test_statistics_are_by_gap() -> None:
    found = KIND.classify(KIND.spec(THREE), [1, "WORD", None])
    assert [(row.part, row.label, row.is_right) for row in found] == [("gap-0", "y", False), ("gap-1", "word", True)]


# Lines ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "lines", "gap"),
    [
        (
            "choice",
            "= Council # why\n\n~Court",
            {
                "options": [
                    {"text": "Council", "correct": True, "feedback": "why"},
                    {"text": "Court", "correct": False, "feedback": ""},
                ]
            },
        ),
        (
            "text",
            "=%50% half\n= whole # good\n=%1/3% third\n~ wrong\n! Think.",
            {
                "answers": [
                    {"text": "half", "fraction": "1/2", "feedback": ""},
                    {"text": "whole", "fraction": "1", "feedback": "good"},
                    {"text": "third", "fraction": "1/3", "feedback": ""},
                    {"text": "wrong", "fraction": "0", "feedback": ""},
                ],
                "feedback_wrong": "Think.",
            },
        ),
        ("number", "=1948±0 # yes", {"value": "1948", "tolerance": "0", "feedback": "yes"}),
        (
            "number",
            "= 87000 ± 2.5%",
            {"value": "87000", "tolerance": "0.025", "tolerance_kind": "relative", "feedback": ""},
        ),
        (
            "number",
            "= 10 .. 20\n~ 7 # no",
            {"low": "10", "high": "20", "feedback": "", "near_misses": [{"value": "7", "feedback": "no"}]},
        ),
        (
            "text",
            r"= a \# b \\ c \% d # e",
            {"answers": [{"text": r"a # b \ c % d", "fraction": "1", "feedback": "e"}]},
        ),
    ],
)
def test_a_gap_is_written_in_lines(kind: str, lines: str, gap: dict[str, Any]) -> None:
    assert from_lines(kind, lines) == {"kind": kind, **gap}


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("number", "= many words"),
        ("choice", "= a\n=%50% b"),
        ("number", "= 5 ± x%"),
        ("number", "= 5 ± 1e99999%"),
        ("text", "= a\\"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(kind: str, lines: str) -> None:
    with pytest.raises(ValueError, match=f"(?i)line {len(lines.splitlines())} |line {len(lines.splitlines())}:"):
        from_lines(kind, lines)


words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)


@given(st.lists(st.tuples(words, st.sampled_from(["1", "0", "1/3", "0.25"]), words), min_size=1, max_size=4), words)
def test_any_text_survives_the_way_through_the_lines(rows: list[tuple[str, str, str]], other: str) -> None:
    gap = {
        "kind": "text",
        "answers": [{"text": text, "fraction": share, "feedback": note} for text, share, note in rows],
        "feedback_wrong": other,
    }
    spec = {"stem": "S", "text": "[[1]]", "gaps": [gap]}
    try:
        stored = KIND.spec(spec)
    except InvalidSpec:
        return
    plain = stored.model_dump(mode="json")["gaps"][0]
    again = from_lines("text", to_lines(plain)) | {"accents_matter": False}
    assert KIND.spec(spec | {"gaps": [again]}) == stored


def test_the_first_line_without_a_sign_is_the_right_answer() -> None:
    assert from_lines("choice", "Paris # yes\nLyon\n~ Nice")["options"] == [
        {"text": "Paris", "correct": True, "feedback": "yes"},
        {"text": "Lyon", "correct": False, "feedback": ""},
        {"text": "Nice", "correct": False, "feedback": ""},
    ]
    assert [option["correct"] for option in from_lines("choice", "~ Lyon\nParis\nNice")["options"]] == [0, 1, 0]
    assert [answer["fraction"] for answer in from_lines("text", "Paris\nParigi\n~ Lyon")["answers"]] == ["1", "1", "0"]
    number = from_lines("number", "1948 ± 2\n1945")
    assert (number["value"], number["near_misses"][0]["value"]) == ("1948", "1945")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[1]] and [[3]]", "The text has [[3]] but no [[2]]. Number the gaps without leaving one out."),
        ("[[2]]", "The text has [[2]] but no [[1]]. Number the gaps without leaving one out."),
        ("No gap", "The text has no gap. Write [[1]] where the first one is."),
    ],
)
def test_a_gap_that_is_left_out_is_named_at_the_text(text: str, sentence: str) -> None:
    form = ClozeForm({"stem": "Complete.", "text": text})
    assert form.errors == {"text": [sentence]}
