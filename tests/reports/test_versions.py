"""What changed between two versions, in words."""

from __future__ import annotations

from typing import Any

import pytest

from quizzes.models import Question, QuestionVersion
from quizzes.reports import versions

pytestmark = pytest.mark.django_db


def told(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    question = Question(type=kind)
    before, after = (QuestionVersion(question=question, number=n, spec=spec) for n, spec in enumerate((old, new), 1))
    return [(change.what, change.before, change.after) for change in versions.between(before, after)]


def choice(*texts: str, key: str = "Paris", stem: str = "Capital?", **more: Any) -> dict[str, Any]:
    return {"stem": stem, "options": [{"text": text, "correct": text == key} for text in texts], **more}


def test_the_same_is_no_change() -> None:
    assert told("single_choice", choice("Paris", "Lyon"), choice("Paris", "Lyon", explanation="")) == []


def test_another_key_is_told_as_the_right_answer_and_once() -> None:
    changes = told("single_choice", choice("Paris", "Lyon"), choice("Paris", "Lyon", key="Lyon", stem="Which?"))
    assert changes == [("Question", "Capital?", "Which?"), ("Right answer", "Paris", "Lyon")]


def test_options_are_added_taken_out_and_reworded() -> None:
    assert told("single_choice", choice("Paris", "Lyon"), choice("Paris", "Lyon", "Nice")) == [
        ("Option added", "", "Nice")
    ]
    assert told("single_choice", choice("Paris", "Lyon", "Nice"), choice("Paris", "Lyon")) == [
        ("Option taken out", "Nice", "")
    ]
    assert told("single_choice", choice("Paris", "Lyon"), choice("Paris", "Lyons")) == [
        ("Option 2 changed", "Lyon", "Lyons")
    ]


def test_feedback_of_an_option_is_told_by_the_option() -> None:
    new = choice("Paris", "Lyon")
    new["options"][1]["feedback"] = "It is the third city."
    assert told("single_choice", choice("Paris", "Lyon"), new) == [
        ("Option “Lyon”: feedback", "", "It is the third city.")
    ]


def test_another_order_is_a_change_and_of_an_ordering_the_key() -> None:
    old, new = ({"stem": "Order them.", "elements": [{"text": text} for text in order]} for order in ("abc", "bac"))
    changes = {what: (before, after) for what, before, after in told("ordering", old, new)}
    assert changes["Order: element"] == ("a\nb\nc", "b\na\nc")
    assert "Right answer" in changes


def test_content_of_another_time_is_compared_as_it_is() -> None:
    assert ("Question", "Old?", "New?") in told("single_choice", {"stem": "Old?"}, choice("Paris", "Lyon", stem="New?"))
