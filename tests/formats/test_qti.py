"""QTI 2 and 3: items alone and in packages."""

from __future__ import annotations

import io
import random
import warnings
import zipfile

import pytest

from quizzes import formats
from quizzes.formats.base import Issue, QuestionDraft
from quizzes.markup import markdown
from tests.formats.test_gift import examples

QTI = formats.get("qti")
MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
<resource identifier="r" type="imsqti_item_xmlv2p1" href="{href}"><file href="{href}"/></resource></resources></manifest>"""
CHOICE = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q1" title="Mandates">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
<correctResponse><value>A</value></correctResponse></responseDeclaration>
<itemBody><p>Read <b>this</b>.</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">
<prompt>Who decides?</prompt><simpleChoice identifier="A">The Council<feedbackInline identifier="A">Yes.</feedbackInline></simpleChoice>
<simpleChoice identifier="B" fixed="true">The Court</simpleChoice></choiceInteraction></itemBody></assessmentItem>"""
INLINE = """<assessmentItem identifier="q2"><responseDeclaration identifier="R1" cardinality="single" baseType="string">
<correctResponse><value>UNTSO</value></correctResponse><mapping defaultValue="0"><mapEntry mapKey="UNTSO" mappedValue="2"/>
<mapEntry mapKey="TSO" mappedValue="1"/></mapping></responseDeclaration>
<responseDeclaration identifier="R2" cardinality="single" baseType="identifier"><correctResponse><value>Y</value></correctResponse></responseDeclaration>
<itemBody><p>The <textEntryInteraction responseIdentifier="R1"/> began in <inlineChoiceInteraction responseIdentifier="R2">
<inlineChoice identifier="X">1945</inlineChoice><inlineChoice identifier="Y">1948</inlineChoice></inlineChoiceInteraction>, in May.</p></itemBody></assessmentItem>"""
GAPS = """<assessmentItem identifier="q3"><responseDeclaration identifier="R" cardinality="multiple" baseType="directedPair">
<correctResponse><value>W G1</value><value>S G2</value></correctResponse></responseDeclaration><itemBody>
<gapMatchInteraction responseIdentifier="R"><prompt>Fill.</prompt><gapText identifier="W">war</gapText><gapText identifier="S">summer</gapText>
<p>Of <gap identifier="G1"/> and <gap identifier="G2"/>.</p></gapMatchInteraction></itemBody></assessmentItem>"""


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def package(item: str = CHOICE, href: str = "items/q1.xml") -> bytes:
    return zipped(**{"imsmanifest.xml": MANIFEST.format(href=href), href: item})


def one(data: str | bytes) -> QuestionDraft:
    drafts, issues = QTI.parse(data.encode() if isinstance(data, str) else data)
    assert [issue for issue in issues if not issue.is_note] == []
    return drafts[0]


def refused(data: bytes) -> Issue:
    drafts, issues = QTI.parse(data)
    assert drafts == []
    return issues[0]


# In -------------------------------------------------------------------------------------------------------------------


def test_feedback_that_is_a_list_comes_back_as_one() -> None:
    spec = {
        "stem": "Is it so?",
        "answer": True,
        "explanation": "",
        "feedback_true": "- yes\n- now",
        "feedback_false": "",
    }
    [found], _issues = QTI.parse(QTI.write([QuestionDraft("true_false", spec)]))
    assert markdown(found.spec["feedback_true"]) == markdown(spec["feedback_true"])


@pytest.mark.parametrize("data", [CHOICE, package()], ids=["an item alone", "a package"])
def test_a_choice_keeps_its_stem_options_and_feedback(data: str | bytes) -> None:
    spec = one(data).spec
    assert spec["stem"] == "Read **this**.\n\nWho decides?"
    assert [(row["text"], row["correct"], row["feedback"], row["pinned"]) for row in spec["options"]] == [
        ("The Council", True, "Yes.", False), ("The Court", False, "", True)
    ]  # fmt: skip


def test_names_of_version_3_mean_the_same() -> None:
    three = CHOICE
    for two, new in (
        ("assessmentItem", "qti-assessment-item"), ("responseDeclaration", "qti-response-declaration"), ("baseType", "base-type"),
        ("correctResponse", "qti-correct-response"), ("<value>", "<qti-value>"), ("</value>", "</qti-value>"), ("itemBody", "qti-item-body"),
        ("choiceInteraction", "qti-choice-interaction"), ("responseIdentifier", "response-identifier"), ("maxChoices", "max-choices"),
        ("simpleChoice", "qti-simple-choice"), ("feedbackInline", "qti-feedback-inline"), ("prompt", "qti-prompt"),
    ):  # fmt: skip
        three = three.replace(two, new)
    assert one(three).spec == one(CHOICE).spec


NUMBER = """<assessmentItem><responseDeclaration identifier="R" cardinality="single" baseType="float">
<correctResponse><value>1.6e-19</value></correctResponse></responseDeclaration>
<itemBody><p>Charge? <textEntryInteraction responseIdentifier="R"/></p></itemBody>
<responseProcessing><responseIf><equal toleranceMode="{}" tolerance="{}"><variable identifier="R"/><correct identifier="R"/></equal>
</responseIf></responseProcessing></assessmentItem>"""


@pytest.mark.parametrize(
    ("mode", "given", "kept"),
    [
        ("absolute", "0.5 0.5", ("absolute", "0.5")),
        ("relative", "10", ("relative", "0.1")),
        ("exact", "", ("absolute", "0")),
    ],
)
def test_a_number_keeps_its_tolerance(mode: str, given: str, kept: tuple[str, str]) -> None:
    spec = one(NUMBER.format(mode, given)).spec
    assert (spec["value"], spec["tolerance_kind"], spec["tolerance"]) == ("1.6e-19", *kept)


def test_a_tolerance_that_is_larger_on_one_side_is_refused() -> None:
    assert "larger on one side" in refused(NUMBER.format("absolute", "0.1 0.2").encode()).message


MODAL = """<modalFeedback identifier="{}" outcomeIdentifier="F" showHide="show">{}</modalFeedback>"""


def test_feedback_beside_the_body_belongs_to_its_option_or_to_the_question() -> None:
    end = "</assessmentItem>"
    own = one(CHOICE.replace(end, MODAL.format("B", "Look again.") + MODAL.format("all", "Article 24.") + end)).spec
    assert (own["options"][1]["feedback"], own["explanation"]) == ("Look again.", "Article 24.")
    several = CHOICE.replace(end, MODAL.format("right", "Good.") + MODAL.format("wrong", "Bad.") + end)
    drafts, issues = QTI.parse(several.encode())
    assert drafts[0].spec["explanation"] == ""
    assert [issue.message for issue in issues] == ["The feedback to the question as a whole is left out."]


def test_an_item_without_a_key_and_one_of_whose_options_nothing_is_left() -> None:
    keyless = CHOICE.replace("<correctResponse><value>A</value></correctResponse>", "")
    assert refused(keyless.encode()).message == "No right answer is given."
    _drafts, issues = QTI.parse(CHOICE.replace("The Court", '<img src="a.png"/>').encode())
    assert [str(issue) for issue in issues if not issue.is_note] == ["line 1 (Mandates), option 2: is empty."]


def test_names_with_spaces_are_found_as_manifests_write_them() -> None:
    data = zipped(**{"imsmanifest.xml": MANIFEST.format(href="my%20items/q1.xml"), "my items/q1.xml": CHOICE})
    assert one(data).spec == one(CHOICE).spec


def test_entries_and_choices_in_a_line_become_gaps() -> None:
    spec = one(INLINE).spec
    assert spec["text"] == "The [[1]] began in [[2]], in May."
    assert [(row["text"], row["fraction"]) for row in spec["gaps"][0]["answers"]] == [("UNTSO", "1"), ("TSO", "1/2")]
    assert [row["text"] for row in spec["gaps"][1]["options"] if row["correct"]] == ["1948"]


def test_gaps_to_fill_from_a_list_become_choices() -> None:
    spec = one(GAPS).spec
    assert (spec["stem"], spec["text"]) == ("Fill.", "Of [[1]] and [[2]].")


@pytest.mark.parametrize(
    ("data", "where", "words"),
    [
        (b"PK\x03\x04 broken", "file", "not a zip archive"),
        (zipped(**{"a.xml": CHOICE}), "file", "imsmanifest.xml is missing"),
        (zipped(**{"x/imsmanifest.xml": "<manifest/>"}), "file", "found in the folder x"),
        (zipped(**{"imsmanifest.xml": MANIFEST.format(href="gone.xml")}), "gone.xml", "no such file"),
        (zipped(**{"imsmanifest.xml": "<manifest/>"}), "imsmanifest.xml", "names no questions"),
        (zipped(**{"imsmanifest.xml": "<manifest>"}), "line 1", "not well-formed"),
        (zipped(**{"imsmanifest.xml": "<m/>", "../../x": "y"}), "../../x", "leads out of it"),
        (zipped(**{"imsmanifest.xml": "<m/>", "/etc/x": "y"}), "/etc/x", "leads out of it"),
        (zipped(**{"imsmanifest.xml": "<m/>", "C:/x": "y"}), "C:/x", "leads out of it"),
        (zipped(**{"imsmanifest.xml": "<m/>", "x\\..\\y": "y"}), "x\\..\\y", "cannot be used"),
        (zipped(**{"imsmanifest.xml": "<m/>", "A.xml": "y", "a.xml": "z"}), "a.xml", "two files of this name"),
        (zipped(**{"imsmanifest.xml": "<m/>", **{f"{n}.xml": "" for n in range(2001)}}), "file", "more than 2000 files"),
        (package("<other/>"), "items/q1.xml", "begins with <other>"),
        (package("<!DOCTYPE a [<!ENTITY x 'y'>]><assessmentItem/>"), "items/q1.xml, file", "document type"),
        (package(CHOICE.replace("choiceInteraction", "hotspotInteraction")), "items/q1.xml (Mandates)", "hotspotInteraction"),
        (package(CHOICE.replace('responseIdentifier="RESPONSE"', 'responseIdentifier="X"')), "items/q1.xml (Mandates)", "not declared"),
        (package("<assessmentItem identifier='a'/>"), "items/q1.xml", "no itemBody"),
        (b"<assessmentItem>", "line 1", "not well-formed"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_place_and_a_sentence(data: bytes, where: str, words: str) -> None:
    issue = refused(data)
    assert issue.where == where
    assert words in issue.message


def test_a_locked_archive_a_link_and_a_bomb_are_refused() -> None:
    locked = bytearray(package())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(magic)
        locked[place + offset] |= 1
    assert "password" in refused(bytes(locked)).message
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "a link" in refused(buffer.getvalue()).message
    assert "larger than 25 MB" in refused(package("<a>" + " " * 27_000_000 + "</a>")).message


def test_many_members_of_much_air_together_are_refused() -> None:
    names = [f"items/{n}.xml" for n in range(20)]
    rows = "".join(f'<resource type="imsqti_item_xmlv2p1" href="{name}"/>' for name in names)
    air = "<assessmentItem>" + " " * 4_000_000 + "</assessmentItem>"
    data = zipped(**{"imsmanifest.xml": f"<manifest>{rows}</manifest>"}, **dict.fromkeys(names, air))
    drafts, issues = QTI.parse(data)
    assert drafts == []
    assert "far too large" in issues[-1].message


# Out ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", examples(), ids=lambda draft: draft.where)
def test_each_type_comes_back_equal_or_with_a_word_about_what_was_lost(draft: QuestionDraft) -> None:
    drafts, issues = QTI.parse(QTI.write([draft]))
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert drafts[0].type == draft.type
    assert QTI.losses([draft]) or dict(drafts[0].spec) == dict(draft.spec)


def test_the_same_questions_give_the_same_file() -> None:
    assert QTI.write(examples()) == QTI.write(examples())


def test_spoiled_files_get_a_report_and_never_an_error() -> None:
    chance = random.Random(5)
    whole = [package(text) for text in (CHOICE, INLINE, GAPS)] + [text.encode() for text in (CHOICE, INLINE, GAPS)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _round in range(300):
            data = bytearray(chance.choice(whole))
            for _change in range(chance.randrange(1, 8)):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(12)] = chance.choice(
                    [b"", b"<", b">", b"&", b"PK", b"\0", b"\xff", b'"']
                )
            drafts, issues = QTI.parse(bytes(data))
            assert drafts or issues
