"""The native form: what is read, what is refused and where, and that nothing is lost on the way out and in again."""

import json
import uuid
from typing import Any

import pytest

from quizzes import formats, question_types
from quizzes.formats import native_schema
from quizzes.formats.base import MAX_BYTES, MAX_QUESTIONS, Acknowledged, Issue, QuestionDraft, SourcePlace
from quizzes.question_types.base import Example, QuestionType

JSON = formats.get("json")
PLAIN: dict[str, Any] = {
    "id": "vell-001",
    "type": "single_choice",
    "stem": "Why did Vell need a harbour?",
    "options": [{"text": "Sand", "correct": True, "feedback": "It choked the port."}, {"text": "Ice"}],
    "explanation": "The port had filled with sand.",
    "sources": [{"document": "chronicle", "paragraph": 2, "evidence": "filled with sand"}],
    "topic": "harbour",
    "difficulty": "easy",
    "bloom": "understand",
    "tags": ["cases"],
    "acknowledged": [{"rule": "stem-length", "reason": "It is a heading."}],
}


def read(value: Any) -> tuple[list[QuestionDraft], list[Issue]]:
    return JSON.parse(json.dumps(value).encode())


def refusals(value: Any) -> list[str]:
    drafts, issues = read(value)
    assert drafts == []
    return [str(issue) for issue in issues]


def test_a_question_is_read_with_everything_that_is_said_about_it() -> None:
    (draft,), issues = read([PLAIN])
    assert issues == []
    assert draft.id == str(uuid.uuid5(uuid.UUID("6b1f4d0e-52f7-5f3a-9a5e-0d0c7f3b8a11"), "vell-001"))
    assert (draft.type, draft.topic, draft.difficulty, draft.bloom) == (
        "single_choice",
        "harbour",
        "easy",
        "understand",
    )
    assert draft.tags == ("cases",)
    assert draft.sources == (SourcePlace("chronicle", 2, "filled with sand"),)
    assert draft.acknowledged == (Acknowledged("stem-length", "It is a heading."),)
    assert draft.spec["options"][1] == {"text": "Ice", "correct": False, "feedback": "", "pinned": False}
    assert draft.where == "question 1 (vell-001)"


def test_a_uuid_stays_and_no_id_stays_none() -> None:
    given = "0B9E3F6A-2F0C-4A66-9F5B-0C1D2E3F4A5B"
    (one, other), _issues = read([PLAIN | {"id": given}, {key: value for key, value in PLAIN.items() if key != "id"}])
    assert one.id == given.lower()
    assert other.id is None


def test_the_wrapped_list_and_the_bare_list_mean_the_same() -> None:
    wrapped = {"format": "quizsite-questions", "version": 1, "questions": [PLAIN]}
    assert read(wrapped) == read([PLAIN])
    assert JSON.parse(b"\xef\xbb\xbf" + json.dumps(wrapped).encode()) == read([PLAIN])


def test_two_phrases_of_one_paragraph_become_one_place() -> None:
    sources = [*PLAIN["sources"], {"document": "chronicle", "paragraph": 2, "evidence": "Dutch engineers"}]
    (draft,), _issues = read([PLAIN | {"sources": sources}])
    assert draft.sources == (SourcePlace("chronicle", 2, "filled with sand … Dutch engineers"),)


def test_the_form_holds_every_type_without_loss() -> None:
    examples: list[tuple[QuestionType[Any], Example]] = [
        (kind, example) for kind in question_types.all_types() for example in kind.examples
    ]
    rows = [
        {**example.spec, "type": kind.key, "topic": "all", "id": f"e-{at}"}
        for at, (kind, example) in enumerate(examples)
    ]
    drafts, issues = read(rows)
    assert issues == []
    assert {draft.type for draft in drafts} == {kind.key for kind in question_types.all_types()}
    again, issues = JSON.parse(JSON.write(drafts))
    assert (again, issues) == (drafts, [])
    assert JSON.write(again) == JSON.write(drafts)


@pytest.mark.parametrize(
    ("data", "issue"),
    [
        (b"", "file: It is empty."),
        (b" \n", "file: It is empty."),
        (b"caf\xe9", "file: It is not UTF-8 (byte 0xE9 at offset 3). Save it as UTF-8."),
        ("[]".encode("utf-16"), "file: It is not UTF-8 (byte 0xFF at offset 0). Save it as UTF-8."),
        (b"[\n{]", "line 2, column 2: This is not valid JSON: Expecting property name enclosed in double quotes."),
        (b"[NaN]", "file: “NaN” is not a number in JSON."),
        (b"[-Infinity]", "file: “-Infinity” is not a number in JSON."),
        (b"[1e400]", "file: “1e400” is too large a number."),
        (b"[" + b"9" * 5000 + b"]", "file: A number is too long."),
        (b"[" * 200_000, "file: Its lists and objects are nested too deeply."),
        (b"[]", "file: No questions found."),
        (b"null", "file: A list of questions is expected."),
        (b"7", "file: A list of questions is expected."),
        (b'{"questions": []}', "file: A list of questions is expected, or an object with “format” and “questions”."),
        (b'{"format": "quizsite-questions", "version": 2, "questions": []}', "file: Only version 1 of this form can be read."),
        (b'{"format": "quizsite-questions", "version": true, "questions": []}', "file: Only version 1 of this form can be read."),
        (b'{"version": 1, "version": 1}', "file: “version” stands there twice."),
        (b'{"format": "quizsite-questions", "version": 1, "questions": [], "x": 1}', "file: “x” is not a field of this form."),
        (b"[7]", "question 1: It must be an object with named fields."),
        (b'[{"id": "a", "id": "b"}]', "question 1 (b): “id” stands there twice."),
        (b'[{"type": "x", "options": [{"text": "a", "text": "b"}]}]', "question 1, option 1: “text” stands there twice."),
        (b'[{"type": "\\ud800"}]', "question 1, type: It contains characters that cannot be stored."),
        (b'[{"type": "a\\u0000"}]', "question 1, type: It contains characters that cannot be stored."),
        (b'[{"\\ud800": 1}]', "question 1: A name contains characters that cannot be stored."),
        (b"x" * (MAX_BYTES + 1), "file: It is larger than 25 MB."),
    ],
    ids=range(25),
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_place(data: bytes, issue: str) -> None:
    drafts, issues = JSON.parse(data)
    assert drafts == []
    assert [str(one) for one in issues] == [issue]


@pytest.mark.parametrize(
    ("change", "issue"),
    [
        ({"type": "riddle"}, "question 1 (vell-001), type: There is no type “riddle”; it must be one of: single_choice,"),
        ({"type": 7}, "question 1 (vell-001), type: must be text"),
        ({"topic": "two words"}, "question 1 (vell-001), topic: may have letters, digits, hyphens and underscores only"),
        ({"topic": ""}, "question 1 (vell-001), topic: is empty"),
        ({"difficulty": "mad"}, "question 1 (vell-001), difficulty: must be one of: 'easy', 'medium' or 'hard'"),
        ({"bloom": None}, "question 1 (vell-001), bloom: must be one of:"),
        ({"tags": "cases"}, "question 1 (vell-001), tag: must be a list"),
        ({"tags": ["a", "b c"]}, "question 1 (vell-001), tag 2: may have letters"),
        ({"sources": [{"document": "x"}]}, "question 1 (vell-001), source 1, paragraph: is missing"),
        ({"sources": [{"document": "x", "paragraph": True}]}, "question 1 (vell-001), source 1, paragraph: must be a whole"),
        ({"sources": [{"document": "x", "paragraph": 0}]}, "question 1 (vell-001), source 1, paragraph: must be at least 1"),
        ({"acknowledged": [{"rule": "x"}]}, "question 1 (vell-001), acknowledged warning 1, reason: is missing"),
        ({"id": 7}, "question 1, id: must be text"),
        ({"id": ""}, "question 1, id: is empty"),
        ({"score": 1}, "question 1 (vell-001), score: is not a field of this type of question"),
        ({"options": [{"text": "a"}, {"text": "b"}]}, "question 1 (vell-001): Choose the correct option."),
        ({"options": [{"text": "a", "correct": True}, {"text": ""}]}, "question 1 (vell-001), option 2: is empty"),
        ({"options": [{"text": "a", "correct": 2}, {"text": "b"}]}, "question 1 (vell-001), option 1, correct: must be true or false"),
        ({"stem": " "}, "question 1 (vell-001), stem: is empty"),
        ({"x": [[[[[[[[[[[[[[]]]]]]]]]]]]]]}, "question 1 (vell-001), x 1 1 1 1 1 1 1 1 1 1 1 1: It is nested too deeply."),
    ],
)  # fmt: skip
def test_a_question_that_does_not_fit_is_refused_with_its_place(change: dict[str, Any], issue: str) -> None:
    found = refusals([PLAIN | change])
    assert any(one.startswith(issue) for one in found), found


def test_one_bad_question_does_not_hide_the_others() -> None:
    drafts, issues = read([PLAIN, PLAIN | {"id": "vell-002", "stem": ""}, PLAIN | {"id": "vell-003"}])
    assert [draft.where for draft in drafts] == ["question 1 (vell-001)", "question 3 (vell-003)"]
    assert [str(issue) for issue in issues] == ["question 2 (vell-002), stem: is empty"]


def test_the_same_id_twice_is_refused_at_the_second_place() -> None:
    drafts, issues = read([PLAIN, PLAIN])
    assert len(drafts) == 1
    assert str(issues[0]) == "question 2 (vell-001): question 1 (vell-001) has the same id."


def test_too_many_questions_are_refused_before_any_is_read() -> None:
    assert refusals([{}] * (MAX_QUESTIONS + 1)) == ["file: It may have at most 5000 questions; it has 5001."]


def test_reading_stops_after_too_many_faults() -> None:
    found = refusals([{"x": 1}] * MAX_QUESTIONS)
    assert len(found) < 220
    assert found[-1].endswith("There are too many faults; what follows was not read.")


def test_messages_can_be_shown_anywhere() -> None:
    drafts, issues = JSON.parse(b'[{"id": "\\ud800\\u001b[31m", "type": 3}]')
    assert drafts == []
    assert all("\ud800" not in str(issue) and "\x1b" not in str(issue) for issue in issues)
    assert str(issues[0]).encode()


def test_the_schema_names_every_type_and_the_fields_of_every_question() -> None:
    schema = native_schema.schema()
    definitions = schema["$defs"]
    for kind in question_types.all_types():
        properties = definitions[kind.key]["properties"]
        assert properties["type"] == {"const": kind.key}
        assert {"stem", "explanation", "sources", "topic", "acknowledged"} <= set(properties)
        assert {"type", "stem"} <= set(definitions[kind.key]["required"])
    for reference in references(schema):
        assert reference.removeprefix("#/$defs/") in definitions
    assert json.dumps(schema)


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for inner in value.values() for found in references(inner)]
    return [found for inner in value for found in references(inner)] if isinstance(value, list) else []


def test_formats_are_found_by_key_and_by_file_name() -> None:
    assert JSON in formats.all_formats()
    assert formats.for_file("Bank.JSON") is JSON
    with pytest.raises(KeyError):
        formats.for_file("bank.unknown")
