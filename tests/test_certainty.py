"""What a few answers say, and how sure that is."""

import pytest

from quizzes.certainty import estimate


def test_of_no_answers_everything_may_be() -> None:
    found = estimate([])
    assert (found.answers, found.low, found.high, found.is_few) == (0, 0.0, 1.0, True)


@pytest.mark.parametrize(
    ("right", "of", "low", "high", "words"),
    [(4, 4, 71, 100, "few"), (6, 10, 40, 77, "rough"), (60, 100, 54, 66, ""), (0, 5, 0, 25, "")],
)
def test_more_answers_are_surer(right: int, of: int, low: int, high: int, words: str) -> None:
    found = estimate([1.0] * right + [0.0] * (of - right))
    assert (found.low_percent, found.high_percent) == (low, high)
    assert (found.is_few, found.is_rough and not found.is_few) == (words == "few", words == "rough")


def test_half_right_answers_count_half() -> None:
    assert estimate([0.5] * 8).percent == 50
