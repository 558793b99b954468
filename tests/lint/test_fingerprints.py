"""Documents are kept as fingerprints: phrases are found again, copied runs are counted."""

import pytest

from quizzes.lint.fingerprints import Paragraph, fingerprint, holds_phrase, is_heading, longest_shared_run, pairs, words
from tests.lint.samples import TEXT

LINE = "The Council’s 15 members met twice: once in Vell, once at sea."


def paragraphs() -> list[Paragraph]:
    return [
        Paragraph(int(str(row["number"])), int(str(row["words"])), tuple(str(row["pairs"]).split()))
        for row in fingerprint(TEXT)
    ]


def test_words_have_no_case_and_no_marks() -> None:
    assert list(words("The Council’s “post-conflict” plan (A4P), 87,000!")) == [
        "the", "council's", "post", "conflict", "plan", "a4p", "87", "000",
    ]  # fmt: skip


def test_a_text_has_one_pair_less_than_words() -> None:
    assert len(pairs(LINE)) == len(words(LINE)) - 1
    assert pairs("alone") == []
    assert all(len(pair) == 6 for pair in pairs(LINE))


@pytest.mark.parametrize(
    "phrase", ["council's 15 members", "once in Vell", "15 Members met", "Vell, once", "15 members … at sea"]
)
def test_a_phrase_that_stands_there_is_held(phrase: str) -> None:
    assert holds_phrase(pairs(LINE), phrase)


@pytest.mark.parametrize(
    "phrase", ["members", "", "in sea", "members 15", "met twice in Vell", "15 members … at home", "…"]
)
def test_a_phrase_that_does_not_stand_there_is_not_held(phrase: str) -> None:
    assert not holds_phrase(pairs(LINE), phrase)


def test_the_longest_run_is_counted_in_words() -> None:
    text = "We read that the old river port had filled with silt, and each year the lamp was lit."
    assert longest_shared_run(text, paragraphs()) == len(["the", "old", "river", "port", "had", "filled", "with"])
    assert longest_shared_run("Nothing of this kind", paragraphs()) == 0
    assert longest_shared_run("", paragraphs()) == 0


def test_a_run_does_not_reach_over_two_paragraphs() -> None:
    assert longest_shared_run("for the third time a council of nine", paragraphs()) == 4


def test_paragraphs_are_the_lines_that_are_not_blank() -> None:
    rows = fingerprint(TEXT)
    assert [row["number"] for row in rows] == [1, 2, 3, 4]
    assert [row["words"] for row in rows] == [4, 24, 23, 23]
    assert {row["heading"] for row in rows} == {"The harbour of Vell"}
    assert "harbour" not in str(rows[1]["pairs"])


def test_a_long_heading_is_shortened() -> None:
    rows = fingerprint("How nine fishers of Vell kept their harbour open\n\nThey did it by hand, year after year.")
    assert rows[1]["heading"] == "How nine fishers of Vell kept their …"
    assert not is_heading("They did it by hand.")
