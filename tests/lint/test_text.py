"""Sentences, syllables and the reading grade."""

import pytest

from quizzes.lint.text import content_words, grade, sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("mission", 2), ("table", 2), ("peace", 1), ("operation", 4), ("the", 1), ("1874", 1)],
)
def test_syllables_are_groups_of_vowels(word: str, count: int) -> None:
    assert syllables(word) == count


def test_an_abbreviation_ends_no_sentence() -> None:
    assert list(sentences("The U.N. met Mr. Vell. Who came? “Nobody.” So it is.")) == [
        "The U.N. met Mr. Vell.",
        "Who came?",
        "“Nobody.”",
        "So it is.",
    ]


def test_the_grade_is_the_formula_of_1975() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 × 6 + 11.8 × 1 − 15.59
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 4 words, 1 sentence, 14 syllables
    assert grade("Organizational considerations characterise municipality.") > 18
    assert grade("") == 0


def test_forms_of_a_word_meet_in_their_root() -> None:
    assert content_words("The missions were authorised.") == content_words("A mission is authorising")
