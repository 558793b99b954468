"""Whom users of this site can ask: the setting CONTACT, an e-mail or web address, or words such as a room."""

from __future__ import annotations

from django.conf import settings


def words() -> str:
    """Return what the operator wrote; empty where there is no contact."""
    return str(settings.CONTACT)


def link() -> str:
    """Return what a link to the contact opens: a mail or a page; empty where it is words only."""
    contact = words()
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
