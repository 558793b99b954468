"""Log-in slips: who gets one, what is kept of it, and that it opens nothing but the choice of a password."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import override_settings

from quizzes.errors import QuizError
from quizzes.models import Classroom, Membership, User
from quizzes.services import one_time, people, rosters, slips
from tests import factories


def plan(classroom: Classroom, text: str) -> rosters.RosterPlan:
    return rosters.plan(classroom, rosters.read(text.encode(), "class.csv"))


def bring(classroom: Classroom, instructor: User, now: datetime, text: str) -> rosters.Enrolment:
    return rosters.apply(plan(classroom, text), actor=instructor, now=now)


def confirmed(user: User) -> None:
    EmailAddress.objects.create(user=user, email=f"{user.username}@example.org", verified=True, primary=True)


# The password ---------------------------------------------------------------------------------------------------------


def test_a_one_time_password_is_random_and_has_no_signs_that_look_alike() -> None:
    made = {one_time.make().text for _time in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[a-hj-km-np-z2-9]{5}-[a-hj-km-np-z2-9]{5}", text) for text in made)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"])
def test_its_hash_is_made_quickly_and_becomes_the_usual_one_at_the_first_log_in(learner: User) -> None:
    made = one_time.make()
    learner.password = made.hash
    hasher = PBKDF2PasswordHasher()
    assert hasher.decode(made.hash)["iterations"] == one_time.ROUNDS < hasher.iterations
    assert learner.check_password(made.text)
    assert hasher.decode(learner.password)["iterations"] == hasher.iterations


def test_neither_log_nor_error_page_shows_it(learner: User) -> None:
    made = one_time.make()
    assert made.text not in repr(made) + repr(slips.Slip(learner, made.text))


# By a roster ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mail_is_sent")
def test_a_student_without_an_address_gets_an_account_and_a_slip_and_the_others_a_mail(
    classroom: Classroom, instructor: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        brought = bring(classroom, instructor, now, "name,email\nJörg Müller,\nInês Costa,ines@example.org\n")
    (slip,) = brought.slips
    jorg = User.objects.get(first_name="Jörg")
    assert (slip.user, jorg.username, jorg.email) == (jorg, "joerg.mueller", "")
    assert (jorg.must_change_password, jorg.is_from_roster, jorg.check_password(slip.password)) == (True, True, True)
    assert slip.password not in jorg.password
    assert [message.to for message in mail.outbox] == [["ines@example.org"]]
    assert not User.objects.get(first_name="Inês").has_usable_password()


def test_where_no_mail_can_be_sent_all_new_ones_get_a_slip(
    classroom: Classroom, instructor: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    made = plan(classroom, "email\nines@example.org\n")
    assert made.slips == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert len(rosters.apply(made, actor=instructor, now=now).slips) == 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    "text",
    [
        "name\nJörg Müller\nJörg Müller\nInês Costa\n",
        "username\namylee\n",
        "name,email,username\nInês Costa,ines@example.org,ines\n",
        "email\nines@example.org\n",
    ],
)
def test_the_same_list_again_makes_no_second_account_and_no_new_password(
    classroom: Classroom, instructor: User, now: datetime, text: str
) -> None:
    brought = bring(classroom, instructor, now, text)
    User.objects.filter(pk=brought.slips[0].user.pk).update(must_change_password=False, last_login=now)
    before = list(User.objects.order_by("pk").values())
    again = plan(classroom, text)
    assert (again.coming, again.refused, len(again.members)) == (0, (), len(brought.enrolled))
    assert rosters.apply(again, actor=instructor, now=now) == rosters.Enrolment([], [])
    assert list(User.objects.order_by("pk").values()) == before


def test_a_name_lets_no_account_in(classroom: Classroom, instructor: User, now: datetime) -> None:
    namesake = factories.user("other", first_name="Ana", last_name="Costa")
    bring(classroom, instructor, now, "name\nAna Costa\n")
    assert not classroom.memberships.filter(user=namesake).exists()


def test_an_address_that_a_member_gave_themselves_is_still_named(classroom: Classroom, learner: User) -> None:
    User.objects.filter(pk=learner.pk).update(email="victim@example.org")
    learner.refresh_from_db()
    learner.set_password("x")
    learner.save()
    assert "hasn't confirmed it" in str(plan(classroom, "email\nvictim@example.org\n").refused[0])


def test_staff_are_taken_for_nobody_by_their_name(classroom: Classroom, instructor: User) -> None:
    User.objects.filter(pk=instructor.pk).update(first_name="Ada", last_name="Marsh")
    assert plan(classroom, "name\nAda Marsh\n").coming == 1


def test_who_was_removed_is_not_brought_back_by_a_name(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    User.objects.filter(pk=learner.pk).update(first_name="Ana", last_name="Costa")
    classroom.memberships.filter(user=learner).update(status="removed", ended_at=now)
    made = plan(classroom, "name\nAna Costa\n")
    assert (made.coming, "was removed from this class" in str(made.refused[0])) == (0, True)


# By an instructor -----------------------------------------------------------------------------------------------------


def member(classroom: Classroom, user: User) -> Membership:
    return classroom.memberships.get(user=user)


def test_a_new_password_ends_the_old_one_and_is_noted_without_itself(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    learner.set_password("old horse 9")
    learner.save()
    old = learner.get_session_auth_hash()
    (slip,) = slips.give(classroom, [member(classroom, learner).pk], by=instructor, now=now)
    learner.refresh_from_db()
    assert (learner.check_password("old horse 9"), learner.check_password(slip.password)) == (False, True)
    assert (learner.must_change_password, learner.passwords_given) == (True, 1)
    assert learner.get_session_auth_hash() != old  # every session ends
    (entry,) = LogEntry.objects.filter(user=instructor)
    assert (entry.object_id, slip.password in entry.change_message) == (str(member(classroom, learner).pk), False)


def refused(classroom: Classroom, instructor: User, user: User, now: datetime) -> bool:
    before = User.objects.get(pk=user.pk).password
    with pytest.raises(QuizError, match="cannot give a new password"):
        slips.give(classroom, [member(classroom, user).pk], by=instructor, now=now)
    return User.objects.get(pk=user.pk).password == before


@pytest.mark.parametrize("field", ["is_staff", "is_superuser"])
def test_staff_never_get_one(classroom: Classroom, instructor: User, learner: User, now: datetime, field: str) -> None:
    User.objects.filter(pk=learner.pk).update(**{field: True})
    assert refused(classroom, instructor, learner, now)


@pytest.mark.parametrize("fields", [{"role": "assistant"}, {"role": "instructor"}, {"status": "left"}])
def test_only_students_who_are_in_the_class_get_one(
    classroom: Classroom, instructor: User, learner: User, now: datetime, fields: dict[str, str]
) -> None:
    ended = {"ended_at": now} if "status" in fields else {}
    classroom.memberships.filter(user=learner).update(**fields, **ended)
    assert refused(classroom, instructor, learner, now)


@pytest.mark.parametrize("status", ["active", "left", "removed"])
def test_nobody_gets_one_who_was_ever_in_a_class_of_another_instructor(
    classroom: Classroom, instructor: User, learner: User, now: datetime, status: str
) -> None:
    ended = None if status == "active" else now
    factories.member(factories.classroom(), learner, status=status, ended_at=ended)
    assert refused(classroom, instructor, learner, now)
    admin = factories.user("root", is_superuser=True, is_staff=True)
    assert len(slips.give(classroom, [member(classroom, learner).pk], by=admin, now=now)) == 1


def test_a_second_class_of_the_same_instructor_is_no_hindrance(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    factories.classroom(instructor=instructor, students=[learner])
    assert len(slips.give(classroom, [member(classroom, learner).pk], by=instructor, now=now)) == 1


def test_who_has_confirmed_an_address_gets_a_mail_instead(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    confirmed(learner)
    assert refused(classroom, instructor, learner, now)
    User.objects.filter(pk=learner.pk).update(is_from_roster=True)  # and no mail can be sent
    assert len(slips.give(classroom, [member(classroom, learner).pk], by=instructor, now=now)) == 1


@pytest.mark.usefixtures("mail_is_sent")
def test_where_mail_is_sent_a_confirmed_address_is_enough_for_all(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    confirmed(learner)
    User.objects.filter(pk=learner.pk).update(is_from_roster=True)
    assert refused(classroom, instructor, learner, now)


def test_who_logs_in_by_another_service_has_no_password_to_reset(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    SocialAccount.objects.create(user=learner, provider="openid_connect", uid="1")
    assert refused(classroom, instructor, learner, now)


def test_one_who_may_not_get_one_stops_all(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    other = factories.member(classroom, factories.user("head", is_staff=True))
    with pytest.raises(QuizError):
        slips.give(classroom, [member(classroom, learner).pk, other.pk], by=instructor, now=now)
    learner.refresh_from_db()
    assert learner.must_change_password is False


def test_an_instructor_of_another_class_gives_none(classroom: Classroom, learner: User, now: datetime) -> None:
    other = factories.user("other", is_staff=True)
    factories.classroom(instructor=other)
    assert refused(classroom, other, learner, now)


def test_whose_personal_data_is_removed_has_no_slip(
    classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    slips.give(classroom, [member(classroom, learner).pk], by=instructor, now=now)
    people.anonymise(learner, by=factories.user("root", is_superuser=True), now=now)
    learner.refresh_from_db()
    assert (learner.must_change_password, learner.is_from_roster) == (False, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=learner.pk).update(must_change_password=True)
