"""Whether this site can send mails: pages that would send one ask before they promise it."""

from __future__ import annotations

from django.conf import settings

SENT = frozenset(("smtp", "smtps"))


def mail_can_be_sent() -> bool:
    """Return whether a mail server is named; else mails are printed to the log, or go nowhere."""
    return settings.MAIL_SCHEME in SENT
