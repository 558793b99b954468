"""Quizzes: conflicts, cells and their sizes, faults before publishing, running attempts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes.errors import EditConflict, NotPublishable, QuizError
from quizzes.models import Quiz, QuizItem, User
from quizzes.services import outlines, quizzes, running
from tests.admin import cast

pytestmark = pytest.mark.django_db
NOW = cast.NOW


@pytest.fixture
def ada() -> User:
    return cast.instructor("ada")


def draw(count: int, **cell: Any) -> QuizItem:
    return QuizItem(position=1, draw_count=count, **cell)


def test_saving_counts_edits_and_a_new_quiz_belongs_to_its_author(ada: User) -> None:
    quiz = quizzes.save(Quiz(slug="one", title="One"), actor=ada, now=NOW)
    assert (quiz.owner, quiz.revision, quiz.edited_by) == (ada, 0, ada)
    assert quizzes.save(quiz, actor=ada, now=NOW).revision == 1


def test_an_edit_based_on_an_older_revision_is_refused(ada: User) -> None:
    quiz = cast.quiz(ada, revision=2, edited_by=cast.instructor("bea"), edited_at=NOW)
    quizzes.refuse_if_changed(quiz, expected_revision=2)
    with pytest.raises(EditConflict, match="Changed by Bea") as caught:
        quizzes.refuse_if_changed(quiz, expected_revision=1)
    assert caught.value.revision == 2


def test_questions_are_appended_once(ada: User) -> None:
    one, two = cast.question(), cast.question()
    quiz = cast.quiz(ada, one)
    assert quizzes.add_questions(quiz, [one, two], points=Decimal(2), actor=ada, now=NOW) == (1, 1)
    assert list(quiz.items.values_list("question", "position")) == [(one.pk, 1), (two.pk, 2)]


def test_a_cell_says_how_many_questions_stand_behind_it() -> None:
    for difficulty in ("easy", "easy", "easy", "hard"):
        cast.question(difficulty=difficulty)
    cast.question(difficulty="easy", status="draft")
    cast.question(difficulty="easy", is_archived=True)
    easy, hard = outlines.of_items([draw(2, difficulty="easy"), draw(2, difficulty="hard")]).cells
    assert (easy.behind, easy.is_short) == (3, False)
    assert (hard.behind, hard.is_short) == (1, True)
    assert hard.note == "Hard has 1 question; you asked for 2."
    [hard] = outlines.of_items([draw(2, difficulty="hard", fills_up=True)]).cells
    assert (hard.lacks_questions, hard.note) == (False, "Only 1 question matches. The rest (1) comes from elsewhere.")


def test_a_bank_that_is_too_small_for_a_rule_is_named() -> None:
    cast.question()
    for fills_up in (False, True):
        [cell] = outlines.of_items([draw(3, fills_up=fills_up)]).cells
        assert cell.lacks_questions
        assert cell.note == "The bank has 1 question; you asked for 3."


def test_cells_that_share_questions_are_told_apart_from_small_ones() -> None:
    for _number in range(3):
        cast.question(difficulty="easy")
    cast.question(difficulty="hard")
    first, second = outlines.of_items([draw(2, difficulty="easy"), draw(2, difficulty="easy")]).cells
    assert first.note == ""
    assert second.note == ("Easy has 3 questions, and other rows of the quiz take some: 1 is left; you asked for 2.")
    filled = outlines.of_items([draw(2, difficulty="easy"), draw(2, difficulty="easy", fills_up=True)]).cells[1]
    assert filled.note == "Other items of the quiz take some of these questions; the rest comes from elsewhere."


def test_a_fixed_question_is_not_drawn_again() -> None:
    only = cast.question(difficulty="easy")
    fixed, drawn = outlines.of_items([QuizItem(question=only), draw(1, difficulty="easy")]).cells
    assert fixed.behind == 1
    assert drawn.is_short


def test_the_outline_adds_up_questions_points_and_time() -> None:
    fixed = cast.question(bloom="analyse")  # single choice: 60 s, × 1.3 for thinking
    cast.question(difficulty="hard")
    outline = outlines.of_items([QuizItem(question=fixed, points=2), draw(1, difficulty="hard", points=Decimal("0.5"))])
    assert (outline.questions, outline.points) == (2, Decimal("2.5"))
    assert outline.minutes == 3  # ceil(1.15 × (78 + 60) / 60)


def test_the_outline_asks_the_database_no_more_often_for_many_equal_rules() -> None:
    for _number in range(5):
        cast.question()
    asked = []
    for rules in (6, 30):  # all of them find too little, so that every way to widen the cell is tried
        with CaptureQueriesContext(connection) as queries:
            outlines.of_items([draw(1, difficulty="easy") for _rule in range(rules)])
        asked.append(len(queries))
    assert asked[1] <= asked[0] <= 20


def test_an_empty_quiz_has_one_fault(ada: User) -> None:
    quiz = cast.quiz(ada, status="draft")
    assert [str(fault) for fault in quizzes.faults(quiz)] == [
        "The quiz has no questions yet: add some, or a draw rule."
    ]
    with pytest.raises(NotPublishable):
        quizzes.publish(quiz, actor=ada, now=NOW)


def test_a_question_without_a_published_version_is_a_fault_that_names_it(ada: User) -> None:
    question = cast.question(status="draft")
    [fault] = quizzes.faults(cast.quiz(ada, question, status="draft"))
    assert fault.question == question


def test_an_examination_needs_a_close_on_the_quiz_or_an_assignment(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(), status="draft", feedback="exam")
    assert len(quizzes.faults(quiz)) == 1
    cast.assignment(cast.classroom(ada), quiz, closes_at=NOW)
    assert quizzes.faults(quiz) == []
    assert quizzes.publish(quiz, actor=ada, now=NOW).status == "published"


def test_publishing_twice_changes_nothing(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(), status="draft")
    first = quizzes.publish(quiz, actor=ada, now=NOW)
    assert quizzes.publish(quiz, actor=ada, now=NOW).revision == first.revision


def test_composing_replaces_the_rules_and_keeps_fixed_questions(ada: User) -> None:
    question = cast.question()
    quiz = cast.quiz(ada, question, status="draft")
    QuizItem.objects.create(quiz=quiz, position=2, draw_count=9)
    quizzes.replace_draws(quiz, [draw(3), draw(4)], actor=ada, now=NOW, expected_revision=0)
    assert list(quiz.items.values_list("position", "question", "draw_count")) == [
        (1, question.pk, None),
        (2, None, 3),
        (3, None, 4),
    ]
    with pytest.raises(EditConflict):
        quizzes.replace_draws(quiz, [], actor=ada, now=NOW, expected_revision=0)


def test_a_quiz_that_was_assigned_is_not_deleted(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question())
    cast.assignment(cast.classroom(ada), quiz)
    with pytest.raises(QuizError, match="archive it instead"):
        quizzes.delete(quiz, actor=ada)


def begun(ada: User, quiz: Quiz, **assignment: Any) -> Any:
    learner = cast.learner(f"learner-{User.objects.count()}")
    given = cast.assignment(cast.classroom(ada, learner), quiz, **assignment)
    return cast.attempt(learner, given, submit=False)


def tighten(ada: User, quiz: Quiz, minutes: int) -> int:
    return running.tighten(running.at_quiz(quiz), reason="Shorter.", actor=ada, now=NOW + timedelta(minutes=minutes))


def test_a_shorter_limit_brings_deadlines_down_and_a_longer_one_does_not_raise_them(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(), time_rule="fixed", time_limit=30)
    attempt = begun(ada, quiz)
    for limit, minutes, changed in ((20, 20, 1), (20, 20, 0), (60, 20, 0)):
        Quiz.objects.filter(pk=quiz.pk).update(time_limit=limit)
        assert tighten(ada, quiz, 5) == changed
        attempt.refresh_from_db()
        assert attempt.due_at == NOW + timedelta(minutes=minutes)


def test_a_deadline_is_never_moved_into_the_past(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(), time_rule="fixed", time_limit=30)
    attempt = begun(ada, quiz)
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=1)
    assert tighten(ada, quiz, 10) == 1
    attempt.refresh_from_db()
    assert attempt.due_at == NOW + timedelta(minutes=10)


def test_an_assignment_with_its_own_limit_keeps_it(ada: User) -> None:
    quiz = cast.quiz(ada, cast.question(), time_rule="fixed", time_limit=30)
    attempt = begun(ada, quiz, time_limit=45)
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=20)
    assert tighten(ada, quiz, 5) == 0
    attempt.refresh_from_db()
    assert attempt.due_at == NOW + timedelta(minutes=45)
