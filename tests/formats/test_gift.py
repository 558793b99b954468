"""GIFT in and out, as Moodle understands it."""

from __future__ import annotations

import random

import pytest

from quizzes import formats, question_types
from quizzes.formats.base import QuestionDraft

GIFT = formats.get("gift")


def one(text: str) -> QuestionDraft:
    drafts, issues = GIFT.parse(text.encode())
    assert issues == []
    return drafts[0]


def notes(text: str) -> list[str]:
    _drafts, issues = GIFT.parse(text.encode())
    return [issue.message for issue in issues if issue.is_note]


# In -------------------------------------------------------------------------------------------------------------------


def test_names_categories_ids_and_tags_are_read() -> None:
    draft = one("// [id:q1] [tag:Who Decides] [tag:organs]\n$CATEGORY: $course$/top/UN/Organs\n\n::Q1::Stem? {=a ~b}")
    assert (draft.type, draft.spec["stem"], draft.category) == ("single_choice", "Stem?", "UN/Organs")
    assert draft.tags == ("who-decides", "organs")
    assert draft.id == one("// [id:q1]\nOther? {=a ~b}").id


def test_feedback_belongs_to_its_option_and_general_feedback_to_the_question() -> None:
    draft = one("Stem? {=a#Yes. ~b#No. #### Because: of 2\\=2.}")
    assert [(row["text"], row["correct"], row["feedback"]) for row in draft.spec["options"]] == [
        ("a", True, "Yes."), ("b", False, "No.")
    ]  # fmt: skip
    assert draft.spec["explanation"] == "Because: of 2=2."


def test_signs_outside_of_braces_are_letters() -> None:
    assert one("Is x = y: yes or ~no? # {T}").spec["stem"] == "Is x = y: yes or ~no? #"


def test_escapes_are_signs_and_line_ends() -> None:
    draft = one(r"A set \{1\: 2\}\nnext {=\=a\~ ~b\#}")
    assert draft.spec["stem"] == "A set {1: 2}\nnext"
    assert [row["text"] for row in draft.spec["options"]] == ["=a~", "b#"]


def test_a_backslash_that_is_escaped_escapes_nothing() -> None:
    draft = one(r"Set A\\{=C:\\#The first disk. ~D:\\#\\\#2}")
    assert draft.spec["stem"] == r"Set A\\"
    assert [(row["text"], row["feedback"]) for row in draft.spec["options"]] == [
        (r"C:\\", "The first disk."), (r"D:\\", r"\\#2")
    ]  # fmt: skip


def test_a_star_that_earns_nothing_is_the_feedback_to_any_other_answer() -> None:
    spec = one("Who? {=%100%Annan#Yes. =%0%*#Read chapter 2.}").spec
    assert [row["text"] for row in spec["answers"]] == ["Annan"]
    assert spec["feedback_wrong"] == "Read chapter 2."


def test_a_number_with_a_part_of_the_points_may_stand_before_the_key() -> None:
    text = "When? {#\n\t=%50%1948:5#Nearly.\n\t=%100%1945:0#Yes.\n\t~#No.\n}"
    spec = GIFT.parse(text.encode())[0][0].spec
    assert (spec["value"], spec["feedback"], spec["feedback_wrong"]) == ("1945", "Yes.", "No.")
    assert notes(text) == ["Only the first number counts here; further ones with a part of the points are left out."]


@pytest.mark.parametrize(("answer", "is_true"), [("T", True), ("TRUE", True), ("false", False), ("F", False)])
def test_truth_has_feedback_for_wrong_and_for_right(answer: str, is_true: bool) -> None:
    spec = one(f"It is. {{{answer}#wrong#right}}").spec
    assert spec["answer"] is is_true
    assert spec["feedback_true" if is_true else "feedback_false"] == "right"
    assert spec["feedback_false" if is_true else "feedback_true"] == "wrong"


def test_short_answers_have_shares() -> None:
    rows = one("Who? {=Ban Ki-moon =%50%Ban#First name too. =%0%Annan}").spec["answers"]
    assert [(row["text"], row["fraction"]) for row in rows] == [("Ban Ki-moon", "1"), ("Ban", "1/2"), ("Annan", "0")]


def test_one_answer_needs_no_sign() -> None:
    assert one("Capital of France? {Paris}").spec["answers"][0]["text"] == "Paris"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("#1948", {"value": "1948", "tolerance": "0"}),
        ("#3.14:0.01", {"value": "3.14", "tolerance": "0.01"}),
        ("#-2..5", {"low": "-2", "high": "5", "value": None}),
        ("#=1948:2#Yes. ~#No.", {"value": "1948", "tolerance": "2", "feedback": "Yes.", "feedback_wrong": "No."}),
        ("#1e3", {"value": "1000"}),
    ],
)
def test_numbers_have_a_tolerance_or_a_range(body: str, fields: dict[str, str | None]) -> None:
    spec = one(f"How many? {{{body}}}").spec
    assert {name: spec[name] for name in fields} == fields


def test_numbers_that_earn_nothing_are_near_misses() -> None:
    spec = one("When? {#=1945:0 =%0%1948:0#That is UNTSO.}").spec
    assert (spec["value"], spec["near_misses"]) == ("1945", [{"value": "1948", "feedback": "That is UNTSO."}])


def test_pairs_may_have_answers_that_belong_to_nothing() -> None:
    spec = one("Match. {=a -> b =c->d = -> e}").spec
    assert [(pair["left"], pair["right"]) for pair in spec["pairs"]] == [("a", "b"), ("c", "d")]
    assert spec["extra"] == ["e"]


def test_empty_braces_are_an_essay() -> None:
    assert one("Discuss. {}").type == "essay"


def test_a_missing_word_is_a_blank() -> None:
    draft = one("[markdown]The {=Council ~Court} decides.")
    assert draft.spec["stem"] == "The _____ decides."


def test_weights_of_several_right_options_are_right_minus_wrong() -> None:
    text = "Which? {~%50%a ~%50%b ~%-50%c}"
    assert one(text).type == "multiple_choice"
    assert [row["correct"] for row in one(text).spec["options"]] == [True, True, False]


def test_other_weights_are_named() -> None:
    assert "right minus wrong" in notes("Which? {~%50%a ~%50%b ~%-100%c}")[0]
    assert "add up to 80%" in notes("Which? {~%40%a ~%40%b ~%-40%c}")[0]


def test_html_becomes_words_and_what_is_lost_is_named() -> None:
    text = '[html]<p>Hi <b>you</b><script>x()</script><img src\\="x"></p> {=a ~b}'
    drafts, _issues = GIFT.parse(text.encode())
    assert drafts[0].spec["stem"] == "Hi **you**"
    assert notes(text) == ["A script is left out.", "A picture is left out."]


def test_plain_text_stays_as_it_was_typed() -> None:
    assert one("[plain]*not* emphasis {=a_b ~c}").spec["stem"] == "\\*not\\* emphasis"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("Q {=a ~b", "line 1", "never closed"),
        ("\n\nQ } {=a ~b}", "line 3", "without a “{”"),
        ("Q {=a ~b} {x}", "line 1", "second “{”"),
        ("Q {~a ~b}", "line 1", "No option is marked"),
        ("Q {=a =b ~c}", "line 1", "Several options"),
        ("Q {#abc}", "line 1", "“abc” is not a number"),
        ("Q {#1e999999999}", "line 1", "is not a number"),
        (f"Q {{#{'1' * 60_000}x}}", "line 1", "is not a number"),
        ("Q {#1:b}", "line 1", "“b” is not a number"),
        ("Q {#1..}", "line 1", "“” is not a number"),
        ("Q {=a -> b}", "line 1, pair", "at least 2"),
        ("Q {=a -> b =c}", "line 1", "has no “->”"),
        ("Q {=%0%a}", "line 1", "No answer is marked"),
        ("Q {~%300%a ~b}", "line 1", "A weight lies between"),
        ("// only\n// comments", "file", "No questions found"),
        ("Q\0 {=a ~b}", "file", "cannot be stored"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, where: str, words: str) -> None:
    drafts, issues = GIFT.parse(text.encode())
    assert drafts == []
    assert issues[0].where == where
    assert words in issues[0].message


def test_a_description_is_left_out_and_named() -> None:
    assert "description" in notes("Just words.\n\nQ {=a ~b}")[0]


# Out ------------------------------------------------------------------------------------------------------------------

CARRIED = ("single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "matching", "essay")
SIGNS = "a=b~c{d}e:f#g\\h *i*"


def examples() -> list[QuestionDraft]:
    found = []
    for kind in question_types.all_types():
        for number, example in enumerate(kind.examples):
            spec = kind.spec({**example.spec, "explanation": SIGNS}).model_dump(mode="json")
            found.append(QuestionDraft(kind.key, spec, where=f"{kind.key} {number}"))
    return found


@pytest.mark.parametrize(
    "draft", [draft for draft in examples() if draft.type in CARRIED], ids=lambda draft: draft.where
)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(draft: QuestionDraft) -> None:
    drafts, issues = GIFT.parse(GIFT.write([draft]))
    assert [issue for issue in issues if not issue.is_note] == []
    assert drafts[0].type == draft.type
    assert dict(drafts[0].spec) == dict(draft.spec) or GIFT.losses([draft])


def test_a_type_that_gift_does_not_have_is_left_out_and_named() -> None:
    left_out = [draft for draft in examples() if draft.type not in CARRIED]
    assert left_out
    assert [issue.is_note for issue in GIFT.losses(left_out)] == [False] * len(left_out)
    assert GIFT.write(left_out) == b""


def test_ids_and_tags_come_back() -> None:
    draft = one("// [id:6ba7b810-9dad-11d1-80b4-00c04fd430c8] [tag:organs]\nQ {=a ~b}")
    again = one(GIFT.write([draft]).decode())
    assert (again.id, again.tags) == ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", ("organs",))


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(7)
    whole = GIFT.write(examples()).decode() + "::n::[html]<b>x</b> {#=1..2 =%5%3 ~#no}\n\nQ {=a -> b = -> c}\n"
    for _round in range(400):
        letters = list(whole)
        for _change in range(chance.randrange(1, 30)):
            place = chance.randrange(len(letters))
            letters[place : place + chance.randrange(3)] = chance.choice(
                ["", "{", "}", "=", "~", "#", "%", "\\", "\n\n", ":", "->", "\0", "é"]
            )
        drafts, issues = GIFT.parse("".join(letters).encode())
        assert drafts or issues


def test_long_files_of_short_lines_and_signs_take_no_time_that_grows_with_their_square() -> None:
    assert GIFT.parse(b"x\n" * 400_000)[0] == []
    assert not GIFT.recognizes("a.txt", b"{" + b"=" * 400_000)
