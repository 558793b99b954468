"""Clients that send or read slowly disturb no one (F40), through a real server process: no thread waits for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from quizzes.management.serving import allow_open_files
from quizzes.models import Attempt
from quizzes.services import attempts
from tests import factories
from tests.benchmarks.browser import Browser
from tests.faults.conftest import PATIENCE, session_of
from tests.faults.slow import Learner, all_of, head, line_to, not_reading, save_of, statuses_of_saves, trickling
from tests.servers import LARGE_FILE, Server, environment

ALL_SAVED = [200] * 100
AGAIN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LAST = AGAIN[:-2] + b"Connection: close\r\n\r\n"
FILLER = b"x" * 40_000  # more than waits in a socket's buffer


@pytest.fixture
def learners(server: Server, sqlite: Path) -> Iterator[list[Learner]]:
    """Four gentle clients, each at an attempt of its own."""
    quiz, now = factories.quiz(2), datetime.now(UTC)
    rows = [attempts.start(factories.user(), quiz, now=now) for _number in range(4)]
    found = [Learner(Browser(server.port, session_of(row.learner), timeout=PATIENCE), row) for row in rows]
    yield found
    for learner in found:
        learner.browser.connection.close()


def half(request: bytes) -> bytes:
    return request[: len(request) // 2]


STARTS: dict[str, Callable[[Learner], bytes]] = {
    "half a head": lambda learner: half(save_of(learner.browser, learner.attempt, "Content-Length: 60")),
    "half a body": lambda learner: save_of(learner.browser, learner.attempt, "Content-Length: 4000000") + FILLER,
    "a body in chunks": lambda learner: (
        save_of(learner.browser, learner.attempt, "Transfer-Encoding: chunked") + b"ffff\r\n" + FILLER
    ),
    "a body to be asked for": lambda learner: save_of(
        learner.browser, learner.attempt, "Content-Length: 4000000", "Expect: 100-continue"
    ),
    "a last request": lambda _learner: LAST,
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_hundred_clients_that_trickle_disturb_no_one(
    server: Server, learners: list[Learner], start: Callable[[Learner], bytes]
) -> None:
    with trickling(server, [start(learners[0])] * 100):
        assert statuses_of_saves(learners) == ALL_SAVED


@pytest.mark.parametrize("path", ["/attempts/{pk}/all/", f"/static/{LARGE_FILE}"], ids=["a page", "a file"])
def test_fifty_clients_that_do_not_read_disturb_no_one_and_get_all_once_they_do(
    server: Server, learners: list[Learner], path: str
) -> None:
    browser, path = learners[0].browser, path.format(pk=learners[0].attempt)
    requests = head(browser, "GET", path) * 19 + head(browser, "GET", path, "Connection: close")
    with not_reading(server, requests, count=50) as lines:
        assert statuses_of_saves(learners) == ALL_SAVED
        assert all_of(lines[-1]).count(b"HTTP/1.1 200 OK\r\n") == 20


def test_two_thousand_browsers_that_keep_their_connection_keep_no_one_out(
    server: Server, learners: list[Learner]
) -> None:
    allow_open_files(5_000)
    with ExitStack() as open_ones:
        for _browser in range(2_000):
            line = open_ones.enter_context(line_to(server))
            line.sendall(AGAIN)
            assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert statuses_of_saves(learners) == ALL_SAVED


def test_a_client_that_hangs_up_halfway_is_forgotten(server: Server, learners: list[Learner]) -> None:
    for start in STARTS.values():
        for _time in range(5):
            with line_to(server) as line:
                line.sendall(start(learners[0]))
    assert statuses_of_saves(learners) == ALL_SAVED


def test_a_request_in_small_pieces_is_answered(server: Server, learners: list[Learner]) -> None:
    learner, body = learners[0], b'{"slot": 1, "revision": 1, "answer": {"choice": ["0"]}}'
    request = save_of(learner.browser, learner.attempt, f"Content-Length: {len(body)}", "Connection: close") + body
    with line_to(server) as line:
        for place in range(0, len(request), 40):
            line.sendall(request[place : place + 40])
        assert all_of(line).startswith(b"HTTP/1.1 200 ")
    assert Attempt.objects.get(pk=learner.attempt).answers.get(slot=1).revision == 1


def test_requests_one_after_the_other_on_one_connection_are_answered_in_turn(
    server: Server, learners: list[Learner]
) -> None:
    learner = learners[0]
    large = save_of(learner.browser, learner.attempt, "Content-Length: 2000000") + b" " * 2_000_000
    with line_to(server) as line:
        line.sendall(AGAIN + large + AGAIN + large + LAST)
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", all_of(line))
    assert statuses == [b"200", b"400", b"200", b"400", b"200"]


def test_a_server_that_stops_does_not_wait_for_them(
    django_db_blocker: Any, tmp_path: Path, learners: list[Learner]
) -> None:
    with Server(environment(tmp_path), tmp_path / "log") as own:
        starts = [start(learners[0]) for start in STARTS.values()]
        requests = head(learners[0].browser, "GET", f"/static/{LARGE_FILE}") * 5
        with trickling(own, starts), not_reading(own, requests, count=10):
            own.stop(PATIENCE)
        assert own.process
        assert own.process.returncode == 0
