"""Requests that never end or are far too large hold nobody up (F40), through a real server process."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack

import pytest

from quizsite.worker import ARRIVAL_SECONDS
from quizzes.management.serving import allow_open_files
from quizzes.models import Attempt
from tests.faults.conftest import session_of
from tests.load.browser import Browser
from tests.servers import Server

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
HEAD = b"POST /attempts/1/save/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 60\r\n"
HALVES = [b"", HEAD[:9], HEAD[:40], HEAD, HEAD + b"\r\n", HEAD + b'\r\n{"slot": 1, "revision"']


def test_a_hundred_unfinished_requests_hold_nobody_up(server: Server, phone: Browser, attempt: Attempt) -> None:
    with ExitStack() as open_ones:
        for number in range(100):
            line = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            line.sendall(HALVES[number % len(HALVES)])
        assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200
        assert phone.get("/quizzes/")[0] == 200


def test_connections_that_browsers_keep_open_keep_nobody_out(server: Server, attempt: Attempt) -> None:
    allow_open_files(2_000)
    session = session_of(attempt.learner)
    with ExitStack() as open_ones:
        for _browser in range(1_200):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        phone = Browser(server.port, session, timeout=ARRIVAL_SECONDS / 2)  # before the first of them is given up
        open_ones.callback(phone.connection.close)
        assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200


def a_save(phone: Browser, attempt: Attempt, *more: str) -> tuple[bytes, bytes]:
    """Head and body of a save, with `more` lines in the head."""
    body = json.dumps({"slot": 1, "revision": 1, "answer": {"choice": ["0"]}}).encode()
    head = [
        f"POST /attempts/{attempt.pk}/save/ HTTP/1.1",
        *(f"{name}: {value}" for name, value in phone.headers.items()),
    ]
    head += [f"Content-Type: {JSON}", f"Content-Length: {len(body)}", "Connection: close", *more, "", ""]
    return "\r\n".join(head).encode(), body


def test_a_request_in_small_pieces_is_answered(server: Server, phone: Browser, attempt: Attempt) -> None:
    request = b"".join(a_save(phone, attempt))
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(request), 40):
            line.sendall(request[place : place + 40])
        reply = b"".join(iter(lambda: line.recv(4096), b""))
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert attempt.answers.get(slot=1).revision == 1


def test_a_body_that_waits_to_be_asked_for_is_asked_for(server: Server, phone: Browser, attempt: Attempt) -> None:
    head, body = a_save(phone, attempt, "Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", server.port), timeout=ARRIVAL_SECONDS / 2) as line:
        line.sendall(head)
        assert line.recv(4096).startswith(b"HTTP/1.1 100 ")
        line.sendall(body)
        assert b"".join(iter(lambda: line.recv(4096), b"")).startswith(b"HTTP/1.1 200 ")


def test_whoever_hangs_up_halfway_is_forgotten(server: Server, phone: Browser, attempt: Attempt) -> None:
    for half in HALVES * 3:
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(half)
    assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200


@pytest.mark.parametrize(
    ("path", "kind", "body", "status", "words"),
    [
        pytest.param(
            "save", JSON, b'{"slot": 1, "a": "' + b"x" * 4_000_000, 413, "larger than 2048 kB", id="4 MB of JSON"
        ),
        pytest.param("save", JSON, b'{"slot": 1, "a": "' + b"x" * 10_000_000, 413, "at most 5 MB", id="10 MB of JSON"),
        pytest.param("all", FORM, b"q1-choice=" + b"x" * 4_000_000, 413, "at most 2500 kB", id="a form of 4 MB"),
        pytest.param("all", FORM, b"&".join([b"a=1"] * 100_000), 400, "at most 1000 fields", id="100,000 fields"),
    ],
)
def test_what_is_far_too_large_is_refused_with_a_sentence_and_not_kept_in_memory(
    server: Server, phone: Browser, attempt: Attempt, path: str, kind: str, body: bytes, status: int, words: str
) -> None:
    assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200
    before = server.memory()
    for _time in range(5):
        found, _headers, reply = phone.request(
            "POST", f"/attempts/{attempt.pk}/{path}/", body, **{"Content-Type": kind, "Accept-Encoding": "identity"}
        )
        assert (found, words in reply.decode()) == (status, True)
    assert server.memory() - before < 20  # MiB; five bodies of 10 MB would be 50
    assert phone.save(attempt.pk, 1, 2, {"choice": ["0"]})[0] == 200
