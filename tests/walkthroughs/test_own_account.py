"""A student takes their data with them and deletes the account: the password once more, a typed name, and goodbye."""

from __future__ import annotations

import json
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client

from quizzes.models import User
from tests import factories
from tests.pages import browser, nothing_inline, read

PASSWORD = "correct horse 7"


@pytest.fixture
def ines(db: None) -> User:
    person = factories.user("ines", first_name="Ines", last_name="Costa", email="ines@example.org")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email="ines@example.org", primary=True, verified=True)
    return person


def logged_in(person: User) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": person.username, "password": PASSWORD}).status_code == 302
    return client


def test_the_password_is_asked_once_more_then_the_files_come(ines: User) -> None:
    client = logged_in(ines)
    page = client.get("/account/data/")
    assert page["Location"] == "/accounts/reauthenticate/?next=%2Faccount%2Fdata%2F"
    for kind in ("json", "csv"):  # a button of a page that stood open for long leads back to it
        assert client.post(f"/account/data/{kind}/")["Location"] == "/account/data/"
    proven = client.post(page["Location"], {"password": PASSWORD, "next": "/account/data/"})
    assert proven["Location"] == "/account/data/"
    page = client.get("/account/data/")
    assert "Download as tables (CSV)" in read(page)
    assert not nothing_inline(page)

    answer = client.post("/account/data/json/")
    assert re.fullmatch(r'attachment; filename="quizsite-ines-\d{4}-\d\d-\d\d.json"', answer["Content-Disposition"])
    assert "no-store" in answer["Cache-Control"]
    assert json.loads(answer.getvalue())["account"]["last_name"] == "Costa"
    tables = client.post("/account/data/csv/")
    assert (tables["Content-Type"], tables.getvalue()[:2]) == ("application/zip", b"PK")


def test_downloads_are_limited(learner: User) -> None:
    client = browser(learner)
    statuses = []
    for _number in range(11):
        answer = client.post("/account/data/json/")
        statuses.append(answer.status_code)
        answer.close()
    assert statuses == [200] * 10 + [429]


def test_an_account_is_deleted_by_its_owner(ines: User, instructor: User, mail_is_sent: None) -> None:
    room = factories.classroom(instructor=instructor, students=[ines])
    client, elsewhere = logged_in(ines), logged_in(ines)
    asked = client.get("/account/data/delete/")
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccount%2Fdata%2Fdelete%2F"
    client.post(asked["Location"], {"password": PASSWORD, "next": "/account/data/delete/"})
    page = client.get("/account/data/delete/")
    assert "under “Removed person" in read(page)
    assert not nothing_inline(page)
    assert "Nothing was deleted" in read(client.post("/account/data/delete/", {"username": "Ines"}))

    gone = client.post("/account/data/delete/", {"username": "ines"})
    assert gone["Location"] == "/goodbye/"
    assert "Your account is deleted" in read(client.get("/goodbye/"))
    for window in (client, elsewhere):
        assert window.get("/account/")["Location"].startswith("/accounts/login/")
    again = client.post("/accounts/login/", {"login": "ines", "password": PASSWORD})
    assert again.status_code == 200
    ines.refresh_from_db()
    assert (ines.is_anonymised, ines.email) == (True, "")
    assert f"Removed person {ines.pk}" in read(browser(instructor).get(f"/classrooms/{room.pk}/members/?former"))
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["ines@example.org"], "Your account was deleted")


def test_who_stole_an_open_session_deletes_nothing(ines: User) -> None:
    client = logged_in(ines)
    assert client.post("/account/data/delete/", {"username": "ines"})["Location"] == "/account/data/delete/"
    ines.refresh_from_db()
    assert not ines.is_anonymised


def test_an_instructor_is_told_where_to_hand_over_first(instructor: User) -> None:
    room = factories.classroom(instructor=instructor, name="10B")
    factories.quiz(0, owner=instructor)
    client = browser(instructor)
    text = read(client.get("/account/data/delete/"))
    assert "You are the only instructor of “10B”." in text
    assert f'href="/classrooms/{room.pk}/members/"' in text
    assert 'href="/help/#contact"' in text
    assert "Type “" not in text
    client.post("/account/data/delete/", {"username": "instructor"})
    instructor.refresh_from_db()
    assert not instructor.is_anonymised


def test_who_came_by_another_site_logs_in_just_before(learner: User) -> None:

    SocialAccount.objects.create(user=learner, provider="school", uid="1")
    client = browser(learner)
    assert client.get("/account/data/").status_code == 200
    User.objects.filter(pk=learner.pk).update(last_login="2020-01-01T00:00Z")
    assert client.get("/account/data/").status_code == 403
    assert client.post("/account/data/delete/", {"username": "learner"}).status_code == 403
