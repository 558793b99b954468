"""What an exam asks is secret for those who take it, until its results may be seen: the rules, one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from quizzes import entitlements
from quizzes.errors import NotOpen
from quizzes.models import Assignment, Attempt, Classroom, Notice, Question, Quiz, QuizItem, User, papers
from quizzes.services import assignments, attempts, bank, deadlines
from tests import factories

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Give = Callable[..., Assignment]


@pytest.fixture
def asked(db: None) -> list[Question]:
    """What the exam asks."""
    return factories.published(3)


@pytest.fixture
def others(db: None) -> list[Question]:
    return factories.published(4)


@pytest.fixture
def exam(asked: list[Question]) -> Quiz:
    return factories.quiz(asked, title="Midterm", is_open_to_all=False)


@pytest.fixture
def give(classroom: Classroom, exam: Quiz, now: datetime) -> Give:
    """Give the exam to the class, from now for two hours."""

    def give(to: Classroom | None = None, **fields: object) -> Assignment:
        terms = {"feedback": "exam", "opens_at": now, "closes_at": now + 2 * HOUR} | fields
        return factories.assignment(to or classroom, exam, **terms)

    return give


def drawing(count: int, **fields: object) -> Quiz:
    quiz = factories.quiz(0, **fields)
    QuizItem.objects.create(quiz=quiz, draw_count=count)
    return quiz


def secret(viewer: User, now: datetime) -> set[int]:
    return set(entitlements.secrecy_of(viewer, now=now).questions.values_list("pk", flat=True))


def pks(questions: list[Question]) -> set[int]:
    return {question.pk for question in questions}


def asks(attempt: Attempt) -> set[int]:
    return set(attempt.answers.values_list("version__question", flat=True))


# What is secret, and how long ------------------------------------------------------------------------------------------


def test_what_is_assigned_as_an_exam_is_secret_before_it_opens_and_until_it_has_closed(
    give: Give, learner: User, stranger: User, instructor: User, asked: list[Question], now: datetime
) -> None:
    give(opens_at=now + HOUR)
    assert secret(learner, now) == pks(asked)
    assert secret(learner, now + 2 * HOUR - timedelta(seconds=1)) == pks(asked)
    assert secret(learner, now + 2 * HOUR) == set()
    assert secret(stranger, now) == secret(instructor, now) == set()


def test_homework_keeps_nothing_secret(give: Give, learner: User, now: datetime) -> None:
    give(feedback="homework")
    assert secret(learner, now) == set()


def test_who_has_left_the_class_keeps_no_secret_unless_they_have_begun_the_exam(
    give: Give, learner: User, stranger: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    given = give()
    factories.member(classroom, stranger)
    factories.attempt(stranger, given.quiz, assignment=given, now=now, submit=True)
    classroom.memberships.filter(user__in=[learner, stranger]).update(status="left")
    assert secret(learner, now) == set()
    assert secret(stranger, now + HOUR) == pks(asked)


def test_an_exam_of_an_archived_class_is_no_secret_for_those_who_have_not_begun_it(
    give: Give, learner: User, classroom: Classroom, now: datetime
) -> None:
    give()
    Classroom.objects.filter(pk=classroom.pk).update(archived_at=now)
    assert secret(learner, now) == set()


def test_an_exception_with_a_later_end_keeps_it_secret_for_the_whole_class(
    give: Give, learner: User, stranger: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    factories.member(classroom, stranger)
    factories.accommodation(give(), stranger, now=now, closes_at=now + DAY)
    assert secret(learner, now + 3 * HOUR) == secret(stranger, now + 3 * HOUR) == pks(asked)
    assert secret(learner, now + DAY) == set()


def test_where_late_work_is_refused_an_exception_keeps_it_secret_until_it_is_due(
    give: Give, exam: Quiz, learner: User, stranger: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    pool = [factories.question(topic=factories.topic("pool")) for _number in range(3)]
    QuizItem.objects.create(quiz=exam, draw_count=1, topic=pool[0].topic)
    factories.member(classroom, stranger)
    given = give(due_at=now + HOUR, late_policy="refuse")
    factories.accommodation(given, stranger, now=now, due_at=now + DAY)
    assert secret(learner, now + 3 * HOUR) == pks(asked)  # closed for them
    assert secret(stranger, now + 3 * HOUR) == pks([*asked, *pool])  # still open
    assert secret(learner, now + DAY) == secret(stranger, now + DAY) == set()


def test_an_attempt_that_is_reopened_makes_it_secret_again(
    give: Give, learner: User, stranger: User, instructor: User, classroom: Classroom, now: datetime
) -> None:
    given = give()
    factories.member(classroom, stranger)
    done = factories.attempt(stranger, given.quiz, assignment=given, now=now, submit=True)
    assert secret(learner, now + 3 * HOUR) == set()
    deadlines.reopen(done, due_at=now + 5 * HOUR, reason="A fire drill.", actor=instructor, now=now + 3 * HOUR)
    assert secret(learner, now + 4 * HOUR) != set()
    assert secret(learner, now + 5 * HOUR) == set()


def test_a_close_that_is_moved_moves_the_secret(
    give: Give, learner: User, instructor: User, asked: list[Question], now: datetime
) -> None:
    given = give()
    assignments.change(given, actor=instructor, now=now, closes_at=now + DAY)
    assert secret(learner, now + 3 * HOUR) == pks(asked)


def test_in_two_classes_the_later_end_counts_for_those_in_both(
    give: Give, learner: User, stranger: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    other = factories.classroom(students=[learner])
    factories.member(classroom, stranger)
    give()
    give(other, closes_at=now + DAY)
    assert secret(learner, now + 3 * HOUR) == pks(asked)
    assert secret(stranger, now + 3 * HOUR) == set()


def test_where_results_wait_for_the_last_class_it_is_secret_in_all_of_them(
    give: Give, exam: Quiz, learner: User, asked: list[Question], now: datetime
) -> None:
    latecomer = factories.user()
    given = give()
    later = give(factories.classroom(students=[latecomer]), closes_at=now + DAY)
    factories.accommodation(later, latecomer, now=now, closes_at=now + 2 * DAY)
    done = factories.attempt(learner, exam, assignment=given, now=now, submit=True)
    Quiz.objects.filter(pk=exam.pk).update(results_wait_for_all=True)
    for seen in (now + 3 * HOUR, now + DAY):
        assert secret(learner, seen) == pks(asked)
        assert not entitlements.revealed(Attempt.objects.get(pk=done.pk), learner, now=seen).anything
        [(_row, shown)] = entitlements.revealed_each([Attempt.objects.get(pk=done.pk)], learner, now=seen)
        assert not shown.anything
    assert secret(learner, now + 2 * DAY) == set()
    assert entitlements.revealed(Attempt.objects.get(pk=done.pk), learner, now=now + 2 * DAY).marks


def test_the_pool_of_a_draw_rule_is_secret_only_while_the_exam_is_open_or_begun(
    give: Give, exam: Quiz, learner: User, stranger: User, classroom: Classroom, now: datetime
) -> None:
    pool = [factories.question(topic=factories.topic("pool")) for _number in range(3)]
    QuizItem.objects.create(quiz=exam, draw_count=1, topic=pool[0].topic)
    given = give(opens_at=now + HOUR)
    factories.member(classroom, stranger)
    factories.accommodation(given, stranger, now=now, closes_at=now + 4 * HOUR)
    assert not pks(pool) & secret(learner, now)
    assert pks(pool) <= secret(learner, now + HOUR)
    factories.attempt(learner, exam, assignment=given, now=now + HOUR, submit=True)
    assert pks(pool) <= secret(learner, now + 3 * HOUR)  # closed for them, and begun
    assert secret(learner, now + 4 * HOUR) == set()


def test_of_an_exam_on_their_own_what_they_were_asked_is_secret(
    learner: User, stranger: User, asked: list[Question], now: datetime
) -> None:
    quiz = factories.quiz(asked, feedback="exam", closes_at=now + HOUR)
    assert secret(learner, now) == set()
    factories.attempt(learner, quiz, now=now, submit=True)
    assert secret(learner, now) == pks(asked)
    assert secret(stranger, now) == set()
    assert secret(learner, now + HOUR) == set()


def test_staff_who_are_students_of_a_class_count_as_learners_but_see_their_own_questions(
    give: Give, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    colleague = factories.user(is_staff=True)
    factories.member(classroom, colleague)
    give()
    Question.objects.filter(pk=asked[0].pk).update(owner=colleague)
    assert secret(colleague, now) == pks(asked[1:])
    colleague.is_superuser = True
    assert secret(colleague, now) == set()


def test_it_takes_one_query_where_no_exam_is_held_and_three_where_some_are(
    give: Give, exam: Quiz, learner: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(1):
        entitlements.secrecy_of(learner, now=now)
    QuizItem.objects.create(quiz=exam, draw_count=1)
    give()
    give(factories.classroom(students=[learner]))
    with django_assert_max_num_queries(3):
        entitlements.secrecy_of(learner, now=now)
    with django_assert_max_num_queries(1):
        entitlements.secrecy_of(learner, now=now + DAY)


# Starting --------------------------------------------------------------------------------------------------------------


def test_practice_draws_around_the_exam_and_says_why_it_has_fewer(
    give: Give, learner: User, stranger: User, asked: list[Question], others: list[Question], now: datetime
) -> None:
    give()
    practice = drawing(7, feedback="practice")
    begun = attempts.start(learner, practice, now=now)
    assert asks(begun) == pks(others)
    assert begun.told == ["3 questions are held back until after “Midterm”, Mon, Mar 2, 11:00 a.m."]
    assert asks(attempts.start(stranger, practice, now=now)) == pks(others) | pks(asked)


def test_practice_leaves_out_secret_fixed_questions(
    give: Give, learner: User, asked: list[Question], others: list[Question], now: datetime
) -> None:
    give()
    begun = attempts.start(learner, factories.quiz([asked[0], others[0]], feedback="practice"), now=now)
    assert asks(begun) == {others[0].pk}
    with pytest.raises(NotOpen, match="1 question is held back until after “Midterm”"):
        attempts.start(learner, factories.quiz([asked[0]], feedback="practice"), now=now)


def test_homework_with_a_secret_question_does_not_start_and_says_when_it_opens_again(
    give: Give, learner: User, asked: list[Question], others: list[Question], now: datetime
) -> None:
    give()
    homework = factories.quiz([asked[0], others[0]], title="Homework 2")
    with pytest.raises(NotOpen, match=r"“Homework 2” opens again after “Midterm”, Mon, Mar 2, 11:00 a\.m\."):
        attempts.start(learner, homework, now=now)
    assert asks(attempts.start(learner, homework, now=now + 2 * HOUR)) == {asked[0].pk, others[0].pk}


def test_homework_whose_rule_needs_secret_questions_does_not_start(
    give: Give, learner: User, others: list[Question], now: datetime
) -> None:
    give()
    with pytest.raises(NotOpen, match="opens again after"):
        attempts.start(learner, drawing(5), now=now)
    assert asks(attempts.start(learner, drawing(4), now=now)) == pks(others)


def test_an_attempt_that_runs_already_goes_on(give: Give, learner: User, asked: list[Question], now: datetime) -> None:
    homework = factories.quiz(asked)
    begun = attempts.start(learner, homework, now=now)
    give()
    assert attempts.start(learner, homework, now=now) == begun


def test_an_exam_loses_no_question_to_another_exam(
    give: Give, learner: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    give()
    second = factories.assignment(classroom, factories.quiz(asked, feedback="exam", closes_at=now + DAY))
    assert asks(attempts.start(learner, second.quiz, assignment=second, now=now)) == pks(asked)


def test_the_quiz_of_an_exam_offers_its_class_no_self_study(
    give: Give, exam: Quiz, learner: User, stranger: User, now: datetime
) -> None:
    Quiz.objects.filter(pk=exam.pk).update(is_open_to_all=True)
    exam.refresh_from_db()
    give(opens_at=now + HOUR)
    with pytest.raises(NotOpen, match="Your class has “Midterm” as an exam"):
        attempts.start(learner, exam, now=now)
    assert attempts.start(stranger, exam, now=now)
    assert attempts.start(learner, exam, now=now + 2 * HOUR)


def test_the_first_attempt_at_an_exam_pins_its_questions(
    give: Give, exam: Quiz, learner: User, stranger: User, classroom: Classroom, asked: list[Question], now: datetime
) -> None:
    given = give()
    factories.member(classroom, stranger)
    first = attempts.start(learner, exam, assignment=given, now=now)
    factories.version(asked[0], factories.single_choice("Another stem?"))
    bank.retire(asked[1], actor=factories.user(is_staff=True, is_superuser=True), now=now)
    second = attempts.start(stranger, exam, assignment=given, now=now)
    versions = [list(row.answers.values_list("version", flat=True)) for row in (first, second)]
    assert versions[0] == versions[1]


def test_homework_is_not_pinned(learner: User, asked: list[Question], now: datetime) -> None:
    homework = factories.quiz(asked)
    attempts.start(learner, homework, now=now)
    assert not homework.items.filter(pinned_version__isnull=False).exists()


def test_a_fixed_question_without_a_version_is_noted(learner: User, asked: list[Question], now: datetime) -> None:
    homework = factories.quiz(asked)
    bank.retire(asked[1], actor=factories.user(is_staff=True, is_superuser=True), now=now)
    begun = attempts.start(learner, homework, now=now)
    assert begun.told == ["1 question of this quiz cannot be asked now. Your instructor has been told."]
    assert begun.draw_notes[-1] == "Row 2 has no published version and was left out."
    [notice] = Notice.objects.all()
    assert notice.sentence == f"“{homework.title}” asks 3 questions, and only 2 can be asked now."


# Checking and showing --------------------------------------------------------------------------------------------------


def test_running_practice_checks_no_secret_question(
    give: Give, learner: User, asked: list[Question], now: datetime
) -> None:
    begun = attempts.start(learner, factories.quiz(asked, feedback="practice"), now=now)
    paper = papers.of_attempt(begun.pk, learner.pk)
    attempts.check(paper, slot=1, now=now)
    give()
    with pytest.raises(NotOpen, match="held back until after “Midterm”"):
        attempts.check(paper, slot=2, now=now)
    with pytest.raises(NotOpen, match="held back until after “Midterm”"):
        attempts.show(paper, slot=2, now=now)
    assert attempts.show(paper, slot=2, now=now + 2 * HOUR).is_checked


# Kept for exams --------------------------------------------------------------------------------------------------------


def test_a_question_kept_for_exams_is_asked_by_exams_only(
    give: Give, exam: Quiz, learner: User, stranger: User, asked: list[Question], others: list[Question], now: datetime
) -> None:
    bank.keep_for_exams(Question.objects.filter(pk__in=pks(asked)))
    assert asks(attempts.start(stranger, drawing(7, feedback="practice"), now=now)) == pks(others)
    with pytest.raises(NotOpen, match="kept for exams"):
        attempts.start(stranger, factories.quiz(asked), now=now)
    assert asks(attempts.start(learner, exam, assignment=give(), now=now)) == pks(asked)
    bank.release(Question.objects.all())
    assert asks(attempts.start(stranger, factories.quiz(asked), now=now)) == pks(asked)


def test_assigning_an_exam_keeps_the_questions_of_its_owner_and_no_others(
    classroom: Classroom, exam: Quiz, instructor: User, asked: list[Question], now: datetime
) -> None:
    Question.objects.filter(pk=asked[0].pk).update(owner=instructor)
    for feedback, kept in (("homework", set()), ("exam", {asked[0].pk})):
        assignments.assign(
            classroom, exam, feedback=feedback, closes_at=now + DAY, keeps_questions_of=instructor, now=now
        )
        assert set(Question.objects.filter(is_kept_for_exams=True).values_list("pk", flat=True)) == kept


# Whose questions are asked ---------------------------------------------------------------------------------------------


def test_quizzes_of_the_site_and_of_others_draw_no_private_question(
    learner: User, instructor: User, others: list[Question], now: datetime
) -> None:
    colleague = factories.user(is_staff=True)
    mine, shown = factories.published(2)
    Question.objects.filter(pk=mine.pk).update(owner=instructor, visibility="private")
    Question.objects.filter(pk=shown.pk).update(owner=instructor, visibility="copy")
    for owner in (None, colleague):
        assert asks(attempts.start(learner, drawing(6, owner=owner), now=now)) == pks(others)
    assert asks(attempts.start(learner, drawing(6, owner=instructor), now=now)) == pks([mine, shown, *others])
