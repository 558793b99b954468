"""A long file is read a slice at a time: together the slices say what one reading says."""

from types import SimpleNamespace

import pytest

from quizzes import formats, question_types
from quizzes.formats.base import Issue, QuestionDraft
from quizzes.formats.budgets import Budget, Slice

EXAMPLES = [
    QuestionDraft(kind.key, question_types.normalized(kind.key, example.spec), category=f"UN/{kind.key}")
    for kind in question_types.all_types()
    for example in kind.examples
]
AFTER = {  # what stands at the end of a file and cannot be read
    "gift": b"\n\n:: Never closed :: {=one\n",
    "aiken": b"\nWho never answers?\nA. One\n",
    "text": b"\n99. Who never answers?\n",
    "table_csv": b"essay\r\n",
}
KEYS = ("gift", "moodle_xml", "qti", "qti12", "json", "table", "table_csv", "kahoot", "aiken", "text")


def in_slices(key: str, data: bytes) -> tuple[list[QuestionDraft], list[Issue], int]:
    """Read one item at a time; the drafts, the issues, and how many slices it took."""
    drafts, issues, count, reached = [], [], 0, 0
    while reached is not None:
        part = Slice(reached, seconds=-1)
        found, faults = formats.get(key).parse(data, budget=Budget(slice=part))
        drafts, issues, count, reached = drafts + found, issues + faults, count + 1, part.reached
    return drafts, issues, count


@pytest.mark.parametrize("key", KEYS)
def test_slices_together_say_what_one_reading_says(key: str) -> None:
    data = formats.get(key).write(EXAMPLES) + AFTER.get(key, b"")
    drafts, issues = formats.get(key).parse(data)
    found, faults, count = in_slices(key, data)
    assert found == drafts
    assert set(faults) == set(issues)
    assert count >= len(drafts) > 1


def test_half_of_a_slice_goes_to_items_however_long_the_file_took_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("quizzes.formats.budgets.time", SimpleNamespace(monotonic=lambda: now[0]))
    part, read = Slice(seconds=1), []
    for instant in (9.0, 9.4, 9.6):
        now[0] = instant
        read.append(part.takes_next())
    assert (read, part.reached) == ([True, True, False], 2)
