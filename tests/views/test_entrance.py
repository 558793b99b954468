"""People get in: by the link of a class, by its code, by sign-up and log-in, and instructors by invitation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from quizzes.models import Classroom, InstructorInvitation, Membership, User
from tests import factories
from tests.pages import browser, nothing_inline, read

PASSWORD = "correct horse 9"
SIGN_UP = "/accounts/signup/"


@pytest.fixture(autouse=True)
def no_counts_of_tries() -> None:
    cache.clear()


@pytest.fixture
def room(instructor: User) -> Classroom:
    User.objects.filter(pk=instructor.pk).update(first_name="Ada", last_name="Ley")
    return factories.classroom(instructor=instructor, name="International Relations 10B")


def link_of(room: Classroom) -> str:
    return f"/classrooms/join/{room.join_code}/"


def fields_in(text: str) -> list[str]:
    """The fields that a person fills in, in order."""
    inputs = re.findall(r"<input[^>]*>", text)
    return [match[1] for one in inputs if 'type="hidden"' not in one and (match := re.search(r'name="(\w+)"', one))]


def hidden_in(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return dict(found)


# A class by its link --------------------------------------------------------------------------------------------------


def test_from_the_link_to_the_class_in_one_press_and_three_fields(client: Client, room: Classroom) -> None:
    page = read(client.get(link_of(room)))
    assert "You are invited to International Relations 10B" in page
    assert "by Ada Ley" in page
    assert fields_in(page) == ["first_name", "last_name", "password1", "email"]
    names = {"first_name": "Noor", "last_name": "Haddad", "password1": PASSWORD}
    arrived = client.post(SIGN_UP, hidden_in(page) | names, follow=True)
    text = read(arrived)
    assert arrived.request["PATH_INFO"] == f"/classrooms/{room.pk}/"
    assert "Welcome to International Relations 10B!" in text
    assert "Your user name is <strong>noor.haddad</strong>. Write it down;" in text
    assert Membership.objects.get(user__username="noor.haddad").classroom == room
    assert "Write it down" not in read(client.get(f"/classrooms/{room.pk}/"))


def test_a_slip_in_the_form_keeps_names_password_and_class(client: Client, room: Classroom) -> None:
    given = {"first_name": "Noor", "last_name": "Haddad", "password1": PASSWORD, "email": "no address"}
    response = client.post(SIGN_UP, {**given, "next": link_of(room)})
    text = read(response)
    for kept in ("You are invited to International Relations 10B", 'value="Noor"', 'value="Haddad"', PASSWORD):
        assert kept in text
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password", "noorhaddad"])
def test_a_password_that_is_refused_is_not_sent_back(client: Client, password: str) -> None:
    given = {"first_name": "Noor", "last_name": "Haddad", "password1": password}
    text = read(client.post(SIGN_UP, given))
    assert f'value="{password}"' not in text
    assert "invalid-feedback" in text
    assert "At least 8 characters, not a common password, and not like your name." in text


def test_who_has_an_account_logs_in_and_confirms_once(client: Client, room: Classroom, stranger: User) -> None:
    stranger.set_password(PASSWORD)
    stranger.save()
    page = read(client.get(link_of(room)))
    address = re.search(r'href="(/accounts/login/\?next=[^"]+)"', page)
    assert address
    log_in = read(client.get(address[1]))
    assert "You are invited to International Relations 10B" in log_in
    given = {"login": "stranger", "password": PASSWORD}
    confirm = client.post("/accounts/login/", hidden_in(log_in) | given, follow=True)
    assert "You're joining as <strong>stranger</strong>" in read(confirm)
    assert "Welcome to International Relations 10B!" in read(client.post(link_of(room), follow=True))


def test_a_member_is_led_to_the_class(room: Classroom, learner: User) -> None:
    factories.member(room, learner)
    assert browser(learner).get(link_of(room))["Location"] == f"/classrooms/{room.pk}/"


@pytest.mark.parametrize("who", ["nobody", "learner"])
def test_a_wrong_code_says_so_at_once(client: Client, learner: User, who: str) -> None:
    if who == "learner":
        client.force_login(learner)
    response = client.get("/classrooms/join/XXXX/")
    text = response.content.decode()
    assert response.status_code == 404
    assert "We couldn&#x27;t find a class with that code." in text
    assert 'value="XXXX"' in text
    assert 'action="/classrooms/join/"' in text


@pytest.mark.django_db
def test_a_stranger_types_the_code_on_the_first_page(client: Client, room: Classroom) -> None:
    assert "code" in fields_in(read(client.get("/")))
    typed = f" {room.join_code[:4].lower()} {room.join_code[4:]}"
    found = client.get("/classrooms/join/", {"code": typed}, follow=True)
    assert "You are invited to International Relations 10B" in read(found)
    assert client.get("/classrooms/join/", {"code": "nothing!"}, follow=True).status_code == 404


def test_a_class_that_is_closed_in_between_costs_no_one_their_account(client: Client, room: Classroom) -> None:
    Classroom.objects.update(is_join_open=False)
    given = {"first_name": "Noor", "password1": PASSWORD, "next": link_of(room)}
    client.post(SIGN_UP, given)
    assert User.objects.filter(username="noor").exists()
    assert not Membership.objects.filter(user__username="noor").exists()


def test_looks_at_links_are_counted_like_tries_at_codes(client: Client, room: Classroom, learner: User) -> None:
    client.force_login(learner)
    for _look in range(10):
        client.get("/classrooms/join/AAAAAAAA/")
    refused = client.get(link_of(room))
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("address", ["/classrooms/join/AAAAAAAA/", f"{SIGN_UP}?next=/classrooms/join/AAAAAAAA/"])
def test_strangers_behind_one_address_are_counted_too(client: Client, db: None, settings: Any, address: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "open_join_link": "3/60s/ip"}
    for _look in range(3):
        assert client.get(address).status_code in (200, 404)
    refused = client.get(address)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")


@pytest.mark.django_db
def test_a_way_back_to_elsewhere_is_no_errand(client: Client) -> None:
    for odd in ("//example.org/classrooms/join/AAAAAAAA/", "https://example.org/", "/nowhere", "\x00", "/"):
        text = read(client.get(SIGN_UP, {"next": odd}))
        assert "You are invited" not in text


# User names -----------------------------------------------------------------------------------------------------------


def test_a_user_name_is_changed_by_its_owner(learner: User) -> None:
    client = browser(learner)
    text = read(client.post("/account/username/", {"username": "kestrel.9"}, follow=True))
    assert "From now on you log in as “kestrel.9”." in text


def test_one_that_is_taken_is_refused_with_a_sentence(learner: User, stranger: User) -> None:
    text = read(browser(learner).post("/account/username/", {"username": "Stranger"}))
    assert "This user name is taken, or looks like another. Choose a different one." in text
    assert User.objects.get(pk=learner.pk).username == "learner"


def test_user_names_cannot_be_tried_out_for_long(learner: User, stranger: User) -> None:
    client = browser(learner)
    for _try in range(10):
        client.post("/account/username/", {"username": "stranger"})
    assert client.post("/account/username/", {"username": "stranger"}).status_code == 429


# Passwords and second factors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/accounts/password/change/", SIGN_UP])
def test_a_new_password_is_asked_for_once(client: Client, stranger: User, address: str) -> None:
    if "change" in address:
        stranger.set_password(PASSWORD)
        stranger.save()
        client.force_login(stranger)
    text = read(client.get(address))
    assert "password1" in fields_in(text)
    assert "password2" not in text
    assert "quizzes/js/password" in text
    assert not nothing_inline(client.get(address))


def test_a_second_factor_says_first_what_it_needs(client: Client, learner: User, mail_is_sent: None) -> None:
    learner.set_password(PASSWORD)
    learner.save()
    client.post("/accounts/login/", {"login": "learner", "password": PASSWORD})
    assert 'href="/accounts/2fa/totp/activate/"' in read(client.get("/accounts/2fa/"))
    EmailAddress.objects.create(user=learner, email="learner@example.org", primary=True)
    text = read(client.get("/accounts/2fa/"))
    assert 'href="/accounts/2fa/totp/activate/"' not in text
    assert "Confirm your e-mail first" in text
    assert "disabled" in text


def test_only_one_of_several_addresses_is_made_primary(client: Client, learner: User) -> None:
    client.force_login(learner)
    for number, offered in ((1, False), (2, True)):
        EmailAddress.objects.create(user=learner, email=f"{number}@example.org", primary=number == 1, verified=True)
        assert ("Make main address" in read(client.get("/accounts/email/"))) == offered


def test_there_is_no_page_of_accounts_elsewhere_where_there_are_none(learner: User) -> None:
    assert browser(learner).get("/accounts/3rdparty/").status_code == 404


def test_archived_classes_are_offered_where_there_are_any(room: Classroom, learner: User, now: Any) -> None:
    client = browser(learner)
    factories.member(room, learner)
    assert "?archived" not in read(client.get("/classrooms/"))
    Classroom.objects.update(archived_at=now)
    assert "?archived" in read(client.get("/classrooms/"))


# Instructors by invitation --------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> Client:
    return browser(factories.user("office", is_staff=True, is_superuser=True, first_name="Olu", last_name="Ade"))


def link_in(text: str) -> str:
    found = re.search(r"http://testserver(/instructors/invitation/[\w-]+/)", text)
    assert found
    return found[1]


def test_a_stranger_becomes_an_instructor_by_one_form(office: Client, client: Client) -> None:
    made = read(office.post("/instructors/", {"name": "Ada Ley", "email": ""}))
    link = link_in(made)
    assert "Copy it now: you won't see it again." in made
    assert link not in read(office.get("/instructors/"))
    page = read(client.get(link))
    assert "You are invited to teach on Quizsite" in page
    assert "by Olu Ade" in page
    given = {"first_name": "Ada", "last_name": "Ley", "password1": PASSWORD}
    client.post(SIGN_UP, hidden_in(page) | given)
    assert User.objects.get(username="ada.ley").is_instructor
    assert client.get("/admin/").status_code == 200
    assert "accepted by Ada Ley" in read(office.get("/instructors/"))
    assert Client().get(link).status_code == 404


def test_who_has_an_account_is_made_one_by_a_press(office: Client, learner: User) -> None:
    link = link_in(read(office.post("/instructors/", {"name": "Ada Ley"})))
    client = browser(learner)
    assert "Become an instructor" in read(client.get(link))
    assert not User.objects.get(pk=learner.pk).is_staff
    assert client.post(link)["Location"] == "/"
    assert User.objects.get(pk=learner.pk).is_instructor


def test_a_withdrawn_link_says_that_it_does_not_work(office: Client, client: Client) -> None:
    link = link_in(read(office.post("/instructors/", {"name": "Ada Ley"})))
    office.post(f"/instructors/{InstructorInvitation.objects.get().pk}/revoke/")
    response = client.get(link)
    assert response.status_code == 404
    assert "It was used or withdrawn, or is more than a week old." in response.content.decode()


@pytest.mark.parametrize(("scheme", "mails"), [("smtp", 1), ("console", 0), ("none", 0)])
def test_the_link_is_mailed_where_mail_works(office: Client, settings: Any, scheme: str, mails: int) -> None:
    settings.MAIL_SCHEME = scheme
    made = read(office.post("/instructors/", {"name": "Ada Ley", "email": "ada@example.org"}))
    assert len(mail.outbox) == mails
    assert ("We are sending it to ada@example.org." in made) == bool(mails)
    if mails:
        assert link_in(str(mail.outbox[0].body)) == link_in(made)


def test_invitations_are_counted(office: Client, client: Client) -> None:
    for number in range(30):
        assert office.post("/instructors/", {"name": f"Teacher {number}"}).status_code == 200
    assert office.post("/instructors/", {"name": "One more"}).status_code == 429
    for _guess in range(60):
        client.get("/instructors/invitation/guess/")
    assert client.get("/instructors/invitation/guess/").status_code == 429


def test_the_form_of_a_person_speaks_of_instructors(office: Client, learner: User) -> None:
    text = read(office.get(f"/admin/quizzes/user/{learner.pk}/change/"))
    assert "May write questions and run classes." in text
    assert "Designates whether" not in text
    assert 'href="/instructors/"' in read(office.get("/admin/quizzes/user/"))
