"""Essay: marked by a person, with a rubric and word limits that never stop a save."""

from fractions import Fraction
from typing import Any

import pytest

from quizzes import question_types
from quizzes.errors import AnswerTooLong
from quizzes.question_types.essay import word_count
from quizzes.question_types.faults import InvalidSpec
from tests.question_types.cards import rendered

KIND = question_types.get("essay")


def asking(**more: Any) -> dict[str, Any]:
    return {"stem": "Discuss.", **more}


TWINS = [(asking(model_answer="One."), [], asking(model_answer="Another."), [])]
RUBRIC = [
    {"criterion": "Evidence", "description": "Names two.", "share": "1/3"},
    {"criterion": "Argument", "share": "2/3"},
]


def test_it_is_the_last_in_the_menu() -> None:
    assert question_types.choices()[-1] == ("essay", KIND.name)


def test_it_waits_for_a_person_and_no_answer_earns_nothing() -> None:
    spec = KIND.spec(asking())
    assert KIND.is_marked_by_hand
    assert KIND.grade(spec, "A text.").fraction is None
    assert KIND.grade(spec, None).fraction == 0


def test_line_ends_are_the_same_from_a_form_and_from_the_script() -> None:
    spec = KIND.spec(asking())
    assert (
        KIND.parse(spec, [], {"text": ["One.\r\n\r\nTwo.\r\n"]})
        == KIND.parse(spec, [], {"text": "One.\n\nTwo."})
        == "One.\n\nTwo."
    )


def test_forty_thousand_characters_are_kept_and_the_excess_is_told() -> None:
    spec = KIND.spec(asking(max_words=10))
    assert len(KIND.parse(spec, [], {"text": "x" * 40_000})) == 40_000
    with pytest.raises(AnswerTooLong, match="3,007 characters too many; this answer may have at most 40,000") as caught:
        KIND.parse(spec, [], {"text": "x" * 43_007})
    assert caught.value.details == {"count": 43_007, "limit": 40_000}


def test_the_longest_essay_that_can_be_asked_for_can_be_handed_in() -> None:
    spec = KIND.spec(asking(max_words=1500))
    text = " ".join(["Donaudampfschifffahrtsgg"] * 1500)  # words of 24 letters
    assert KIND.parse(spec, [], {"text": text}) == text
    assert KIND.reveal(spec, [], text)["outside"] == ""


def test_a_line_break_counts_once_however_a_browser_sends_it() -> None:
    spec = KIND.spec(asking())
    text = "\r\n".join(["x"] * 20_000)  # 39,999 characters as stored, 59,998 as sent
    assert len(KIND.parse(spec, [], {"text": text})) == 39_999
    padded = "  " + "x" * 40_000 + "\r\n" * 1000
    assert len(KIND.parse(spec, [], {"text": padded})) == 40_000


def test_a_letter_with_more_marks_than_any_script_has_is_kept_as_it_came() -> None:
    pile = "a" + "\u0301\u0316" * 1000  # would be sorted by NFC, in a time that grows with the square of their number
    assert KIND.parse(KIND.spec(asking()), [], {"text": pile}) == pile
    assert KIND.parse(KIND.spec(asking()), [], {"text": "a\u0301\u0316"}) == "\u00e1\u0316"


def test_the_page_cuts_nothing_off() -> None:
    page = rendered(KIND, KIND.spec(asking()), [], None)
    assert "maxlength" not in page
    assert 'data-limit="40000"' in page


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("The UN's peace-keepers came.", 4),
        ("  ", 0),
        ("1 000 — so", 3),
        ("शान्ति स्थापना के लिए", 4),
        ("مُحَمَّد رسول", 2),
        ("نیروها می\u200cخواهند", 2),
        ("peace\u00adkeeping cafe\u0301s", 2),
    ],
)
def test_words_are_counted(text: str, count: int) -> None:
    assert word_count(text) == count


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({}, ""),
        ({"min_words": 100, "max_words": 400}, "100–400 words"),
        ({"min_words": 1}, "at least 1 word"),
        ({"max_words": 300}, "at most 300 words"),
    ],
)
def test_the_limits_are_told_in_a_sentence(limits: dict[str, int], sentence: str) -> None:
    assert KIND.present(KIND.spec(asking(**limits)), [], None)["limits"] == sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [("one two", "Below the minimum length"), ("one two three", ""), ("a b c d e", "Above the maximum length")],
)
def test_a_text_outside_the_limits_is_told_so_afterwards(text: str, said: str) -> None:
    page = rendered(KIND, KIND.spec(asking(min_words=3, max_words=4)), [], text, state="reveal")
    assert said in page
    assert ("imum length" in page) == bool(said)


def test_criteria_are_shown_before_and_what_earns_them_afterwards() -> None:
    spec = KIND.spec(asking(rubric=RUBRIC, model_answer="A model."))
    before, after = (rendered(KIND, spec, [], "Mine.", state=state) for state in ("ask", "reveal"))
    assert "Evidence (33%)" in before
    assert "Names two." not in before
    assert "A model." not in before
    assert "Evidence (33%): Names two." in after
    assert "A model." in after


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"rubric": RUBRIC[:1]}, "the shares of the rubric add up to 1/3; they must make 1"),
        ({"rubric": [{"criterion": "", "share": 1}]}, "criterion 1, criterion: is empty"),
        ({"min_words": 5, "max_words": 4}, "the least number of words is above the greatest"),
        ({"min_words": 0}, "min words: must be at least 1"),
        ({"max_words": "many"}, "max words: must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidSpec, match=sentence):
        KIND.spec(asking(**more))


def test_the_shares_of_a_rubric_are_exact() -> None:
    assert sum((row.share for row in KIND.spec(asking(rubric=RUBRIC)).rubric), Fraction(0)) == 1
