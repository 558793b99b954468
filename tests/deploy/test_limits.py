"""Behind the proxies of deploy/, limits count the address of the client, and no header of its own makes it another (S3)."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from quizzes.models import User
from tests import factories
from tests.deploy.conftest import Front, https_to

PASSWORD = "correct horse 9"
ATTACKER, OTHER = "127.0.0.7", "127.0.0.8"
LOG_IN = "/accounts/login/"


@pytest.fixture
def learner(sqlite: Path) -> User:
    person = factories.user("learner")
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)  # one that the server knows
    person.save()
    return person


def enter(front: Front, name: str, password: str, *, source: str, claimed: str = "") -> int:
    """Return the status of a log-in from an address, with another one claimed in the headers."""
    headers = {"Host": "localhost", "Origin": front.origin}
    if claimed:
        headers |= {"X-Forwarded-For": claimed, "X-Real-IP": claimed, "Forwarded": f"for={claimed}"}
    with closing(https_to(front, source=source)) as connection:
        connection.request("GET", LOG_IN, headers=headers)
        reply = connection.getresponse()
        token = re.search(r"csrftoken=(\w+)", reply.getheader("Set-Cookie") or "")
        reply.read()
        assert token
        fields = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
        headers |= {"Cookie": token[0], "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", LOG_IN, urlencode(fields), headers)
        return connection.getresponse().status


def test_a_guesser_is_stopped_whatever_address_they_claim_and_others_get_in(front: Front, learner: User) -> None:
    guesses = [
        enter(front, learner.username, f"wrong {n}", source=ATTACKER, claimed=f"203.0.113.{n}") for n in range(11)
    ]
    assert guesses == [200] * 10 + [429]
    assert enter(front, learner.username, PASSWORD, source=ATTACKER, claimed=OTHER) == 429
    assert enter(front, learner.username, PASSWORD, source=OTHER, claimed=ATTACKER) == 302
