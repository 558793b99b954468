"""Kahoot's spreadsheet in and out."""

from __future__ import annotations

import io
import random
import warnings
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from quizzes import formats, question_types
from quizzes.formats.base import QuestionDraft
from tests.formats.test_gift import examples

KAHOOT = formats.get("kahoot")
HEADINGS = [
    None, "Question - max 120 characters", *(f"Answer {n} - max 75 characters" for n in range(1, 5)),
    "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs", "Correct answer(s) - choose at least one",
]  # fmt: skip
ADVICE: list[list[Any]] = [[], [None, "Quiz template"], [None, "Add questions, and choose correct answers."], [], []]
TIME = "Time limits of questions are left out"


def sheet(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in [*ADVICE, HEADINGS, *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text(*lines: str) -> bytes:
    above = ",,,,,,,\n,Quiz template,,,,,,\n"
    heads = ",".join(str(heading or "").partition(",")[0] for heading in HEADINGS)
    return f"{above}{heads}\n{chr(10).join(lines)}\n".encode()


def one(data: bytes) -> QuestionDraft:
    drafts, issues = KAHOOT.parse(data)
    assert [str(issue) for issue in issues if TIME not in issue.message] == []
    return drafts[0]


def right(draft: QuestionDraft) -> list[str]:
    return [row["text"] for row in draft.spec["options"] if row["correct"]]


def made(type: str, **fields: Any) -> QuestionDraft:
    return QuestionDraft(type, question_types.get(type).spec({"stem": "Who?", **fields}).model_dump(mode="json"))


# In -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [sheet([1, "Who?", "Council", "Court", "-", "–", 20, 2]), text("1,Who?,Council,Court,,-,20,2")],
    ids=["XLSX", "CSV"],
)  # fmt: skip
def test_a_question_stands_below_the_advice_and_empty_answers_are_none(data: bytes) -> None:
    draft = one(data)
    assert (draft.type, draft.spec["stem"], right(draft)) == ("single_choice", "Who?", ["Court"])
    assert len(draft.spec["options"]) == 2


@pytest.mark.parametrize("correct", ["1,3", "1, 3", "1;3", 1.3, "3,1"])
def test_several_right_answers_are_multiple_choice_and_marked_otherwise(correct: Any) -> None:
    drafts, issues = KAHOOT.parse(sheet([1, "Which?", "a", "b", "c", None, 20, correct]))
    assert (drafts[0].type, right(drafts[0])) == ("multiple_choice", ["a", "c"])
    assert "any one of its right answers" in issues[0].message


def test_numbers_and_truths_in_cells_are_answers() -> None:
    assert right(one(sheet([1, "When?", 1945, 1948, 4.5, None, 20, "2"]))) == ["1948"]
    assert one(sheet([1, "It is.", True, False, None, None, 20, 2])).spec["answer"] is False


def test_the_time_limit_is_noted_once_and_rows_without_a_question_are_no_fault() -> None:
    rows = [[n, f"Q{n}?", "a", "b", None, None, 30, 1] for n in (1, 2, 3)]
    drafts, issues = KAHOOT.parse(sheet(*rows, [4], [5, None, None, None, None, None, 20]))
    assert (len(drafts), [issue.is_note for issue in issues]) == (3, [True])
    assert TIME in issues[0].message


def test_signs_are_what_was_typed() -> None:
    assert one(sheet([1, "2 * 3?", "*six*", "_", None, None, 20, 1])).spec["options"][0]["text"] == "\\*six\\*"


@pytest.mark.parametrize(
    ("data", "where", "words"),
    [
        (sheet([1, "Q?", "a", "b", None, None, 20, None]), "cell H7", "does not say which answers are right"),
        (sheet([1, "Q?", "a", "b", None, None, 20, "a"]), "cell H7", "“a” does not say"),
        (sheet([1, "Q?", "a", "b", None, None, 20, 5]), "cell H7", "“5” does not say"),
        (sheet([1, "Q?", "a", "b", None, None, 20, "12"]), "cell H7", "“12” does not say"),
        (sheet([1, "Q?", "a", "b", "-", None, 20, 3]), "cell H7", "Answer 3 is said to be right, but it is empty"),
        (sheet([1, "Q?", "a", None, None, None, 20, 1]), "row 7, option", "needs at least 2"),
        (sheet([1, None, "a", "b", None, None, 20, 1]), "row 7, stem", "is empty"),
        (sheet([1, "Q?", "a", "b", None, None, 20, "1,2"]), "row 7", "every option is marked as correct"),
        (sheet([1, "Q?", "=A1", "b", None, None, 20, 1]), "file", "Cell C7 is a formula"),
        (sheet(), "row 6", "no question below the headings"),
        (b"a,b\n1,2\n", "file", "no headings of Kahoot"),
        (b"", "file", "It is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "file", "an old or encrypted Excel file"),
    ],
)
def test_what_cannot_be_read_gets_a_place_and_a_sentence(data: bytes, where: str, words: str) -> None:
    drafts, issues = KAHOOT.parse(data)
    refused = [issue for issue in issues if not issue.is_note]
    assert (drafts, refused[0].where) == ([], where)
    assert words in refused[0].message


# Out ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", examples(), ids=lambda draft: draft.where)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(draft: QuestionDraft) -> None:
    drafts, _issues = KAHOOT.parse(KAHOOT.write([draft]))
    lost = KAHOOT.losses([draft])
    if draft.type in ("single_choice", "multiple_choice", "true_false"):
        assert drafts[0].type == draft.type or any("is single choice" in issue.message for issue in lost)
        assert all(issue.is_note for issue in lost)
    else:
        assert (drafts, [issue.is_note for issue in lost]) == ([], [False])


def test_a_plain_question_loses_nothing() -> None:
    draft = made("single_choice", options=[{"text": "=1+1", "correct": True}, {"text": "3"}, {"text": "-2"}])
    data = KAHOOT.write([draft])
    assert KAHOOT.losses([draft]) == []
    assert dict(one(data).spec) == dict(draft.spec)
    cells = [cell for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"options": [{"text": f"o{n}", "correct": not n} for n in range(5)]}, "four answers at most"),
        ({"stem": "x" * 121, "options": [{"text": "a", "correct": True}, {"text": "b"}]}, "120 characters"),
        ({"options": [{"text": "a" * 76, "correct": True}, {"text": "b"}]}, "75 characters"),
        ({"options": [{"text": "–", "correct": True}, {"text": "b"}]}, "for no answer"),
    ],
)
def test_what_kahoot_does_not_take_is_left_out_and_named(fields: dict[str, Any], words: str) -> None:
    draft = made("single_choice", **fields)
    (issue,) = KAHOOT.losses([draft])
    assert (words in issue.message, issue.is_note) == (True, False)
    assert KAHOOT.parse(KAHOOT.write([draft]))[0] == []


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(11)
    whole = [sheet([1, "Who?", "a", "b", "-", "–", 20, "1,2"]), text("1,Who?,a,b,,-,20,2", '2,"Q",c,d,,,,1')]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _round in range(150):
            data = bytearray(chance.choice(whole))
            for _change in range(chance.randrange(1, 8)):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(9)] = chance.choice(
                    [b"", b'"', b",", b"\n", b"\0", b"\xff", b"9"]
                )
            drafts, issues = KAHOOT.parse(bytes(data))
            assert drafts or issues
