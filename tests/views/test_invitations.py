"""An invitation to a classroom: the one who is invited accepts or declines it, and is told what that shows to others (S10)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quizzes.models import Classroom, Invitation, Membership, User
from quizzes.services import classrooms, invitations, people
from tests import factories
from tests.pages import browser, nothing_inline, read


@pytest.fixture
def invitation(classroom: Classroom, instructor: User, stranger: User, now: datetime) -> Invitation:
    stranger.email, stranger.first_name = "private@example.org", "Secret"
    stranger.save()
    invitations.invite(classroom, [stranger], by=instructor, now=now)
    return Invitation.objects.get()


def answer(invitation: Invitation, user: User, do: str) -> int:
    return browser(user).post(f"/classrooms/invitations/{invitation.pk}/", {"do": do}).status_code


def is_in(invitation: Invitation) -> bool:
    return Membership.objects.students().filter(classroom=invitation.classroom, user=invitation.user).exists()


def test_a_roster_of_user_names_shows_nothing_of_the_people_before_they_accept(
    classroom: Classroom, instructor: User, stranger: User
) -> None:
    stranger.email, stranger.first_name = "private@example.org", "Secret"
    stranger.save()
    client, address = browser(instructor), f"/classrooms/{classroom.pk}/roster/"
    report = client.post(address, {"file": SimpleUploadedFile("class.csv", b"username\nstranger\n")})
    text = read(report)
    assert "“stranger” is invited" in text
    carried = report.context["carry"].initial
    done = read(client.post(address, carried, follow=True))
    assert "1 person was invited." in done
    assert "Invited but not here yet; they can accept under Classes: stranger" in done
    assert not any("private@example.org" in page or "Secret" in page for page in (text, done))


def test_the_invited_see_it_on_their_page_of_classrooms_and_accept(invitation: Invitation) -> None:
    response = browser(invitation.user).get("/classrooms/")
    assert f"<strong>{invitation.classroom}</strong>" in read(response)
    assert "will see your name, your e-mail address" in read(response)
    assert nothing_inline(response) == []
    assert answer(invitation, invitation.user, "accept") == 302
    assert is_in(invitation)
    assert "You are invited" not in read(browser(invitation.user).get("/classrooms/"))


def test_the_first_page_tells_of_it_too(invitation: Invitation) -> None:
    assert "You are invited" in read(browser(invitation.user).get("/"))


def test_declining_leaves_them_out(invitation: Invitation) -> None:
    assert answer(invitation, invitation.user, "decline") == 302
    assert (is_in(invitation), Invitation.objects.count()) == (False, 0)


def test_looking_at_it_accepts_nothing(invitation: Invitation) -> None:
    assert browser(invitation.user).get(f"/classrooms/invitations/{invitation.pk}/").status_code == 405
    assert not is_in(invitation)


@pytest.mark.parametrize("who", ["instructor", "learner"])
def test_no_one_else_answers_it(invitation: Invitation, who: str) -> None:
    assert answer(invitation, User.objects.get(username=who), "accept") == 404
    assert not is_in(invitation)


def test_accepting_twice_is_once(invitation: Invitation) -> None:
    assert answer(invitation, invitation.user, "accept") == 302
    assert answer(invitation, invitation.user, "accept") == 404
    assert Membership.objects.filter(user=invitation.user).count() == 1


def test_a_full_classroom_keeps_the_invitation_for_later(invitation: Invitation) -> None:
    Classroom.objects.update(capacity=1)
    assert answer(invitation, invitation.user, "accept") == 400
    Classroom.objects.update(capacity=2)
    assert answer(invitation, invitation.user, "accept") == 302
    assert is_in(invitation)


def test_who_was_removed_meanwhile_stays_out(invitation: Invitation, instructor: User, now: datetime) -> None:
    classrooms.remove(factories.member(invitation.classroom, invitation.user), actor=instructor, now=now)
    assert answer(invitation, invitation.user, "accept") == 400
    assert not is_in(invitation)


def test_an_archived_classroom_invites_no_one(invitation: Invitation, instructor: User, now: datetime) -> None:
    classrooms.archive(invitation.classroom, actor=instructor, now=now)
    assert answer(invitation, invitation.user, "accept") == 404


def test_who_came_in_by_the_code_is_no_longer_asked(invitation: Invitation, now: datetime) -> None:
    classrooms.join(invitation.user, invitation.classroom.join_code, now=now)
    assert "You are invited" not in read(browser(invitation.user).get("/classrooms/"))


def test_with_the_personal_data_the_invitations_go(invitation: Invitation, now: datetime) -> None:
    admin = factories.user("admin", is_staff=True, is_superuser=True)
    people.anonymise(invitation.user, by=admin, now=now)
    assert Invitation.objects.count() == 0


def test_a_visitor_is_sent_to_log_in(invitation: Invitation) -> None:
    response = Client().post(f"/classrooms/invitations/{invitation.pk}/", {"do": "accept"})
    assert response["Location"].startswith("/accounts/login/")
