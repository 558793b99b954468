"""Points that were edited after attempts: who is marked by them, and what stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from unittest import mock

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from quizzes import terms
from quizzes.errors import QuizError
from quizzes.models import Assignment, Attempt, Classroom, Quiz, QuizItem, User
from quizzes.reports import invariants, leaderboards, mark_changes
from quizzes.services import attempts, deadlines, grading, points
from tests import factories, saving

MINUTE = timedelta(minutes=1)
REASON = "The essay weighs more."


@pytest.fixture
def homework(classroom: Classroom) -> Assignment:
    return factories.assignment(classroom, factories.quiz(2))


@pytest.fixture
def done(homework: Assignment, learner: User, now: datetime) -> Attempt:
    """1 of 2: the first question right, the second left out."""
    return factories.attempt(learner, homework.quiz, assignment=homework, right=1, submit=True, now=now)


def worth(quiz: Quiz, *each: int | str) -> None:
    """Give the items other points, in their order."""
    for item, value in zip(quiz.items.order_by("position"), each, strict=True):
        item.points = Decimal(value)
        item.save()


def effect(quiz: Quiz) -> points.Effect:
    return points.effect(quiz, Attempt.objects.all())


def remark(quiz: Quiz, actor: User, *, now: datetime, keys: Sequence[int] | None = None, seen: int = 0) -> int:
    chosen = [group.key for group in effect(quiz).groups] if keys is None else keys
    return points.remark(quiz, chosen, Attempt.objects.all(), seen=seen, reason=REASON, actor=actor, now=now)


def result(row: Attempt) -> tuple[Decimal | None, Decimal]:
    row.refresh_from_db()
    return row.marks, row.max_marks


# What would change ------------------------------------------------------------------------------------------------------


def test_attempts_by_the_points_of_today_are_in_no_group(done: Attempt) -> None:
    assert effect(done.quiz) == points.Effect()


def test_each_assignment_is_a_group_and_self_study_one_more(
    done: Attempt, homework: Assignment, instructor: User, stranger: User, now: datetime
) -> None:
    again = factories.assignment(factories.classroom(instructor=instructor, students=[stranger]), homework.quiz)
    factories.attempt(stranger, homework.quiz, assignment=again, submit=True, now=now)
    alone = factories.attempt(factories.user(), homework.quiz, submit=True, now=now)
    worth(homework.quiz, 1, 4)
    found = [(group.key, len(group.attempts), group.before, group.after) for group in effect(homework.quiz).groups]
    assert found == [(homework.pk, 1, [2], [5]), (again.pk, 1, [2], [5]), (0, 1, [2], [5])]
    assert effect(homework.quiz).groups[-1].attempts == [alone.pk]


def test_what_re_marking_does_to_results_is_known_before(
    done: Attempt, homework: Assignment, instructor: User, now: datetime
) -> None:
    """1 of 2 would be 1 of 5 and no pass; nothing right stays so; all right as well."""
    Quiz.objects.filter(pk=homework.quiz_id).update(pass_mark=50)
    homework.quiz.refresh_from_db()
    for right in (0, 2):
        person = factories.user()
        factories.member(homework.classroom, person)
        factories.attempt(person, homework.quiz, assignment=homework, right=right, submit=True, now=now)
    worth(homework.quiz, 1, 4)
    [group] = effect(homework.quiz).groups
    assert (group.rising, group.falling, group.passed) == (0, 1, (2, 1))
    remark(homework.quiz, instructor, now=now)
    done.refresh_from_db()
    assert done.share == Fraction(1, 5)


def test_attempts_of_other_people_are_counted_only(done: Attempt) -> None:
    worth(done.quiz, 5, 5)
    found = points.effect(done.quiz, Attempt.objects.none())
    assert (found.groups, found.others, found.attempts) == ((), 1, 1)


def test_what_is_in_progress_waits(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 5, 5)
    deadlines.reopen(done, due_at=None, reason="a fire drill", actor=instructor, now=now)
    assert (effect(done.quiz).groups, effect(done.quiz).unfinished) == ((), 1)
    assert remark(done.quiz, instructor, now=now, keys=[done.assignment_id or 0]) == 0


# Re-marking -------------------------------------------------------------------------------------------------------------


def test_marks_are_those_of_the_new_points(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 3, "0.5")
    assert result(done) == (1, 2), "nothing changes by editing"
    assert remark(done.quiz, instructor, now=now + MINUTE) == 1
    assert result(done) == (3, Decimal("3.50"))
    assert done.share == Fraction(6, 7)
    assert list(invariants.check(now=now + MINUTE)) == []
    assert effect(done.quiz) == points.Effect()


def test_only_the_chosen_assignment_is_re_marked(
    done: Attempt, homework: Assignment, instructor: User, now: datetime
) -> None:
    alone = factories.attempt(factories.user(), homework.quiz, right=2, submit=True, now=now)
    worth(homework.quiz, 5, 5)
    assert remark(homework.quiz, instructor, now=now, keys=[0]) == 1
    assert (result(done), result(alone)) == ((1, 2), (10, 10))


def test_it_is_logged_with_points_marks_and_reason(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 5, 1)
    remark(done.quiz, instructor, now=now + MINUTE)
    event = done.events.get(kind="regraded")
    assert (event.slot, event.actor, event.at) == (None, instructor, now + MINUTE)
    assert event.details == {
        "from": "1.00",
        "to": "5.00",
        "marks_from": "1.00",
        "marks_to": "5.00",
        "possible_from": "2.00",
        "possible_to": "6.00",
        "points": [{"slot": 1, "from": "1.00", "to": "5.00"}],
        "reason": REASON,
    }


def test_its_learner_is_told_what_changed(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 5, 1)
    remark(done.quiz, instructor, now=now)
    [change] = mark_changes.of_attempt(done, terms.EVERYTHING)
    assert (change.before, change.after, change.possible, change.reason) == (1, 5, (2, 6), REASON)
    assert change.points == (mark_changes.PointsChange(1, Decimal(1), Decimal(5)),)
    assert mark_changes.of_attempt(done, terms.NOTHING) == []


def test_a_second_time_nothing_is_left_to_do(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 5, 5)
    key = done.assignment_id or 0
    assert [remark(done.quiz, instructor, now=now, keys=[key]) for _time in (1, 2)] == [1, 0]
    assert done.events.filter(kind="regraded").count() == 1


def test_marks_by_hand_keep_their_share(done: Attempt, instructor: User, now: datetime) -> None:
    answer = done.answers.get(slot=2)
    grading.override(answer, fraction=Fraction(1, 3), reason="nearly", actor=instructor, now=now)
    worth(done.quiz, 1, 2)
    remark(done.quiz, instructor, now=now)
    done.refresh_from_db()
    assert done.exact_marks == Fraction(5, 3)
    assert list(invariants.check(now=now)) == []


def test_a_penalty_is_one_of_the_new_points(
    homework: Assignment, learner: User, instructor: User, now: datetime
) -> None:
    Quiz.objects.filter(pk=homework.quiz_id).update(wrong_penalty="0.5")
    homework.quiz.refresh_from_db()
    row = factories.attempt(learner, homework.quiz, assignment=homework, right=1, now=now)
    saving.save(row.pk, learner, slot=2, fields=factories.WRONG, revision=1, now=now)
    attempts.submit(row, now=now)
    worth(homework.quiz, 4, 2)
    remark(homework.quiz, instructor, now=now)
    assert result(row) == (3, 6)
    assert row.answers.get(slot=2).exact_marks == -1
    assert list(invariants.check(now=now)) == []


def test_what_waits_for_a_person_still_waits(classroom: Classroom, learner: User, now: datetime) -> None:
    essay = factories.question({"stem": "Discuss.", "explanation": ""}, type="essay")
    homework = factories.assignment(classroom, factories.quiz([essay]))
    row = factories.attempt(learner, homework.quiz, assignment=homework, now=now)
    saving.save(row.pk, learner, slot=1, fields={"text": ["So be it."]}, revision=1, now=now)
    attempts.submit(row, now=now)
    worth(homework.quiz, 10)
    remark(homework.quiz, factories.user(), now=now)
    assert result(row) == (None, 10)
    assert row.status == "awaiting_marking"
    [change] = mark_changes.of_attempt(row, terms.EVERYTHING)
    assert (change.possible, change.points) == (None, (mark_changes.PointsChange(1, Decimal(1), Decimal(10)),))


def test_a_quiz_that_was_edited_in_between_is_looked_at_first(done: Attempt, instructor: User, now: datetime) -> None:
    worth(done.quiz, 5, 5)
    with pytest.raises(QuizError, match="edited in between"):
        remark(done.quiz, instructor, now=now, seen=7)
    assert result(done) == (1, 2)


def test_an_error_in_one_attempt_stops_no_other(
    done: Attempt, homework: Assignment, instructor: User, now: datetime
) -> None:
    alone = factories.attempt(factories.user(), homework.quiz, submit=True, right=2, now=now)
    worth(homework.quiz, 5, 5)
    real = grading.lock
    broken = mock.Mock(side_effect=lambda pk: real(pk) if pk == alone.pk else _fail())
    with mock.patch.object(grading, "lock", broken):
        assert remark(homework.quiz, instructor, now=now) == 1
    assert (result(done), result(alone)) == ((1, 2), (10, 10))


def _fail() -> None:
    raise DatabaseError("broken")


def test_by_new_points_or_old_ones_the_board_says_the_same(done: Attempt, instructor: User, now: datetime) -> None:
    """C7: marks are compared by share, so both ways are fair."""
    assert done.assignment is not None
    room = done.assignment.classroom
    before = leaderboards.for_classroom(room, now=now).rows[0]
    worth(done.quiz, 5, 5)
    remark(done.quiz, instructor, now=now)
    after = leaderboards.for_classroom(room, now=now).rows[0]
    assert (before.percent, after.percent) == (50, 50)
    assert (before.points, after.points) == (1, 5)


# Items and draws --------------------------------------------------------------------------------------------------------


def test_questions_added_or_removed_change_no_attempt(done: Attempt, instructor: User, now: datetime) -> None:
    done.quiz.items.get(position=2).delete()
    QuizItem.objects.create(quiz=done.quiz, position=3, question=factories.question(), points=7)
    assert effect(done.quiz) == points.Effect()


def drawing(*rules: tuple[int, int | str]) -> Quiz:
    """A quiz that draws so many questions for so many points each."""
    factories.published(6)
    quiz = factories.quiz(0)
    for position, (count, each) in enumerate(rules, start=1):
        QuizItem.objects.create(quiz=quiz, position=position, draw_count=count, points=each)
    return quiz


def test_drawn_questions_follow_their_rules_where_all_say_the_same(
    learner: User, instructor: User, now: datetime
) -> None:
    quiz = drawing((2, 1), (1, 1))
    row = factories.attempt(learner, quiz, right=3, submit=True, now=now)
    quiz.items.update(points=2)
    assert remark(quiz, instructor, now=now) == 1
    assert result(row) == (6, 6)


def test_drawn_questions_keep_their_points_where_rules_differ(learner: User, instructor: User, now: datetime) -> None:
    quiz = drawing((2, 1), (1, 1))
    row = factories.attempt(learner, quiz, right=3, submit=True, now=now)
    worth(quiz, 2, 3)
    found = effect(quiz)
    assert (found.groups, found.untold) == ((), 1)
    assert result(row) == (3, 3)


def test_another_draw_count_changes_no_attempt(learner: User, now: datetime) -> None:
    quiz = drawing((2, 1))
    factories.attempt(learner, quiz, right=2, submit=True, now=now)
    quiz.items.update(draw_count=5)
    assert effect(quiz) == points.Effect()


def test_a_fixed_question_that_was_taken_out_is_not_taken_for_a_drawn_one(learner: User, now: datetime) -> None:
    quiz = drawing((1, 2))
    QuizItem.objects.create(quiz=quiz, position=2, question=factories.question(), points=1)
    factories.attempt(learner, quiz, submit=True, now=now)
    quiz.items.get(position=2).delete()
    found = effect(quiz)
    assert (found.groups, found.untold) == ((), 1)


EACH = st.decimals(min_value="0.01", max_value="999.99", places=2)


@given(st.lists(st.tuples(st.integers(1, 9), EACH), max_size=8), st.dictionaries(st.integers(1, 9), EACH), EACH)
def test_fixed_questions_have_todays_points_and_the_rest_are_told_or_kept(
    asked: list[tuple[int, Decimal]], fixed: dict[int, Decimal], drawn: Decimal
) -> None:
    for today in (points.Points(fixed), points.Points(fixed, drawn, 3)):
        for (question, had), has in zip(asked, today.of(asked), strict=True):
            assert has == fixed[question] if question in fixed else has in (had, today.drawn)
            assert question in fixed or today.draws or has == had
