"""Questions as people type them."""

from __future__ import annotations

import random

import pytest

from quizzes import formats
from quizzes.formats.base import QuestionDraft

TEXT = formats.get("text")
SAMPLE = """1. Who authorizes a mission?
   *a) The Security Council
    b) The Secretariat
   Explanation: The Charter
   says so.

2) Select the organs.
A. Council *
B. Secretariat (correct)
C. NATO

Question 3: The League was founded in 1945.
Answer: False

4. Capital of France?
Answer: Paris / Lutetia

5. How many members has the Council?
Answer: 15

6. Discuss consent.
Answer: essay

7. Which?
(A) one
(B) two
(C) three
Answers: A and C
"""


def read(text: str) -> list[QuestionDraft]:
    drafts, issues = TEXT.parse(text.encode())
    assert issues == []
    return drafts


def test_each_way_to_type_a_question_is_understood() -> None:
    drafts = read(SAMPLE)
    assert [draft.type for draft in drafts] == [
        "single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "essay", "multiple_choice"
    ]  # fmt: skip
    assert drafts[0].spec["explanation"] == "The Charter\nsays so."
    assert [[row["correct"] for row in draft.spec.get("options", ())] for draft in drafts if "options" in draft.spec] == [
        [True, False], [True, True, False], [True, False, True]
    ]  # fmt: skip
    assert drafts[2].spec["answer"] is False
    assert [row["text"] for row in drafts[3].spec["answers"]] == ["Paris", "Lutetia"]
    assert drafts[4].spec["value"] == "15"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("1. Which?\na) one\nb) two", "line 1", "No option is marked"),
        ("1. Which?\na) one\nb) two\nAnswer: D", "line 1", "“D” is not the letter"),
        ("1. Which?\n\n2. Why?\nAnswer: essay", "line 1", "neither an option nor an answer"),
        ("1. Which?\n*a) one", "line 1, option", "at least 2"),
    ],
)
def test_what_is_not_understood_is_named_with_its_line(text: str, where: str, words: str) -> None:
    _drafts, issues = TEXT.parse(text.encode())
    assert issues[0].where == where
    assert words in issues[0].message


def test_what_is_written_reads_back_the_same() -> None:
    drafts = read(SAMPLE)
    again = read(TEXT.write(drafts).decode())
    assert [draft.type for draft in again] == [draft.type for draft in drafts]
    assert [draft.spec.get("options") for draft in again] == [draft.spec.get("options") for draft in drafts]


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(11)
    for _round in range(300):
        letters = list(SAMPLE)
        for _change in range(chance.randrange(1, 40)):
            place = chance.randrange(len(letters))
            letters[place : place + chance.randrange(3)] = chance.choice(
                ["", "*", "a)", "\n", "\n\n", "Answer:", "1.", "\0", "/"]
            )
        drafts, issues = TEXT.parse("".join(letters).encode())
        assert drafts or issues


def test_an_option_of_many_lines_is_refused_and_takes_no_time_that_grows_with_its_square() -> None:
    drafts, issues = TEXT.parse(b"A. x\n" * 400_000)
    assert (drafts, len(issues)) == ([], 1)


WAYS = {
    "no numbers": "Capital?\nA. London\nB. Paris\nAnswer: B\n\nSecond?\nA. x\nB. y\nAnswer: A",
    "no blank lines": "Capital?\nA. London\nB. Paris\nAnswer: B\nSecond?\nA. x\nB. y\nAns: A",
    "a key at the end": "1. Capital?\nA. London\nB. Paris\n2. Second?\nA. x\nB. y\n\nAnswer key\n1. B\n2) A",
    "a key in one line": "1. Capital?\nA. London\nB. Paris\n2. Second?\nA. x\nB. y\n\nAnswers:\n1-B, 2-A",
    "options in one line": "Q1: Capital? a) London b) Paris\nCorrect answer: (b)\nQ2. Second?\n(A) x  (B) y\n[Answer: A]",
    "marks in one line": "1. Capital?\na) London  b) Paris *\n2. Second? *a) x  b) y\n",
    "marks of all kinds": "1 - Capital?\na) London (wrong)\nb) Paris ✓\n2 - Second?\n**a) x**\nb) y",
    "answers in words": "1.Capital?\na. London\nb. Paris\nAnswer: Paris.\n2.Second?\na. x\nb. y\nThe correct answer is: a) x",
    "Roman numbers": "1. Capital?\ni. London\nii. Paris\nAnswer: ii\n2. Second?\ni) x\nii) y\nAnswer i: no" .replace("Answer i: no", "Key: i"),
    "a title and a part": "Quiz\n\n1. Capital?\nA. London\n*B. Paris\n\nPart two\n\n2. Second?\n*A. x\nB. y",
    "words alone": "Question 1\nCapital?\nA. London\nB. Paris\nAnswer B\nQuestion 2\nSecond?\nA. x\nB. y\nAnswer A",
}  # fmt: skip


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS.keys())
def test_other_ways_to_type_two_questions_are_the_same_two(text: str) -> None:
    drafts, issues = TEXT.parse(text.encode())
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert [(draft.spec["stem"], [(row["text"], row["correct"]) for row in draft.spec["options"]]) for draft in drafts] == [
        ("Capital?", [("London", False), ("Paris", True)]), ("Second?", [("x", True), ("y", False)])
    ]  # fmt: skip


def test_true_and_false_as_options_are_true_or_false() -> None:
    draft = read("1. The sky is blue.\nA. True\nB. False\nAnswer: A")[0]
    assert (draft.type, draft.spec["answer"]) == ("true_false", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1. Which?\nA. one\nC. two\nAnswer: A", "After option A stands C."),
        ("1. Which?\nA. one\nB. two\nAnswer: A\nAnswer: B", "It has two answers."),
    ],
)
def test_what_is_out_of_order_is_refused_and_never_guessed(text: str, words: str) -> None:
    drafts, issues = TEXT.parse(text.encode())
    assert drafts == []
    assert words in str(issues[0])


def test_lines_that_are_no_question_among_numbered_ones_are_named() -> None:
    _drafts, issues = TEXT.parse(WAYS["a title and a part"].encode())
    assert [str(issue) for issue in issues] == [
        f"line {line}: This line is no question; it is left out." for line in (1, 7)
    ]


def test_years_and_numbered_statements_begin_no_question() -> None:
    text = "1. What ended in\n1945 - 1950?\n  1. the war\n  2. the League\nAnswer: both"
    assert len(read(text)) == 1
