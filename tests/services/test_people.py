"""Removing personal data: nothing says any more who somebody was, and every mark is what it was."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import Error, IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quizzes import clock
from quizzes.errors import QuizError
from quizzes.models import (
    Accommodation,
    Answer,
    Assignment,
    Attempt,
    AttemptEvent,
    Classroom,
    Membership,
    Question,
    Quiz,
    Source,
    User,
)
from quizzes.models.reference import STUDY_MODELS
from quizzes.reports import gradebook, invariants, leaderboards
from quizzes.reports.people import belongings
from quizzes.services import assignments, attempts, classrooms, deadlines, grading, people, regrading, rosters
from tests import factories

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TRACES = ("ines", "costa", "inky", "dyslexia", "lisbon")


@pytest.fixture
def admin(db: None) -> User:
    return factories.user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def ines(db: None) -> User:
    person = factories.user(
        "ines.costa",
        first_name="Ines",
        last_name="Costa",
        email="ines@example.org",
        time_zone="Europe/Lisbon",
        last_login=clock.now(),
    )
    EmailAddress.objects.create(user=person, email="ines@example.org", primary=True)
    return person


@pytest.fixture
def room(instructor: User, ines: User, learner: User) -> Classroom:
    made = factories.classroom(instructor=instructor, students=[learner])
    factories.member(made, ines, nickname="Inky")
    return made


@pytest.fixture
def given(room: Classroom) -> Assignment:
    return factories.assignment(room, factories.quiz(2, is_open_to_all=False))


@pytest.fixture
def handed_in(ines: User, given: Assignment, now: datetime) -> Attempt:
    return factories.attempt(ines, given.quiz, assignment=given, now=now, right=2, submit=True)


def everything_stored() -> str:
    """Every row of the database as text, in lower case, without the content of sessions."""
    rows = [row for model in apps.get_models() if model is not Session for row in model._default_manager.all()]
    return serializers.serialize("json", rows).lower()


def traces() -> set[str]:
    """The words about Ines that stand anywhere; letters in the middle of a random text are none."""
    return set(re.findall(rf"\b({'|'.join(TRACES)})\b", everything_stored()))


def violations(now: datetime) -> list[str]:
    return [str(found) for found in invariants.check(now=now)]


def marks_of(person: User) -> list[Any]:
    return list(
        Attempt.objects.taken_by(person).order_by("pk").values_list("pk", "status", "marks", "max_marks", "fraction")
    )


# Who it was -----------------------------------------------------------------------------------------------------------


def test_name_address_zone_password_and_rights_are_gone(ines: User, admin: User, now: datetime) -> None:
    ines.is_staff = ines.is_superuser = True
    ines.set_password("a secret of Ines")
    ines.save()
    people.anonymise(ines, by=admin, now=now)
    ines.refresh_from_db()
    assert ines.username == f"removed-{ines.pk}"
    assert (ines.first_name, ines.last_name, ines.email, ines.time_zone, ines.last_login) == ("", "", "", "", None)
    assert (ines.is_active, ines.is_staff, ines.is_superuser) == (False, False, False)
    assert not ines.has_usable_password()
    assert ines.anonymised_at == now
    assert ines.full_name == f"Removed person {ines.pk}"


def test_addresses_second_factors_and_log_ins_of_other_sites_are_deleted(
    ines: User, learner: User, admin: User, now: datetime
) -> None:
    EmailConfirmation.objects.create(email_address=ines.emailaddress_set.get(), key="k", sent=now)  # type: ignore[attr-defined]
    for person in (ines, learner):
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
        SocialAccount.objects.create(user=person, provider="school", uid=person.username, extra_data={"n": "Ines"})
    people.anonymise(ines, by=admin, now=now)
    for model in (EmailAddress, EmailConfirmation):
        assert not model.objects.exists()
    assert [row.user for row in Authenticator.objects.all()] == [learner]
    assert [row.user for row in SocialAccount.objects.all()] == [learner]


def test_single_permissions_are_taken_away(ines: User, admin: User, now: datetime) -> None:
    ines.user_permissions.add(Permission.objects.all()[0])
    people.anonymise(ines, by=admin, now=now)
    assert not ines.user_permissions.exists()


def test_somebody_who_calls_themselves_so_does_not_stand_in_the_way(ines: User, admin: User, now: datetime) -> None:
    factories.user(f"Removed-{ines.pk}")
    removed = people.anonymise(ines, by=admin, now=now)
    assert removed.username.startswith(f"removed-{ines.pk}-")


def test_the_old_user_name_and_address_are_free_again(ines: User, admin: User, now: datetime) -> None:
    people.anonymise(ines, by=admin, now=now)
    factories.user("ines.costa", email="ines@example.org")


def test_every_session_of_theirs_ends_and_no_other(
    ines: User, learner: User, admin: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    browsers = [Client(), Client(), Client()]
    for browser, person in zip(browsers, (ines, ines, learner), strict=True):
        browser.force_login(person)
    with django_capture_on_commit_callbacks() as after_commit:
        people.anonymise(ines, by=admin, now=clock.now())
    before = [browser.get("/account/").status_code for browser in browsers]
    assert before == [302, 302, 200], "they are dead with the commit, before anything is tidied up"
    Client().force_login(ines)
    for callback in after_commit:
        callback()
    assert [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()] == [str(learner.pk)]


def test_the_database_refuses_to_let_them_in_again(ines: User, admin: User, now: datetime) -> None:
    people.anonymise(ines, by=admin, now=now)
    for right in ("is_active", "is_staff", "is_superuser"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=ines.pk).update(**{right: True})


# What they did --------------------------------------------------------------------------------------------------------


def test_attempts_answers_marks_and_the_log_are_what_they_were(
    ines: User, admin: User, handed_in: Attempt, now: datetime
) -> None:
    def kept() -> list[Any]:
        fields = ("slot", "version", "response", "revision", "saved_at", "fraction", "marks")
        return [
            marks_of(ines),
            list(handed_in.answers.values_list(*fields)),
            list(handed_in.events.values_list("pk", "kind", "at", "actor", "slot", "revision", "details")),
        ]

    before = kept()
    people.anonymise(ines, by=admin, now=now + DAY)
    assert kept() == before
    assert violations(now + DAY) == []


def test_no_table_holds_a_trace_of_them(
    ines: User, instructor: User, admin: User, given: Assignment, handed_in: Attempt, now: datetime
) -> None:
    """Everything the site writes about somebody is written once; then the whole database is read."""
    later, room = now + DAY, given.classroom
    membership = room.memberships.get(user=ines)
    answer = handed_in.answers.get(slot=1)
    words = {"reason": "Ines has dyslexia", "actor": instructor, "now": later}
    grading.override(answer, fraction=Fraction(1, 2), comment="Well done, Ines", **words)  # type: ignore[arg-type]
    deadlines.reopen(handed_in, due_at=later + MINUTE, **words)  # type: ignore[arg-type]
    deadlines.extend(handed_in, due_at=later + 2 * MINUTE, **words)  # type: ignore[arg-type]
    attempts.close_overdue(now=later + 3 * MINUTE)
    question = answer.version.question
    factories.version(question, factories.single_choice("The same key"))
    every = Attempt.objects.all()
    regrading.regrade(question, every, seen=2, reason="A wrong key.", actor=instructor, now=later + 4 * MINUTE)
    for other in (given, factories.assignment(room, factories.quiz(1))):
        exception = assignments.grant(other, membership, attempts_allowed=3, **words)  # type: ignore[arg-type]
        noted(admin, exception, "An exception for Ines Costa")
    assignments.revoke(exception, actor=instructor, now=later)
    noted(admin, ines, "Ines Costa")
    noted(admin, membership, "The role of Ines Costa is changed.")
    assert traces() == set(TRACES), "this test would find them"
    marks = marks_of(ines)

    people.anonymise(ines, by=admin, now=later + 5 * MINUTE)

    assert traces() == set()
    assert marks_of(ines) == marks
    assert Decimal("0.5") in handed_in.answers.values_list("override", flat=True)
    kinds = [kind for kind, reason in handed_in.events.values_list("kind", "details__reason") if reason]
    assert kinds == ["regraded"], "which was about a question"
    assert LogEntry.objects.filter(user=admin).count() == 4
    assert violations(later + DAY) == []


def noted(admin: User, row: Any, text: str) -> None:
    LogEntry.objects.log_actions(admin.pk, [row], CHANGE, change_message=text, single_object=True)


def test_what_the_admin_noted_by_itself_still_says_which_fields(ines: User, admin: User, now: datetime) -> None:
    LogEntry.objects.log_actions(
        admin.pk, [ines], CHANGE, change_message=[{"changed": {"fields": ["Email"]}}], single_object=True
    )
    people.anonymise(ines, by=admin, now=now)
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.get_change_message()) == (f"removed-{ines.pk}", "Changed Email.")


def test_every_table_that_points_to_people_is_thought_of() -> None:
    """A new one belongs into `people.anonymise`, or into the list of what is kept, and then here."""
    pointing = {relation.related_model._meta.label for relation in User._meta.related_objects}
    hidden = {
        field.model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "remote_field", None) and field.concrete and field.related_model is User
    }
    deleted = {"account.EmailAddress", "mfa.Authenticator", "socialaccount.SocialAccount"}
    deleted |= {
        "quizzes.Invitation",
        "quizzes.InstructorInvitation",
        "quizzes.Notice",
        "quizzes.ImportDraft",
        "quizzes.QuizShare",
    }
    deleted |= {"quizzes.ReviewCard", "quizzes.ReviewLog", "quizzes.ReviewSettings", "quizzes.Mastery"}
    handed_over = {f"quizzes.{model.__name__}" for model in (Question, Quiz, Source, *STUDY_MODELS)}
    kept = {"Accommodation", "Answer", "Attempt", "AttemptEvent", "Membership", "QuestionVersion"}
    assert pointing | hidden == deleted | handed_over | {f"quizzes.{name}" for name in kept} | {"admin.LogEntry"}


def test_others_keep_their_reasons_comments_and_names(
    ines: User, learner: User, instructor: User, admin: User, given: Assignment, now: datetime
) -> None:
    theirs = factories.attempt(learner, given.quiz, assignment=given, now=now, submit=True)
    answer = theirs.answers.get(slot=1)
    grading.override(answer, fraction=Fraction(1), comment="Good", reason="Right", actor=instructor, now=now)
    membership = given.classroom.memberships.get(user=learner)
    assignments.grant(given, membership, attempts_allowed=3, reason="Was ill", actor=instructor, now=now)
    noted(admin, membership, "Role of learner saved.")
    before = everything_stored().count("learner")
    people.anonymise(ines, by=admin, now=now + DAY)
    assert everything_stored().count("learner") == before
    assert Accommodation.objects.get().reason == "Was ill"
    assert Answer.objects.get(pk=answer.pk).comment == "Good"
    assert theirs.events.get(kind="overridden").details["reason"] == "Right"


# Attempts that run ----------------------------------------------------------------------------------------------------


def test_a_running_attempt_ends_at_its_deadline_as_ever(ines: User, admin: User, now: datetime) -> None:
    attempt = factories.attempt(ines, factories.quiz(2, time_limit=40), now=now, right=1)
    people.anonymise(ines, by=admin, now=now + MINUTE)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.due_at) == ("in_progress", now + 40 * MINUTE)
    attempts.close_overdue(now=now + 41 * MINUTE)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.closed_by, attempt.submitted_at) == ("graded", "deadline", now + 40 * MINUTE)
    assert attempt.marks == 1
    assert violations(now + DAY) == []


def test_an_attempt_without_a_deadline_is_closed_graded_and_logged_at_once(
    ines: User, admin: User, now: datetime
) -> None:
    attempt = factories.attempt(ines, factories.quiz(2), now=now, right=1)
    people.anonymise(ines, by=admin, now=now + MINUTE)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.marks, attempt.submitted_at) == ("graded", 1, now + MINUTE)
    log = list(attempt.events.exclude(kind="saved").values_list("kind", "actor", "at"))
    end = now + MINUTE
    assert log[1:] == [("extended", admin.pk, end), ("closed", None, end), ("graded", None, end)]
    assert violations(now + DAY) == []


# Classrooms -----------------------------------------------------------------------------------------------------------


def test_they_are_off_rosters_leaderboards_and_the_gradebook(
    ines: User, learner: User, admin: User, given: Assignment, handed_in: Attempt, now: datetime
) -> None:
    room = given.classroom
    assert leaderboards.for_classroom(room, now=now).size == 1
    people.anonymise(ines, by=admin, now=now)
    membership = room.memberships.get(user=ines)
    assert (membership.status, membership.ended_at, membership.nickname) == ("removed", now, "")
    assert leaderboards.for_classroom(room, now=now).size == 0
    assert [row.name for row in gradebook.gradebook(room, now=now).rows] == ["learner"], "as anybody who left"


def test_a_class_that_they_left_before_keeps_when_that_was(
    ines: User, admin: User, room: Classroom, now: datetime
) -> None:
    classrooms.leave(room.memberships.get(user=ines), now=now)
    people.anonymise(ines, by=admin, now=now + DAY)
    membership = room.memberships.get(user=ines)
    assert (membership.status, membership.ended_at, membership.nickname) == ("left", now, "")


def test_nobody_brings_them_back_into_a_class(
    ines: User, admin: User, instructor: User, room: Classroom, now: datetime
) -> None:
    people.anonymise(ines, by=admin, now=now)
    with pytest.raises(QuizError, match="personal data was removed"):
        classrooms.restore(room.memberships.get(user=ines), actor=instructor, now=now)
    ines.refresh_from_db()
    with pytest.raises(QuizError, match="personal data was removed"):
        classrooms.enrol(factories.classroom(), ines, None)
    roster = rosters.read(f"username\nremoved-{ines.pk}\n".encode(), "list.csv")
    [fault] = rosters.plan(room, roster).refused
    assert "switched off" in fault.message


# Refusals -------------------------------------------------------------------------------------------------------------


def test_nobody_removes_themselves(admin: User, now: datetime) -> None:
    factories.user("second", is_staff=True, is_superuser=True)
    with pytest.raises(QuizError, match="your own"):
        people.anonymise(admin, by=admin, now=now)


def test_the_last_administrator_stays(admin: User, instructor: User, now: datetime) -> None:
    factories.user("retired", is_superuser=True, is_active=False)
    with pytest.raises(QuizError, match="last administrator"):
        people.anonymise(admin, by=instructor, now=now)
    admin.refresh_from_db()
    assert admin.is_superuser


def test_an_administrator_goes_when_another_is_there(admin: User, now: datetime) -> None:
    second = factories.user("second", is_staff=True, is_superuser=True)
    assert people.anonymise(second, by=admin, now=now).is_anonymised


def test_the_only_instructor_of_a_class_stays_until_somebody_else_teaches_it(
    instructor: User, learner: User, admin: User, room: Classroom, now: datetime
) -> None:
    with pytest.raises(QuizError, match=f"Nobody else teaches “{room}”"):
        people.anonymise(instructor, by=admin, now=now)
    assert room.memberships.get(user=instructor).status == "active"
    classrooms.set_role(room.memberships.get(user=learner), "instructor", actor=admin, now=now)
    assert people.anonymise(instructor, by=admin, now=now).is_anonymised


# Again ----------------------------------------------------------------------------------------------------------------


def test_a_second_time_changes_nothing(
    ines: User, admin: User, handed_in: Attempt, given: Assignment, now: datetime
) -> None:
    factories.attempt(ines, factories.quiz(1), now=now)
    people.anonymise(ines, by=admin, now=now + MINUTE)
    before = json.loads(everything_stored())
    people.anonymise(ines, by=admin, now=now + DAY)
    assert json.loads(everything_stored()) == before


def test_an_attempt_that_began_at_the_very_instant_is_cleared_by_a_second_time(
    ines: User, admin: User, now: datetime
) -> None:
    people.anonymise(ines, by=admin, now=now)
    late = factories.attempt(ines, factories.quiz(1), now=now)
    people.anonymise(ines, by=admin, now=now + MINUTE)
    late.refresh_from_db()
    assert late.status == "graded"


# The log --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"details": {"reason": "another one", "to": 1}},
        {"details": {"to": 2}},
        {"details": {}},
        {"details": {"to": 1}, "kind": "closed"},
        {"details": {"to": 1}, "slot": 7},
        {"at": datetime(2026, 3, 2, tzinfo=UTC)},
    ],
    ids=str,
)
def test_of_an_event_nothing_changes_but_that_its_reason_is_taken_out(
    handed_in: Attempt, now: datetime, change: dict[str, Any]
) -> None:
    event = AttemptEvent.objects.create(
        attempt=handed_in, kind="marked", at=now, slot=1, details={"reason": "Ines", "to": 1}
    )
    with pytest.raises(Error, match="events are never changed"), transaction.atomic():
        AttemptEvent.objects.filter(pk=event.pk).update(**change)


# What there is to tell ------------------------------------------------------------------------------------------------


def test_what_goes_and_what_stays_is_counted(
    ines: User,
    instructor: User,
    given: Assignment,
    handed_in: Attempt,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Authenticator.objects.create(user=ines, type=Authenticator.Type.TOTP, data={})
    EmailAddress.objects.create(user=ines, email="i.costa@example.org")
    answer = handed_in.answers.get(slot=1)
    grading.override(answer, fraction=Fraction(1), comment="Good", reason="Right", actor=instructor, now=now)
    membership = Membership.objects.get(user=ines)
    assignments.grant(given, membership, attempts_allowed=3, reason="Was ill", actor=instructor, now=now)
    timed = factories.attempt(ines, factories.quiz(1, time_limit=40), now=now)
    untimed = factories.attempt(ines, factories.quiz(1, owner=ines), now=now)
    with django_assert_max_num_queries(18):
        has = belongings(ines, now=now)
    assert has.addresses == ("ines@example.org", "i.costa@example.org")
    assert (has.other_log_ins, has.memberships, has.reasons, has.comments) == (1, 1, 2, 1)
    assert (has.attempts, has.answers, has.work) == (3, 2, 1)
    assert (has.running, has.ending) == ((timed,), (untimed,))


def test_afterwards_there_is_nothing_left_to_go(ines: User, admin: User, handed_in: Attempt, now: datetime) -> None:
    has = belongings(people.anonymise(ines, by=admin, now=now), now=now)
    assert (has.addresses, has.other_log_ins, has.memberships, has.reasons, has.comments) == ((), 0, 0, 0, 0)
    assert has.attempts == 1
