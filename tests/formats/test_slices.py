"""A long file is read a slice at a time: together the slices say what one reading says."""

import pytest

from quizzes import formats, question_types
from quizzes.formats.base import Issue, QuestionDraft
from quizzes.formats.budgets import Budget, Slice

EXAMPLES = [
    QuestionDraft(kind.key, question_types.normalized(kind.key, example.spec), category=f"UN/{kind.key}")
    for kind in question_types.all_types()
    for example in kind.examples
]
BROKEN = {"gift": b"\n\n:: Never closed :: {=one\n", "moodle_xml": b"", "qti": b"", "qti12": b""}


def in_slices(key: str, data: bytes) -> tuple[list[QuestionDraft], list[Issue], int]:
    """Read one item at a time; the drafts, the issues, and how many slices it took."""
    drafts, issues, count, reached = [], [], 0, 0
    while reached is not None:
        part = Slice(reached, seconds=-1)
        found, faults = formats.get(key).parse(data, budget=Budget(slice=part))
        drafts, issues, count, reached = drafts + found, issues + faults, count + 1, part.reached
    return drafts, issues, count


@pytest.mark.parametrize("key", BROKEN)
def test_slices_together_say_what_one_reading_says(key: str) -> None:
    data = formats.get(key).write(EXAMPLES) + BROKEN[key]
    drafts, issues = formats.get(key).parse(data)
    found, faults, count = in_slices(key, data)
    assert found == drafts
    assert list(dict.fromkeys(faults)) == list(dict.fromkeys(issues))
    assert count >= len(drafts) > 3


def test_a_file_that_is_not_read_in_slices_is_read_at_once() -> None:
    data = formats.get("json").write(EXAMPLES)
    assert in_slices("json", data)[2] == 1
