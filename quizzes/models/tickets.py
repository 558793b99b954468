"""A ticket: a question asked of a stranger, of whom no row says that it was; the signature does when it comes back.

It does not tell in which order the author has the options: the one drawn for it follows from the site's secret.
"""

from __future__ import annotations

import random
import secrets
from datetime import timedelta
from typing import NamedTuple

from django.core import signing
from django.utils.crypto import salted_hmac

from quizzes.models import version_cache
from quizzes.models.bank import QuestionVersion
from quizzes.models.papers import PaperQuestion

SALT = "quizzes.ticket"
VALID = timedelta(hours=12)  # a page may lie open for a day at school
SLOT = 1


class Ticket(NamedTuple):
    """One question as it lies on a page, and the text by which a form says so."""

    text: str
    question: PaperQuestion


def issue(version: QuestionVersion) -> Ticket:
    """Return a new ticket for a question."""
    text = signing.dumps([version.pk, secrets.token_urlsafe(6)], salt=SALT)
    return Ticket(text, _question(version, text))


def read(text: str) -> Ticket | None:
    """Return the ticket that a form gives back; None for one that is none of ours, or too old."""
    try:
        pk, _number = signing.loads(text, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    version = version_cache.get_many([pk]).get(pk)
    return None if version is None else Ticket(text, _question(version, text))


def _question(version: QuestionVersion, text: str) -> PaperQuestion:
    """Return the question with its parts as they lie on the page of this ticket: the same on every look."""
    rng = random.Random(salted_hmac(SALT, text).hexdigest())  # noqa: S311  only the order shown
    return PaperQuestion(SLOT, version, version.kind.layout(version.parsed, rng, shuffle=True))
