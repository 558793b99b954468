"""Requests that are large or far too large (F40), through a real server process."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from quizzes.models import Attempt, User
from tests import factories, waiting
from tests.benchmarks.browser import Browser
from tests.faults.conftest import session_of
from tests.faults.slow import all_of, head, line_to, save_of, trickling, unread
from tests.servers import Server

JSON, FORM, FILE = "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=part"
PART = b'--part\r\nContent-Disposition: form-data; name="file"; filename="class.csv"\r\n\r\n'


@pytest.mark.parametrize(
    ("path", "kind", "body", "status", "words"),
    [
        pytest.param(
            "save", JSON, b'{"slot": 1, "a": "' + b"x" * 4_000_000, 413, "larger than 2048 kB", id="4 MB of JSON"
        ),
        pytest.param("save", JSON, b'{"slot": 1, "a": "' + b"x" * 10_000_000, 413, "at most 5 MB", id="10 MB of JSON"),
        pytest.param("all", FORM, b"q1-choice=" + b"x" * 4_000_000, 413, "at most 2500 kB", id="a form of 4 MB"),
        pytest.param("all", FORM, b"q1-choice=" + b"x" * 26_000_000, 413, "at most 5 MB", id="a form of 26 MB"),
        pytest.param("all", FORM, b"&".join([b"a=1"] * 100_000), 400, "at most 1000 fields", id="100,000 fields"),
    ],
)
def test_what_is_far_too_large_is_refused_with_a_sentence_and_not_kept_in_memory(
    server: Server, phone: Browser, attempt: Attempt, path: str, kind: str, body: bytes, status: int, words: str
) -> None:
    assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200
    before = server.memory()
    for _time in range(3):
        found, _headers, reply = phone.request(
            "POST", f"/attempts/{attempt.pk}/{path}/", body, **{"Content-Type": kind, "Accept-Encoding": "identity"}
        )
        assert (found, words in reply.decode()) == (status, True)
    assert server.memory() - before < 20  # MiB; three bodies of 10 MB would be 30
    assert phone.save(attempt.pk, 1, 2, {"choice": ["0"]})[0] == 200


def chunks(piece: bytes, count: int) -> Iterator[bytes]:
    for _time in range(count):
        yield piece


def test_a_body_in_chunks_is_counted_and_refused_like_any_other(phone: Browser, attempt: Attempt) -> None:
    body = chunks(b" " * 100_000, 60)
    status, _headers, reply = phone.request(
        "POST", f"/attempts/{attempt.pk}/save/", body, **{"Content-Type": JSON, "Accept-Encoding": "identity"}
    )
    assert (status, "at most 5 MB" in reply.decode()) == (413, True)


def test_a_save_in_chunks_is_taken(phone: Browser, attempt: Attempt) -> None:
    body = chunks(b'{"slot": 1, "revision": 1, "answer": {"choice": ["0"]}}', 1)
    assert phone.request("POST", f"/attempts/{attempt.pk}/save/", body, **{"Content-Type": JSON})[0] == 200
    assert attempt.answers.get(slot=1).revision == 1


def test_what_is_beyond_any_limit_is_refused_before_it_has_come(
    server: Server, phone: Browser, attempt: Attempt
) -> None:
    with line_to(server) as line:
        line.sendall(save_of(phone, attempt.pk, "Content-Length: 30000000"))
        assert all_of(line).startswith(b"HTTP/1.1 413 ")


def test_a_head_without_an_end_is_refused(server: Server, phone: Browser, attempt: Attempt) -> None:
    with line_to(server) as line:
        line.sendall(save_of(phone, attempt.pk)[:-2] + b"X-Filler: 1\r\n" * 3_000)
        assert b" 431 " in line.recv(65536)


def test_a_body_that_waits_to_be_asked_for_is_asked_for_once(server: Server, phone: Browser, attempt: Attempt) -> None:
    with line_to(server) as line:
        line.sendall(save_of(phone, attempt.pk, "Content-Length: 50000", "Expect: 100-continue", "Connection: close"))
        assert line.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b" " * 50_000)
        assert all_of(line).startswith(b"HTTP/1.1 400 ")


def test_many_large_bodies_at_once_cost_files_and_not_memory(server: Server, phone: Browser, attempt: Attempt) -> None:
    assert phone.save(attempt.pk, 1, 1, {"choice": ["0"]})[0] == 200
    before = server.memory()
    start = save_of(phone, attempt.pk, "Content-Length: 4000000") + b"x" * 1_000_000
    with trickling(server, [start] * 100):
        assert waiting.until(lambda: unread(server) < 10_000)  # of 100 million bytes
        assert phone.save(attempt.pk, 1, 2, {"choice": ["0"]})[0] == 200
        assert server.memory() - before < 20  # MiB, of 95 that were sent


def test_a_slow_but_honest_upload_succeeds(server: Server, attempt: Attempt) -> None:
    teacher: User = factories.user("teacher", is_staff=True)
    classroom = factories.classroom(instructor=teacher)
    rows = b"".join(b"pupil%d@example.org,Pupil %d,%s\n" % (n, n, b"x" * 3_000) for n in range(100))
    body = PART + b"email,first name,note\n" + rows + b"\r\n--part--\r\n"
    browser, path = Browser(server.port, session_of(teacher)), f"/classrooms/{classroom.pk}/roster/"
    lines = [f"Content-Type: {FILE}", f"Content-Length: {len(body)}", "Connection: close"]
    with line_to(server) as line:
        line.sendall(head(browser, "POST", path, *lines))
        for place in range(0, len(body), 10_000):  # in two seconds
            line.sendall(body[place : place + 10_000])
            time.sleep(0.06)  # a slow line
        reply = all_of(line)
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b"pupil99@example.org" in reply
