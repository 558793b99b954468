"""`check_invariants` is silent over what the engine makes, and names every violation that is planted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from quizzes import terms
from quizzes.models import Answer, Attempt, AttemptEvent, Classroom, Question, Quiz, User, papers
from quizzes.reports import invariants, leaderboards
from quizzes.services import attempts, deadlines, grading, regrading
from tests import factories, saving
from tests.clocks import stopped_at

HOUR = timedelta(hours=1)


@pytest.fixture
def done(learner: User, classroom: Classroom, now: datetime) -> Attempt:
    """A graded attempt of an assignment, the first of two questions right."""
    given = factories.assignment(classroom, factories.quiz(2, time_limit=40))
    return factories.attempt(learner, given.quiz, assignment=given, now=now, right=1, submit=True)


def names(now: datetime) -> set[str]:
    return {violation.name for violation in invariants.check(now=now)}


def test_an_attempt_that_was_made_as_usual_violates_nothing(done: Attempt, now: datetime) -> None:
    assert names(now + HOUR) == set()


def test_what_the_engine_makes_holds(done: Attempt, learner: User, instructor: User, now: datetime) -> None:
    grading.override(done.answers.get(slot=2), fraction=Fraction(1, 3), reason="x", actor=instructor, now=now)
    turned = factories.single_choice("turned")
    turned["options"][0].pop("correct")
    turned["options"][1]["correct"] = True
    question = done.answers.get(slot=1).version.question
    factories.version(question, turned)
    regrading.regrade(question, Attempt.objects.all(), seen=2, reason="A wrong key.", actor=instructor, now=now)
    again = attempts.start(learner, done.quiz, now=now, assignment=done.assignment)
    saving.save(again.pk, learner, slot=1, fields=factories.RIGHT, revision=4, now=again.due_at + terms.grace())
    attempts.close_overdue(now=now + HOUR)
    deadlines.reopen(again, due_at=now + 3 * HOUR, reason="power cut", actor=instructor, now=now + HOUR)
    attempts.submit(again, now=now + HOUR)
    practice = factories.attempt(learner, factories.quiz(1, feedback="practice"), now=now, right=1)
    attempts.check(papers.of_attempt(practice.pk, learner.pk), slot=1, now=now)
    attempts.try_again(papers.of_attempt(practice.pk, learner.pk), slot=1, now=now)
    assert [str(violation) for violation in invariants.check(now=now + HOUR)] == []


def lose_a_save(done: Attempt) -> None:
    done.answers.filter(slot=1).update(revision=0)


def leave_a_gap(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(number=3)


def save_too_late(done: Attempt) -> None:
    done.answers.filter(slot=2).update(late_by_ms=5001)


def save_after_the_end(done: Attempt) -> None:
    done.answers.filter(slot=2).update(saved_at=done.submitted_at + timedelta(seconds=6))


def change_a_closed_attempt(done: Attempt) -> None:
    done.answers.filter(slot=2).update(response=0, revision=1, saved_at=done.submitted_at)


def give_marks_away(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(marks=Decimal("2.00"))


def change_an_answers_fraction(done: Attempt) -> None:
    done.answers.filter(slot=2).update(fraction=1)


def forget_to_close(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(status="in_progress", submitted_at=None)


def forget_to_grade(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(status="submitted")


def record_at_the_look(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(closed_by="deadline")


def record_after_the_deadline(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(due_at=done.submitted_at - HOUR)


def give_an_attempt_too_many(done: Attempt) -> None:
    AttemptEvent.objects.filter(attempt=done, kind="started").delete()
    AttemptEvent.objects.create(attempt=done, kind="started", at=done.started_at, details={"allowed": 0})


def save_past_the_deadline(done: Attempt) -> None:
    done.answers.filter(slot=2).update(saved_at=done.due_at + timedelta(seconds=6))


def change_marks_with_the_rows(done: Attempt) -> None:
    """So that all rows agree, and only the log knows."""
    done.answers.filter(slot=1).update(points=Decimal("0.50"), marks=Decimal("0.50"))
    Attempt.objects.filter(pk=done.pk).update(
        marks=Decimal("0.50"), max_marks=Decimal("1.50"), fraction=Decimal("0.33333333")
    )


def move_the_deadline(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(due_at=done.due_at + timedelta(seconds=1))


def lose_the_content_of_a_question(done: Attempt) -> None:
    Question.objects.create(type="single_choice", topic=factories.topic())


def mark_by_hand_in_silence(done: Attempt) -> None:
    done.answers.filter(slot=1).update(override=1)


def forget_that_it_was_reopened(done: Attempt) -> None:
    Attempt.objects.filter(pk=done.pk).update(reopened_at=done.submitted_at)


def leave_out_of_the_log(done: Attempt) -> None:
    AttemptEvent.objects.filter(attempt=done, kind="submitted").delete()


def leave_a_save_out_of_the_log(done: Attempt) -> None:
    AttemptEvent.objects.filter(attempt=done, kind="saved").delete()


def make_a_member_a_guest(done: Attempt) -> None:
    User.objects.filter(pk=done.learner_id).update(is_guest=True, is_active=False, email="")


@pytest.mark.parametrize(
    ("plant", "name"),
    [
        (lose_a_save, "I1"),
        (leave_a_gap, "I2"),
        (give_an_attempt_too_many, "I2"),
        (save_too_late, "I3"),
        (save_after_the_end, "I3"),
        (save_past_the_deadline, "I3"),
        (change_marks_with_the_rows, "I4"),
        (change_a_closed_attempt, "I4"),
        (give_marks_away, "I5"),
        (change_an_answers_fraction, "I5"),
        (forget_to_close, "I6"),
        (forget_to_grade, "I6"),
        (record_at_the_look, "I6"),
        (record_after_the_deadline, "I6"),
        (lose_the_content_of_a_question, "I9"),
        (move_the_deadline, "I11"),
        (leave_out_of_the_log, "I12"),
        (mark_by_hand_in_silence, "I12"),
        (forget_that_it_was_reopened, "I12"),
        (leave_a_save_out_of_the_log, "I12"),
        (make_a_member_a_guest, "I16"),
    ],
)
def test_a_planted_violation_is_named(
    done: Attempt, now: datetime, plant: Callable[[Attempt], None], name: str
) -> None:
    plant(done)
    assert name in names(now + HOUR)


def test_an_attempt_beyond_those_allowed_is_named_though_more_are_allowed_now(
    learner: User, stranger: User, classroom: Classroom, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(1, attempts_allowed=2))
    for _number in range(2):
        factories.attempt(learner, given.quiz, now=now, assignment=given, submit=True)
    Quiz.objects.filter(pk=given.quiz_id).update(attempts_allowed=1)
    assert names(now) == set()  # two were allowed when they began
    first = Attempt.objects.get(number=1)
    second = Attempt.objects.get(number=2)
    Attempt.objects.filter(pk=first.pk).update(learner=stranger)
    Attempt.objects.filter(pk=second.pk).update(number=1)
    factories.attempt(learner, given.quiz, now=now, submit=True)  # self-study is counted apart
    assert names(now) == set()
    third = factories.attempt(learner, factories.quiz(1), now=now, submit=True)
    Attempt.objects.filter(pk=third.pk).update(quiz=given.quiz, assignment=given, number=3)
    fourth = factories.attempt(learner, factories.quiz(1, attempts_allowed=2), now=now, submit=True)
    Attempt.objects.filter(pk=fourth.pk).update(quiz=given.quiz, assignment=given, number=4)
    found = [str(one) for one in invariants.check(now=now) if one.name == "I2"]
    assert found == [f"I2  attempt {fourth.pk}: is number 3 where 2 were allowed"]


def test_two_open_attempts_are_named(learner: User, now: datetime) -> None:
    quiz = factories.quiz(1)
    factories.attempt(learner, quiz, now=now)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_open_attempt")
    Attempt.objects.create(learner=learner, quiz=quiz, number=2, started_at=now)
    assert "I2" in names(now)


def test_a_leaderboard_that_does_not_add_up_is_named(
    done: Attempt, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = leaderboards._standing

    def too_few(rank: int, member: Any, name: str, score: tuple[Fraction, Fraction], edges: Any) -> Any:
        return honest(rank, member, name, (score[0] - Fraction(1, 1000), score[1]), edges)

    monkeypatch.setattr(leaderboards, "_standing", too_few)
    assert names(now) == {"I8"}


def test_the_command_says_so(done: Attempt, now: datetime) -> None:
    out = StringIO()
    with stopped_at(now + HOUR):
        call_command("check_invariants", stdout=out)
        assert out.getvalue() == "Everything holds.\n"
        lose_a_save(done)
        with pytest.raises(CommandError, match="1 violation"):
            call_command("check_invariants", stdout=out)
    assert f"I1  attempt {done.pk}: slot 1 has revision 0, 1 was acknowledged" in out.getvalue()


def test_the_exit_code_is_one_for_scripts() -> None:
    assert CommandError("x").returncode == 1


def test_every_batch_is_looked_at(learner: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quizzes.reports.invariants.grading.BATCH", 2)
    monkeypatch.setattr("quizzes.reports.invariants.events.BATCH", 2)
    quiz = factories.quiz(1)
    made = [factories.attempt(learner, quiz, now=now, submit=True) for _number in range(5)]
    Answer.objects.filter(attempt=made[-1]).update(marks=1)
    assert [violation.row for violation in invariants.check(now=now)] == [f"attempt {made[-1].pk}"]


def test_a_key_that_is_not_that_of_its_nickname_is_found(classroom: Classroom, learner: User, now: datetime) -> None:
    members = classroom.memberships.filter(user=learner)
    members.update(nickname="Kestrel")
    assert list(invariants.nicknames()) == []
    members.update(nickname_key="owl")
    [found] = invariants.nicknames()
    assert (found.name, found.what) == ("I13", "the key is 'owl', the nickname gives 'kestrel'")
