"""Aiken in and out."""

from __future__ import annotations

import pytest

from quizzes import formats
from quizzes.formats.base import QuestionDraft

AIKEN = formats.get("aiken")
SAMPLE = """Who authorizes a mission?
A. The Security Council
B) The Secretariat
c. The Court of
   Justice
ANSWER: A

Is 2*3*4 an *expression*?
Think twice.
A) yes
B) no
answer : b.
"""


def options(draft: QuestionDraft) -> list[tuple[str, bool]]:
    return [(row["text"], row["correct"]) for row in draft.spec["options"]]


def test_questions_are_read_as_moodle_reads_them() -> None:
    drafts, issues = AIKEN.parse(SAMPLE.encode())
    assert issues == []
    first, second = drafts
    assert (first.type, first.spec["stem"], first.where) == ("single_choice", "Who authorizes a mission?", "line 1")
    assert options(first) == [
        ("The Security Council", True), ("The Secretariat", False), ("The Court of Justice", False)
    ]  # fmt: skip
    assert second.spec["stem"] == "Is 2*3*4 an \\*expression\\*?\nThink twice."
    assert options(second) == [("yes", False), ("no", True)]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("Stem?\nA. a\nB. b\n", "line 1", "no line “ANSWER: A”"),
        ("Stem?\nANSWER: A", "line 1", "no options"),
        ("Stem?\nA. a\nB. b\nANSWER: C", "line 4", "“C” is not the letter"),
        ("Stem?\nA. a\nANSWER: A", "line 1, option", "at least 2"),
        ("A. a\nB. b\nANSWER: A", "line 1, stem", "is empty"),
        ("Stem?\nA. same\nB. same\nANSWER: A", "line 1", "are the same"),
        ("", "file", "empty"),
        ("Just words.", "line 1", "no line"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, where: str, words: str) -> None:
    drafts, issues = AIKEN.parse(text.encode())
    assert drafts == []
    assert issues[0].where == where
    assert words in issues[0].message


def test_a_fault_leaves_the_other_questions() -> None:
    drafts, issues = AIKEN.parse(b"One?\nA. a\nB. b\nANSWER: Z\n\nTwo?\nA. a\nB. b\nANSWER: B\n")
    assert [draft.spec["stem"] for draft in drafts] == ["Two?"]
    assert len(issues) == 1


def test_what_is_written_reads_back_the_same() -> None:
    drafts, _issues = AIKEN.parse(b"One?\nA. a\nB. b\nANSWER: B\n")
    again, issues = AIKEN.parse(AIKEN.write(drafts))
    assert issues == []
    assert [draft.spec for draft in again] == [draft.spec for draft in drafts]


def test_what_it_cannot_carry_is_said_before() -> None:
    whole = QuestionDraft("single_choice", {
        "stem": "A *stem*", "explanation": "Because.", "options": [
            {"text": "a", "correct": True, "feedback": "Yes.", "pinned": False},
            {"text": "none", "correct": False, "feedback": "", "pinned": True}]}, where="question 1")  # fmt: skip
    other = QuestionDraft("essay", {"stem": "Discuss"}, where="question 2")
    found = AIKEN.losses([whole, other])
    assert [(issue.where, issue.is_note) for issue in found] == [
        ("question 1", True), ("question 1", True), ("question 1", True), ("question 2", False)
    ]  # fmt: skip
    assert b"Discuss" not in AIKEN.write([whole, other])
