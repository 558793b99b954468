"""Who stands where, who is not on the board at all, and from when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Answer, Assignment, Attempt, Classroom, Membership, Question, User
from quizzes.reports import leaderboards
from quizzes.reports.leaderboards import Board
from tests import factories
from tests.reports.rows import graded

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> list[User]:
    return [factories.user(f"student-{number}") for number in range(6)]


@pytest.fixture
def room(instructor: User, cast: list[User]) -> Classroom:
    """Six students called a to f."""
    row = factories.classroom(instructor=instructor)
    for person, name in zip(cast, "abcdef", strict=True):
        factories.member(row, person, nickname=name)
    return row


@pytest.fixture
def homework(room: Classroom) -> Assignment:
    return factories.assignment(room, factories.quiz(1))


def places(board: Board) -> list[tuple[int, str]]:
    return [(row.rank, row.name) for row in board.rows]


def name_them(room: Classroom, names: dict[User, str]) -> None:
    """Let the board show full names, which several may share."""
    Classroom.objects.filter(pk=room.pk).update(names_shown="names")
    room.names_shown = "names"
    for person, name in names.items():
        User.objects.filter(pk=person.pk).update(first_name=name)


def by_name(board: Board, name: str) -> leaderboards.Standing:
    return next(row for row in board.rows if row.name == name)


def of_class(room: Classroom, viewer: User, now: datetime, **kwargs: Any) -> Board:
    return leaderboards.for_classroom(room, now=now, **kwargs).as_seen_by(viewer)


# Ranks ----------------------------------------------------------------------------------------------------------------


def test_equal_marks_share_a_rank_and_the_next_one_is_skipped(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for person, marks in zip(cast, [7, 9, 9, 10, 2, 2], strict=True):
        graded(person, homework, marks, at=now)
    board = of_class(room, cast[0], now)
    assert places(board) == [(1, "d"), (2, "b"), (2, "c"), (4, "a"), (5, "e"), (5, "f")]


def test_marks_that_floats_would_tear_apart_are_equal(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    second = factories.assignment(room, factories.quiz(1))
    graded(cast[0], homework, "0.1", at=now)
    graded(cast[0], second, "0.2", at=now)
    graded(cast[1], homework, "0.3", at=now)
    board = of_class(room, cast[0], now)
    assert places(board) == [(1, "a"), (1, "b")]
    assert board.rows[0].points == Decimal("0.30")


def test_points_are_summed_over_assignments_and_measured_by_all_of_them(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    second = factories.assignment(room, factories.quiz(1))
    graded(cast[0], homework, 8, at=now)
    graded(cast[0], second, 12, of=20, at=now)
    graded(cast[1], homework, 10, at=now)
    board = of_class(room, cast[0], now)
    assert [(row.points, row.possible, row.percent) for row in board.rows] == [(20, 30, 67), (10, 30, 33)]
    assert not board.is_by_share, "assignments may be worth different marks"
    assert board.counted == (homework.pk, second.pk)


def test_rows_of_one_rank_come_by_name_then_by_membership(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for person in reversed(cast):
        graded(person, homework, 5, at=now)
    name_them(room, dict(zip(cast, ["a", "b", "c", "d", "e", "B"], strict=True)))
    assert [row.name for row in of_class(room, cast[0], now).rows] == ["a", "b", "B (2)", "c", "d", "e"]


def test_an_attempt_worth_nothing_divides_nothing_by_zero(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    graded(cast[0], homework, 0, of=0, at=now)
    assert of_class(room, cast[0], now).rows[0].percent == 0


# Sizes ----------------------------------------------------------------------------------------------------------------


def test_a_class_without_results_has_an_empty_board(room: Classroom, homework: Assignment, now: datetime) -> None:
    board = of_class(room, factories.user(), now)
    assert (board.rows, board.me, board.size, board.nearby(), board.top(10)) == ((), None, 0, (), ())
    assert board.is_revealed


def test_a_class_without_assignments_or_members_has_an_empty_board(
    db: None, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    empty, viewer = factories.classroom(), factories.user()
    with django_assert_max_num_queries(1):
        board = of_class(empty, viewer, now)
    assert (board.size, board.is_revealed, board.counted, board.hidden) == (0, False, (), ())


def test_one_member_is_first_of_one(room: Classroom, homework: Assignment, cast: list[User], now: datetime) -> None:
    graded(cast[3], homework, 1, at=now)
    board = of_class(room, cast[3], now)
    assert board.size == 1
    assert board.me == board.rows[0] == board.nearby()[0]
    assert board.me.rank == 1
    assert board.me.is_me


def crowd(size: int, now: datetime) -> tuple[Classroom, list[User]]:
    """A class whose members have one result each: marks 0 to 9, a tenth of them each."""
    room = factories.classroom(capacity=size)
    given = factories.assignment(room, factories.quiz(1))
    people = User.objects.bulk_create(User(username=f"u{n:04}", password="!") for n in range(size))
    Membership.objects.bulk_create(Membership(classroom=room, user=person) for person in people)
    rows = [graded(person, given, n % 10, at=now, save=False, number=1) for n, person in enumerate(people)]
    Attempt.objects.bulk_create(rows)
    return room, people


@pytest.mark.slow
def test_five_thousand_members_take_three_queries_and_keep_their_ranks(
    db: None, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    room, people = crowd(5000, now)
    with django_assert_max_num_queries(3):
        board = of_class(room, people[0], now)
    assert board.size == 5000
    assert [board.rows[n].rank for n in (0, 499, 500, 999, 4999)] == [1, 1, 501, 501, 4501]
    assert board.me is not None
    assert board.me.rank == 4501
    assert len(board.top(10)) == 10
    assert board.me in board.nearby()


# One's own row --------------------------------------------------------------------------------------------------------


def test_nearby_shows_three_rows_on_either_side_of_ones_own(db: None, now: datetime) -> None:
    room, people = crowd(50, now)
    board = of_class(room, people[25], now)
    assert board.me is not None
    near = board.nearby()
    assert len(near) == 7
    assert near[3] == board.me


def test_nearby_is_shorter_at_the_top_and_at_the_bottom(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for marks, person in enumerate(cast):
        graded(person, homework, marks, at=now)
    assert [row.name for row in of_class(room, cast[5], now).nearby(span=2)] == ["f", "e", "d"]
    assert [row.name for row in of_class(room, cast[0], now).nearby(span=2)] == ["c", "b", "a"]


def test_a_viewer_who_is_not_ranked_has_no_own_row(
    room: Classroom, homework: Assignment, cast: list[User], instructor: User, now: datetime
) -> None:
    graded(cast[0], homework, 5, at=now)
    room.memberships.filter(user=cast[0]).update(is_visible=False)
    for viewer in (cast[0], cast[1], instructor):
        assert of_class(room, viewer, now).me is None


# Since a week ago -----------------------------------------------------------------------------------------------------


def moves(board: Board) -> list[tuple[str, int, int | None]]:
    return [(row.name, row.rank, row.before) for row in board.rows]


def test_a_board_says_which_rank_a_member_had_a_week_ago(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime, django_assert_num_queries: Any
) -> None:
    for person, marks in zip(cast[:4], [9, 8, 7, 6], strict=True):
        graded(person, homework, marks, at=now - 8 * DAY)
    graded(cast[2], homework, 10, at=now - 7 * DAY + SECOND)
    graded(cast[4], homework, 7, at=now)
    room.memberships.filter(user=cast[1]).update(is_visible=False)  # ranked neither now nor then
    with django_assert_num_queries(3):
        board = of_class(room, cast[2], now)
    assert moves(board) == [("c", 1, 2), ("a", 2, 1), ("e", 3, None), ("d", 4, 3)]
    assert [(row.up, row.down) for row in board.rows] == [(1, 0), (0, 1), (0, 0), (0, 1)]
    assert board.is_compared
    # Exactly a week old is old.
    assert moves(of_class(room, cast[2], now + SECOND))[0] == ("c", 1, 1)
    shared = leaderboards.for_classroom(room, now=now, max_age=1)
    assert leaderboards.for_classroom(room, now=now, max_age=1) == shared == leaderboards.for_classroom(room, now=now)


def test_what_was_not_out_a_week_ago_did_not_count_then(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime, django_assert_num_queries: Any
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now - 6 * DAY)
    for person, first, second in ((cast[0], 5, 1), (cast[1], 4, 9)):
        graded(person, homework, first, at=now - 9 * DAY)
        graded(person, exam, second, at=now - 8 * DAY)
    with django_assert_num_queries(4):  # one more for the last end of an exam that has closed
        assert moves(of_class(room, cast[0], now)) == [("b", 1, 2), ("a", 2, 1)]
    assert moves(leaderboards.for_assignment(exam, now=now)) == [("b", 1, None), ("a", 2, None)]


def test_a_new_board_and_that_of_a_shorter_time_are_compared_with_nothing(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    graded(cast[0], homework, 5, at=now - 6 * DAY)
    assert not of_class(room, cast[0], now).is_compared
    graded(cast[1], homework, 5, at=now - 8 * DAY)
    assert of_class(room, cast[0], now).is_compared
    assert not of_class(room, cast[0], now, since=now - 30 * DAY).is_compared


@pytest.mark.parametrize("metric", Classroom.Metric.values)
def test_a_board_compares_what_it_ranks_by(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime, metric: str
) -> None:
    room.metric = metric
    for person, early, late in ((cast[0], 5, 5), (cast[1], 4, 9)):
        for marks, at in ((early, now - 8 * DAY), (late, now - DAY)):
            attempt = graded(person, homework, marks, at=at)
            known = 1 if marks > 4 else 0
            question = homework.quiz.items.get().question
            assert question is not None
            version = question.versions.get()
            Answer.objects.create(
                attempt=attempt, slot=1, version=version, exact_fraction=Fraction(known), fraction=known
            )
    assert (
        moves(of_class(room, cast[0], now))
        == {
            "best": [("b", 1, 2), ("a", 2, 1)],
            "first": [("a", 1, 1), ("b", 2, 2)],
            "improvement": [("b", 1, 1), ("a", 2, 1)],
            "mastery": [("a", 1, 1), ("b", 1, 2)],
        }[metric]
    )


# Who is left out ------------------------------------------------------------------------------------------------------


def hide(member: Membership) -> None:
    member.is_visible = False


def leave(member: Membership) -> None:
    member.status = "left"


def remove(member: Membership) -> None:
    member.status = "removed"


def assist(member: Membership) -> None:
    member.role = "assistant"


def teach(member: Membership) -> None:
    member.role = "instructor"


def join_staff(member: Membership) -> None:
    member.user.is_staff = True


def deactivate(member: Membership) -> None:
    member.user.is_active = False


OUT = [hide, leave, remove, assist, teach, join_staff, deactivate]


@pytest.mark.parametrize("put_out", OUT, ids=lambda act: act.__name__)
def test_who_is_not_to_be_seen_leaves_no_gap_and_no_trace(
    put_out: Callable[[Membership], None], room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for person, marks in zip(cast, [10, 9, 8, 7, 6, 5], strict=True):
        graded(person, homework, marks, at=now)
    member = room.memberships.select_related("user").get(user=cast[1])
    put_out(member)
    member.user.save()
    member.save()
    board = of_class(room, cast[0], now)
    assert places(board) == [(1, "a"), (2, "c"), (3, "d"), (4, "e"), (5, "f")]
    assert board.size == 5
    assert member.pk not in {row.membership_id for row in board.rows}


def test_a_hidden_namesake_puts_no_number_after_a_name(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    name_them(room, dict.fromkeys(cast[:2], "kestrel"))
    room.memberships.filter(user=cast[0]).update(is_visible=False)
    graded(cast[0], homework, 10, at=now)
    graded(cast[1], homework, 9, at=now)
    assert places(of_class(room, cast[1], now)) == [(1, "kestrel")]


def test_a_hidden_member_does_not_raise_what_was_possible(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    graded(cast[0], homework, 10, of=50, at=now)
    graded(cast[1], homework, 9, at=now)
    room.memberships.filter(user=cast[0]).update(is_visible=False)
    assert of_class(room, cast[1], now).rows[0].possible == 10


def test_a_board_of_one_class_shows_nobody_of_another(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    other = factories.classroom(students=[cast[0]])
    elsewhere = factories.assignment(other, homework.quiz)
    graded(cast[0], elsewhere, 10, at=now)
    graded(factories.user(), homework, 10, at=now)  # an attempt of somebody who is no member
    assert of_class(room, cast[0], now).rows == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "in_progress", "submitted_at": None, "closed_by": ""},
        {"status": "submitted"},
        {"status": "awaiting_marking"},
        {"is_counted": False},
    ],
    ids=str,
)
def test_only_graded_attempts_that_count_are_on_the_board(
    fields: dict[str, Any], room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    row = graded(cast[0], homework, 10, at=now, save=False)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    assert of_class(room, cast[0], now).rows == ()


def test_self_study_is_on_no_board(room: Classroom, homework: Assignment, cast: list[User], now: datetime) -> None:
    row = graded(cast[0], homework, 10, at=now, save=False)
    row.assignment = None
    row.save()
    assert of_class(room, cast[0], now).rows == ()


# From when ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moment", "is_out"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
def test_an_examination_is_on_the_board_from_its_close(
    moment: timedelta, is_out: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    graded(cast[0], exam, 10, at=now)
    board = of_class(room, cast[0], now + HOUR + moment)
    assert board.is_revealed is is_out
    assert [row.name for row in board.rows] == (["a"] if is_out else [])
    assert (board.counted, board.hidden) == (((exam.pk,), ()) if is_out else ((), (exam.quiz.title,)))


@pytest.mark.parametrize(("moment", "is_out"), [(-SECOND, False), (0 * SECOND, True)])
def test_an_exception_that_closes_later_holds_the_board_back(
    moment: timedelta, is_out: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    factories.accommodation(exam, cast[1], now=now, closes_at=now + DAY)
    graded(cast[0], exam, 10, at=now)
    assert leaderboards.for_assignment(exam, now=now + DAY + moment).is_revealed is is_out


@pytest.mark.parametrize(("moment", "is_out"), [(-SECOND, False), (0 * SECOND, True)])
def test_an_attempt_that_runs_beyond_the_close_holds_the_board_back(
    moment: timedelta, is_out: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    graded(cast[0], exam, 10, at=now)
    Attempt.objects.create(learner=cast[1], quiz=exam.quiz, assignment=exam, number=1, started_at=now, due_at=now + DAY)
    assert of_class(room, cast[0], now + DAY + moment).is_revealed is is_out


@pytest.mark.parametrize("holds", ["close", "exception", "attempt"])
def test_where_results_wait_for_the_last_class_its_end_holds_the_board_back(
    holds: str, room: Classroom, cast: list[User], instructor: User, now: datetime
) -> None:
    alone = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    quiz = factories.quiz(1, feedback="exam", results_wait_for_all=True)
    exam = factories.assignment(room, quiz, closes_at=now + HOUR)
    graded(cast[0], exam, 10, at=now)
    graded(cast[1], alone, 8, at=now)
    other = factories.classroom(instructor=instructor, students=[late := factories.user()])
    given = factories.assignment(other, quiz, closes_at=now + (DAY if holds == "close" else HOUR))
    if holds == "exception":
        factories.accommodation(given, late, now=now, closes_at=now + DAY)
    if holds == "attempt":
        Attempt.objects.create(learner=late, quiz=quiz, assignment=given, number=1, started_at=now, due_at=now + DAY)
    assert of_class(room, cast[0], now + DAY - SECOND).counted == (alone.pk,)
    assert of_class(room, cast[0], now + DAY).counted == (alone.pk, exam.pk)


def test_an_examination_that_never_closes_is_never_on_the_board(
    room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"))
    graded(cast[0], exam, 10, at=now)
    assert of_class(room, cast[0], now + 9999 * DAY).rows == ()


@pytest.mark.parametrize("preset", ["practice", "survey"])
def test_practice_and_surveys_are_never_on_the_board(
    preset: str, room: Classroom, cast: list[User], now: datetime
) -> None:
    given = factories.assignment(room, factories.quiz(1), feedback=preset, closes_at=now + HOUR)
    graded(cast[0], given, 10, at=now)
    board = of_class(room, cast[0], now + DAY)
    assert (board.rows, board.counted, board.hidden) == ((), (), ())


def test_a_hidden_examination_leaves_the_homework_on_the_board(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    graded(cast[0], exam, 10, at=now)
    graded(cast[1], homework, 1, at=now)
    assert places(of_class(room, cast[0], now)) == [(1, "b")]


def test_the_board_of_a_week_counts_from_its_first_instant(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    graded(cast[0], homework, 10, at=now - SECOND)
    graded(cast[1], homework, 5, at=now)
    assert places(of_class(room, cast[0], now, since=now)) == [(1, "b")]


# What counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counting", "points"), [("highest", "9"), ("latest", "6"), ("first", "4"), ("average", "6.33")]
)
def test_the_attempt_that_counts_is_the_one_of_the_quiz(
    counting: str, points: str, room: Classroom, cast: list[User], now: datetime
) -> None:
    given = factories.assignment(room, factories.quiz(1, counting=counting))
    plain = factories.assignment(room, factories.quiz(1))  # rules are applied quiz by quiz
    for marks in (4, 9, 6):
        graded(cast[0], given, marks, at=now)
        graded(cast[0], plain, marks, at=now)
    assert by_name(of_class(room, cast[0], now), "a").points == Decimal(points) + 9


def test_by_first_attempt_a_second_one_changes_nothing(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = "first"
    for marks in (4, 9):
        graded(cast[0], homework, marks, at=now)
    assert of_class(room, cast[0], now).rows[0].points == 4


def test_improvement_is_the_best_less_the_first(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = "improvement"
    for person, marks in ((cast[0], (4, 9, 6)), (cast[1], (9, 2)), (cast[2], (10,))):
        for value in marks:
            graded(person, homework, value, at=now)
    board = of_class(room, cast[0], now)
    assert [(row.rank, row.name, row.points) for row in board.rows] == [(1, "a", 5), (2, "b", 0), (2, "c", 0)]


def test_improvement_looks_at_shares_where_attempts_are_worth_different_marks(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = "improvement"
    for marks, of in ((3, 10), (8, 10), (12, 20)):
        graded(cast[0], homework, marks, of=of, at=now)
    assert [(row.points, row.possible) for row in of_class(room, cast[0], now).rows] == [(10, 20)]


def test_the_best_attempt_is_that_with_the_largest_share_as_in_the_gradebook(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for marks, of in ((8, 10), (12, 20)):
        graded(cast[0], homework, marks, of=of, at=now)
    assert [(row.points, row.possible) for row in of_class(room, cast[0], now).rows] == [(16, 20)]


def test_points_edited_between_two_attempts_put_no_one_ahead(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    """C7: 2 of 2 stood below 5 of 10."""
    graded(cast[0], homework, 2, of=2, at=now)
    graded(cast[1], homework, 5, of=10, at=now)
    board = of_class(room, cast[0], now)
    shown = [(row.rank, row.name, row.points, row.possible) for row in board.rows]
    assert shown == [(1, "a", 10, 10), (2, "b", 5, 10)]
    assert board.is_by_share


def test_an_average_is_one_of_shares_as_in_the_gradebook(room: Classroom, cast: list[User], now: datetime) -> None:
    given = factories.assignment(room, factories.quiz(1, counting="average"))
    for marks, of in ((2, 2), (5, 10)):
        graded(cast[0], given, marks, of=of, at=now)
    assert [(row.points, row.percent) for row in of_class(room, cast[0], now).rows] == [(Decimal("7.50"), 75)]


def answered(attempt: Attempt, results: list[tuple[str, int]]) -> None:
    """Answers by (topic, fraction)."""
    for slot, (topic, fraction) in enumerate(results, start=1):
        question: Question = factories.question(topic=factories.topic(topic))
        Answer.objects.create(
            attempt=attempt, slot=slot, version=question.versions.get(), exact_fraction=Fraction(fraction)
        )


def test_mastery_weighs_every_topic_the_same(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = "mastery"
    answered(graded(cast[0], homework, 5, at=now), [("x", 1), ("x", 0), ("x", 0), ("x", 0), ("y", 1)])
    answered(graded(cast[1], homework, 9, at=now), [("x", 1), ("x", 1), ("x", 1), ("x", 0), ("y", 0)])
    board = of_class(room, cast[0], now)
    assert [(row.name, row.points, row.possible, row.percent) for row in board.rows] == [
        ("a", Decimal("62.50"), 100, 63),
        ("b", Decimal("37.50"), 100, 38),
    ]


def test_leaving_an_assignment_out_masters_less(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = "mastery"
    second = factories.assignment(room, factories.quiz(1))
    answered(graded(cast[0], homework, 5, at=now), [("x", 1)])
    answered(graded(cast[1], homework, 5, at=now), [("x", 1)])
    answered(graded(cast[1], second, 5, at=now), [("x", 1), ("x", 0)])
    assert [(row.name, row.percent) for row in of_class(room, cast[0], now).rows] == [("b", 75), ("a", 50)]


# Speed ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["best", "first", "improvement", "mastery"])
def test_speed_never_counts_unless_it_is_switched_on(
    metric: str, room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.metric = metric
    for person, seconds in ((cast[0], 50), (cast[1], 49), (cast[2], 49)):
        answered(graded(person, homework, 5, at=now, seconds=seconds), [("x", 1)])
    answered(graded(cast[3], homework, 4, at=now, seconds=1), [("x", 0)])
    last = 1 if metric == "improvement" else 4
    assert {row.name: row.rank for row in of_class(room, cast[0], now).rows} == {"a": 1, "b": 1, "c": 1, "d": last}
    room.speed_breaks_ties = True
    expected = {"a": 4, "b": 2, "c": 2, "d": 1} if metric == "improvement" else {"a": 3, "b": 1, "c": 1, "d": 4}
    assert {row.name: row.rank for row in of_class(room, cast[0], now).rows} == expected


def test_a_clock_that_was_set_back_makes_nobody_faster(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.speed_breaks_ties = True
    second = factories.assignment(room, factories.quiz(1))
    for person, took in ((cast[0], (-300, 60)), (cast[1], (20, 20))):
        for each, seconds in zip((homework, second), took, strict=True):
            graded(person, each, 5, at=now, seconds=seconds)
    assert [(row.name, row.rank) for row in of_class(room, cast[0], now).rows] == [("b", 1), ("a", 2)]


# Names ----------------------------------------------------------------------------------------------------------------


def test_without_a_nickname_a_member_is_a_number(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    cast[0].first_name, cast[0].last_name = "Ada", "Lovelace"
    cast[0].save()
    member = room.memberships.get(user=cast[0])
    room.memberships.filter(pk=member.pk).update(nickname="")
    graded(cast[0], homework, 5, at=now)
    assert of_class(room, cast[0], now).rows[0].name == f"member {member.pk}"


def test_full_names_are_shown_where_the_class_chose_them(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    room.names_shown = "names"
    cast[0].first_name, cast[0].last_name = "Ada", "Lovelace"
    cast[0].save()
    graded(cast[0], homework, 5, at=now)
    graded(cast[1], homework, 4, at=now)
    assert [row.name for row in of_class(room, cast[0], now).rows] == ["Ada Lovelace", "student-1"]


def test_namesakes_are_told_apart_in_the_order_they_joined(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    names = ["kestrel", "Kestrel", "kestrel (2)", "ｋｅｓｔｒｅｌ", "kestrel  ", "owl"]
    name_them(room, dict(zip(cast, names, strict=True)))
    for person in cast:
        graded(person, homework, 5, at=now)
    shown = {row.membership_id: row.name for row in of_class(room, cast[0], now).rows}
    assert [shown[pk] for pk in sorted(shown)] == [
        "kestrel",
        "Kestrel (2)",
        "kestrel (2) (2)",
        "ｋｅｓｔｒｅｌ (3)",
        "kestrel (4)",
        "owl",
    ]


# One assignment -------------------------------------------------------------------------------------------------------


def test_the_board_of_an_assignment_counts_that_one_only(
    room: Classroom, cast: list[User], now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = (factories.assignment(room, factories.quiz(1)) for _number in range(2))
    graded(cast[0], first, 10, at=now)
    graded(cast[1], second, 10, at=now)
    with django_assert_max_num_queries(3):
        board = leaderboards.for_assignment(second, now=now)
    assert places(board) == [(1, "b")]
    assert board.counted == (second.pk,)


# The index ------------------------------------------------------------------------------------------------------------


WRITTEN = {"Django 5.2": "is_counted", "Django 6.1": "is_counted = 1"}


@pytest.mark.parametrize("condition", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("metric", ["best", "first", "improvement", "mastery"])
@pytest.mark.parametrize("speed", [False, True])
def test_the_board_reads_attempts_through_its_partial_index(
    condition: str, metric: str, speed: bool, room: Classroom, now: datetime
) -> None:
    """Whichever Django has made the index, and without a hint."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by statistics; a table of a test is too small for any index")
    room.metric, room.speed_breaks_ties = metric, speed
    for _number in range(3):
        factories.assignment(room, factories.quiz(1))
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX attempt_board")
        cursor.execute(
            "CREATE INDEX attempt_board ON quizzes_attempt (assignment_id, learner_id, fraction DESC)"
            f" WHERE ({condition} AND status = 'graded')"
        )
    for since in (leaderboards.EVER, now):
        assert "a USING INDEX attempt_board" in plan_of_board(room, now, since)


def plan_of_board(room: Classroom, now: datetime, since: datetime) -> str:
    """How SQLite goes about the statement that reads the attempts."""
    made: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        made.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        leaderboards.for_classroom(room, now=now, since=since)
    with connection.cursor() as cursor:
        (plan,) = (
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()
            for sql, params in made
            if "FROM quizzes_attempt a" in sql
        )
    return str(plan)


# Properties -----------------------------------------------------------------------------------------------------------

PERSON = st.fixed_dictionaries(
    {
        "marks": st.lists(st.integers(0, 4), max_size=3),
        "name": st.sampled_from(["", "owl", "Owl", "owl (2)"]),
        "out": st.sampled_from([None, None, *OUT]),
    }
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, max_size=8), metric=st.sampled_from(["best", "first", "improvement"]))
def test_nobody_hidden_is_ever_shown_and_ranks_are_those_of_a_competition(
    people: list[dict[str, Any]], metric: str, db: None, now: datetime
) -> None:
    room = factories.classroom(metric=metric, names_shown="names")
    given = factories.assignment(room, factories.quiz(1))
    for person in people:
        member = factories.member(room, factories.user(first_name=person["name"]))
        if person["out"]:
            person["out"](member)
        member.user.save()
        member.save()
        for marks in person["marks"]:
            graded(member.user, given, marks, at=now)
    viewer = factories.user()
    board = of_class(room, viewer, now)
    ranked = Membership.objects.ranked().filter(classroom=room, user__attempts__assignment=given).distinct()
    assert {row.membership_id for row in board.rows} == set(ranked.values_list("pk", flat=True))
    points = [row.points for row in board.rows]
    assert [row.rank for row in board.rows] == [1 + sum(other > mine for other in points) for mine in points]
    names = [row.name.casefold() for row in board.rows]
    assert len(names) == len(set(names))
