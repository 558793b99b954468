"""One address of a mail server becomes the settings that this version of Django reads."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from quizsite.mail import NotSent, default_url, mail_settings

LTS, NEWER = (5, 2, 19), (6, 1, 0)


def test_django_before_61_has_a_setting_for_each() -> None:
    assert mail_settings("smtp://ann%40x.org:pa%2Fss@mail.x.org:587?tls=True", LTS) == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.x.org",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "ann@x.org",
        "EMAIL_HOST_PASSWORD": "pa/ss",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 10,
    }


def test_django_61_has_mailers() -> None:
    mailer = mail_settings("smtps://mail.x.org", NEWER)["MAILERS"]["default"]
    assert mailer["BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert mailer["OPTIONS"] == {
        "host": "mail.x.org",
        "port": 465,
        "username": "",
        "password": "",
        "use_tls": False,
        "use_ssl": True,
        "timeout": 10,
    }


def test_mails_are_printed_where_no_server_is_named() -> None:
    console = "django.core.mail.backends.console.EmailBackend"
    assert mail_settings("console://", LTS) == {"EMAIL_BACKEND": console}
    assert mail_settings("console://", NEWER) == {"MAILERS": {"default": {"BACKEND": console, "OPTIONS": {}}}}


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ("127.0.0.1", "console://"),
        ("localhost", "console://"),
        ("quiz.example.org", "none://"),
        ("192.168.1.20", "none://"),
    ],
)
def test_without_a_mail_server_nothing_is_printed_on_a_site_for_others(site: str, url: str) -> None:
    assert default_url(site) == url
    assert mail_settings("none://", LTS) == {"EMAIL_BACKEND": "quizsite.mail.NotSent"}


def test_mail_that_is_not_sent_leaves_nothing_of_it_in_the_log(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    link = "https://quiz.example.org/accounts/password/reset/key/1-secret/"
    mail = EmailMessage("Reset", link, "quizsite@example.org", ["ann@example.org"])
    assert NotSent().send_messages([mail]) == 0
    assert caplog.messages == ["EMAIL_URL is not set; mails not sent: 1"]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("url", ["smtp://", "http://mail.x.org", "mail.x.org"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        mail_settings(url, LTS)
