"""Help, privacy and the contact: open to strangers, and linked in the footer of every page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from quizzes.models import User
from tests.pages import browser, nothing_inline, read


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/help/", "/privacy/"])
def test_a_stranger_can_read_it(client: Client, path: str) -> None:
    response = client.get(path)
    text = read(response)
    assert "Ask your instructor; they know who runs this site." in text
    assert not nothing_inline(response)


def test_both_are_linked_in_the_footer_of_every_page(client: Client, learner: User) -> None:
    for page in (client.get("/accounts/login/"), browser(learner).get("/quizzes/")):
        text = read(page)
        assert '<a href="/help/">Help</a>' in text
        assert '<a href="/privacy/">Privacy</a>' in text
        assert "Contact" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("help@example.org", "mailto:help@example.org"),
        ("https://example.org/help", "https://example.org/help"),
        ("Room 12, ask for Ada", "/help/#contact"),
        ("javascript:alert(1)", "/help/#contact"),
    ],
)
def test_the_contact_is_shown_once_it_is_set(client: Client, settings: Any, contact: str, link: str) -> None:
    settings.CONTACT = contact
    text = read(client.get("/help/"))
    assert f'<a href="{link}">Contact</a>' in text
    assert contact in text


@pytest.mark.django_db
def test_help_promises_a_new_password_by_mail_only_where_mail_is_sent(client: Client, settings: Any) -> None:
    assert "This site can't send e-mail." in read(client.get("/help/"))
    settings.MAIL_SCHEME = "smtps"
    text = read(client.get("/help/"))
    assert 'href="/accounts/password/reset/"' in text
    assert "can't send e-mail" not in text


def test_a_user_who_must_choose_a_password_can_still_read_both(learner: User) -> None:
    learner.must_change_password = True
    learner.save()
    client = browser(learner)
    assert [client.get(path).status_code for path in ("/", "/help/", "/privacy/")] == [302, 200, 200]
