"""QTI 1.2 in and out, as Canvas writes and reads it."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pytest

from quizzes import formats, question_types
from quizzes.formats.base import Issue, QuestionDraft
from tests.formats.test_gift import examples
from tests.formats.test_qti import zipped

QTI12 = formats.get("qti12")
MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"><resources>
<resource identifier="a" type="imsqti_xmlv1p2"><file href="{href}"/></resource>
<resource identifier="b" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="a/assessment_meta.xml"/>
</resources></manifest>"""
KEY = '<setvar action="Set" varname="SCORE">100</setvar>'


def mattext(text: str) -> str:
    return f'<material><mattext texttype="text/html">{text}</mattext></material>'


def labels(*texts: str) -> str:
    rows = (f'<response_label ident="{n}">{mattext(text)}</response_label>' for n, text in enumerate(texts, start=1))
    return f"<render_choice>{''.join(rows)}</render_choice>"


def when(*tests: str, then: str = KEY) -> str:
    return f'<respcondition continue="No"><conditionvar>{"".join(tests)}</conditionvar>{then}</respcondition>'


def equal(value: str, name: str = "response1") -> str:
    return f'<varequal respident="{name}">{value}</varequal>'


def said(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><flow_mat>{mattext(text)}</flow_mat></itemfeedback>'


def assessment(
    kind: str, responses: str, marking: str = "", rest: str = "", stem: str = "&lt;p&gt;Who?&lt;/p&gt;"
) -> str:
    metadata = (
        "<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>"
        f"<fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
    )
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="q" title="Organs"><section>\n'
        f'<item ident="i1" title="Q1">{metadata if kind else ""}<presentation>{mattext(stem)}{responses}</presentation>'
        f"<resprocessing>{marking}</resprocessing>{rest}</item></section></assessment></questestinterop>"
    )


def listed(*texts: str, name: str = "response1", many: bool = False, above: str = "") -> str:
    cardinality = "Multiple" if many else "Single"
    return f'<response_lid ident="{name}" rcardinality="{cardinality}">{above}{labels(*texts)}</response_lid>'


FIELD = '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="{}"/></response_str>'
CHOICE = assessment(
    "multiple_choice_question",
    listed("Council", "&lt;b&gt;Court&lt;/b&gt;"),
    when(equal("2"), then='<displayfeedback feedbacktype="Response" linkrefid="2_fb"/>') + when(equal("2")),
    said("general_fb", "Article 24.") + said("2_fb", "Yes."),
)
MANY = assessment(
    "multiple_answers_question",
    listed("a", "b", "c", many=True),
    when(f"<and>{equal('1')}<not>{equal('2')}</not>{equal('3')}</and>"),
)
PAIRS = assessment(
    "matching_question",
    listed("votes", "decides", "judges", name="response_1", above=mattext("Assembly"))
    + listed("votes", "decides", "judges", name="response_2", above=mattext("Council")),
    when(equal("1", "response_1"), then='<setvar action="Add" varname="SCORE">50.00</setvar>')
    + when(equal("2", "response_2"), then='<setvar action="Add" varname="SCORE">50.00</setvar>'),
)
BLANKS = assessment(
    "fill_in_multiple_blanks_question",
    listed("UNTSO", "TSO", name="response_first_one", above=mattext("first_one"))
    + listed("1948", name="response_year", above=mattext("year")),
    when(equal("1", "response_first_one")) + when(equal("1", "response_year")),
    stem="In [year] came &lt;b&gt;[first_one]&lt;/b&gt;.",
)
SAMPLES = (CHOICE, MANY, PAIRS, BLANKS)


def package(text: str = CHOICE, href: str = "a/a.xml") -> bytes:
    return zipped(
        **{"imsmanifest.xml": MANIFEST.format(href="a/a.xml"), href: text, "a/assessment_meta.xml": "<quiz/>"}
    )


def one(data: str | bytes) -> QuestionDraft:
    drafts, issues = QTI12.parse(data.encode() if isinstance(data, str) else data)
    assert [str(issue) for issue in issues if not issue.is_note] == []
    return drafts[0]


def issue_of(data: str | bytes) -> Issue:
    drafts, issues = QTI12.parse(data.encode() if isinstance(data, str) else data)
    assert drafts == []
    return issues[0]


# In -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [CHOICE, package()], ids=["XML alone", "a package"])
def test_a_choice_keeps_stem_options_and_feedback(data: str | bytes) -> None:
    draft = one(data)
    assert (draft.type, draft.spec["stem"], draft.spec["explanation"]) == ("single_choice", "Who?", "Article 24.")
    assert [(row["text"], row["correct"], row["feedback"]) for row in draft.spec["options"]] == [
        ("Council", False, ""), ("**Court**", True, "Yes.")
    ]  # fmt: skip
    assert draft.category == "Organs"


def test_an_id_counts_where_no_other_question_of_the_world_can_have_it() -> None:
    assert one(CHOICE).id is None  # “i1” is of this file alone
    canvas = one(CHOICE.replace('ident="i1"', 'ident="g9a1b2c3d4e5f60718293a4b5c6d7e8f9"'))
    assert canvas.id == one(CHOICE.replace('ident="i1"', 'ident="g9a1b2c3d4e5f60718293a4b5c6d7e8f9"')).id is not None


def test_formulas_of_canvas_are_kept_as_they_were_typed_and_draws_from_banks_are_named() -> None:
    formula = '<img class="equation_image" src="/equation_images/x" alt="LaTeX: x^2" data-equation-content="x^2">'
    drafts, issues = QTI12.parse(
        CHOICE.replace("&lt;p&gt;Who?&lt;/p&gt;", f"<![CDATA[<p>Is {formula} <b>even</b>?</p>]]>")
        .replace("</section>", "<selection><sourcebank_ref>b1</sourcebank_ref></selection></section>")
        .encode()
    )
    assert drafts[0].spec["stem"] == r"Is \\(x^2\\) **even**?"
    assert [str(issue) for issue in issues] == ["line 2: It draws questions from a bank that is not in this file."]


def test_answers_that_must_not_be_chosen_are_wrong_and_the_marking_is_named() -> None:
    drafts, issues = QTI12.parse(MANY.encode())
    assert [row["correct"] for row in drafts[0].spec["options"]] == [True, False, True]
    assert "right minus wrong" in issues[0].message


def test_true_and_false_as_options_are_a_statement() -> None:
    draft = one(assessment("true_false_question", listed("True", "False"), when(equal("2"))))
    assert (draft.type, draft.spec["answer"]) == ("true_false", False)


def test_accepted_texts_are_those_of_the_condition_and_stars_are_signs() -> None:
    draft = one(assessment("short_answer_question", FIELD, when(equal("UNTSO"), equal("T*O"))))
    assert [row["text"] for row in draft.spec["answers"]] == ["UNTSO", "T\\*O"]


@pytest.mark.parametrize(
    ("tests", "fields", "note"),
    [
        ([equal("4.0")], {"value": "4.0", "tolerance": "0"}, ""),
        (["<or>", equal("4.0"), "<and><vargte>4.0</vargte><varlte>4.0</varlte></and></or>"], {"value": "4.0", "tolerance": "0"}, ""),
        (["<or>", equal("6"), "<and><vargte>5</vargte><varlte>7</varlte></and></or>"], {"value": "6", "tolerance": "1"}, ""),
        (['<varequal respident="response1" margintype="percent" margin="1">5</varequal>'], {"tolerance": "0.01", "tolerance_kind": "relative"}, ""),
        (['<varequal respident="response1" margintype="absolute" margin="0.5">5</varequal>'], {"tolerance": "0.5", "tolerance_kind": "absolute"}, ""),
        (["<vargte>6.0</vargte><varlte>8.0</varlte>"], {"value": None, "low": "6.0", "high": "8.0"}, ""),
        (['<or><varequal precisiontype="significantDigits" precision="1">8.0</varequal><and><vargt>7.5</vargt><varlte>8.5</varlte></and></or>'],
         {"low": "7.5", "high": "8.5"}, "precision"),
        (["<or>", equal("6"), "<and><vargte>5</vargte><varlte>9</varlte></and></or>"], {"value": None, "low": "5", "high": "9"}, ""),
    ],
)  # fmt: skip
def test_numbers_are_exact_or_have_a_margin_a_precision_or_a_range(
    tests: list[str], fields: dict[str, Any], note: str
) -> None:
    drafts, issues = QTI12.parse(assessment("numerical_question", FIELD, when(*tests)).encode())
    assert {name: drafts[0].spec[name] for name in fields} == fields
    assert any(note in issue.message for issue in issues) == bool(note)


def test_pairs_come_from_their_own_responses_and_what_is_left_over_is_extra() -> None:
    spec = one(PAIRS).spec
    assert [(row["left"], row["right"]) for row in spec["pairs"]] == [("Assembly", "votes"), ("Council", "decides")]
    assert spec["extra"] == ["judges"]


def test_blanks_become_gaps_in_the_order_of_the_text() -> None:
    spec = one(BLANKS).spec
    assert spec["text"] == "In [[1]] came **[[2]]**."
    assert [[row["text"] for row in gap["answers"]] for gap in spec["gaps"]] == [["1948"], ["UNTSO", "TSO"]]


def test_blanks_with_a_list_become_gaps_to_choose() -> None:
    text = BLANKS.replace("fill_in_multiple_blanks", "multiple_dropdowns").replace(
        labels("1948"), labels("1948", "1945")
    )
    gap = one(text).spec["gaps"][0]
    assert [(row["text"], row["correct"]) for row in gap["options"]] == [("1948", True), ("1945", False)]


@pytest.mark.parametrize(
    ("text", "type"),
    [
        (CHOICE.replace("multiple_choice_question", ""), "single_choice"),
        (assessment("", listed("a", "b", "c", many=True), when(equal("1"), equal("2"))), "multiple_choice"),
        (PAIRS.replace("matching_question", ""), "matching"),
        (assessment("", FIELD.format("Decimal"), when(equal("4"))), "numeric"),
        (assessment("", FIELD.format("String"), when(equal("4"))), "short_answer"),
        (assessment("", FIELD.format("String")), "essay"),
        (assessment("essay_question", FIELD, "<respcondition><conditionvar><other/></conditionvar></respcondition>"), "essay"),
    ],
)  # fmt: skip
def test_without_a_type_the_responses_tell_it(text: str, type: str) -> None:
    assert one(text).type == type


@pytest.mark.parametrize(
    ("data", "where", "words"),
    [
        (assessment("calculated_question", FIELD), "line 2 (Q1)", "type “calculated_question” cannot be read"),
        (assessment("file_upload_question", ""), "line 2 (Q1)", "type “file_upload_question” cannot be read"),
        (assessment("text_only_question", ""), "line 2 (Q1)", "a text and not a question"),
        (assessment("", ""), "line 2 (Q1)", "nothing in it that could be answered"),
        (assessment("multiple_choice_question", FIELD), "line 2 (Q1)", "no <response_lid>"),
        (assessment("short_answer_question", FIELD), "line 2 (Q1)", "No answer is marked"),
        (assessment("numerical_question", FIELD), "line 2 (Q1)", "No number is marked"),
        (assessment("numerical_question", FIELD, when(equal("many"))), "line 2 (Q1)", "“many” is not a number"),
        (PAIRS.replace('respident="response_2"', 'respident="x"'), "line 2 (Q1)", "No right answer is given for “2”"),
        (BLANKS.replace("In [year]", "In"), "line 2 (Q1)", "no blank “[year]”"),
        (assessment("multiple_choice_question", listed("a", "b"), when(equal("1"), equal("2"))), "line 2 (Q1)", "Several options"),
        (assessment("multiple_choice_question", listed(*map(str, range(501))), when(equal("1"))), "line 2 (Q1)", "more than 500 choices"),
        (CHOICE.replace("presentation>", "other>"), "line 2 (Q1)", "no <presentation>"),
        ("<quiz/>", "line 1", "begins with <quiz>"),
        ("<questestinterop>", "line 1", "not well-formed"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><questestinterop/>", "file", "document type"),
        (b"PK\x03\x04 broken", "file", "not a zip archive"),
        (zipped(**{"a.xml": CHOICE}), "file", "imsmanifest.xml is missing"),
        (zipped(**{"imsmanifest.xml": "<manifest/>"}), "imsmanifest.xml", "names no questions"),
        (zipped(**{"imsmanifest.xml": MANIFEST.format(href="a.xml").replace("imsqti_xmlv1p2", "imsqti_item_xmlv2p1")}),
         "imsmanifest.xml", "QTI 2 or 3"),
        (package(href="b.xml"), "a/a.xml", "no such file"),
        (package("<quiz/>"), "a/a.xml, line 1", "begins with <quiz>"),
        (zipped(**{"imsmanifest.xml": "<m/>", "../x": "y"}), "../x", "leads out of it"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_place_and_a_sentence(data: str | bytes, where: str, words: str) -> None:
    issue = issue_of(data)
    assert issue.where == where
    assert words in issue.message


def test_pictures_and_feedback_to_the_whole_are_noted() -> None:
    text = CHOICE.replace("Article 24.", '&lt;img src="x"&gt;Article 24.').replace(
        said("2_fb", "Yes."), said("correct_fb", "Well done.")
    )
    _drafts, issues = QTI12.parse(text.encode())
    assert [issue.message for issue in issues] == [
        "It comes without a picture.", "The feedback to the question as a whole is left out."
    ]  # fmt: skip


@pytest.mark.parametrize("stem", ["&lt;b&gt;x" * 5_000, "&lt;i&gt;" * 900 + "x", "&lt;p&gt;y&lt;/p&gt;" * 20_000])
def test_html_that_is_nested_too_deeply_or_too_long_is_words_alone(stem: str) -> None:
    drafts, issues = QTI12.parse(assessment("essay_question", "", stem=stem).encode())
    assert drafts or "may have at most" in issues[-1].message
    assert "It comes without its layout." in [issue.message for issue in issues]


# Out ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", examples(), ids=lambda draft: draft.where)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(draft: QuestionDraft) -> None:
    drafts, issues = QTI12.parse(QTI12.write([draft]))
    lost = QTI12.losses([draft])
    if draft.type in ("ordering", "cloze"):
        assert (drafts, [issue.is_note for issue in lost]) == ([], [False])
        return
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert drafts[0].type == draft.type
    assert dict(drafts[0].spec) == dict(draft.spec) or lost


@pytest.mark.parametrize(
    "gap",
    [
        {"kind": "text", "answers": [{"text": "UNTSO", "feedback": "Yes."}, {"text": "TSO"}]},
        {"kind": "choice", "options": [{"text": "a", "feedback": "No."}, {"text": "b", "correct": True}]},
    ],
    ids=["to write in", "to choose"],
)
def test_gaps_of_one_kind_come_back(gap: dict[str, Any]) -> None:
    fields = {"stem": "Fill in the gaps.", "text": "It *is* [[1]], or [[2]].", "gaps": [gap, gap]}
    draft = QuestionDraft("cloze", question_types.get("cloze").spec(fields).model_dump(mode="json"))
    assert dict(one(QTI12.write([draft])).spec) == dict(draft.spec)


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    fields = {"stem": "a\x0bb", "answers": [{"text": "c\x1fd"}]}
    draft = QuestionDraft("short_answer", question_types.get("short_answer").spec(fields).model_dump(mode="json"))
    spec = one(QTI12.write([draft])).spec
    assert (spec["stem"], spec["answers"][0]["text"]) == ("ab", "cd")


def test_the_same_questions_give_the_same_file() -> None:
    assert QTI12.write(examples()) == QTI12.write(examples())


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(5)
    whole = [package(text) for text in SAMPLES] + [text.encode() for text in SAMPLES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _round in range(400):
            data = bytearray(chance.choice(whole))
            for _change in range(chance.randrange(1, 8)):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(12)] = chance.choice(
                    [b"", b"<", b">", b"&", b"PK", b"\0", b"\xff", b'"', b"9", b"]", b"response_"]
                )
            drafts, issues = QTI12.parse(bytes(data))
            assert drafts or issues
