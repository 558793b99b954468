"""Sign-up and reset tell no one who is registered: same answer, same work before it, mails after it (S14)."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from quizzes import after_answer
from quizzes.models import User
from tests import factories

PASSWORD = "correct horse 9"
RESET, SIGN_UP = "/accounts/password/reset/", "/accounts/signup/"


@pytest.fixture
def owner(db: None) -> User:
    person = factories.user("owner", email="owner@example.org")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_up(name: str, email: str) -> Any:
    """Sign up with a first name only, which makes the user name."""
    fields = {"first_name": name, "email": email, "password1": PASSWORD}
    return Client().post(SIGN_UP, fields, follow=True)


def without_names(response: Any) -> tuple[int, str]:
    """Return an answer without what differs between any two of them."""
    text = re.sub(r'value="\w{64}"|first|second|free@example.org|owner@example.org', "", response.content.decode())
    return response.status_code, text


def test_signing_up_with_an_address_that_is_known_looks_the_same(owner: User) -> None:
    free, known = sign_up("first", "free@example.org"), sign_up("second", "owner@example.org")
    assert without_names(free) == without_names(known)
    assert b"already registered" not in known.content


def test_the_newcomer_does_not_get_the_address_by_it(owner: User) -> None:
    sign_up("second", "owner@example.org")
    assert EmailAddress.objects.get(email="owner@example.org", verified=True).user == owner
    mail.outbox.clear()
    Client().post(RESET, {"email": "owner@example.org"})
    assert [f"{name}" in str(mail.outbox[0].body) for name in ("owner", "second")] == [True, False]
    assert len(mail.outbox) == 1


def test_who_holds_the_confirmed_address_logs_in_by_it(owner: User) -> None:
    sign_up("second", "owner@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "owner@example.org", "password": PASSWORD})
    assert client.get("/").context["user"] == owner


def test_nobody_confirms_an_address_that_another_has_confirmed(owner: User) -> None:
    sign_up("second", "owner@example.org")
    second = EmailAddress.objects.get(user__username="second")
    assert not second.set_verified()


@pytest.mark.parametrize("email", ["owner@example.org", "unknown@example.org"])
def test_a_reset_asks_the_database_nothing_before_the_answer(owner: User, email: str) -> None:
    after_answer.begin()
    with CaptureQueriesContext(connection) as asked:
        response = answer_to(RESET, {"email": email})
    about_people = [
        query["sql"] for query in asked if "account_emailaddress" in query["sql"] or "_user" in query["sql"]
    ]
    assert (response.status_code, about_people, mail.outbox) == (302, [], [])
    after_answer.finish()
    assert [message.to for message in mail.outbox] == [[email]]


def answer_to(address: str, fields: dict[str, str]) -> Any:
    """Answer a form, and leave what comes after the answer undone."""
    browser, token = RequestFactory(), "t" * 32
    browser.cookies[settings.CSRF_COOKIE_NAME] = token
    request = browser.post(address, fields | {"csrfmiddlewaretoken": token})
    handler = Client().handler
    handler.load_middleware()
    return handler.get_response(request)


def test_mails_of_a_sign_up_go_after_its_answer(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(EmailBackend, "send_messages", lambda *_args: order.append("mail"))
    after_answer.begin()
    fields = {"first_name": "First", "email": "free@example.org", "password1": PASSWORD}
    assert answer_to(SIGN_UP, fields).status_code == 302
    order.append("answer")
    after_answer.finish()
    assert order == ["answer", "mail"]


def test_a_mail_server_that_is_away_costs_no_one_their_sign_up(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_args: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    assert sign_up("first", "free@example.org").status_code == 200
    assert User.objects.filter(username="first").exists()
    assert "work after an answer failed" in caplog.text


def test_outside_of_requests_work_is_done_at_once() -> None:
    done: list[str] = []
    after_answer.run(lambda: done.append("work"))
    assert done == ["work"]


def test_a_server_does_the_work_in_a_thread_and_ends_after_what_is_left() -> None:
    answered, done = threading.Event(), []
    with after_answer.in_a_thread():
        after_answer.begin()
        after_answer.run(lambda: done.append(answered.wait(5)))
        after_answer.finish()
        answered.set()  # the request goes on while the work waits
    assert done == [True]
