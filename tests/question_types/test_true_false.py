"""True or false."""

import pytest

from quizzes import question_types
from quizzes.errors import BadAnswer
from tests.question_types.cards import rendered

KIND = question_types.get("true_false")
STATEMENT = {"stem": "UNTSO was set up in 1948.", "feedback_true": "In May.", "feedback_false": "It was."}
TWINS = [(STATEMENT | {"answer": True}, [], STATEMENT | {"answer": False}, [])]


def test_the_words_are_not_shuffled() -> None:
    card = KIND.present(KIND.spec(STATEMENT | {"answer": True}), [], None)
    assert [option["text"] for option in card["options"]] == ["True", "False"]


@pytest.mark.parametrize("value", ["1", "True", "yes", "0"])
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(BadAnswer, match="Answer true or false"):
        KIND.parse(KIND.spec(STATEMENT | {"answer": True}), [], {"choice": value})


def test_feedback_belongs_to_what_was_chosen() -> None:
    page = rendered(KIND, KIND.spec(STATEMENT | {"answer": True}), [], False, state="reveal")
    wrong = page[page.index("False") :]
    assert "Your answer: wrong" in wrong
    assert "It was." in wrong
