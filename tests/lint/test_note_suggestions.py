"""Suggestions for study notes: each rule once, and none for a note that is well made."""

from quizzes.lint import notes
from quizzes.study_text import SourceParagraph

PLACES = [SourceParagraph("qa", 1)]
GOOD = " ".join(["Every word of this one sentence rests on a paragraph.[^1]"] * 7)


def rules(body: str, **more: bool) -> list[str]:
    return [found.rule for found in notes.suggestions(body, places=PLACES, **more)]


def test_a_note_that_is_well_made_gets_none() -> None:
    assert rules(GOOD) == []


def test_a_note_that_is_too_short_or_too_long_is_told_its_length() -> None:
    assert rules("Short.[^1]") == ["length"]
    assert rules(GOOD * 3) == ["length"]


def test_a_sentence_without_a_place_is_named_but_not_a_question() -> None:
    assert rules(f"{GOOD} This stands alone. Does it?") == ["unsupported"]


def test_a_place_that_is_not_among_the_sources_is_named() -> None:
    assert rules(f"{GOOD} More.[^other:3]") == ["unlisted"]


def test_words_that_age_are_named_once_each() -> None:
    assert rules(f"{GOOD} Today it is so, and recently, and today.[^1]") == ["dated", "dated"]


def test_a_case_invents_its_facts_and_has_a_length_and_a_time_of_its_own() -> None:
    assert rules("A country of today.", is_case=True) == []
