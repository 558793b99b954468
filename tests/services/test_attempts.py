"""The life of an attempt at literal instants: start, save, check, submit, close."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import psycopg.errors
import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from quizzes import entitlements
from quizzes.errors import AttemptClosed, BadAnswer, NoAttemptsLeft, NotFound, NotOpen, QuizError, StaleAnswer
from quizzes.models import Answer, Attempt, AttemptEvent, Classroom, Quiz, User, papers
from quizzes.question_types.single_choice import SingleChoice
from quizzes.reports import cards
from quizzes.reports.attempts import answer_states
from quizzes.services import attempts, deadlines, grading
from quizzes.services.attempts import close
from quizzes.services.retrying import retried
from tests import factories, saving
from tests.clocks import stopped_at
from tests.factories import RIGHT, WRONG

start_module = import_module("quizzes.services.attempts.start")  # the package's `start` is its function
MS = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=5)


@pytest.fixture
def quiz(db: None) -> Quiz:
    """Two questions, 40 minutes, all at once."""
    return factories.quiz(2, time_limit=40)


@pytest.fixture
def attempt(learner: User, quiz: Quiz, now: datetime) -> Attempt:
    return attempts.start(learner, quiz, now=now, device="laptop")


def save(attempt: Attempt, learner: User, *, now: datetime, fields: Any = RIGHT, **kwargs: Any) -> attempts.Saved:
    arguments: dict[str, Any] = {"slot": 1, "revision": 1} | kwargs
    return saving.save(attempt.pk, learner, fields=fields, now=now, **arguments)


def paper_of(attempt: Attempt) -> papers.Paper:
    return papers.of_attempt(attempt.pk, attempt.learner_id)


def kinds(attempt: Attempt) -> list[str]:
    return list(attempt.events.order_by("pk").values_list("kind", flat=True))


def stored(attempt: Attempt, slot: int = 1) -> Answer:
    return attempt.answers.get(slot=slot)


# Start ----------------------------------------------------------------------------------------------------------------


def test_starting_stores_the_deadline_before_any_question_is_shown(attempt: Attempt, now: datetime) -> None:
    attempt.refresh_from_db()
    assert (attempt.started_at, attempt.due_at, attempt.number) == (now, now + 40 * MINUTE, 1)
    assert [answer.slot for answer in attempt.answers.all()] == [1, 2]
    assert attempt.max_marks == Decimal("2.00")
    assert kinds(attempt) == ["started"]


def values_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def test_a_new_attempt_and_its_answers_have_what_their_fields_say(learner: User, now: datetime) -> None:
    made = attempts.start(learner, factories.quiz(1, time_limit=40, navigation="sequential"), now=now, device="phone")
    assert values_of(Attempt.objects.get(pk=made.pk)) == values_of(made)
    answer = made.answers.get()
    plain = Answer(attempt=made, slot=1, version=answer.version, points=Decimal("1.00"), layout=[0, 1, 2, 3])
    assert values_of(answer) == values_of(plain)
    event = made.events.get()
    details = {"allowed": None, "due": "2026-03-02T09:40:00Z"}
    plain_event = AttemptEvent(
        attempt=made, kind="started", at=now, actor=learner, device="phone", details=details, late_by_ms=0
    )
    assert values_of(event) == values_of(plain_event)


def test_starting_twice_gives_one_attempt(learner: User, quiz: Quiz, attempt: Attempt, now: datetime) -> None:
    again = attempts.start(learner, quiz, now=now + MINUTE, device="laptop")
    assert again == attempt
    assert again.due_at == attempt.due_at
    assert kinds(attempt) == ["started"]


def test_going_on_with_another_device_is_logged_once(
    learner: User, quiz: Quiz, attempt: Attempt, now: datetime
) -> None:
    attempts.start(learner, quiz, now=now + MINUTE, device="phone")
    attempts.start(learner, quiz, now=now + MINUTE, device="phone")
    assert kinds(attempt) == ["started", "resumed"]


def test_starting_after_the_deadline_gives_the_next_attempt(
    learner: User, quiz: Quiz, attempt: Attempt, now: datetime
) -> None:
    second = attempts.start(learner, quiz, now=now + 41 * MINUTE)
    attempt.refresh_from_db()
    assert second.number == 2
    assert (attempt.status, attempt.submitted_at) == ("graded", now + 40 * MINUTE)


def test_the_attempts_allowed_are_all_there_are(learner: User, now: datetime) -> None:
    quiz = factories.quiz(1, attempts_allowed=1)
    factories.attempt(learner, quiz, now=now, submit=True)
    with pytest.raises(NoAttemptsLeft):
        attempts.start(learner, quiz, now=now)
    assert learner.attempts.count() == 1


def test_a_start_that_waited_for_another_gets_the_same_attempt(learner: User, now: datetime) -> None:
    """Both looked before either inserted; the second must not be told that its attempts are used up."""
    quiz = factories.quiz(1, attempts_allowed=1)
    first = attempts.start(learner, quiz, now=now)
    with mock.patch.object(start_module, "open_attempt_of", return_value=None):
        assert attempts.start(learner, quiz, now=now) == first


@pytest.mark.parametrize(("shift", "opens"), [(-MS, False), (0 * MS, True)])
def test_the_window_opens_to_the_millisecond(learner: User, now: datetime, shift: timedelta, opens: bool) -> None:
    quiz = factories.quiz(1, opens_at=now)
    if opens:
        assert attempts.start(learner, quiz, now=now + shift).is_in_progress
    else:
        with pytest.raises(NotOpen):
            attempts.start(learner, quiz, now=now + shift)


@pytest.mark.parametrize(("shift", "opens"), [(-MS, True), (0 * MS, False), (MS, False)])
def test_exactly_the_closing_time_is_too_late(learner: User, now: datetime, shift: timedelta, opens: bool) -> None:
    quiz = factories.quiz(1, closes_at=now)
    if opens:
        assert attempts.start(learner, quiz, now=now + shift).due_at == now
    else:
        with pytest.raises(NotOpen):
            attempts.start(learner, quiz, now=now + shift)


def test_a_draft_cannot_be_started(learner: User, now: datetime) -> None:
    with pytest.raises(NotOpen):
        attempts.start(learner, factories.quiz(1, status="draft"), now=now)


def test_a_quiz_for_classes_cannot_be_started_without_an_assignment(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    """Such as when the attempt that was to go on was submitted in another tab a moment before."""
    quiz = factories.quiz(1, is_open_to_all=False)
    with pytest.raises(NotOpen):
        attempts.start(learner, quiz, now=now)
    assert attempts.start(learner, quiz, assignment=factories.assignment(classroom, quiz), now=now).number == 1


def test_a_quiz_without_questions_says_so(learner: User, now: datetime) -> None:
    with pytest.raises(NotOpen, match="no questions"):
        attempts.start(learner, factories.quiz(0), now=now)
    assert not Attempt.objects.exists()


def test_a_member_with_a_factor_gets_more_time(learner: User, quiz: Quiz, classroom: Classroom, now: datetime) -> None:
    classroom.memberships.filter(user=learner).update(time_factor=Decimal("1.5"))
    given = factories.assignment(classroom, quiz)
    assert attempts.start(learner, quiz, assignment=given, now=now).due_at == now + 60 * MINUTE


def test_an_exception_moves_window_limit_and_attempts(
    learner: User, quiz: Quiz, classroom: Classroom, now: datetime
) -> None:
    given = factories.assignment(classroom, quiz, closes_at=now, attempts_allowed=1)
    factories.accommodation(given, learner, now=now, closes_at=now + 90 * MINUTE, time_limit=60, attempts_allowed=2)
    first = attempts.start(learner, quiz, assignment=given, now=now)
    assert first.due_at == now + 60 * MINUTE
    attempts.submit(first, now=now)
    assert attempts.start(learner, quiz, assignment=given, now=now + 60 * MINUTE).due_at == now + 90 * MINUTE


def test_attempts_of_an_assignment_and_of_self_study_are_counted_apart(
    learner: User, classroom: Classroom, now: datetime
) -> None:
    quiz = factories.quiz(1, attempts_allowed=1)
    factories.attempt(learner, quiz, now=now, submit=True)
    given = factories.assignment(classroom, quiz)
    assert attempts.start(learner, quiz, assignment=given, now=now).number == 2


def test_the_database_refuses_a_second_open_attempt(attempt: Attempt, now: datetime) -> None:
    twin = Attempt(learner=attempt.learner, quiz=attempt.quiz, number=2, started_at=now)
    with pytest.raises(IntegrityError):
        twin.save()


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", "2026-03-29 01:50"),
        ("Europe/Berlin", "2026-10-25 02:50"),
        ("America/New_York", "2026-11-01 01:50"),
        ("Australia/Lord_Howe", "2026-04-05 01:50"),
    ],
)
def test_a_change_of_clocks_inside_an_attempt_moves_nothing(learner: User, quiz: Quiz, zone: str, local: str) -> None:
    start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    row = Attempt.objects.get(pk=attempts.start(learner, quiz, now=start).pk)
    assert (row.due_at - row.started_at).total_seconds() == 2400
    assert row.seconds_left(start + timedelta(seconds=2399)) == 1


def test_an_attempt_in_2038_saves_and_closes(learner: User, quiz: Quiz) -> None:
    start = datetime(2038, 1, 19, 3, 0, tzinfo=UTC)  # 32-bit seconds end at 3:14:07
    row = attempts.start(learner, quiz, now=start)
    saved = save(row, learner, now=start + 40 * MINUTE + 3 * MS)
    assert saved.late_by_ms == 3
    assert attempts.close_overdue(now=start + 41 * MINUTE) == 1


# Save -----------------------------------------------------------------------------------------------------------------


def test_a_save_is_stored_and_logged(attempt: Attempt, learner: User, now: datetime) -> None:
    saved = save(attempt, learner, now=now + MINUTE, device="laptop")
    assert saved == attempts.Saved(1, 1, now + MINUTE, now + 40 * MINUTE, 0)
    answer = stored(attempt)
    assert (answer.response, answer.revision, answer.saved_at, answer.saved_from) == (0, 1, now + MINUTE, "laptop")
    event = attempt.events.get(kind="saved")
    assert (event.slot, event.revision, event.at, event.device, event.late_by_ms) == (1, 1, now + MINUTE, "laptop", 0)


@pytest.mark.parametrize(
    ("after_deadline", "late_by_ms"),
    [(-MS, 0), (0 * MS, 0), (MS, 1), (GRACE - MS, 4999), (GRACE, 5000), (GRACE + MS, None)],
    ids=["-1 ms", "0", "+1 ms", "grace -1 ms", "grace", "grace +1 ms"],
)
def test_saves_around_the_deadline(
    attempt: Attempt, learner: User, now: datetime, after_deadline: timedelta, late_by_ms: int | None
) -> None:
    at = now + 40 * MINUTE + after_deadline
    if late_by_ms is None:
        with pytest.raises(AttemptClosed):
            save(attempt, learner, now=at)
        attempt.refresh_from_db()
        assert (attempt.status, attempt.submitted_at) == ("graded", now + 40 * MINUTE)
        assert stored(attempt).revision == 0
    else:
        assert save(attempt, learner, now=at).late_by_ms == late_by_ms
        assert stored(attempt).late_by_ms == late_by_ms
        assert attempt.events.get(kind="saved").late_by_ms == late_by_ms


@pytest.mark.parametrize("look", ["page", "sweep", "start"])
def test_a_look_inside_the_grace_does_not_shut_out_an_answer_under_way(
    attempt: Attempt, learner: User, quiz: Quiz, now: datetime, look: str
) -> None:
    inside = now + 40 * MINUTE + timedelta(seconds=1)
    if look == "page":
        assert attempts.close_if_overdue(attempt, now=inside) is False
    elif look == "sweep":
        assert attempts.close_overdue(now=inside) == 0
    else:
        assert attempts.start(learner, quiz, now=inside) == attempt
    assert save(attempt, learner, now=inside).late_by_ms == 1000
    attempts.close_overdue(now=inside + GRACE)
    attempt.refresh_from_db()
    assert (attempt.marks, attempt.submitted_at) == (Decimal("1.00"), now + 40 * MINUTE)


def test_the_grace_is_for_answers_only(attempt: Attempt, learner: User, now: datetime) -> None:
    at = now + 40 * MINUTE
    with pytest.raises(AttemptClosed):
        attempts.flag(attempt, slot=1, is_flagged=True, now=at)
    with pytest.raises(AttemptClosed):
        attempts.advance(attempt, from_slot=1, now=at)


def test_a_repeated_save_is_acknowledged_again_and_changes_nothing(
    attempt: Attempt, learner: User, now: datetime
) -> None:
    first = save(attempt, learner, now=now, revision=3)
    assert save(attempt, learner, now=now + MINUTE, revision=3) == first
    assert kinds(attempt).count("saved") == 1


@pytest.mark.parametrize("revision", [1, 2])
def test_an_older_save_is_told_what_is_stored(attempt: Attempt, learner: User, now: datetime, revision: int) -> None:
    save(attempt, learner, now=now, revision=2)
    with pytest.raises(StaleAnswer) as refusal:
        save(attempt, learner, now=now, fields=WRONG, revision=revision)
    assert refusal.value.stored.response == 0
    assert refusal.value.stored.revision == 2


def test_an_answer_can_be_taken_back(attempt: Attempt, learner: User, now: datetime) -> None:
    save(attempt, learner, now=now)
    save(attempt, learner, now=now, fields={}, revision=2)
    assert stored(attempt).response is None
    assert not stored(attempt).is_answered


def test_revisions_may_skip_and_go_as_far_as_a_browser_counts(attempt: Attempt, learner: User, now: datetime) -> None:
    save(attempt, learner, now=now, revision=2**53 - 1)
    assert stored(attempt).revision == 2**53 - 1


def test_a_save_after_submission_is_refused_with_what_counts(attempt: Attempt, learner: User, now: datetime) -> None:
    save(attempt, learner, now=now)
    attempts.submit(attempt, now=now + MINUTE)
    with pytest.raises(AttemptClosed) as refusal:
        save(attempt, learner, now=now + MINUTE, fields=WRONG, revision=2)
    assert refusal.value.stored.response == 0
    assert stored(attempt).response == 0


def test_a_replay_after_submission_changes_nothing(attempt: Attempt, learner: User, now: datetime) -> None:
    save(attempt, learner, now=now)
    attempts.submit(attempt, now=now)
    with pytest.raises(AttemptClosed):
        save(attempt, learner, now=now)
    assert kinds(attempt) == ["started", "saved", "submitted", "graded"]


@pytest.mark.parametrize("slot", [0, -1, 3, 2**63])
def test_a_slot_that_was_not_asked_is_named(attempt: Attempt, learner: User, now: datetime, slot: int) -> None:
    with pytest.raises(BadAnswer, match="from 1 to 2"):
        save(attempt, learner, now=now, slot=slot)


def test_another_learners_attempt_does_not_exist(attempt: Attempt, stranger: User, now: datetime) -> None:
    with pytest.raises(NotFound):
        save(attempt, stranger, now=now)
    with pytest.raises(NotFound):
        saving.save(10**9, stranger, slot=1, fields=RIGHT, revision=1, now=now)
    theirs = replace(papers.of_attempt(attempt.pk, attempt.learner_id), learner_id=stranger.pk)
    with pytest.raises(NotFound):
        attempts.save(theirs, slot=1, response=0, revision=1, now=now)
    assert stored(attempt).revision == 0


def test_a_save_is_one_statement(
    attempt: Attempt, learner: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    paper = papers.of_attempt(attempt.pk, learner.pk)
    with django_assert_max_num_queries(1):
        attempts.save(paper, slot=1, response=0, revision=1, now=now)


def test_attempts_at_the_same_questions_share_their_versions(
    attempt: Attempt, quiz: Quiz, stranger: User, learner: User, now: datetime
) -> None:
    other = attempts.start(stranger, quiz, now=now)
    ours, theirs = papers.of_attempt(attempt.pk, learner.pk), papers.of_attempt(other.pk, stranger.pk)
    assert ours[1].version is theirs[1].version


# Navigation, flags ----------------------------------------------------------------------------------------------------


def test_without_way_back_only_the_reached_question_is_open(learner: User, now: datetime) -> None:
    row = attempts.start(learner, factories.quiz(3, navigation="sequential"), now=now)
    save(row, learner, now=now)
    with pytest.raises(BadAnswer, match="one after the other"):
        save(row, learner, now=now, slot=2)
    assert attempts.advance(row, from_slot=1, now=now) == 2
    with pytest.raises(BadAnswer, match="one after the other"):
        save(row, learner, now=now, slot=1, revision=2)
    save(row, learner, now=now, slot=2)


def test_a_double_click_on_next_moves_one_question(learner: User, now: datetime) -> None:
    row = attempts.start(learner, factories.quiz(3, navigation="sequential"), now=now)
    assert attempts.advance(row, from_slot=1, now=now) == 2
    assert attempts.advance(row, from_slot=1, now=now) == 2


def test_after_the_last_question_there_is_no_next(learner: User, now: datetime) -> None:
    row = attempts.start(learner, factories.quiz(1, navigation="sequential"), now=now)
    assert attempts.advance(row, from_slot=1, now=now) == 1


def test_a_flag_is_set_taken_back_and_logged(attempt: Attempt, learner: User, now: datetime) -> None:
    attempts.flag(attempt, slot=2, is_flagged=True, now=now)
    assert stored(attempt, 2).is_flagged
    attempts.flag(attempt, slot=2, is_flagged=False, now=now)
    assert not stored(attempt, 2).is_flagged
    flags = attempt.events.filter(kind="flagged").order_by("pk").values_list("slot", "details")
    assert list(flags) == [(2, {"flagged": True}), (2, {"flagged": False})]


def test_a_question_that_is_not_there_is_not_flagged(attempt: Attempt, now: datetime) -> None:
    with pytest.raises(BadAnswer):
        attempts.flag(attempt, slot=9, is_flagged=True, now=now)


# Practice -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def practice(learner: User, now: datetime) -> Attempt:
    return attempts.start(learner, factories.quiz(2, feedback="practice"), now=now)


def test_practice_marks_one_answer_at_once_and_never_counts(practice: Attempt, learner: User, now: datetime) -> None:
    save(practice, learner, now=now)
    checked = attempts.check(paper_of(practice), slot=1, now=now)
    assert (checked.fraction, checked.is_checked) == (1, True)
    assert not practice.is_counted
    assert "checked" in kinds(practice)


def test_a_checked_answer_is_closed_until_tried_again(practice: Attempt, learner: User, now: datetime) -> None:
    save(practice, learner, now=now, fields=WRONG)
    attempts.show(paper_of(practice), slot=1, now=now)
    with pytest.raises(AttemptClosed, match="Try again"):
        save(practice, learner, now=now, revision=2)
    again = attempts.try_again(paper_of(practice), slot=1, now=now)
    assert (again.response, again.fraction, again.revision, again.is_checked) == (None, None, 2, False)
    save(practice, learner, now=now, revision=3)
    assert attempts.check(paper_of(practice), slot=1, now=now).fraction == 1


def test_a_wrong_answer_stays_open_and_is_tried_again_as_it_was(
    practice: Attempt, learner: User, now: datetime
) -> None:
    save(practice, learner, now=now, fields=WRONG)
    checked = attempts.check(paper_of(practice), slot=1, now=now)
    assert (checked.fraction, stored(practice).is_checked, stored(practice).fraction) == (0, False, None)
    again = attempts.try_again(paper_of(practice), slot=1, now=now)
    assert (again.response, again.revision, again.is_checked) == (checked.response, 2, False)


def test_an_answer_is_tried_only_as_it_was_checked(practice: Attempt, learner: User, now: datetime) -> None:
    save(practice, learner, now=now, fields=WRONG)
    attempts.check(paper_of(practice), slot=1, now=now)
    assert cards.tried(practice, answer_states(practice)) == {1: "wrong"}
    save(practice, learner, now=now, revision=2)
    assert cards.tried(practice, answer_states(practice)) == {}


def test_checking_twice_is_logged_once(practice: Attempt, learner: User, now: datetime) -> None:
    attempts.check(paper_of(practice), slot=1, now=now)
    attempts.check(paper_of(practice), slot=1, now=now)
    assert kinds(practice).count("checked") == 1


def test_what_is_marked_is_what_is_stored(practice: Attempt, learner: User, now: datetime) -> None:
    """A save comes between the reading and the keeping of a check: the answer is read again."""
    save(practice, learner, now=now, fields=WRONG)
    grade_answer = grading.grade_answer

    def and_save(*args: Any, **kwargs: Any) -> None:
        grade_answer(*args, **kwargs)
        if stored(practice).revision == 1:
            save(practice, learner, now=now, revision=2)

    with mock.patch.object(grading, "grade_answer", and_save):
        checked = attempts.check(paper_of(practice), slot=1, now=now)
    assert (checked.fraction, stored(practice).response, stored(practice).fraction) == (1, 0, 1)


def test_answers_are_checked_in_practice_only(attempt: Attempt, learner: User, now: datetime) -> None:
    with pytest.raises(QuizError, match="practice only"):
        attempts.check(paper_of(attempt), slot=1, now=now)


def test_nobody_checks_what_is_not_theirs(practice: Attempt, stranger: User, now: datetime) -> None:
    with pytest.raises(NotFound):
        attempts.check(papers.of_attempt(practice.pk, stranger.pk), slot=1, now=now)


# Submit and close -----------------------------------------------------------------------------------------------------


def test_submitting_grades(attempt: Attempt, learner: User, now: datetime) -> None:
    save(attempt, learner, now=now)
    done = attempts.submit(attempt, now=now + MINUTE)
    assert (done.status, done.marks, done.fraction) == ("graded", Decimal("1.00"), Decimal("0.50000000"))
    assert (done.submitted_at, done.closed_by) == (now + MINUTE, "learner")
    assert kinds(attempt) == ["started", "saved", "submitted", "graded"]


def test_submitting_twice_gives_one_grading(attempt: Attempt, now: datetime) -> None:
    twin = Attempt.objects.get(pk=attempt.pk)
    attempts.submit(attempt, now=now)
    second = attempts.submit(twin, now=now + MINUTE)
    assert (second.status, second.submitted_at) == ("graded", now)
    assert kinds(attempt) == ["started", "submitted", "graded"]


@pytest.mark.parametrize(
    ("shift", "recorded", "by"),
    [(-MS, -MS, "learner"), (0 * MS, 0 * MS, "deadline"), (MS, 0 * MS, "deadline"), (MINUTE, 0 * MS, "deadline")],
    ids=["-1 ms", "0", "+1 ms", "+1 min"],
)
def test_submitting_late_is_recorded_at_the_deadline(
    attempt: Attempt, now: datetime, shift: timedelta, recorded: timedelta, by: str
) -> None:
    due = now + 40 * MINUTE
    done = attempts.submit(attempt, now=due + shift)
    assert (done.submitted_at, done.closed_by) == (due + recorded, by)


def test_a_late_look_is_recorded_at_the_deadline(attempt: Attempt, now: datetime) -> None:
    assert attempts.close_if_overdue(attempt, now=now + timedelta(days=3)) is True
    assert (attempt.submitted_at, attempt.closed_by, attempt.status) == (now + 40 * MINUTE, "deadline", "graded")
    assert attempt.events.get(kind="closed").at == now + 40 * MINUTE


def test_the_sweep_leaves_an_extension_alone_that_came_after_its_look(
    attempt: Attempt, instructor: User, now: datetime
) -> None:
    seen_by_sweep = Attempt.objects.get(pk=attempt.pk)
    later = now + 60 * MINUTE
    deadlines.extend(attempt, due_at=later, reason="fire alarm", actor=instructor, now=now + 39 * MINUTE)
    assert attempts.close_if_overdue(seen_by_sweep, now=now + 41 * MINUTE) is False
    assert (seen_by_sweep.due_at, seen_by_sweep.status) == (later, "in_progress")


def test_a_submit_on_an_old_row_is_recorded_by_the_deadline_that_holds(
    attempt: Attempt, instructor: User, now: datetime
) -> None:
    seen = Attempt.objects.get(pk=attempt.pk)
    deadlines.extend(attempt, due_at=now + 60 * MINUTE, reason="fire alarm", actor=instructor, now=now)
    done = attempts.submit(seen, now=now + 50 * MINUTE)
    assert (done.submitted_at, done.closed_by) == (now + 50 * MINUTE, "learner")


def test_an_untimed_attempt_stays_open(learner: User, now: datetime) -> None:
    row = attempts.start(learner, factories.quiz(1), now=now)
    assert row.due_at is None
    assert attempts.close_overdue(now=now + timedelta(days=400)) == 0
    assert save(row, learner, now=now + timedelta(days=400)).due_at is None


def test_one_bad_attempt_does_not_stop_the_sweep(
    attempt: Attempt, stranger: User, quiz: Quiz, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    other = attempts.start(stranger, quiz, now=now)
    store_closing = close._store_closing

    def fail_for_one(row: Attempt, *args: Any, **kwargs: Any) -> bool:
        if row.pk == attempt.pk:
            raise RuntimeError("a bad row")
        return store_closing(row, *args, **kwargs)

    with mock.patch.object(close, "_store_closing", fail_for_one):
        assert attempts.close_overdue(now=now + 41 * MINUTE) == 1
    other.refresh_from_db()
    assert other.status == "graded"
    assert f"attempt {attempt.pk} could not be closed" in caplog.text
    assert attempts.close_overdue(now=now + 41 * MINUTE) == 1


def test_an_error_in_grading_leaves_the_attempt_submitted_for_the_sweep(
    attempt: Attempt, learner: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    save(attempt, learner, now=now)
    with mock.patch.object(SingleChoice, "grade", side_effect=RuntimeError("bad content")):
        done = attempts.submit(attempt, now=now)
        assert (done.status, done.marks) == ("submitted", None)
        attempts.close_overdue(now=now + MINUTE)  # still bad: stays, is no error of the sweep
    assert "could not be graded" in caplog.text
    attempts.close_overdue(now=now + 2 * MINUTE)
    done.refresh_from_db()
    assert (done.status, done.marks, done.submitted_at) == ("graded", Decimal("1.00"), now)
    assert kinds(attempt) == ["started", "saved", "submitted", "graded"]


def test_a_second_sweep_finds_nothing(attempt: Attempt, now: datetime) -> None:
    assert attempts.close_overdue(now=now + 41 * MINUTE) == 1
    before = kinds(attempt)
    assert attempts.close_overdue(now=now + 42 * MINUTE) == 0
    assert kinds(attempt) == before


def test_the_clock_of_the_server_may_jump_back(attempt: Attempt, now: datetime) -> None:
    earlier = now - 5 * MINUTE
    assert attempt.seconds_left(earlier) == 45 * 60
    done = attempts.submit(attempt, now=earlier)
    assert (done.status, done.duration) == ("graded", timedelta(0))  # no negative time


def test_a_retired_version_is_still_what_is_graded(attempt: Attempt, learner: User, now: datetime) -> None:
    asked = stored(attempt).version
    changed = factories.single_choice("Turned round")
    changed["options"].reverse()
    factories.version(asked.question, changed)
    save(attempt, learner, now=now)
    assert attempts.submit(attempt, now=now).marks == Decimal("1.00")


def test_a_removed_member_may_finish_but_not_start(
    learner: User, quiz: Quiz, classroom: Classroom, now: datetime
) -> None:
    given = factories.assignment(classroom, quiz)
    running = attempts.start(learner, quiz, assignment=given, now=now)
    classroom.memberships.filter(user=learner).update(status="removed")
    save(running, learner, now=now)
    assert attempts.submit(running, now=now).marks == Decimal("1.00")


def test_an_archived_quiz_lets_running_attempts_finish(
    attempt: Attempt, learner: User, quiz: Quiz, now: datetime
) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(status="archived")
    save(attempt, learner, now=now)
    assert attempts.submit(attempt, now=now).marks == Decimal("1.00")


# The log --------------------------------------------------------------------------------------------------------------


def test_events_are_never_changed(attempt: Attempt) -> None:
    with pytest.raises(
        DatabaseError, match="never changed"
    ):  # what a trigger raises has another class on each database
        AttemptEvent.objects.filter(attempt=attempt).update(kind="graded")


def test_losing_an_actor_does_not_touch_the_event(attempt: Attempt, instructor: User, now: datetime) -> None:
    deadlines.extend(attempt, due_at=now + 60 * MINUTE, reason="fire alarm", actor=instructor, now=now)
    instructor.delete()
    assert attempt.events.get(kind="extended").actor is None


# Transactions that gave way -------------------------------------------------------------------------------------------


def gave_way() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = psycopg.errors.DeadlockDetected()
    return error


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_three_times() -> None:
    act = mock.Mock(side_effect=[gave_way(), gave_way(), "done"], __name__="act")
    assert retried(act)() == "done"
    act = mock.Mock(side_effect=gave_way(), __name__="act")
    with pytest.raises(OperationalError):
        retried(act)()
    assert act.call_count == 3


@pytest.mark.django_db(transaction=True)
def test_another_error_is_not_tried_again() -> None:
    act = mock.Mock(side_effect=OperationalError("disk full"), __name__="act")
    with pytest.raises(OperationalError):
        retried(act)()
    assert act.call_count == 1


def test_inside_a_larger_transaction_nothing_is_repeated(db: None) -> None:
    assert connection.in_atomic_block
    act = mock.Mock(side_effect=gave_way(), __name__="act")
    with pytest.raises(OperationalError):
        retried(act)()
    assert act.call_count == 1


def test_no_rule_asks_the_clock_of_the_machine(attempt: Attempt, learner: User, now: datetime) -> None:
    long_ago = datetime(1999, 12, 31, tzinfo=UTC)
    with time_machine.travel(long_ago), stopped_at(long_ago):
        save(attempt, learner, now=now)
        assert attempts.close_overdue(now=now) == 0
        assert entitlements.reveal_at(attempt) is None
