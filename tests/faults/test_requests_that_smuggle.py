"""Requests whose end two readers could see in different places, and paths that lead out of a folder: all refused."""

from __future__ import annotations

import re

import pytest

from quizzes.models import Attempt
from tests.benchmarks.browser import Browser
from tests.faults.slow import all_of, head, line_to, save_of
from tests.servers import Server

INNER = b"GET /account/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SMUGGLED = {
    "two lengths": (["Content-Length: 5", f"Content-Length: {5 + len(INNER)}"], b"x=1&y"),
    "a length with a sign": ([f"Content-Length: +{len(INNER)}"], b""),
    "a negative length": (["Content-Length: -1"], b""),
    "a length that is no number": (["Content-Length: 5, 6"], b"x=1&y"),
    "a line with NUL": (["X-One: a\0b"], b""),
    "an unknown encoding": (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"),
    "a space before the colon": (["Content-Length : 5"], b"x=1&y"),
}


@pytest.mark.parametrize(("lines", "body"), SMUGGLED.values(), ids=SMUGGLED)
def test_nothing_is_smuggled_past_the_end_of_a_request(
    server: Server, phone: Browser, lines: list[str], body: bytes
) -> None:
    with line_to(server) as line:
        line.sendall(head(phone, "POST", "/account/", *lines, "Connection: close") + body + INNER)
        reply = all_of(line)
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", reply)]
    assert len(statuses) <= 1, "a second reply belongs to what was hidden in the first request"
    assert all(400 <= status < 600 and status != 500 for status in statuses)


def test_chunks_count_and_not_a_length_given_with_them(server: Server, phone: Browser, attempt: Attempt) -> None:
    body = b'{"slot": 1, "revision": 1, "answer": {"choice": ["0"]}}'
    lines = ["Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close"]
    with line_to(server) as line:
        line.sendall(save_of(phone, attempt.pk, *lines) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) + INNER)
        reply = all_of(line)
    assert re.findall(rb"HTTP/1\.[01] (\d{3})", reply) == [b"200"]
    assert attempt.answers.get(slot=1).revision == 1


PATHS = [
    "/static/../db.sqlite3",
    "/static/..%2f..%2fdb.sqlite3",
    "/static/%2e%2e/%2e%2e/quizsite/settings.py",
    "/static/..\\..\\db.sqlite3",
    "/static//etc/passwd",
    "/static/%00",
    "/static/large.css/../../server.log",
    "/static/....//....//server.log",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_file_outside_of_the_static_files_is_sent(
    server: Server, phone: Browser, attempt: Attempt, path: str
) -> None:
    status, _headers, body = phone.get(path)
    assert status in (301, 302, 400, 404)
    assert b"SECRET_KEY" not in body
    assert not body.startswith(b"SQLite format 3")
