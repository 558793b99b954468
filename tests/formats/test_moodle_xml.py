"""Moodle XML in and out."""

from __future__ import annotations

import random

import pytest

from quizzes import formats
from quizzes.formats.base import Issue, QuestionDraft
from tests.formats.test_gift import examples

MOODLE = formats.get("moodle_xml")
SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/UN/Organs</text></category></question>
<question type="multichoice">
  <name><text>Mandates</text></name>
  <questiontext format="html"><text><![CDATA[<p>Who <b>authorizes</b> a mission?</p>]]></text></questiontext>
  <generalfeedback format="html"><text>&lt;p&gt;The Charter says so.&lt;/p&gt;</text></generalfeedback>
  <idnumber>who</idnumber><single>true</single>
  <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
  <answer fraction="100" format="html"><text>The Council</text><feedback format="html"><text>Yes.</text></feedback></answer>
  <answer fraction="0" format="html"><text>The Court</text><feedback format="html"><text>No.</text></feedback></answer>
  <tags><tag><text>Peace Keeping</text></tag></tags>
</question>
<question type="multichoice">
  <questiontext format="markdown"><text>Which are organs?</text></questiontext><single>false</single>
  <answer fraction="50"><text>Council</text></answer><answer fraction="50"><text>Court</text></answer>
  <answer fraction="-50"><text>NATO</text></answer>
</question>
<question type="truefalse">
  <questiontext format="html"><text>UNTSO dates from 1948.</text></questiontext>
  <answer fraction="100"><text>true</text><feedback><text>In May.</text></feedback></answer>
  <answer fraction="0"><text>false</text><feedback><text>Look again.</text></feedback></answer>
</question>
<question type="shortanswer">
  <questiontext format="html"><text>Which department?</text></questiontext>
  <answer fraction="100"><text>Peace Operations</text></answer><answer fraction="33.33333"><text>*Operations</text></answer>
  <answer fraction="0"><text>*</text><feedback><text>Think of peace.</text></feedback></answer>
</question>
<question type="numerical">
  <questiontext format="html"><text>When?</text></questiontext>
  <answer fraction="100"><text>1948</text><tolerance>1</tolerance></answer>
  <answer fraction="0"><text>1956</text><feedback><text>That is UNEF.</text></feedback></answer>
  <units><unit><multiplier>1</multiplier><unit_name>AD</unit_name></unit></units>
</question>
<question type="matching">
  <questiontext format="html"><text>Match.</text></questiontext>
  <subquestion format="html"><text>Council</text><answer><text>decides</text></answer></subquestion>
  <subquestion format="html"><text>Assembly</text><answer><text>pays</text></answer></subquestion>
  <subquestion format="html"><text></text><answer><text>fights</text></answer></subquestion>
</question>
<question type="essay"><questiontext format="html"><text>Discuss.</text></questiontext>
  <minwordlimit>50</minwordlimit><graderinfo format="html"><text>Two sides.</text></graderinfo></question>
<question type="ordering"><questiontext format="html"><text>In order.</text></questiontext>
  <answer fraction="1"><text>one</text></answer><answer fraction="2"><text>two</text></answer><answer fraction="3"><text>three</text></answer></question>
<question type="cloze"><questiontext format="html"><text><![CDATA[<p>In {1:NUMERICAL:=1948:1#Yes.~*#No.} the {1:SA:=UNTSO~%50%TSO} was {:MC:=set up~ended}.</p>]]></text></questiontext></question>
<question type="gapselect"><questiontext format="html"><text>The [[2]] and the [[1]].</text></questiontext>
  <selectoption><text>Court</text><group>1</group></selectoption><selectoption><text>Council</text><group>1</group></selectoption></question>
<question type="description"><questiontext format="html"><text>Read.</text></questiontext></question>
<question type="stack"><name><text>Algebra</text></name><questiontext><text>x</text></questiontext></question>
</quiz>
"""


def wrapped(inner: str) -> bytes:
    return f"<quiz>\n{inner}\n</quiz>".encode()


def question(kind: str, inner: str) -> bytes:
    return wrapped(
        f'<question type="{kind}"><questiontext format="html"><text>Stem?</text></questiontext>{inner}</question>'
    )


def read(data: bytes) -> tuple[list[QuestionDraft], list[Issue]]:
    return MOODLE.parse(data)


# In -------------------------------------------------------------------------------------------------------------------


def test_every_type_that_is_like_one_of_ours_is_read() -> None:
    drafts, issues = read(SAMPLE.encode())
    assert [draft.type for draft in drafts] == [
        "single_choice", "multiple_choice", "true_false", "short_answer", "numeric", "matching", "essay", "ordering",
        "cloze", "cloze",
    ]  # fmt: skip
    assert [issue.message for issue in issues if not issue.is_note] == [
        "Questions of the type “stack” cannot be read; this one is left out."
    ]
    assert issues[-1].where.startswith("line ")


def test_texts_feedback_category_id_and_tags_come_along() -> None:
    draft = read(SAMPLE.encode())[0][0]
    assert (draft.spec["stem"], draft.spec["explanation"]) == ("Who **authorizes** a mission?", "The Charter says so.")
    assert [row["feedback"] for row in draft.spec["options"]] == ["Yes.", "No."]
    assert (draft.category, draft.tags) == ("UN/Organs", ("peace-keeping",))
    assert draft.id is not None


def test_answers_keep_their_shares_and_the_star_is_the_feedback_to_any_other() -> None:
    spec = read(SAMPLE.encode())[0][3].spec
    assert [(row["text"], row["fraction"]) for row in spec["answers"]] == [
        ("Peace Operations", "1"),
        ("*Operations", "1/3"),
    ]
    assert spec["feedback_wrong"] == "Think of peace."


def test_numbers_keep_tolerance_unit_and_near_misses() -> None:
    spec = read(SAMPLE.encode())[0][4].spec
    assert (spec["value"], spec["tolerance"], spec["unit"]) == ("1948", "1", "AD")
    assert spec["near_misses"] == [{"value": "1956", "feedback": "That is UNEF."}]


def test_embedded_answers_become_gaps() -> None:
    spec = read(SAMPLE.encode())[0][8].spec
    assert spec["text"] == "In [[1]] the [[2]] was [[3]]."
    assert [gap["kind"] for gap in spec["gaps"]] == ["number", "text", "choice"]
    assert (spec["gaps"][0]["tolerance"], spec["gaps"][0]["feedback_wrong"]) == ("1", "No.")


def test_raised_and_lowered_figures_stay_what_they_are() -> None:
    stem = "<p>10<sup>-3</sup> of H<sub>2</sub>O on the 15<sup>th</sup>: x<sup>ab</sup>, \\(y_1\\)</p>"
    data = question("essay", "").replace(b"Stem?", f"<![CDATA[{stem}]]>".encode())
    assert MOODLE.parse(data)[0][0].spec["stem"] == "10⁻³ of H₂O on the 15th: x^(ab), \\\\(y_1\\\\)"


@pytest.mark.parametrize(
    ("figure", "value"),
    [("1.6e-19", "1.6e-19"), ("6.02E23", "6.02e+23"), (".5", "0.5"), ("5.", "5"), ("2.5e3", "2500"), ("2.50", "2.50")],
)
def test_figures_keep_their_value(figure: str, value: str) -> None:
    data = question("numerical", f'<answer fraction="100"><text>{figure}</text></answer>')
    assert MOODLE.parse(data)[0][0].spec["value"] == value


@pytest.mark.parametrize(("shuffle", "is_fixed"), [("false", True), ("0", True), ("true", False), ("1", False)])
def test_options_that_are_not_shuffled_keep_their_places_there_and_back(shuffle: str, is_fixed: bool) -> None:
    answers = "".join(f'<answer fraction="{share}"><text>{share}</text></answer>' for share in (0, 100))
    drafts, _issues = MOODLE.parse(question("multichoice", f"<shuffleanswers>{shuffle}</shuffleanswers>{answers}"))
    assert [row["pinned"] for row in drafts[0].spec["options"]] == [is_fixed, is_fixed]
    assert MOODLE.parse(MOODLE.write(drafts))[0] == drafts
    assert MOODLE.losses(drafts) == []


def test_a_pair_with_a_picture_alone_is_refused_and_no_answer_that_belongs_to_nothing() -> None:
    lefts = ['&lt;img src="x.png"&gt;', "Council", "Court"]
    pairs = (
        f"<subquestion><text>{left}</text><answer><text>{left[-3]}</text></answer></subquestion>" for left in lefts
    )
    drafts, issues = MOODLE.parse(question("matching", "".join(pairs)))
    assert drafts == []
    assert str(issues[-1]) == "line 2, pair 1, left: is empty."


def test_right_sides_of_pairs_are_shown_without_their_tags() -> None:
    rights = ["&lt;b&gt;decides&lt;/b&gt;", "pays &amp;amp; votes"]
    pairs = (
        f"<subquestion><text>{n}</text><answer><text>{right}</text></answer></subquestion>"
        for n, right in enumerate(rights)
    )
    spec = MOODLE.parse(question("matching", "".join(pairs)))[0][0].spec
    assert [pair["right"] for pair in spec["pairs"]] == ["**decides**", "pays & votes"]


def test_tags_and_categories_of_other_letters() -> None:
    category = "<question type='category'><category><text>$course$/top/Law/Input//Output</text></category></question>"
    essay = question("essay", "<tags><tag><text>État-Major</text></tag><tag><text>мир</text></tag></tags>")
    drafts, issues = MOODLE.parse(essay.replace(b"<quiz>", f"<quiz>{category}".encode()))
    assert (drafts[0].tags, drafts[0].category) == (("etat-major",), "Law/Input\u2215Output")
    assert [str(issue) for issue in issues] == ["line 2: The tag “мир” is left out: tags are of Latin letters."]


def test_points_and_the_beginning_of_an_answer_are_named() -> None:
    rest = "<defaultgrade>2.5000000</defaultgrade><responsetemplate><text>Dear …</text></responsetemplate>"
    assert [issue.message for issue in MOODLE.parse(question("essay", rest))[1]] == [
        "The text that stands in the answer at first is left out.",
        "It is worth 2.5 points there; here a quiz says how many a question is worth.",
    ]


def test_choices_by_number_become_gaps_in_the_order_of_the_text() -> None:
    spec = read(SAMPLE.encode())[0][9].spec
    assert spec["text"] == "The [[1]] and the [[2]]."
    keys = [next(row["text"] for row in gap["options"] if row["correct"]) for gap in spec["gaps"]]
    assert keys == ["Council", "Court"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 x", "This is a PDF file, not Moodle XML."),
        (b"<!doctype html><html></html>", "This is a web page, not Moodle XML."),
        (b'{"a": 1}', "This is JSON, not Moodle XML."),
        (b"<html><body/></html>", "This is a web page"),
        (b"<questestinterop/>", "begins with <questestinterop>"),
        (b"<quiz>\n<question>", "This is not well-formed XML: the file ends inside <question>, which begins in line 2."),
        (b"<quiz><question>1 < 2</question></quiz>", "a “<” begins no tag; the sign itself is written as &lt;."),
        (b"<quiz><question>A & B</question></quiz>", "a “&” begins no entity; the sign itself is written as &amp;."),
        (b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "document type"),
        (b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1/x.dtd"><quiz/>', "document type"),
        (b"<quiz/>", "No questions found"),
        ("<quiz>é</quiz>".encode("latin-1"), "it is not in the encoding that it names"),
        (question("multichoice", '<answer fraction="abc"><text>a</text></answer>'), "“abc” is not a share"),
        (question("multichoice", '<answer fraction="1000"><text>a</text></answer>'), "“1000” is not a share"),
        (question("truefalse", ""), "Neither true nor false"),
        (question("shortanswer", ""), "No answer is marked"),
        (question("numerical", '<answer fraction="100"><text>ten</text></answer>'), "“ten” is not a number"),
        (question("cloze", ""), "no embedded answer"),
        (question("gapselect", "<selectoption><text>a</text></selectoption>"), "at least 1"),
        (wrapped('<question type="essay"/>'), "no <questiontext>"),
        (wrapped("<a>" * 300 + "</a>" * 300), "not well-formed XML"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_sentence(data: bytes, words: str) -> None:
    drafts, issues = read(data)
    assert drafts == []
    assert words in issues[0].message


def test_a_bomb_of_entities_is_refused_unopened() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    drafts, issues = read(f'<!DOCTYPE quiz [<!ENTITY a0 "ha">{levels}]><quiz>&a9;</quiz>'.encode())
    assert drafts == []
    assert len(issues) == 1


def test_more_attributes_than_any_bank_has_are_refused_unopened() -> None:
    names = " ".join(f"a{n}=''" for n in range(50))
    element = f"<question {names}/>"
    assert [str(issue) for issue in MOODLE.parse(wrapped(element * 8_001))[1]] == [
        "file: It has more than 400,000 attributes."
    ]


@pytest.mark.parametrize("sign", ["&lt;img ", "&lt;!--", "&lt;sup&gt;", "&lt;img data-equation-content=&quot;"])
def test_tags_without_end_take_no_time_that_grows_with_their_square(sign: str) -> None:
    drafts, issues = MOODLE.parse(question("essay", "").replace(b"Stem?", sign.encode() * 5_000))
    assert drafts or issues


def test_what_acts_is_taken_out_and_named() -> None:
    text = (
        "<![CDATA[<p onclick='x()'>Hi <img src=x onerror=y()><script>z()</script><a href='javascript:q()'>a</a></p>]]>"
    )
    data = wrapped(f'<question type="essay"><questiontext format="html"><text>{text}</text></questiontext></question>')
    drafts, issues = read(data)
    assert not any(word in drafts[0].spec["stem"] for word in ("onclick", "onerror", "script", "javascript", "img"))
    assert {issue.message for issue in issues} == {"It comes without a picture.", "It comes without a script."}


# Out ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", examples(), ids=lambda draft: draft.where)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(draft: QuestionDraft) -> None:
    lost = MOODLE.losses([draft])
    drafts, issues = read(MOODLE.write([draft]))
    if any(not issue.is_note for issue in lost):
        assert drafts == []
        return
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert drafts[0].type == draft.type
    assert lost or dict(drafts[0].spec) == dict(draft.spec)


def test_ids_tags_and_categories_come_back() -> None:
    draft = QuestionDraft(
        "essay",
        read(SAMPLE.encode())[0][6].spec,
        topic="organs",
        tags=("a", "b"),
        id="6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    )
    again = read(MOODLE.write([draft]))[0][0]
    assert (again.id, again.tags, again.category) == (draft.id, draft.tags, "organs")


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(3)
    whole = SAMPLE.encode()
    for _round in range(300):
        data = bytearray(whole)
        for _change in range(chance.randrange(1, 12)):
            place = chance.randrange(len(data))
            data[place : place + chance.randrange(20)] = chance.choice(
                [b"", b"<", b">", b"&", b"</question>", b"{1:SA:", b"}", b"~", b"\0", b"[[9]]"]
            )
        drafts, issues = read(bytes(data))
        assert drafts or issues
