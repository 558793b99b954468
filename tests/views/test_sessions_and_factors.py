"""What an attacker tried with sessions, log-ins, second factors and fields that no form has, and what held."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from quizzes.models import Classroom, Membership, User
from tests import factories

PASSWORD = "correct horse 9"
LOG_IN, RESET = "/accounts/login/", "/accounts/password/reset/"
ELSEWHERE = (
    "https://evil.example/", "http:evil.example", "//evil.example/", "///evil.example", "////evil.example",
    "/\\evil.example", "\\/evil.example", "https:///evil.example", "/\t/evil.example", "\t//evil.example",
    "data:text/html,x",
)  # fmt: skip


@pytest.fixture
def owner(learner: User) -> User:
    """The learner with a password and a confirmed address."""
    learner.set_password(PASSWORD)
    learner.email = "learner@example.org"
    learner.save()
    EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
    return learner


def log_in(client: Client, person: User, **fields: str) -> Any:
    return client.post(LOG_IN, {"login": person.username, "password": PASSWORD, **fields})


# Sessions -------------------------------------------------------------------------------------------------------------


def test_a_session_that_was_set_before_the_log_in_is_worth_nothing_after_it(client: Client, owner: User) -> None:
    client.get(LOG_IN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    client.cookies["sessionid"] = planted
    assert log_in(client, owner).status_code == 302
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/account/").status_code == 302


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("page", [LOG_IN, "/accounts/logout/"])
def test_no_page_that_goes_on_leads_to_another_site(client: Client, owner: User, page: str, target: str) -> None:
    if page == LOG_IN:
        response = log_in(client, owner, next=target)
    else:
        client.force_login(owner)
        response = client.post(page, {"next": target})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_host_that_a_client_claims_to_come_from_is_not_believed(client: Client, owner: User) -> None:
    response = client.get("/account/", headers={"x-forwarded-host": "evil.example"})
    assert (response.status_code, response["Location"]) == (302, f"{LOG_IN}?next=/account/")


def test_a_reset_mail_names_this_site_whatever_host_is_claimed(
    client: Client, owner: User, mailoutbox: list[Any]
) -> None:
    client.post(RESET, {"email": owner.email}, headers={"x-forwarded-host": "evil.example"})
    assert len(mailoutbox) == 1
    assert "evil.example" not in mailoutbox[0].body


def test_the_workshop_has_no_log_in_of_its_own(client: Client, owner: User) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert (response.status_code, response["Location"]) == (302, f"{LOG_IN}?next=%2Fadmin%2F")
    posted = client.post("/admin/login/", {"username": owner.username, "password": PASSWORD})
    assert posted.status_code == 302
    assert posted["Location"].startswith(LOG_IN)
    assert client.get("/account/").status_code == 302


# Second factors -------------------------------------------------------------------------------------------------------


@pytest.fixture
def half(client: Client, owner: User) -> Client:
    """A browser that gave the password of an account with a second factor, and no code yet."""
    TOTP.activate(owner, generate_totp_secret())
    log_in(client, owner)
    return client


@pytest.mark.parametrize(
    "address", ["/account/", "/classrooms/", "/attempts/", "/accounts/2fa/", "/accounts/email/", "/admin/"]
)
def test_halfway_through_a_log_in_nothing_opens(half: Client, address: str) -> None:
    response = half.get(address)
    assert response.status_code == 302
    assert re.match(r"/accounts/(login|2fa/authenticate|reauthenticate)/|/admin/login/", response["Location"])


def test_a_few_wrong_codes_end_the_tries(half: Client) -> None:
    answers = [half.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"}).status_code for number in range(12)]
    assert answers[-1] == 429
    assert half.get("/account/").status_code == 302


def test_a_new_password_out_of_a_mail_does_not_skip_the_second_factor(
    client: Client, owner: User, mailoutbox: list[Any]
) -> None:
    TOTP.activate(owner, generate_totp_secret())
    client.post(RESET, {"email": owner.email})
    found = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)
    assert found
    page = client.get(found[0], follow=True)
    new = "another horse 9"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    owner.refresh_from_db()
    assert owner.check_password(new)
    assert client.get("/account/").status_code == 302
    client.post(LOG_IN, {"login": owner.username, "password": new})
    assert client.get("/account/").status_code == 302


# Fields that no form has ----------------------------------------------------------------------------------------------

RAISED = {
    "is_staff": "on", "is_superuser": "on", "is_active": "on", "role": "instructor", "groups": "1",
    "user_permissions": "1", "username": "root", "password": "x", "id": "1", "pk": "1",
}  # fmt: skip


def test_no_page_of_ones_own_raises_anybody(client: Client, learner: User, instructor: User) -> None:
    classroom: Classroom = factories.classroom(instructor=instructor, students=[learner])
    client.force_login(learner)
    before = User.objects.values().get(pk=learner.pk)
    client.post("/account/", {"first_name": "", "last_name": "", "time_zone": "", **RAISED})
    client.post(f"/classrooms/{classroom.pk}/me/", {"nickname": "kite", **RAISED})
    client.post("/classrooms/join/", {"code": classroom.join_code, **RAISED})
    same = ("is_staff", "is_superuser", "is_active", "username", "password")
    after = User.objects.values().get(pk=learner.pk)
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert Membership.objects.get(user=learner, classroom=classroom).role == Membership.Role.STUDENT


# What the log tells ---------------------------------------------------------------------------------------------------


def test_the_log_knows_no_password_and_no_cookie(
    client: Client, owner: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_named: object) -> None:
        raise RuntimeError("broken on purpose")

    client.raise_request_exception = False
    log_in(client, owner)
    cookie = client.cookies["sessionid"].value
    caplog.set_level(logging.DEBUG)
    Client().post(LOG_IN, {"login": owner.username, "password": "a wrong secret 1"})
    monkeypatch.setattr("django.contrib.auth.models.AbstractBaseUser.check_password", breaks)
    broken = Client(raise_request_exception=False).post(LOG_IN, {"login": owner.username, "password": PASSWORD})
    assert broken.status_code == 500
    client.get("/nowhere/")
    client.post("/account/", {"time_zone": "Nowhere"})
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "broken on purpose" in said
    assert [secret for secret in (PASSWORD, "a wrong secret 1", cookie) if secret in said] == []
