"""What is shown of a result never contradicts whether it is passed, and no page contradicts another.

The smallest papers on which rounding each item, or rounding up, decided who passes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from quizzes import terms
from quizzes.models import Answer, Assignment, Attempt, Classroom, FeedbackBand, Quiz, User
from quizzes.reports import attempts as reports
from quizzes.reports import gradebook, invariants, judged_cards, leaderboards
from quizzes.services import attempts
from tests import factories, saving
from tests.clocks import stopped_at
from tests.pages import browser, read
from tests.reports.rows import graded

PAIRS = {
    "stem": "What belongs together?",
    "pairs": [{"left": f"left {n}", "right": f"right {n}"} for n in range(3)],
    "explanation": "So.",
}
ONE_PAIR, TWO_PAIRS = [0, None, None], [0, 1, None]
RIGHT, WRONG = 0, 1
Given = tuple[str, Any, str]  # a type, the response in the author's numbering, the points
THIRD, TWO_THIRDS = ("matching", ONE_PAIR, "1"), ("matching", TWO_PAIRS, "1")


def paper(learner: User, room: Classroom, given: Sequence[Given], *, now: datetime, **fields: Any) -> Attempt:
    """An attempt that is handed in, given to the class."""
    specs = {"matching": PAIRS, "single_choice": factories.single_choice()}
    quiz = factories.quiz([factories.question(specs[kind], type=kind) for kind, _response, _points in given], **fields)
    for item, (_kind, _response, points) in zip(quiz.items.order_by("position"), given, strict=True):
        item.points = Decimal(points)
        item.save()
    homework = factories.assignment(room, quiz)
    running = attempts.start(learner, quiz, now=now, assignment=homework)
    for answer, (_kind, response, _points) in zip(running.answers.order_by("slot"), given, strict=True):
        posted = answer.version.kind.posted(answer.version.parsed, answer.layout, response)
        saving.save(running.pk, learner, slot=answer.slot, fields=posted, revision=1, now=now)
    return attempts.submit(running, now=now)


def shown(attempt: Attempt) -> tuple[str, int | None, bool | None]:
    found = reports.result(attempt, terms.EVERYTHING)
    return str(found.marks), found.percent, found.is_pass


# Each item was rounded ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "pass_mark", "expected"),
    [
        ([THIRD, THIRD, THIRD, ("single_choice", RIGHT, "1")], 50, ("2.00", 50, True)),  # was 1.99: failed
        ([TWO_THIRDS] * 3, 67, ("2.00", 66, False)),  # was 2.01: passed
        ([THIRD] * 3, None, ("1.00", 33, None)),  # was 0.99
        ([("matching", TWO_PAIRS, "0.01")], None, ("0.00", 67, None)),  # was 0.01 of 0.01, 100 %
        ([("matching", ONE_PAIR, "0.01")] * 3, 33, ("0.01", 33, True)),  # was 0 of 0.03
    ],
    ids=["passes", "fails", "a whole point", "two thirds of a cent", "three thirds of a cent"],
)
def test_the_sum_of_the_exact_marks_decides(
    learner: User,
    classroom: Classroom,
    now: datetime,
    given: Sequence[Given],
    pass_mark: int | None,
    expected: tuple[str, int, bool | None],
) -> None:
    attempt = paper(learner, classroom, given, now=now, pass_mark=pass_mark)
    assert shown(attempt) == expected
    assert [str(violation) for violation in invariants.check(now=now)] == []


def test_an_item_that_is_not_all_right_never_shows_all_its_points(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    attempt = paper(learner, classroom, [("matching", TWO_PAIRS, "0.01")], now=now)
    [card] = judged_cards.result_cards(attempt, terms.EVERYTHING)
    assert (card.marks, card.verdict) == (0, "partly")


def test_penalties_are_added_exactly(learner: User, classroom: Classroom, now: datetime) -> None:
    wrong = ("single_choice", WRONG, "0.01")
    right = ("single_choice", RIGHT, "1")
    attempt = paper(learner, classroom, [wrong, wrong, wrong, right], now=now, wrong_penalty=Decimal("0.33"))
    assert attempt.exact_marks == 1 - 3 * Fraction(33, 10_000)  # a third of a cent each; rounded, they were free
    assert attempt.answers.get(slot=1).exact_marks == Fraction(-33, 10_000)


def test_penalties_never_go_below_zero_in_total(learner: User, classroom: Classroom, now: datetime) -> None:
    attempt = paper(learner, classroom, [("single_choice", WRONG, "1")], now=now, wrong_penalty=Decimal("0.33"))
    assert (attempt.exact_marks, attempt.marks) == (0, 0)
    assert attempt.answers.get().shown_marks == Decimal("-0.33")


# It was rounded up ----------------------------------------------------------------------------------------------------

NEARLY = [("single_choice", RIGHT, "1.39"), ("single_choice", WRONG, "0.61")]


@pytest.fixture
def nearly(learner: User, classroom: Classroom, now: datetime) -> Attempt:
    """69.5% where 70 are needed."""
    attempt = paper(learner, classroom, NEARLY, now=now, pass_mark=70)
    for start, text in ((70, "Well done, you have passed."), (0, "Please study again.")):
        FeedbackBand.objects.create(quiz=attempt.quiz, from_percent=start, text=text)
    return attempt


def test_the_page_of_a_result_says_one_thing(nearly: Attempt, now: datetime) -> None:
    with stopped_at(now):
        page = read(browser(nearly.learner).get(f"/attempts/{nearly.pk}/result/"))
    for said in ("69%", "Not passed yet", "Please study again.", "Pass mark 70%", "1.39 of 2 points"):
        assert said in page
    assert "70%" not in page.replace("Pass mark 70%", "")
    assert "Well done" not in page


def test_the_gradebook_and_its_file_say_the_same(nearly: Attempt, instructor: User, now: datetime) -> None:
    client, address = browser(instructor), f"/classrooms/{nearly.assignment.classroom_id}/gradebook"
    with stopped_at(now):
        page = read(client.get(f"{address}/"))
        data = b"".join(client.get(f"{address}.csv").streaming_content).decode("utf-8-sig")
    table = page[page.index("<tbody>") : page.index("</table>")]
    assert "69%, failed" in table
    assert set(re.findall(r"(\d+)%", table)) == {"69"}  # the cell, the row, the mean
    assert list(csv.reader(io.StringIO(data)))[1][4:] == ["1.39", "2.00", "done", "1.39", "2.00", "69", "0"]


def test_a_band_without_a_pass_mark_is_not_contradicted(nearly: Attempt) -> None:
    Quiz.objects.update(pass_mark=None)
    nearly.quiz.refresh_from_db()
    found = reports.result(nearly, terms.EVERYTHING)
    assert (found.percent, found.band) == (69, "Please study again.")


@pytest.mark.parametrize(("right", "pass_mark"), [(199, 100), (199, None)])
def test_a_hundred_percent_are_all_of_it(
    learner: User, classroom: Classroom, now: datetime, right: int, pass_mark: int | None
) -> None:
    homework = factories.assignment(classroom, factories.quiz(0, pass_mark=pass_mark))
    attempt = graded(learner, homework, right, of=200, at=now)
    assert shown(attempt) == ("199.00", 99, False if pass_mark else None)


def test_the_mean_of_a_class_is_that_of_the_exact_shares(classroom: Classroom, learner: User, now: datetime) -> None:
    homework = factories.assignment(classroom, factories.quiz(0))
    graded(learner, homework, "139", of=200, at=now)
    [figures] = gradebook.gradebook(classroom, now=now).summary
    assert (figures.mean, figures.median) == (Decimal("69.5"), Decimal("69.5"))


def test_an_average_counts_exactly(classroom: Classroom, learner: User, now: datetime) -> None:
    """Two thirds and two thirds of three points; rounded to cents they were 2.01, and passed."""
    homework = factories.assignment(classroom, factories.quiz(0, counting="average", pass_mark=67))
    for _number in range(2):
        attempt = graded(learner, homework, "2", of=3, at=now)
        Attempt.objects.filter(pk=attempt.pk).update(exact_marks=Fraction(2009, 1000))
    [cell] = gradebook.gradebook(classroom, now=now).rows[0].cells
    assert (cell.marks, cell.percent, cell.is_passed) == (Decimal("2.00"), 66, False)


# Who is first ---------------------------------------------------------------------------------------------------------


def two(room: Classroom, now: datetime, first: Fraction, second: Fraction) -> Assignment:
    """Results of two members that round to the same cents."""
    homework = factories.assignment(room, factories.quiz(0))
    for name, exact in (("ines", first), ("zoe", second)):
        person = factories.user(name)
        factories.member(room, person, nickname=name)
        attempt = graded(person, homework, "1.67", of=3, at=now)
        Attempt.objects.filter(pk=attempt.pk).update(exact_marks=exact)
    return homework


def test_ranks_compare_exact_marks(classroom: Classroom, now: datetime) -> None:
    homework = two(classroom, now, Fraction(1665, 1000), Fraction(5, 3))
    board = leaderboards.for_assignment(homework, now=now)
    assert [(row.rank, row.name, row.points) for row in board.rows] == [
        (1, "zoe", Decimal("1.67")),
        (2, "ines", Decimal("1.67")),
    ]


def test_those_who_did_equally_well_by_other_questions_share_a_rank(classroom: Classroom, now: datetime) -> None:
    homework = two(classroom, now, Fraction(1, 3) + Fraction(4, 3), Fraction(5, 3))
    assert [row.rank for row in leaderboards.for_assignment(homework, now=now).rows] == [1, 1]


def test_the_gradebook_sorts_by_exact_marks(classroom: Classroom, now: datetime) -> None:
    two(classroom, now, Fraction(1665, 1000), Fraction(5, 3))
    names = [row.name for row in gradebook.gradebook(classroom, now=now, sort="total").rows]
    assert names.index("zoe") < names.index("ines")


def test_of_two_attempts_the_better_counts_though_their_copies_are_equal(
    classroom: Classroom, learner: User, now: datetime
) -> None:
    homework = factories.assignment(classroom, factories.quiz(0))
    better = Fraction(1, 2) + Fraction(1, 10**9)
    for exact in (Fraction(1, 2), better):
        attempt = graded(learner, homework, "0.5", of=1, at=now)
        Attempt.objects.filter(pk=attempt.pk).update(exact_marks=exact)
    [cell] = gradebook.gradebook(classroom, now=now).rows[0].cells
    assert cell.share == better
    assert [str(violation) for violation in invariants.boards(now)] == []


# By hand --------------------------------------------------------------------------------------------------------------


def test_marks_by_hand_that_stand_as_they_were_shown_stay_exact(
    learner: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    """An instructor opens the form of a third, writes a comment, and saves."""
    answer = paper(learner, classroom, [THIRD], now=now).answers.get()
    posted = {"marks": "0.33", "comment": "One of three.", "reason": "A comment.", "seen": ""}
    with stopped_at(now):
        assert browser(instructor).post(f"/marking/answers/{answer.pk}/", posted).status_code == 302
    stored = Answer.objects.get()
    assert (stored.exact_override, stored.override) == (Fraction(1, 3), Decimal("0.3333333"))
    assert Attempt.objects.get().exact_marks == Fraction(1, 3)
