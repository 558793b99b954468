"""Whatever the words are: a question comes back as it was, or what it lost was said before. And no file raises."""

from __future__ import annotations

import random
import re
import warnings
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import formats, question_types
from quizzes.formats.base import Format, Issue, QuestionDraft
from quizzes.formats.budgets import Budget
from quizzes.formats.reading import Reading
from quizzes.formats.texts import _marked_up, from_html
from quizzes.markup import inline_markdown, markdown
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.texts import NOT_READ
from tests.formats import shipped
from tests.formats.test_gift import examples

pytestmark = pytest.mark.slow

each_format = pytest.mark.parametrize("one", formats.all_formats(), ids=lambda one: one.key)
SIGNS = [*"ab zé1.:;,!?()-+/%|~=#{}[]<>&\"'", "\\", "`", "->", "//", "::", "=>", "A. ", "1) ", "$$", "&amp;"]
BLOCKS = {
    "stem",
    "explanation",
    "feedback",
    "feedback_wrong",
    "feedback_true",
    "feedback_false",
    "text",
    "model_answer",
}
BITS = [
    b"",
    b"<",
    b">",
    b"&",
    b"PK",
    b"\0",
    b"\xff",
    b'"',
    b"9" * 30,
    b"]",
    b"{",
    b"=",
    b"~",
    b"\n\n",
    b"%",
    b"\xc3\xa9",
]
KEPT = {*NOT_READ, "unit", "value", "low", "high"}
words = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12).map("".join)


def reworded(value: Any, draw: Any, told_apart: Any, name: str = "") -> Any:
    """Return a spec with other words in the place of its texts, no two alike; numbers, kinds and markers stay."""
    if isinstance(value, dict):
        return {key: one if key in KEPT else reworded(one, draw, told_apart, key) for key, one in value.items()}
    if isinstance(value, list):
        return [reworded(one, draw, told_apart, name) for one in value]
    is_text = isinstance(value, str) and not re.fullmatch(r"[-\d./e]*", value) and "[[" not in value
    if not is_text:
        return value
    parts = [" ".join(draw(words).split()), f"x{next(told_apart)}"]
    return "".join(parts if draw(st.booleans()) else reversed(parts))


@st.composite
def questions(draw: Any) -> QuestionDraft | None:
    """Return one of each type with any words; none where these words make no question."""
    example = draw(st.sampled_from(examples()))
    try:
        kind = question_types.get(example.type)
        spec = kind.written(reworded(dict(example.spec), draw, count()))
    except InvalidSpec:
        return None
    return QuestionDraft(example.type, spec, id="6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def shown(value: Any, name: str = "") -> Any:
    """Return a spec with its texts as they are shown, without spaces."""
    if isinstance(value, dict):
        return {key: shown(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [shown(one, name) for one in value]
    if not isinstance(value, str):
        return value
    return "".join(str(markdown(value) if name in BLOCKS else inline_markdown(value)).split())


@each_format
@settings(max_examples=40, deadline=None)
@given(draft=questions())
def test_any_words_come_back_or_what_is_lost_is_said(one: Format, draft: QuestionDraft | None) -> None:
    if draft is None:
        return
    lost = one.losses([draft])
    found, issues = one.parse(one.write([draft]))
    if any(not issue.is_note for issue in lost):
        assert found == []
        return
    assert [str(issue) for issue in issues if not issue.is_note] == []
    assert [again.type for again in found] == [draft.type] or lost
    assert lost or shown(dict(found[0].spec)) == shown(dict(draft.spec))


@pytest.mark.slow
@each_format
def test_what_ships_comes_back_or_what_is_lost_is_said(one: Format) -> None:
    drafts = [replace(draft, where=str(draft.id)) for draft in shipped.drafts()]
    lost = one.losses(drafts)
    left_out = {issue.where for issue in lost if not issue.is_note}
    noted = {issue.where for issue in lost if issue.is_note}
    found, issues = one.parse(one.write(drafts), budget=Budget(clock=lambda: 0.0))  # time stands still
    assert [str(issue) for issue in issues if not issue.is_note] == []
    kept = [draft for draft in drafts if draft.where not in left_out]
    assert len(found) == len(kept)
    same = [(again, draft) for again, draft in zip(found, kept, strict=True) if draft.where not in noted]
    assert [dict(again.spec) for again, _draft in same] == [dict(draft.spec) for _again, draft in same]
    assert one.key != "json" or (lost, found) == ([], list(shipped.drafts()))


def test_spoiled_files_of_each_format_raise_in_no_reader() -> None:
    chance = random.Random(18)
    some = [*examples(), *shipped.drafts()[::40]]
    whole = [one.write(some) for one in formats.all_formats()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries, about what is spoiled
        for _round in range(150):
            data = bytearray(chance.choice(whole))
            for _change in range(chance.randrange(1, 12)):
                place = chance.randrange(len(data))
                data[place : place + chance.randrange(40)] = chance.choice(BITS)
            for one in formats.all_formats():
                drafts, issues = one.parse(bytes(data))
                assert drafts or issues


EMPHASIZED = [f"<{name}>{text}</{name}>" for name in ("em", "i", "strong", "b") for text in ("a", "a b", "a_b", "1")]
phrases = st.lists(st.sampled_from([*"ab *_1.#", "&lt;", "&amp;", "\n", *EMPHASIZED])).map("".join)
paragraphs = st.builds(
    lambda name, text: f"<{name}>{text}</{name.split()[0]}>", st.sampled_from(["p", "div", 'p dir="ltr"']), phrases
)


@given(
    text=phrases
    | st.lists(paragraphs).map("".join)
    | st.lists(paragraphs).map(lambda rows: f"<div>{''.join(rows)}</div>")
)
def test_paragraphs_of_words_and_emphasis_are_shown_as_the_slow_way_shows_them(text: str) -> None:
    assert shown(from_html(text)[0], "text") == shown(_marked_up(text)[0], "text")


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    for draft in examples():
        loud = replace(draft, spec={**draft.spec, "stem": "a\x01b\x0b\ufffe", "explanation": "\x1f"})
        for key in ("moodle_xml", "qti", "qti12"):
            found, _issues = formats.get(key).parse(formats.get(key).write([loud]))
            assert len(found) == all(issue.is_note for issue in formats.get(key).losses([loud]))
            assert all("ab" in again.spec["stem"] for again in found if again.type != "cloze")


def test_a_file_of_as_many_questions_as_may_be_says_the_same_of_each_once() -> None:
    reading = Reading()
    for _round in range(3):
        reading.note("item 1", "It comes without a picture.")
    assert reading.issues == [Issue("item 1", "It comes without a picture.", is_note=True)]
