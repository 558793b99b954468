"""The samples of deploy/ for nginx and Caddy do what they must: HTTPS, client addresses, bodies, restarts (F18, F40)."""

from __future__ import annotations

import http.client
import random
import re
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from quizzes.services import attempts
from tests import factories, waiting
from tests.benchmarks.client import QUESTIONS, Client, answering, lost
from tests.deploy.conftest import PATIENCE, Front, SecureBrowser, https_to, told_to
from tests.faults.conftest import session_of
from tests.faults.slow import Learner, head, statuses_of_saves

JSON = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "Forwarded": "for=203.0.113.9;proto=http"}


@pytest.fixture
def phone(front: Front) -> Iterator[SecureBrowser]:
    browser = SecureBrowser(front)
    yield browser
    browser.connection.close()


def test_plain_http_is_sent_to_https_and_no_further(front: Front, phone: SecureBrowser, sqlite: Path) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", front.http, timeout=PATIENCE)) as plain:
        plain.request("GET", "/accounts/login/?next=/quizzes/", headers={"Host": "localhost"})
        response = plain.getresponse()
        assert response.status in (301, 308)
        assert response.getheader("Location") == "https://localhost/accounts/login/?next=/quizzes/"
    status, headers, _page = phone.get("/accounts/login/?next=/quizzes/")
    assert status == 200
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize("headers", [{}, FORGED], ids=["honest", "forged"])
def test_the_site_sees_the_address_of_the_client_whatever_the_client_says(
    front: Front, headers: dict[str, str]
) -> None:
    with closing(https_to(front, source="127.0.0.7")) as connection:
        assert told_to(connection, headers) == {"address": "127.0.0.7", "is_secure": True}


def test_the_id_of_a_request_is_that_of_the_proxy_whatever_the_client_says(
    front: Front, phone: SecureBrowser, sqlite: Path
) -> None:
    _status, headers, _page = phone.request("GET", "/accounts/login/", **{"X-Request-ID": "chosen-by-the-client"})
    assert re.fullmatch(r"[0-9a-f]{32}|[0-9a-f-]{36}", headers["X-Request-Id"])  # as waitress writes it


def pieces(count: int) -> Iterator[bytes]:
    for _piece in range(count):
        yield b" " * 100_000


@pytest.mark.parametrize("body", [b" " * 6_000_000, b" " * 26_000_000, 60], ids=["6 MB", "26 MB", "6 MB in chunks"])
def test_a_large_body_is_refused_in_the_words_of_the_site(
    front: Front, phone: SecureBrowser, body: bytes | int
) -> None:
    content = pieces(body) if isinstance(body, int) else body
    status, _headers, reply = phone.request("POST", "/attempts/1/save/", content, **JSON)
    assert (status, "at most 5 MB" in reply.decode()) == (413, True)


def test_a_body_beyond_any_limit_is_refused_by_the_proxy_or_the_server(front: Front, phone: SecureBrowser) -> None:
    try:
        status, _headers, _reply = phone.request("POST", "/attempts/1/save/", b" " * 40_000_000, **JSON)
        assert status == 413
    except (ssl.SSLError, ConnectionError):
        pass  # Caddy hangs up on a client that goes on sending
    assert phone.get("/accounts/login/")[0] == 200


@pytest.fixture
def learners(front: Front, sqlite: Path) -> Iterator[list[Learner]]:
    """Four gentle clients, each at an attempt of its own."""
    quiz, now = factories.quiz(2), datetime.now(UTC)
    rows = [attempts.start(factories.user(), quiz, now=now) for _number in range(4)]
    found = [Learner(SecureBrowser(front, session_of(row.learner)), row) for row in rows]
    yield found
    for learner in found:
        learner.browser.connection.close()


def test_fifty_bodies_that_stop_halfway_disturb_no_one(front: Front, learners: list[Learner]) -> None:
    start = head(learners[0].browser, "POST", "/attempts/1/save/", "Host: localhost", "Content-Length: 4000000")
    with ExitStack() as open_ones:
        for _line in range(50):
            connection = open_ones.enter_context(closing(https_to(front)))
            connection.connect()
            connection.sock.sendall(start + b"x" * 40_000)
        assert statuses_of_saves(learners) == [200] * 100


def wait_for(clients: list[Client], saves: int) -> None:
    """Let each client be acknowledged so many saves more."""
    wanted = [client.saves + saves for client in clients]
    each = list(zip(clients, wanted, strict=True))
    assert waiting.until(lambda: all(client.saves >= least or client.faults for client, least in each), seconds=120)


def test_no_acknowledged_save_is_lost_when_the_server_starts_again_or_dies(front: Front, sqlite: Path) -> None:
    quiz = factories.quiz(QUESTIONS)
    clients = [
        Client(partial(SecureBrowser, front, session_of(factories.user())), quiz.slug, random.Random(number))
        for number in range(4)
    ]
    with answering(clients):
        for end in (front.server.stop, front.server.kill):
            wait_for(clients, 10)
            end()
            front.server.start()
        wait_for(clients, 10)
    assert [client.faults for client in clients] == [[]] * 4
    assert lost(clients) == []
