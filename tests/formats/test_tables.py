"""Questions as a table: our template as XLSX and CSV, and what others make of it."""

from __future__ import annotations

import io
import random
import warnings
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from quizzes import formats, question_types
from quizzes.formats.base import Issue, QuestionDraft
from quizzes.formats.tables import Table
from tests.formats import hostile_workbooks
from tests.formats.test_gift import examples

TABLES = [formats.get("table"), formats.get("table_csv")]
TABLE = formats.get("table")
HEAD = "Type,Question,Option A,Option B,Correct\n"
both = pytest.mark.parametrize("table", TABLES, ids=["XLSX", "CSV"])


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(data: str | bytes) -> tuple[list[QuestionDraft], list[Issue]]:
    return TABLE.parse(data.encode() if isinstance(data, str) else data)


def one(data: str | bytes) -> QuestionDraft:
    drafts, issues = read(data)
    assert [str(issue) for issue in issues] == []
    return drafts[0]


def notes(data: str | bytes) -> list[str]:
    return [str(issue) for issue in read(data)[1] if issue.is_note]


def refused(data: str | bytes) -> str:
    drafts, issues = read(data)
    assert drafts == []
    return next(str(issue) for issue in issues if not issue.is_note)


# In -------------------------------------------------------------------------------------------------------------------


@both
def test_the_sample_to_fill_in_is_read_without_a_word(table: Table) -> None:
    drafts, issues = table.parse(table.sample())
    assert issues == []
    assert {draft.type for draft in drafts} == {
        "single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "matching", "ordering", "essay"
    }  # fmt: skip
    assert (drafts[0].topic, drafts[0].tags, drafts[0].difficulty) == ("mandates", ("organs", "charter"), "easy")


def test_headings_come_in_any_order_in_other_words_and_below_a_title() -> None:
    draft = one("Exam 3\n\ncorrect answer;ANSWER 2;answer 1;Stem\nB;Court;Council;Who?\n")
    assert draft.where == "row 4"
    assert [(row["text"], row["correct"]) for row in draft.spec["options"]] == [("Council", False), ("Court", True)]


@pytest.mark.parametrize(
    ("cells", "type"),
    [
        ("Q,a,b,A", "single_choice"),
        ('Q,a,b,"A,b"', None),
        ("Q,,,TRUE", "true_false"),
        ("Q,,,f", "true_false"),
        ("Q,,,-3.5", "numeric"),
        ("Q,,,1 to 3", "numeric"),
        ("Q,,,1..3", "numeric"),
        ('Q,,,"a => b\nc -> d"', "matching"),
        ("Q,,,UNTSO | TSO", "short_answer"),
    ],
)
def test_a_type_that_is_left_out_is_told_by_the_answer(cells: str, type: str | None) -> None:
    drafts, issues = read(f"Question,Option A,Option B,Correct\n{cells}\n")
    assert [draft.type for draft in drafts] == ([type] if type else [])
    assert bool(issues) == (type is None)  # every option is right


def test_accepted_answers_have_shares_and_a_bar_may_be_part_of_one() -> None:
    rows = one(f"{HEAD}short answer,Q,,,UNTSO | a\\|b (50%) | c (1/3)\n").spec["answers"]
    assert [(row["text"], row["fraction"]) for row in rows] == [("UNTSO", "1"), ("a|b", "1/2"), ("c", "1/3")]


@pytest.mark.parametrize(
    ("correct", "tolerance", "fields"),
    [
        ("1948", "2", {"value": "1948", "tolerance": "2", "tolerance_kind": "absolute"}),
        ("100", "5 %", {"value": "100", "tolerance": "0.05", "tolerance_kind": "relative"}),
        ("−2 .. 5", "", {"low": "-2", "high": "5", "value": None}),
    ],
)
def test_numbers_have_a_tolerance_or_a_range(correct: str, tolerance: str, fields: dict[str, Any]) -> None:
    spec = one(f"Question,Correct,Tolerance\nQ,{correct},{tolerance}\n").spec
    assert {name: spec[name] for name in fields} == fields


def test_a_share_that_a_spreadsheet_shows_in_percent_is_a_share() -> None:
    book = Workbook()
    book.active.append(["Question", "Correct", "Tolerance"])  # type: ignore[union-attr]
    book.active.append(["Q", 200, 0.1])  # type: ignore[union-attr]
    book.active["C2"].number_format = "0%"  # type: ignore[index]
    spec = one(saved(book)).spec
    assert (spec["value"], spec["tolerance"], spec["tolerance_kind"]) == ("200", "0.1", "relative")


def test_a_topic_in_words_waits_for_a_choice_and_a_slug_is_one() -> None:
    assert one("Question,Correct,Topic\nQ,true,Peace and war\n").category == "Peace and war"
    assert one("Question,Correct,Topic\nQ,true,peace-war\n").topic == "peace-war"


@pytest.mark.parametrize(
    "data",
    [
        f"{HEAD}essay,Où?,,,\n".encode("utf-16"),
        f"{HEAD}essay,Où?,,,\n".replace(",", "\t").encode("utf-16"),
        f"sep=;\n{HEAD}essay,Où?,,,\n".replace(",", ";").encode("utf-8-sig"),
        f"{HEAD}essay,Où?,,,\n".encode("utf-16-le"),
    ],
    ids=["UTF-16", "UTF-16 with tabs", "semicolons that are said", "UTF-16 without a mark"],
)
def test_encodings_and_separators_of_spreadsheets_are_found(data: bytes) -> None:
    assert one(data).spec["stem"] == "Où?"


def test_an_encoding_that_was_guessed_is_named() -> None:
    assert "Western European (Windows)" in notes(f"{HEAD}essay,Où donc?,,,\n".encode("cp1252"))[0]


def test_a_feedback_of_one_option_stays_with_it() -> None:
    draft = one("Question,Option A,Option B,Correct,Feedback B\nQ,a,b,A,No.\n")
    assert [row["feedback"] for row in draft.spec["options"]] == ["", "No."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("Question,Correct,Points,Notes\nQ,true,2,x\n", "cell C1: The column “Points” is left out."),
        ("Question,Correct,Difficulty\nQ,true,awful\n", "cell C2: “awful” is none of: easy, medium, hard"),
        (f"{HEAD},Q,,,1E+15\n", "cell E2: Spreadsheets keep 15 figures"),
        (f"{HEAD},Q,2-Jan,3,A\n", "cell C2: This looks like a date"),
        (f"{HEAD}essay,Q\n", "row 2: 1 rows have fewer cells than the headings"),
        (workbook(["Question", "Correct"], ["Q", 10**15]), "cell B2: Spreadsheets keep 15 figures"),
        (workbook(["Question", "Correct"], ["Q", datetime(2026, 2, 1)]), "cell B2: The spreadsheet has turned"),  # noqa: DTZ001
    ],
)
def test_what_a_spreadsheet_changed_and_what_is_left_out_is_noted(data: str | bytes, said: str) -> None:
    assert any(note.startswith(said) for note in notes(data)), notes(data)


def test_sheets_that_are_not_read_and_merged_cells_are_noted() -> None:
    book = load_workbook(io.BytesIO(TABLE.sample()))  # type: ignore[attr-defined]
    hidden = book.create_sheet("Draft", 0)
    hidden.sheet_state = "hidden"
    book["Questions"].merge_cells("A20:B20")
    drafts, issues = read(saved(book))
    assert len(drafts) == 9
    assert ["2 sheets" in issues[0].message, "merged cells" in issues[1].message] == [True, True]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "file: It is empty."),
        ("Question;Correct\n", "row 1: There is no question below the headings."),
        ("Question,Option A\nQ,a\n", "row 1: There is no column “Correct”. Found: Question, Option A."),
        ("a,b\n1,2\n", "row 1: There is no column “Question”. Found: a, b."),
        ("Question,Correct,Stem\nQ,true,Q\n", "row 1: The columns A and C both are “Question”."),
        ("Question,Correct\nQ,true,x\n", "row 2: It has 3 cells, the headings 2"),
        ('Question,Correct\nQ,true\n"Q,true\n', "file: The quotes in row 3 do not match"),
        (f"Question,Correct\n{'x' * 140_000},true\n", "file: Row 2 holds a text that is far too long."),
        (f"Question,Correct\n{'x' * 5000},true\n", "row 2, stem: may have at most 4000 characters."),
        ("Question,Correct\n" + ",\n" * 30_000, "file: The list goes on for more than 20,000 rows"),
        (f"{HEAD}riddle,Q,,,\n", "cell A2: “riddle” is no type of question here. Write one of: single choice"),
        (f"{HEAD},Q,,,\n", "cell E2: There is no answer. For an essay write “essay”"),
        (f"{HEAD},Q,a,b,C\n", "cell E2: “C” does not say which options are right"),
        (f"{HEAD},Q,a,b,\n", "cell E2: It does not say which options are right"),
        (f"{HEAD},Q,2,1,2\n", "cell E2: “2” may be the option that says so, or the one of that place. Write its letter."),
        (f'{HEAD},Q,,,"3,5"\n', "cell E2: “3,5” has a comma."),
        (f"{HEAD}single choice,Q,a,b,neither\n", "cell E2: “neither” does not say"),
        (f"{HEAD}true or false,Q,,,maybe\n", "cell E2: “maybe” is neither true nor false."),
        (f"{HEAD}number,Q,,,many\n", "cell E2: “many” is not a number."),
        (f'{HEAD}number,Q,,,"3,5"\n', "cell E2: “3,5” has a comma."),
        (f"{HEAD}matching,Q,,,a - b\n", "cell E2: “a - b” has no “=>”"),
        (f"{HEAD}short answer,Q,,,a (1/0)\n", "cell E2: “1/0” is not a share."),
        (f"{HEAD}single choice,,a,b,A\n", "row 2, stem: is empty."),
        (workbook(["Question", "Correct"], ["Q", "=1+1"]), "file: Cell B2 is a formula."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "file: This is an old or encrypted Excel file."),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "file: This is an Open"),
        ("<html><table>", "file: This is a web page."),
        ("%PDF-1.7", "file: This is a PDF file."),
        (b"x" * (25 * 2**20 + 1), "file: It is larger than 25 MB."),
        ("Question,Correct\n" + "Q,true\n" * 5100, "file: It may have at most 5000 questions."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_place_and_a_sentence(data: str | bytes, said: str) -> None:
    issues = [str(issue) for issue in read(data)[1] if not issue.is_note]
    assert issues[0].startswith(said), issues[:3]


OF_LISTS = ("read", "address", "2000 rows", "1,000,000 characters")  # limits of rosters alone
REFUSED = [one for one in hostile_workbooks.WORKBOOKS if not any(words in one[1] for words in OF_LISTS)]


@pytest.mark.parametrize(("_name", "words", "make"), REFUSED, ids=[one[0] for one in REFUSED])
@pytest.mark.filterwarnings("ignore:Workbook contains no:UserWarning")
def test_workbooks_made_to_fill_the_memory_are_refused(_name: str, words: str, make: Any) -> None:
    assert words in refused(make())


@pytest.mark.filterwarnings("ignore:Workbook contains no:UserWarning")
def test_one_long_text_in_many_cells_is_counted_in_each() -> None:
    texts = f"<si><t>Question</t></si><si><t>Correct</t></si><si><t>{'x' * 150_000}</t></si>"
    heading = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    lines = (f'<row r="{n}"><c r="A{n}" t="s"><v>2</v></c></row>' for n in range(2, 102))
    data = hostile_workbooks.workbook(heading + "".join(lines), strings=hostile_workbooks.strings(texts))
    assert str(read(data)[1][-1]) == "file: The table holds more than 10,000,000 characters."


@pytest.mark.parametrize(
    "cell",
    ["1" * 100_000 + "(50%)", "1 " + " " * 100_000 + "x", "x" + " " * 100_000 + "(50%", "=>" * 60_000],
)
def test_a_cell_that_goes_on_and_on_is_read_in_one_go(cell: str) -> None:
    assert refused(f"Question,Option A,Option B,Correct\nQ,,,{cell}\nQ,a,b,{cell}\n")


# Out ------------------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("draft", examples(), ids=lambda draft: draft.where)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(table: Table, draft: QuestionDraft) -> None:
    drafts, issues = table.parse(table.write([draft]))
    lost = table.losses([draft])
    if draft.type == "cloze":
        assert (drafts, [issue.is_note for issue in lost]) == ([], [False])
        return
    assert issues == []
    assert drafts[0].type == draft.type
    assert dict(drafts[0].spec) == dict(draft.spec) or lost


@pytest.mark.parametrize("written", ["B", "b", "(b)", "B.", "Option B", "option 2", "2", "Y"])
def test_one_right_option_may_be_named_in_many_ways(written: str) -> None:
    assert [row["correct"] for row in one(f"{HEAD},Q,x,y,{written}\n").spec["options"]] == [False, True]


def test_several_right_options_may_be_named_in_many_ways() -> None:
    for written in ("A, B", "a and b", "1;2", "A & B", "Options A and B"):
        draft = one(f'Question,A,B,C,Correct\nQ,x,y,z,"{written}"\n')
        assert [row["correct"] for row in draft.spec["options"]] == [True, True, False], written


@pytest.mark.parametrize(("cells", "answer"), [("TRUE,FALSE,TRUE", True), ("False,True,A", False), (",,FALSCH", False)])
def test_true_and_false_as_spreadsheets_write_them(cells: str, answer: bool) -> None:
    draft = one(f"{HEAD},It is.,{cells}\n")
    assert (draft.type, draft.spec["answer"]) == ("true_false", answer)


def test_true_and_false_are_values_in_a_workbook() -> None:
    draft = one(workbook(["Question", "A", "B", "Correct option"], ["It is.", True, False, False]))
    assert (draft.type, draft.spec["answer"]) == ("true_false", False)


@both
def test_topic_tags_levels_and_id_come_back(table: Table) -> None:
    spec = examples()[1].spec
    draft = QuestionDraft(
        "multiple_choice", spec, topic="organs", id="6ba7b810-9dad-11d1-80b4-00c04fd430c8", difficulty="hard",
        bloom="analyse", tags=("cases", "charter"),
    )  # fmt: skip
    assert table.parse(table.write([draft]))[0] == [draft]


@both
@pytest.mark.parametrize(
    "text", ["=1+1", "-2", "'=x", "''-x", "@a", "+1", "'tis", " -", "2.50", "1E5", "0012", "3", "|"]
)
def test_texts_come_back_as_they_were_and_never_compute(table: Table, text: str) -> None:
    fields = {"stem": f"{text}?", "answers": [{"text": text}, {"text": f"{text}(50%)"}]}
    draft = QuestionDraft("short_answer", question_types.get("short_answer").spec(fields).model_dump(mode="json"))
    data = table.write([draft])
    assert dict(table.parse(data)[0][0].spec) == dict(draft.spec)
    if table is TABLE:
        cells = [cell for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
        assert all(cell.data_type != "f" for cell in cells)


@both
def test_a_pair_with_an_arrow_in_it_is_left_out_and_named(table: Table) -> None:
    draft = next(one for one in examples() if one.type == "matching")
    spec = dict(draft.spec) | {"pairs": [{"left": "a => b", "right": "c", "feedback": ""}, *draft.spec["pairs"]]}
    strange = QuestionDraft("matching", spec)
    assert "arrow" in table.losses([strange])[0].message
    assert table.parse(table.write([strange]))[0] == []


@pytest.mark.parametrize("data", [TABLES[0].sample(), TABLES[1].sample()], ids=["XLSX", "CSV"])  # type: ignore[attr-defined]
def test_spoiled_files_get_a_report_and_never_an_error(data: bytes) -> None:
    chance = random.Random(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _round in range(150):
            spoiled = bytearray(data)
            for _change in range(chance.randrange(1, 8)):
                place = chance.randrange(len(spoiled))
                spoiled[place : place + chance.randrange(9)] = chance.choice(
                    [b"", b'"', b",", b"\n", b"\0", b"\xff", b"|", b"=>", b"PK", b"(1/0)", b"1e99"]
                )
            drafts, issues = TABLE.parse(bytes(spoiled))
            assert drafts or issues
