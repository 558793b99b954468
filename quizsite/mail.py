"""Django's settings of outgoing mail, out of one address: smtp://user:password@host:587?tls=true

Schemes are smtp (with ?tls=true for STARTTLS), smtps (encrypted from the first byte), console (printed, not sent) and
none (not sent): what is printed goes to the log of a service, and a link that resets a password is not for a log.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)
PORTS = {"smtp": 25, "smtps": 465}
TIMEOUT = 10  # seconds; a thread that sends a mail waits no longer for the mail server
# An option of Django 6.1's MAILERS, and the setting that it had before.
NAMES = {
    "host": "EMAIL_HOST",
    "port": "EMAIL_PORT",
    "username": "EMAIL_HOST_USER",
    "password": "EMAIL_HOST_PASSWORD",
    "use_tls": "EMAIL_USE_TLS",
    "use_ssl": "EMAIL_USE_SSL",
    "timeout": "EMAIL_TIMEOUT",
}


def mail_settings(url: str, version: tuple[object, ...]) -> dict[str, object]:
    """Return settings by name, as this version of Django has them; raise ValueError for an address of another kind."""
    parts = urlsplit(url)
    if parts.scheme not in ("console", "none", *PORTS):
        known = "smtp://, smtps://, console:// or none://"
        raise ValueError(f"EMAIL_URL must begin with {known}, not with {parts.scheme}://.")
    options = smtp_options(parts) if parts.scheme in PORTS else {}
    backend = f"django.core.mail.backends.{'smtp' if options else 'console'}.EmailBackend"
    if parts.scheme == "none":
        backend = "quizsite.mail.NotSent"
    if version >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    return {"EMAIL_BACKEND": backend} | {NAMES[name]: value for name, value in options.items()}


def default_url(host: str) -> str:
    """Return what holds without EMAIL_URL: on one's own machine mails are printed, on a site for others they are not."""
    return "console://" if host in ("127.0.0.1", "localhost", "::1") else "none://"


class NotSent(BaseEmailBackend):
    """Sends nothing, and says in the log how much; neither addresses nor what was in it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        log.warning("EMAIL_URL is not set; mails not sent: %d", len(email_messages))
        return 0


def smtp_options(parts: SplitResult) -> dict[str, object]:
    if not parts.hostname:
        raise ValueError("EMAIL_URL names no mail server.")
    return {
        "host": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parse_qs(parts.query).get("tls", [""])[0].lower() in ("1", "true", "yes"),
        "use_ssl": parts.scheme == "smtps",
        "timeout": TIMEOUT,
    }
