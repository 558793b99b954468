"""Who stands where, who is not on the board at all, and from when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
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


def by_name(board: Board, name: str) -> leaderboards.Row:
    return next(row for row in board.rows if row.name == name)


def of_class(room: Classroom, viewer: User, now: datetime, **kwargs: Any) -> Board:
    return leaderboards.for_classroom(room, viewer=viewer, now=now, **kwargs)


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
    assert board.counted == (homework, second)


def test_rows_of_one_rank_come_by_name_then_by_membership(
    room: Classroom, homework: Assignment, cast: list[User], now: datetime
) -> None:
    for person in reversed(cast):
        graded(person, homework, 5, at=now)
    room.memberships.filter(user=cast[5]).update(nickname="B")
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
    db: None, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    empty, viewer = factories.classroom(), factories.user()
    with django_assert_num_queries(1):
        board = of_class(empty, viewer, now)
    assert (board.size, board.is_revealed, board.counted, board.hidden) == (0, False, (), ())


def test_one_member_is_first_of_one(room: Classroom, homework: Assignment, cast: list[User], now: datetime) -> None:
    graded(cast[3], homework, 1, at=now)
    board = of_class(room, cast[3], now)
    assert board.size == 1
    assert board.me == board.rows[0] == board.nearby()[0]
    assert board.me.rank == 1
    assert board.me.is_me


@pytest.fixture
def crowd(db: None, now: datetime) -> tuple[Classroom, list[User]]:
    """5,000 members with one result each: marks 0 to 9, five hundred of each."""
    room = factories.classroom(capacity=5000)
    given = factories.assignment(room, factories.quiz(1))
    people = User.objects.bulk_create(User(username=f"u{n:04}", password="!") for n in range(5000))
    Membership.objects.bulk_create(Membership(classroom=room, user=person) for person in people)
    rows = [graded(person, given, n % 10, at=now, save=False, number=1) for n, person in enumerate(people)]
    Attempt.objects.bulk_create(rows)
    return room, people


def test_five_thousand_members_take_two_queries_and_keep_their_ranks(
    crowd: tuple[Classroom, list[User]], now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    room, people = crowd
    with django_assert_num_queries(2):
        board = of_class(room, people[0], now)
    assert board.size == 5000
    assert [board.rows[n].rank for n in (0, 499, 500, 999, 4999)] == [1, 1, 501, 501, 4501]
    assert board.me is not None
    assert board.me.rank == 4501
    assert len(board.top(10)) == 10
    assert board.me in board.nearby()


# One's own row --------------------------------------------------------------------------------------------------------


def test_nearby_shows_three_rows_on_either_side_of_ones_own(crowd: tuple[Classroom, list[User]], now: datetime) -> None:
    room, people = crowd
    board = of_class(room, people[2500], now)
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
    room.memberships.filter(user__in=cast[:2]).update(nickname="kestrel")
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
    assert (board.counted, board.hidden) == (((exam,), ()) if is_out else ((), (exam,)))


@pytest.mark.parametrize(("moment", "is_out"), [(-SECOND, False), (0 * SECOND, True)])
def test_an_exception_that_closes_later_holds_the_board_back(
    moment: timedelta, is_out: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    factories.accommodation(exam, cast[1], now=now, closes_at=now + DAY)
    graded(cast[0], exam, 10, at=now)
    assert leaderboards.for_assignment(exam, viewer=cast[0], now=now + DAY + moment).is_revealed is is_out


@pytest.mark.parametrize(("moment", "is_out"), [(-SECOND, False), (0 * SECOND, True)])
def test_an_attempt_that_runs_beyond_the_close_holds_the_board_back(
    moment: timedelta, is_out: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    graded(cast[0], exam, 10, at=now)
    Attempt.objects.create(learner=cast[1], quiz=exam.quiz, assignment=exam, number=1, started_at=now, due_at=now + DAY)
    assert of_class(room, cast[0], now + DAY + moment).is_revealed is is_out


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
    assert [(row.points, row.possible) for row in of_class(room, cast[0], now).rows] == [(5, 20)]


@pytest.mark.parametrize("metric", ["best", "first", "improvement"])
def test_what_can_be_grouped_needs_no_window_over_attempts(metric: str, room: Classroom, homework: Assignment) -> None:
    room.metric = metric
    assert "ROW_NUMBER" not in leaderboards.statement(room, [homework])[0]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taken=st.lists(st.lists(st.integers(0, 1000), max_size=4), min_size=6, max_size=6),
    metric=st.sampled_from(["first", "improvement"]),
)
def test_grouped_attempts_give_the_rows_of_a_window(
    taken: list[list[int]], metric: str, cast: list[User], now: datetime
) -> None:
    """Where all took as long, counting speed asks a window for the same board."""
    room = factories.classroom(metric=metric, students=cast)
    given = factories.assignment(room, factories.quiz(1))
    for person, cents in zip(cast, taken, strict=True):
        for number, value in sorted(enumerate(cents, start=1), reverse=True):  # stored in another order than made
            graded(person, given, Decimal(value) / 100, at=now, number=number)
    grouped = of_class(room, cast[0], now)
    room.speed_breaks_ties = True
    assert of_class(room, cast[0], now).rows == grouped.rows


def answered(attempt: Attempt, results: list[tuple[str, int]]) -> None:
    """Answers by (topic, fraction)."""
    for slot, (topic, fraction) in enumerate(results, start=1):
        question: Question = factories.question(topic=factories.topic(topic))
        Answer.objects.create(attempt=attempt, slot=slot, version=question.versions.get(), fraction=fraction, marks=0)


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
    for person, name in zip(
        cast, ["kestrel", "Kestrel", "kestrel (2)", "ｋｅｓｔｒｅｌ", "kestrel  ", "owl"], strict=True
    ):
        room.memberships.filter(user=person).update(nickname=name)
        graded(person, homework, 5, at=now)
    shown = {row.membership_id: row.name for row in of_class(room, cast[0], now).rows}
    assert [shown[pk] for pk in sorted(shown)] == [
        "kestrel",
        "Kestrel (2)",
        "kestrel (2) (2)",
        "ｋｅｓｔｒｅｌ (3)",
        "kestrel   (4)",
        "owl",
    ]


# One assignment -------------------------------------------------------------------------------------------------------


def test_the_board_of_an_assignment_counts_that_one_only(
    room: Classroom, cast: list[User], now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = (factories.assignment(room, factories.quiz(1)) for _number in range(2))
    graded(cast[0], first, 10, at=now)
    graded(cast[1], second, 10, at=now)
    with django_assert_num_queries(2):
        board = leaderboards.for_assignment(second, viewer=cast[1], now=now)
    assert places(board) == [(1, "b")]
    assert board.counted == (second,)


# The index ------------------------------------------------------------------------------------------------------------


def plan_of(sql: str, params: dict[str, Any]) -> str:
    """How SQLite goes about a statement; PostgreSQL decides by the size of the table, which is none here."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by statistics; a table of a test is too small for any index")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return "\n".join(str(row) for row in cursor.fetchall())


@pytest.mark.parametrize("metric", ["best", "first", "improvement", "mastery"])
@pytest.mark.parametrize("counting", ["highest", "average"])
@pytest.mark.parametrize("speed", [False, True])
def test_the_board_reads_attempts_through_its_partial_index(
    metric: str, counting: str, speed: bool, room: Classroom, now: datetime
) -> None:
    room.metric, room.speed_breaks_ties = metric, speed
    given = [factories.assignment(room, factories.quiz(1, counting=counting)) for _number in range(3)]
    for since in (None, now):
        plan = plan_of(*leaderboards.statement(room, given, since))
        assert "attempt_board" in plan
        assert "SCAN a" not in plan


def test_the_version_reads_attempts_through_the_same_index(room: Classroom, now: datetime) -> None:
    given = factories.assignment(room, factories.quiz(1))
    for assignment in (None, given):
        plan = plan_of(*leaderboards.version_statement(room, now=now, assignment=assignment))
        assert "attempt_board" in plan
        assert "SCAN a" not in plan


# What changed ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(room: Classroom, homework: Assignment, cast: list[User], now: datetime) -> list[Attempt]:
    return [graded(cast[0], homework, 4, at=now), graded(cast[1], homework, 6, at=now)]


def test_the_version_is_one_query_and_stays_while_nothing_changes(
    room: Classroom, two: list[Attempt], now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        before = leaderboards.version(room, now=now)
    assert leaderboards.version(room, now=now + HOUR) == before


def test_the_version_of_an_empty_class_is_a_version_too(db: None, now: datetime) -> None:
    one, other = factories.classroom(), factories.classroom()
    assert leaderboards.version(one, now=now) == leaderboards.version(one, now=now)
    assert leaderboards.version(one, now=now) != leaderboards.version(other, now=now)


CHANGES: dict[str, Callable[[Classroom, list[Attempt], datetime], Any]] = {
    "another result": lambda room, two, now: graded(two[0].learner, two[0].assignment, 1, at=now),  # type: ignore[arg-type]
    "a regrade": lambda room, two, now: Attempt.objects.filter(pk=two[0].pk).update(marks=5, fraction="0.5"),
    "two results exchanged": lambda room, two, now: (
        Attempt.objects.filter(pk=two[0].pk).update(marks=6, fraction="0.6"),
        Attempt.objects.filter(pk=two[1].pk).update(marks=4, fraction="0.4"),
    ),
    "a reopened attempt": lambda room, two, now: Attempt.objects.filter(pk=two[0].pk).update(
        status="in_progress", submitted_at=None
    ),
    "a member hides": lambda room, two, now: room.memberships.filter(user=two[0].learner).update(is_visible=False),
    "a member is removed": lambda room, two, now: room.memberships.filter(user=two[0].learner).update(status="removed"),
    "a member assists": lambda room, two, now: room.memberships.filter(user=two[0].learner).update(role="assistant"),
    "a new nickname": lambda room, two, now: room.memberships.filter(user=two[0].learner).update(nickname="owl"),
    "an inactive user": lambda room, two, now: User.objects.filter(pk=two[0].learner_id).update(is_active=False),
    "a user becomes staff": lambda room, two, now: User.objects.filter(pk=two[0].learner_id).update(is_staff=True),
    "another assignment": lambda room, two, now: factories.assignment(room, factories.quiz(1)),
    "another preset": lambda room, two, now: room.assignments.update(feedback="survey"),
    "another rule": lambda room, two, now: two[0].quiz.__class__.objects.update(counting="latest"),
    "another metric": lambda room, two, now: setattr(room, "metric", "first"),
    "full names": lambda room, two, now: setattr(room, "names_shown", "names"),
    "speed": lambda room, two, now: setattr(room, "speed_breaks_ties", True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_version_changes_with_everything_the_board_shows(
    change: Callable[[Classroom, list[Attempt], datetime], Any], room: Classroom, two: list[Attempt], now: datetime
) -> None:
    before = leaderboards.version(room, now=now)
    change(room, two, now)
    assert leaderboards.version(room, now=now) != before


def test_a_name_changes_the_version_where_names_are_shown(room: Classroom, two: list[Attempt], now: datetime) -> None:
    room.names_shown = "names"
    before = leaderboards.version(room, now=now)
    User.objects.filter(pk=two[0].learner_id).update(first_name="Ada")
    assert leaderboards.version(room, now=now) != before


def test_a_faster_time_changes_the_version_where_speed_counts(
    room: Classroom, two: list[Attempt], now: datetime
) -> None:
    room.speed_breaks_ties = True
    before = leaderboards.version(room, now=now)
    Attempt.objects.filter(pk=two[0].pk).update(submitted_at=now - SECOND * 5)
    assert leaderboards.version(room, now=now) != before


@pytest.mark.parametrize("has_exception", [False, True])
def test_the_version_changes_at_the_instant_results_come_out(
    has_exception: bool, room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now + HOUR)
    out = now + HOUR
    if has_exception:
        factories.accommodation(exam, cast[0], now=now, closes_at=now + DAY)
        out = now + DAY
    assert leaderboards.version(room, now=out - SECOND) != leaderboards.version(room, now=out)
    assert leaderboards.version(room, now=out, assignment=exam) == leaderboards.version(
        room, now=out + SECOND, assignment=exam
    )


def test_the_version_changes_when_an_attempt_beyond_the_close_ends(
    room: Classroom, cast: list[User], now: datetime
) -> None:
    exam = factories.assignment(room, factories.quiz(1, feedback="exam"), closes_at=now)
    running = Attempt.objects.create(
        learner=cast[1], quiz=exam.quiz, assignment=exam, number=1, started_at=now, due_at=now + DAY
    )
    before = leaderboards.version(room, now=now + HOUR)
    assert leaderboards.version(room, now=now + DAY) != before
    running.delete()
    assert leaderboards.version(room, now=now + HOUR) != before


# Properties -----------------------------------------------------------------------------------------------------------

PERSON = st.fixed_dictionaries(
    {
        "marks": st.lists(st.integers(0, 4), max_size=3),
        "name": st.sampled_from(["", "owl", "Owl", "owl (2)"]),
        "out": st.sampled_from([None, None, *OUT]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, max_size=8), metric=st.sampled_from(["best", "first", "improvement"]))
def test_nobody_hidden_is_ever_shown_and_ranks_are_those_of_a_competition(
    people: list[dict[str, Any]], metric: str, db: None, now: datetime
) -> None:
    room = factories.classroom(metric=metric)
    given = factories.assignment(room, factories.quiz(1))
    for person in people:
        member = factories.member(room, factories.user(), nickname=person["name"])
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
