"""Each item rule: a planted flaw that it finds, and clean questions that it leaves alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from quizzes import lint
from quizzes.lint.items import Citation, Item
from tests.lint.samples import (
    CLOZE,
    MULTIPLE,
    NUMBER,
    ORDER,
    PAIRS,
    SHORT,
    SINGLE,
    STATEMENT,
    context,
    found,
    item,
    with_options,
)

WRONG_FEEDBACK = [{**option, "feedback": "Incorrect."} for option in SINGLE["options"]]
NO_FEEDBACK = [{**option, "feedback": ""} for option in SINGLE["options"]]
ECHO_FEEDBACK = [
    {**option, "feedback": f"The option says: {option['text']}, in other words."} for option in SINGLE["options"]
]
OPTIONS = [option["text"] for option in SINGLE["options"]]
NOUNS = ("The wall", "The sand", "The ice", "The river")

CLEAN: dict[str, Item] = {
    "single": item(),
    "multiple": item(MULTIPLE, "multiple_choice"),
    "true or false": item(STATEMENT),
    "short answer": item(SHORT),
    "cloze": item(CLOZE),
    "numeric": item(NUMBER),
    "matching": item(PAIRS),
    "ordering": item(ORDER),
}
FLAWED: list[tuple[str, Mapping[str, Any]]] = [
    ("explanation-missing", SINGLE | {"explanation": " "}),
    ("stem-length", SINGLE | {"stem": "Why a harbour?"}),
    ("stem-length", SINGLE | {"stem": "Why, " + "as the old chronicle of the town tells us, " * 6 + "was it built?"}),
    ("stem-bare", SINGLE | {"stem": "Which of the following statements is true?"}),
    ("option-count", with_options("The wall", "The sand")),
    ("option-count", with_options(*NOUNS, "The lamp", "The keys")),
    ("key-too-long", with_options("A flood", "Sand that had choked the older port on the river", "Fishers", "Ice")),
    ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " So option B is the answer."}),
    ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " The second option fits."}),
    ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " Therefore (c) falls away."}),
    ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " Only D is correct."}),
    ("absolute-in-distractors", with_options("Storms always closed it", "Sand had choked the port", "Fishers had left")),
    ("stem-word-in-key", SINGLE | {"stem": "Why, in the chronicle, was the port of Vell too choked for boats?"}),
    ("article", with_options("wall", "oven", "lamp", stem="What the town of Vell needed most was an")),
    ("article", CLOZE | {"text": "It was a [[1]] town in [[2]].", "gaps": [
        {"kind": "choice", "options": [{"text": "old", "correct": True}, {"text": "rich"}]}, CLOZE["gaps"][1]]}),
    ("agreement", with_options("the walls", "the lamp", "the keys", stem="In Vell the thing that was kept by a fisher is")),
    ("odd-one-out", with_options("In the spring", "In 1874", "In the autumn", "In the winter")),
    ("of-the-above", with_options(*OPTIONS[:3], "All of the above")),
    ("of-the-above", with_options(*OPTIONS[:3], "None of these")),
    ("of-the-above", with_options(*OPTIONS[:3], "Both A and B")),
    ("negative-stem", SINGLE | {"stem": "Which of these is not a reason for the new harbour of Vell?"}),
    ("negative-stem", SINGLE | {"stem": "All of these are reasons for the harbour of Vell except:"}),
    ("negative-stem", STATEMENT | {"stem": "In the chronicle, nine fishers were not in charge of the harbour."}),
    ("double-negative", SINGLE | {"stem": "Why was it NOT unusual that no boat came to the town of Vell?"}),
    ("double-negative", with_options("It had no wall", *OPTIONS[1:], stem="Which is NOT a reason for the harbour of Vell?")),
    ("undated", SINGLE | {"stem": "Who is currently in charge of the harbour in Vell?"}),
    ("reading-grade", SINGLE | {"stem": (
        "Notwithstanding considerable administrative complications, which organizational responsibilities characterised "
        "the municipality's institutional reconstruction?")}),
    ("answer-in-stem", SHORT | {"stem": "From which country, the Netherlands say, did the builders of Vell come?"}),
    ("answer-in-stem", SINGLE | {"stem": "If sand had choked the older port, what did the town of Vell need?"}),
    ("doubled-word", SINGLE | {"stem": "According to the the chronicle, why did Vell need a new harbour?"}),
    ("explanation-thin", SINGLE | {"explanation": "The older port was full of sand."}),
    ("explanation-length", SINGLE | {"explanation": "The older port had filled with sand " * 4 + "."}),
    ("explanation-length", SINGLE | {"explanation": "The older port had filled with sand " * 20 + "."}),
    ("feedback-missing", SINGLE | {"options": NO_FEEDBACK}),
    ("feedback-missing", STATEMENT | {"feedback_false": ""}),
    ("feedback-missing", SHORT | {"feedback_wrong": ""}),
    ("feedback-thin", SINGLE | {"options": WRONG_FEEDBACK}),
    ("feedback-thin", SINGLE | {"options": ECHO_FEEDBACK}),
    ("copied-run", SINGLE | {"explanation": "As we read, each year the oldest of them kept the keys to it. " * 3}),
    ("unanswerable", SHORT | {"answers": [{"text": "the Netherlands " * 40, "feedback": "Dutch engineers drew the plans."}]}),
    ("number-pad", NUMBER | {"value": "-5"}),
    ("unit-missing", NUMBER | {"stem": "Which per cent of the boats of Vell could enter the harbour after the flood?"}),
    ("look-alike", with_options(*OPTIONS[:3], f"*{OPTIONS[0]}*")),
    ("nearly-same", with_options(*OPTIONS[:3], OPTIONS[0].upper())),
    ("signs-lost", with_options(*OPTIONS[:3], "__init__")),
    ("feedback-points", SINGLE | {"options": [
        {**option, "feedback": "The phrase belongs to another harbour of the chronicle."} for option in SINGLE["options"]]}),
    ("feedback-points", SHORT | {"feedback_wrong": "That country is not named in the chronicle of the town."}),
    ("ruled-out", with_options("A flood", "Sand in the port", "A quarrel of fishers", stem=(
        "There was no flood in Vell, and no quarrel of fishers. Why did it need a new harbour?"))),
    ("distractor-in-paragraph", with_options("Dutch engineers", "Sand had choked it", "The ice house")),
]  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_question_is_left_alone(name: str) -> None:
    assert [str(finding) for finding in lint.check_item(CLEAN[name], context())] == []


@pytest.mark.parametrize(("rule", "spec"), FLAWED, ids=[f"{number}-{rule}" for number, (rule, _) in enumerate(FLAWED)])
def test_a_planted_flaw_is_found(rule: str, spec: Mapping[str, Any]) -> None:
    assert rule in found(item(spec))


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ("source-missing", ()),
        ("place-missing", (Citation("chronicle", 9, "Dutch engineers"),)),
        ("place-missing", (Citation("diary", 1, "Dutch engineers"),)),
        ("evidence-length", (Citation("chronicle", 2, ""),)),
        ("evidence-length", (Citation("chronicle", 2, "Dutch"),)),
        (
            "evidence-length",
            (Citation("chronicle", 2, "when the old river port had filled with sand for the third time"),),
        ),
        ("evidence-missing", (Citation("chronicle", 2, "Danish engineers in 1874"),)),
        ("evidence-missing", (Citation("chronicle", 3, "Dutch engineers in 1874"),)),
    ],
)
def test_a_flaw_of_the_sources_is_found(rule: str, places: tuple[Citation, ...]) -> None:
    assert rule in found(item(places=places))


def test_a_multiple_choice_says_that_several_may_be_right() -> None:
    spec = MULTIPLE | {"stem": "Which events shut the harbour of Vell for a time?"}
    assert "select-all-missing" in found(item(spec, "multiple_choice"))
    assert "select-all-missing" not in found(item(MULTIPLE, "multiple_choice"))


def test_every_item_rule_has_a_planted_flaw() -> None:
    planted = {rule for rule, _spec in FLAWED}
    planted |= {"source-missing", "place-missing", "evidence-length", "evidence-missing", "select-all-missing"}
    assert {rule.code for rule in lint.item_rules()} == planted


def test_every_rule_says_why_and_how() -> None:
    for rule in (*lint.item_rules(), *lint.bank_rules()):
        assert str(rule.why).endswith(".")
        assert str(rule.how).endswith((".", ".”"))


def test_a_finding_says_where_and_what() -> None:
    findings = lint.check_item(item(with_options("Storms always closed it", *OPTIONS[1:])), context())
    finding = next(one for one in findings if one.rule == "absolute-in-distractors")
    assert finding.item == "q-1"
    assert finding.where == "option “Storms always closed it”"
    assert "always" in finding.what
    assert not finding.is_error


@pytest.mark.parametrize(
    ("rule", "spec"),
    [
        ("negative-stem", SINGLE | {"stem": "Which of these is NOT a reason for the new harbour of Vell?"}),
        ("negative-stem", SINGLE | {"stem": "Boats could not enter the port. Which cause does the chronicle give?"}),
        ("negative-stem", SINGLE | {"stem": "Which cause of the not only costly but slow works does the chronicle give?"}),
        ("undated", SINGLE | {"stem": "When the report was written, who was currently in charge of the harbour?"}),
        ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " A first choice of place failed in 1850."}),
        ("position-named", SINGLE | {"explanation": SINGLE["explanation"] + " The council had to answer a letter."}),
        ("article", with_options("wall", "lamp", "keyring", stem="What the town of Vell needed most was a")),
        ("article", with_options("UN mission", "boat", "union", stem="What the town of Vell needed most was a")),
        ("article", with_options("NGO", "hourly boat", "MP", stem="What the town of Vell needed most was an")),
        ("agreement", with_options("the walls", "sand and ice", "the keys", stem="In Vell the things kept by a fisher are")),
        ("answer-in-stem", with_options(*NOUNS, stem="Was it the wall, the sand, the ice or the river that closed Vell?")),
        ("answer-in-stem", SHORT | {"stem": "From which hollands did builders of the harbour of Vell come?"}),
        ("odd-one-out", with_options("In 1850", "In 1874", "In the autumn", "In the winter")),
        ("absolute-in-distractors", with_options("Always by storms", "Only by sand", "Never by ice")),
        ("stem-word-in-key", SINGLE | {"stem": "Which port or flood made Vell build its harbour, in the chronicle?"}),
        ("copied-run", SINGLE | {"explanation": "The oldest of them all kept the keys to many things. " * 4}),
        ("distractor-in-paragraph", with_options("Dutch", "Sand", "Ice")),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_flaw_is_left_alone(rule: str, spec: Mapping[str, Any]) -> None:
    assert rule not in found(item(spec))


def test_phrases_of_one_paragraph_may_be_joined_by_an_ellipsis() -> None:
    joined = (Citation("chronicle", 2, "Dutch engineers … filled with sand"),)
    assert not found(item(places=joined))
    assert "evidence-missing" in found(item(places=(Citation("chronicle", 2, "Dutch engineers … filled with ice"),)))


def test_a_partly_right_answer_may_stand_in_the_stem() -> None:
    answers = [
        *SHORT["answers"],
        {"text": "builders", "fraction": "1/2", "feedback": "Say where these people came from."},
    ]
    assert "answer-in-stem" not in found(item(SHORT | {"answers": answers}))


def test_warnings_are_acknowledged_with_a_reason_and_errors_never() -> None:
    findings = lint.check_item(item(SINGLE | {"stem": "Why a harbour?", "explanation": ""}), context())
    rows = [{"rule": "stem-length", "reason": "It is the title."}, {"rule": "explanation-missing", "reason": "No."}]
    assert {"stem-length", "explanation-missing"} <= {one.rule for one in findings}
    left = {one.rule for one in lint.outstanding(findings, rows)}
    assert "stem-length" not in left
    assert "explanation-missing" in left
    assert "stem-length" in {one.rule for one in lint.outstanding(findings, [{"rule": "stem-length", "reason": " "}])}
