"""Members by assignments: which attempt counts, what is missing or late, figures, and who needs help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Assignment, Attempt, Classroom, Membership, User
from quizzes.reports import gradebook, gradebook_sheets
from quizzes.reports.class_figures import Figures
from quizzes.reports.gradebook import Gradebook, GradeRow
from quizzes.reports.gradebook_cells import Cell
from quizzes.services import attempts, deadlines
from tests import factories
from tests.reports.rows import graded

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EARLIER = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)  # the day before


@pytest.fixture
def ada(db: None) -> User:
    return factories.user("ada", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def room(instructor: User, ada: User) -> Classroom:
    return factories.classroom(instructor=instructor, students=[ada])


@pytest.fixture
def homework(room: Classroom) -> Assignment:
    return factories.assignment(room, factories.quiz(1, pass_mark=50))


def cell(book: Gradebook, row: int = 0, column: int = 0) -> Cell:
    return book.rows[row].cells[column]


def row_of(book: Gradebook, person: User) -> GradeRow:
    return next(row for row in book.rows if row.membership.user_id == person.pk)


# Cells ----------------------------------------------------------------------------------------------------------------


def test_what_is_not_begun_is_empty_until_it_is_over(room: Classroom, now: datetime) -> None:
    factories.assignment(room, factories.quiz(1), closes_at=now + HOUR)
    assert cell(gradebook.gradebook(room, now=now + HOUR - SECOND)) == Cell("not_started")
    assert cell(gradebook.gradebook(room, now=now + HOUR)) == Cell("missing")


def test_an_exception_keeps_a_cell_from_missing(room: Classroom, ada: User, now: datetime) -> None:
    given = factories.assignment(room, factories.quiz(1), closes_at=now + HOUR)
    factories.accommodation(given, ada, now=now, closes_at=now + DAY)
    assert cell(gradebook.gradebook(room, now=now + HOUR)).state == "not_started"
    assert cell(gradebook.gradebook(room, now=now + DAY)).state == "missing"


def test_what_refuses_late_work_is_missing_from_when_it_is_due(room: Classroom, now: datetime) -> None:
    factories.assignment(room, factories.quiz(1), due_at=now, late_policy="refuse")
    assert cell(gradebook.gradebook(room, now=now)).state == "missing"


def test_what_never_closes_is_missing_from_when_it_is_due(room: Classroom, ada: User, now: datetime) -> None:
    given = factories.assignment(room, factories.quiz(1), due_at=now)
    assert cell(gradebook.gradebook(room, now=now + MINUTE - SECOND)).state == "not_started"
    assert cell(gradebook.gradebook(room, now=now + MINUTE)).state == "missing"
    factories.assignment(room, factories.quiz(1), due_at=now)
    assert row_of(gradebook.gradebook(room, now=now + MINUTE), ada).needs_help == "2 missing"
    graded(ada, given, 9, at=now + HOUR)
    late = cell(gradebook.gradebook(room, now=now + HOUR))
    assert (late.state, late.is_late) == ("graded", True)


def test_a_later_close_or_an_exception_keeps_what_is_due_from_missing(
    room: Classroom, ada: User, now: datetime
) -> None:
    factories.assignment(room, factories.quiz(1), due_at=now, closes_at=now + HOUR)
    excepted = factories.assignment(room, factories.quiz(1), due_at=now)
    factories.accommodation(excepted, ada, now=now, closes_at=now + HOUR)
    for moment, state in ((now + HOUR - SECOND, "not_started"), (now + HOUR, "missing")):
        assert {found.state for found in gradebook.gradebook(room, now=moment).rows[0].cells} == {state}


@pytest.mark.parametrize(
    ("counting", "marks", "number"), [("highest", 9, 2), ("latest", 6, 3), ("first", 4, 1), ("average", "6.33", 2)]
)
def test_the_attempt_that_counts_is_the_one_of_the_quiz(
    counting: str, marks: int | str, number: int, room: Classroom, ada: User, now: datetime
) -> None:
    given = factories.assignment(room, factories.quiz(1, counting=counting))
    attempts = [graded(ada, given, value, at=now) for value in (4, 9, 6)]
    found = cell(gradebook.gradebook(room, now=now))
    assert (found.marks, found.attempts, found.attempt_id) == (Decimal(marks), 3, attempts[number - 1].pk)


def test_points_edited_between_two_attempts_put_no_one_ahead(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    """C7: 2 of 2 stood below 5 of 10."""
    ben = factories.user("ben")
    factories.member(room, ben)
    graded(ada, homework, 2, of=2, at=now)
    graded(ben, homework, 5, of=10, at=now)
    book = gradebook.gradebook(room, now=now, sort="total")
    assert [(row.membership.user, row.total, row.possible, row.percent) for row in book.rows] == [
        (ada, 10, 10, 100),
        (ben, 5, 10, 50),
    ]
    assert [(row.cells[0].marks, row.cells[0].possible) for row in book.rows] == [(2, 2), (5, 10)]
    assert book.uneven == (homework.quiz.title,)


def test_an_attempt_without_a_result_weighs_nothing(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    ben = factories.user("ben")
    factories.member(room, ben)
    graded(ada, homework, 2, of=2, at=now)
    graded(ben, homework, 0, of=10, at=now, status="awaiting_marking")
    row = row_of(gradebook.gradebook(room, now=now), ada)
    assert (row.total, row.possible) == (2, 2)
    assert gradebook.gradebook(room, now=now).uneven == ()


@pytest.mark.parametrize(("marks", "is_passed"), [("4.99", False), (5, True)])
def test_the_pass_mark_itself_is_a_pass(
    marks: str | int, is_passed: bool, room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    graded(ada, homework, marks, at=now)
    assert cell(gradebook.gradebook(room, now=now)).is_passed is is_passed


@pytest.mark.parametrize(("moment", "is_late"), [(MINUTE - SECOND, False), (MINUTE, True)])
def test_late_is_after_the_minute_in_which_it_was_due(
    moment: timedelta, is_late: bool, room: Classroom, ada: User, now: datetime
) -> None:
    given = factories.assignment(room, factories.quiz(1), due_at=now)
    graded(ada, given, 5, at=now + moment)
    assert cell(gradebook.gradebook(room, now=now)).is_late is is_late


def test_late_is_what_is_late_for_this_member(room: Classroom, ada: User, now: datetime) -> None:
    """A factor stretches 20 minutes to 30; an exception has its own due date; another has joined since."""
    given = factories.assignment(room, factories.quiz(1, time_limit=20), due_at=now)
    slower, excepted, newcomer = (factories.user(name) for name in ("slower", "excepted", "newcomer"))
    factories.member(room, slower, time_factor="1.5")
    factories.member(room, excepted)
    factories.accommodation(given, excepted, now=now, due_at=now + HOUR)
    factories.member(room, newcomer, joined_at=now + SECOND)
    for person in (ada, slower, excepted, newcomer):
        graded(person, given, 5, at=now + 8 * MINUTE, seconds=28 * 60)
    book = gradebook.gradebook(room, now=now + HOUR)
    assert {row.name: row.cells[0].is_late for row in book.rows} == {
        "Ada Lovelace": True,
        "slower": False,
        "excepted": False,
        "newcomer": False,
    }
    assert [row.name for row in gradebook.gradebook(room, now=now, show="late").rows] == ["Ada Lovelace"]
    assert [row[-1] for row in gradebook_sheets.table(book)][1:] == [0, 1, 0, 0]


@pytest.mark.parametrize("fields", [{"due_at": EARLIER}, {"closes_at": EARLIER}], ids=["due", "closed"])
def test_what_was_over_before_a_member_joined_is_not_missing(
    fields: dict[str, Any], room: Classroom, ada: User, now: datetime
) -> None:
    factories.assignment(room, factories.quiz(1), **fields)
    factories.member(room, factories.user("newcomer"), joined_at=now)
    states = [row.cells[0].state for row in gradebook.gradebook(room, now=now).rows]
    assert states == ["missing", "not_started"]


def test_where_everyone_is_late_there_are_as_many_queries_as_for_one(
    room: Classroom, homework: Assignment, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Five, then the attempts that may be late, exceptions, members, and what was given by hand."""
    Assignment.objects.filter(pk=homework.pk).update(due_at=now)
    for _number in range(5):
        graded(factories.member(room, factories.user()).user, homework, 5, at=now + HOUR)
    with django_assert_max_num_queries(9):
        assert sum(row.late for row in gradebook.gradebook(room, now=now + HOUR).rows) == 5


@pytest.mark.parametrize("status", ["submitted", "awaiting_marking"])
def test_what_is_handed_in_and_not_graded_waits(
    status: str, room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    attempt = graded(ada, homework, 5, at=now, status=status)
    assert cell(gradebook.gradebook(room, now=now)) == Cell("waiting", attempts=1, attempt_id=attempt.pk)


def test_a_second_attempt_that_runs_leaves_the_marks_of_the_first(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    graded(ada, homework, 5, at=now)
    Attempt.objects.create(learner=ada, quiz=homework.quiz, assignment=homework, number=2, started_at=now)
    found = cell(gradebook.gradebook(room, now=now))
    assert (found.state, found.marks, found.attempts) == ("graded", 5, 2)


def test_an_attempt_that_was_reopened_is_in_progress_and_says_so(
    room: Classroom, ada: User, instructor: User, homework: Assignment, now: datetime
) -> None:
    first = factories.attempt(ada, homework.quiz, now=now, assignment=homework, right=1, submit=True)
    deadlines.reopen(first, due_at=None, reason="a fire drill", actor=instructor, now=now)
    book = gradebook.gradebook(room, now=now)
    assert (cell(book).state, cell(book).marks, cell(book).is_reopened) == ("in_progress", None, True)
    assert list(gradebook_sheets.table(book))[1][4:8] == [None, 1, "in progress, reopened", 0]
    attempts.submit(first, now=now)
    assert (cell(gradebook.gradebook(room, now=now)).state, cell(gradebook.gradebook(room, now=now)).is_reopened) == (
        "graded",
        False,
    )


def test_marks_of_another_attempt_count_while_one_is_open_again(
    room: Classroom, ada: User, instructor: User, homework: Assignment, now: datetime
) -> None:
    first = factories.attempt(ada, homework.quiz, now=now, assignment=homework, right=1, submit=True)
    factories.attempt(ada, homework.quiz, now=now, assignment=homework, submit=True)
    deadlines.reopen(first, due_at=None, reason="a fire drill", actor=instructor, now=now)
    found = cell(gradebook.gradebook(room, now=now))
    assert (found.state, found.marks, found.is_reopened) == ("graded", Decimal("0.00"), True)


def test_a_first_attempt_that_runs_is_in_progress(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    Attempt.objects.create(learner=ada, quiz=homework.quiz, assignment=homework, number=1, started_at=now)
    assert cell(gradebook.gradebook(room, now=now)).state == "in_progress"


@pytest.mark.parametrize("preset", ["practice", "survey"])
def test_practice_and_surveys_have_no_marks_and_are_never_missing(
    preset: str, room: Classroom, ada: User, now: datetime
) -> None:
    given = factories.assignment(room, factories.quiz(1), feedback=preset, closes_at=now)
    empty = factories.member(room, factories.user())
    graded(ada, given, 10, at=now)
    book = gradebook.gradebook(room, now=now + DAY)
    assert (row_of(book, ada).cells[0].state, row_of(book, ada).total, row_of(book, ada).percent) == ("done", 0, None)
    assert row_of(book, empty.user).cells[0].state == "not_started"


def test_attempts_outside_the_assignment_are_not_in_the_book(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    other = factories.assignment(factories.classroom(students=[ada]), homework.quiz)
    graded(ada, other, 10, at=now)
    assert cell(gradebook.gradebook(room, now=now)).state == "not_started"


# Rows -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_zero", "total"), [(False, (8, 10, 80)), (True, (8, 30, 27))])
def test_what_is_missing_counts_as_nothing_where_the_class_says_so(
    room: Classroom, homework: Assignment, ada: User, now: datetime, is_zero: bool, total: tuple[int, int, int]
) -> None:
    room.missing_is_zero = is_zero
    over = factories.assignment(room, factories.quiz(1), closes_at=now)
    other = factories.member(room, factories.user()).user
    graded(ada, homework, 8, at=now)
    graded(other, over, 5, at=now - HOUR, of=20)
    row = row_of(gradebook.gradebook(room, now=now), ada)
    assert (row.total, row.possible, row.percent) == total


def test_a_quiz_that_nobody_has_begun_counts_with_what_it_is_worth(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    room.missing_is_zero = True
    untouched = factories.quiz(3)
    untouched.items.filter(position=1).update(points=5)
    factories.assignment(room, untouched, closes_at=now)
    graded(ada, homework, 7, at=now)
    row = row_of(gradebook.gradebook(room, now=now), ada)
    assert (row.total, row.possible, row.percent) == (7, 17, 41)


def test_rows_sort_by_surname_and_by_one_assignment_both_ways(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    User.objects.filter(pk=ada.pk).update(first_name="Ada", last_name="Lovelace")
    bob = factories.member(room, factories.user("bob", first_name="Zed", last_name="Abel")).user
    factories.member(room, factories.user("nemo"))
    graded(ada, homework, 4, at=now)
    graded(bob, homework, 9, at=now)

    def order(sort: str) -> list[str]:
        return [row.membership.user.username for row in gradebook.gradebook(room, now=now, sort=sort).rows]

    assert order("name") == ["bob", "ada", "nemo"]
    assert order("-name") == ["nemo", "ada", "bob"]
    assert order(f"a{homework.pk}") == order("total") == ["bob", "ada", "nemo"]
    assert order(f"-a{homework.pk}") == order("lowest") == ["ada", "bob", "nemo"]
    assert order("a0") == order("name")


def test_only_active_students_are_in_the_book_hidden_ones_too(room: Classroom, now: datetime) -> None:
    for fields in ({"status": "left"}, {"status": "removed"}, {"role": "assistant"}):
        factories.member(room, factories.user(), **fields)
    factories.member(room, factories.user("hidden"), is_visible=False)
    assert [row.name for row in gradebook.gradebook(room, now=now).rows] == ["hidden", "Ada Lovelace"]


def test_rows_sort_by_name_total_lowest_share_and_lateness(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    homework.due_at = now
    homework.save()
    bob, cy, dot = (factories.member(room, factories.user(name)).user for name in ("bob", "Cy", "dot"))
    graded(ada, homework, 5, at=now)
    graded(bob, homework, 9, at=now + MINUTE)
    graded(cy, homework, 1, at=now)

    def names(sort: str) -> list[str]:
        return [row.membership.user.username for row in gradebook.gradebook(room, now=now + MINUTE, sort=sort).rows]

    assert names("name") == ["bob", "Cy", "dot", "ada"]
    assert names("total") == ["bob", "ada", "Cy", "dot"]
    assert names("lowest") == ["Cy", "ada", "bob", "dot"]
    assert names("late") == ["bob", "Cy", "dot", "ada"]
    Classroom.objects.filter(pk=room.pk).update(missing_is_zero=True)
    room.refresh_from_db()
    assert names("lowest") == ["dot", "Cy", "ada", "bob"]  # what is due and not there is 0 %
    assert names("'; DROP TABLE") == names("name")
    assert dot.username == "dot"


def test_rows_filter_by_state_and_figures_stay_those_of_the_class(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    second = factories.assignment(room, factories.quiz(1), closes_at=now + HOUR, due_at=now)
    bob, cy = (factories.member(room, factories.user(name)).user for name in ("bob", "cy"))
    graded(ada, homework, 4, at=now)
    graded(bob, homework, 9, at=now)
    graded(bob, second, 9, at=now + MINUTE)
    graded(cy, second, 9, at=now, status="awaiting_marking")

    def names(show: str) -> list[str]:
        return [row.membership.user.username for row in gradebook.gradebook(room, now=now + DAY, show=show).rows]

    assert names("all") == names("nonsense") == ["bob", "cy", "ada"]
    assert names("missing") == ["ada"]
    assert names("failed") == ["ada"]
    assert names("late") == ["bob"]
    assert names("waiting") == ["cy"]
    assert names("help") == ["ada"]
    book = gradebook.gradebook(room, now=now, show="late")
    assert (book.size, book.summary[0].count, len(book.rows)) == (3, 2, 1)


def test_who_needs_help_is_told_why(room: Classroom, homework: Assignment, ada: User, now: datetime) -> None:
    for _number in range(2):
        factories.assignment(room, factories.quiz(1), closes_at=now)
    graded(ada, homework, 4, at=now)
    assert gradebook.gradebook(room, now=now).rows[0].needs_help == "2 missing · failed 1 · 40% overall"


def test_one_failed_quiz_of_several_is_no_call_for_help(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    second = factories.assignment(room, factories.quiz(1, pass_mark=50), closes_at=now + HOUR)
    graded(ada, homework, 9, at=now)
    graded(ada, second, 4, at=now)
    assert gradebook.gradebook(room, now=now).rows[0].needs_help == ""


def test_who_gets_on_needs_no_help(room: Classroom, homework: Assignment, ada: User, now: datetime) -> None:
    graded(ada, homework, 5, at=now)
    assert gradebook.gradebook(room, now=now).rows[0].needs_help == ""


# Figures --------------------------------------------------------------------------------------------------------------


def test_figures_are_mean_median_spread_and_ten_bins(room: Classroom, homework: Assignment, now: datetime) -> None:
    for marks in (0, 2, 4, 10):
        graded(factories.member(room, factories.user()).user, homework, marks, at=now)
    figures = gradebook.gradebook(room, now=now).summary[0]
    assert (figures.count, figures.mean, figures.median) == (4, 40, 30)
    assert figures.spread == Decimal("37.4")  # √((40² + 20² + 0² + 60²) / 4) is 37.4166
    assert figures.bins == (1, 0, 1, 0, 1, 0, 0, 0, 0, 1)


def test_figures_of_nobody_are_none_and_of_one_have_no_spread(
    room: Classroom, homework: Assignment, ada: User, now: datetime
) -> None:
    assert gradebook.gradebook(room, now=now).summary[0] == Figures(0, None, None, None, (0,) * 10)
    graded(ada, homework, 10, at=now)
    figures = gradebook.gradebook(room, now=now).summary[0]
    assert (figures.count, figures.mean, figures.median, figures.spread) == (1, 100, 100, None)


# Size -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_members_by_twenty_assignments_take_five_queries(
    db: None, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    room = factories.classroom()
    quizzes = [factories.quiz(0) for _number in range(20)]
    given = [factories.assignment(room, quiz) for quiz in quizzes]
    people = User.objects.bulk_create(User(username=f"u{n}", password="!") for n in range(100))
    members = Membership.objects.bulk_create(Membership(classroom=room, user=person) for person in people)
    Attempt.objects.bulk_create(
        graded(person, assignment, 5, at=now, number=number, save=False)
        for person in people
        for assignment in given
        for number in (1, 2)
    )
    factories.accommodation(given[0], members[0].user, now=now, closes_at=now)
    with django_assert_max_num_queries(5):
        rows = list(gradebook_sheets.table(gradebook.gradebook(room, now=now)))
    assert len(rows) == 101
    assert rows[1][-4:] == [100, 200, 50, 0]


def test_an_empty_class_has_an_empty_book(db: None, now: datetime) -> None:
    book = gradebook.gradebook(factories.classroom(), now=now)
    assert (book.rows, book.assignments, book.summary, book.size) == ((), (), (), 0)
    assert len(list(gradebook_sheets.table(book))) == 1


def test_the_table_holds_plain_values(room: Classroom, homework: Assignment, ada: User, now: datetime) -> None:
    factories.assignment(room, factories.quiz(1), closes_at=now)
    Assignment.objects.filter(pk=homework.pk).update(due_at=now - HOUR)
    graded(ada, homework, "4.5", at=now)
    heading, row = gradebook_sheets.table(gradebook.gradebook(room, now=now))
    assert heading[:4] == ["Surname", "First name", "E-mail", "User name"]
    assert row[:4] == ["Lovelace", "Ada", ada.email, "ada"]
    assert row[4:10] == [Decimal("4.5"), Decimal(10), "late", None, Decimal(1), "missing"]
    assert row[10:] == [Decimal("4.5"), Decimal(10), 45, 1]
