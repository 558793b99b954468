"""No file holds a thread or the memory: each is counted while it is read, and refused with a sentence."""

import pytest

from quizzes import formats
from quizzes.errors import ImportRejected
from quizzes.formats import budgets, rosters
from quizzes.formats.budgets import Budget
from tests.formats.hostile import CORPUS, Hostile, answer
from tests.formats.hostile_workbooks import workbook

pytestmark = [pytest.mark.filterwarnings("ignore:Workbook contains no:UserWarning"), pytest.mark.slow]
LIST = b"email\nines@example.org\n"
QUESTIONS = b'[{"type": "essay"}, {"type": "essay"}]'


@pytest.mark.parametrize("one", CORPUS, ids=str)
def test_a_hostile_file_is_answered_with_its_sentence(one: Hostile) -> None:
    assert one.words in answer(one.kind, one.make())


class Clock:
    """Seconds that pass with every look at them."""

    def __init__(self, step: float) -> None:
        self.step, self.shown = step, 0.0

    def __call__(self) -> float:
        self.shown += self.step
        return self.shown


@pytest.mark.parametrize("data", [LIST, workbook()], ids=["CSV", "XLSX"])
def test_a_list_that_takes_too_long_to_read_is_given_up(data: bytes) -> None:
    with pytest.raises(ImportRejected, match="took longer than 5 seconds"):
        rosters.read(data, "", budget=Budget(clock=Clock(5.1)))
    assert len(rosters.read(data, "", budget=Budget(clock=Clock(0.1))).rows) == 1


def test_questions_that_take_too_long_to_read_are_given_up() -> None:
    drafts, issues = formats.get("json").parse(QUESTIONS, budget=Budget(clock=Clock(5.1)))
    assert (drafts, "took longer than 5 seconds" in str(issues[0])) == ([], True)


@pytest.mark.parametrize("data", [LIST, workbook()], ids=["CSV", "XLSX"])
def test_nobody_reads_on_when_the_client_has_hung_up(data: bytes) -> None:
    with pytest.raises(ImportRejected, match="broken off"):
        rosters.read(data, "", budget=Budget(is_gone=lambda: True))
    assert len(rosters.read(data, "", budget=Budget(is_gone=lambda: False)).rows) == 1


def test_as_many_as_the_limit_are_taken_and_one_more_is_not() -> None:
    budget = Budget()
    budget.spend(budgets.ROWS, budgets.ROWS.most - 1)
    budget.spend(budgets.ROWS)
    budget.spend(budgets.CELLS)  # counted by itself
    with pytest.raises(ImportRejected, match="more than 20,000 rows"):
        budget.spend(budgets.ROWS)


def test_what_a_spreadsheet_leaves_below_the_list_is_not_read() -> None:
    below = '<row r="9"/><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    rows = (
        '<row r="1"><c r="B1" t="str"><v>email</v></c></row><row r="5"><c r="B5" t="str"><v>a@example.org</v></c></row>'
    )
    found = rosters.read(workbook(rows + below), "class.xlsx")
    assert [(row.number, row.email) for row in found.rows] == [(5, "a@example.org")]


def test_pictures_in_a_workbook_are_not_unpacked() -> None:
    pictures = {f"xl/media/image{number}.png": b"\x89PNG" + bytes(50_000) for number in range(20)}
    assert len(rosters.read(workbook(**pictures), "class.xlsx").rows) == 1
