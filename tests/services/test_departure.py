"""Deleting one's own account: who may, what is handed in, and what says so afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from quizzes.errors import QuizError
from quizzes.models import Attempt, Membership, Question, ReviewCard, User
from quizzes.reports import invariants
from quizzes.services import attempts, departure, people
from tests import factories

MINUTE = timedelta(minutes=1)


def test_marks_stay_under_a_number_and_the_history_says_who_did_it(
    learner: User, instructor: User, now: datetime
) -> None:
    room = factories.classroom(instructor=instructor, students=[learner])
    given = factories.assignment(room, factories.quiz(2))
    row = factories.attempt(learner, given.quiz, assignment=given, now=now, right=2, submit=True)
    factories.reviewed(learner, Question.objects.filter(items__quiz=given.quiz)[0], now=now)
    departure.leave(learner, now=now)
    row.refresh_from_db()
    assert (row.marks, str(row.learner.full_name)) == (2, f"Removed person {learner.pk}")
    assert not ReviewCard.objects.exists()
    assert Membership.objects.get(user=learner).status == Membership.Status.REMOVED
    [entry] = LogEntry.objects.filter(user=learner)
    assert (entry.object_repr, entry.change_message) == (f"removed-{learner.pk}", "Account deleted by its owner.")
    assert not list(invariants.check(now=now))


def test_what_is_in_progress_is_handed_in_and_graded_as_it_stands(learner: User, now: datetime) -> None:
    timed = factories.attempt(learner, factories.quiz(2, time_limit=60), now=now, right=1)
    untimed = factories.attempt(learner, factories.quiz(2), now=now, right=2)
    departure.leave(learner, now=now + MINUTE)
    found = {row.pk: row for row in Attempt.objects.all()}
    assert [(found[row.pk].status, found[row.pk].marks) for row in (timed, untimed)] == [("graded", 1), ("graded", 2)]
    assert {row.submitted_at for row in found.values()} == {now + MINUTE}
    assert {row.closed_by for row in found.values()} == {"learner"}


def test_who_is_removed_by_an_administrator_keeps_their_deadline(learner: User, now: datetime) -> None:
    admin = factories.user("root", is_staff=True, is_superuser=True)
    row = attempts.start(learner, factories.quiz(2, time_limit=60), now=now)
    people.anonymise(learner, by=admin, now=now + MINUTE)
    row.refresh_from_db()
    assert row.is_in_progress


@pytest.mark.django_db
def test_who_teaches_alone_owns_work_or_is_the_last_administrator_is_told_what_to_do_first(now: datetime) -> None:
    ada = factories.user("ada", is_staff=True, is_superuser=True)
    room = factories.classroom(instructor=ada, name="10B")
    quiz = factories.quiz(0, owner=ada)
    words = [obstacle.words for obstacle in departure.obstacles(ada)]
    assert words == [
        "You are the only instructor of “10B”. Make another member one first.",
        "You own 1 question, quiz or source. An administrator hands it over first.",
        "You are the last administrator. Make another user an administrator first.",
    ]
    with pytest.raises(QuizError, match="only instructor"):
        departure.leave(ada, now=now)

    factories.member(room, factories.user("bob", is_staff=True), role="instructor")
    quiz.owner = None
    quiz.save()
    factories.user("root", is_staff=True, is_superuser=True)
    assert departure.leave(ada, now=now).is_anonymised


def test_who_studies_meets_no_obstacle(learner: User) -> None:
    assert departure.obstacles(learner) == []
