"""A text that shows nothing is refused where it is written, and stays readable where it is stored."""

from __future__ import annotations

import pytest

from quizzes import formats, question_types
from quizzes.question_types.authoring import AuthorForm
from quizzes.question_types.faults import InvalidSpec
from quizzes.question_types.showing import blank_texts, shows_nothing

BLANK = ["~~~x", "```python\n```", "[](https://un.org)", "---", "&nbsp;", "- ", "| | |\n|-|-|\n", ">"]
SHOWN = ["x", "~~~\nx\n~~~", "<!-- x -->", "5", "?", "**_**", "`x`", "\\~~~", "![](x.png)", "中"]


@pytest.mark.parametrize("text", BLANK)
def test_layout_without_a_word_shows_nothing(text: str) -> None:
    assert shows_nothing(text, is_block=True)


@pytest.mark.parametrize("text", SHOWN)
def test_any_sign_shows_something(text: str) -> None:
    assert not shows_nothing(text, is_block=True)
    assert not shows_nothing(text, is_block=False)


def test_each_place_of_a_text_that_is_drawn_is_looked_at() -> None:
    spec = {"stem": "~~~x", "options": [{"text": "~~~", "feedback": "~~~"}, {"text": "[](https://a.b)"}]}
    assert list(blank_texts(spec)) == [("stem",), ("options", 0, "feedback"), ("options", 1, "text")]
    assert list(blank_texts({"answers": [{"text": "&nbsp;", "fraction": "1", "feedback": ""}]})) == []


WORDS = "shows nothing on the page; signs such as ~~~ and [] are taken for layout"
SPEC = {"stem": "~~~x", "options": [{"text": "a", "correct": True}, {"text": "[](https://un.org)"}]}


def test_what_shows_nothing_is_refused_where_it_is_written_and_read_where_it_is_stored() -> None:
    kind = question_types.get("single_choice")
    with pytest.raises(InvalidSpec) as refused:
        kind.written(SPEC)
    assert [str(fault) for fault in refused.value.faults] == [f"stem: {WORDS}", f"option 2: {WORDS}"]
    assert kind.spec(SPEC).stem == "~~~x"


def test_the_form_and_an_import_say_so_at_the_place() -> None:
    form = AuthorForm(question_types.get("essay"), {"spec-stem": "~~~x", "spec-rubric-TOTAL_FORMS": "0",
                                                    "spec-rubric-INITIAL_FORMS": "0"})  # fmt: skip
    assert not form.is_valid()
    assert [problem.what for problem in form.problems()] == [f"Stem: S{WORDS[1:]}."]
    _drafts, issues = formats.get("gift").parse(b"[markdown]~~~x {=a ~b}")
    assert [str(issue) for issue in issues] == [f"line 1, stem: {WORDS}."]
