"""Large bodies that come slowly, stop or never had a length hold no thread (F40), through a real server process.

Its limits are a fifth of the usual ones or less, so that a test need not wait for them.
"""

from __future__ import annotations

import os
import re
import select
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from quizsite.arrival import LOOKED_AT
from quizzes.models import Attempt, User
from tests import factories
from tests.faults.conftest import PATIENCE, environment, session_of
from tests.load.browser import Browser
from tests.servers import Server

JSON, FORM = "application/json", "multipart/form-data; boundary=part"
ARRIVAL, BODY, AT_ONCE = 1.5, 4, 20
USUAL = 3  # seconds at most; a page takes a tenth of one, and what holds a thread does so for five or more
PART = b'--part\r\nContent-Disposition: form-data; name="file"; filename="class.csv"\r\n\r\n'
AGAIN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Impatient(Server):
    FIRST = (
        "from quizsite import worker\n"
        f"worker.ARRIVAL_SECONDS, worker.BODY_SECONDS, worker.LARGE_AT_ONCE = {ARRIVAL}, {BODY}, {AT_ONCE}"
    )

    def gathered(self) -> int:
        """Files without a name that hold the requests on their way."""
        (worker,) = self.workers
        links = [os.readlink(link) for link in Path(f"/proc/{worker}/fd").iterdir() if link.is_symlink()]
        return sum(link.endswith(" (deleted)") and "wgunicorn" not in link for link in links)  # gunicorn has one too


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Impatient]:
    with django_db_blocker.unblock(), tempfile.TemporaryDirectory() as folder:
        running = Impatient(environment(), Path(folder) / "server.log")
        running.start()
        yield running
        running.kill_master()


def head_for(phone: Browser, path: str, kind: str, *more: str) -> bytes:
    given = [f"{name}: {value}" for name, value in phone.headers.items() if name != "Accept-Encoding"]
    return "\r\n".join([f"POST {path} HTTP/1.1", *given, f"Content-Type: {kind}", *more, "", ""]).encode()


def save_of(phone: Browser, attempt: Attempt, size: int, *more: str) -> bytes:
    return head_for(phone, f"/attempts/{attempt.pk}/save/", JSON, f"Content-Length: {size}", *more)


def chunked(phone: Browser, attempt: Attempt) -> bytes:
    return head_for(phone, f"/attempts/{attempt.pk}/save/", JSON, "Transfer-Encoding: chunked")


def endless(phone: Browser, attempt: Attempt) -> bytes:
    """A head without an end."""
    return save_of(phone, attempt, 5)[:-2] + b"X-Filler: 1\r\n" * (LOOKED_AT // 13 + 1)


def upload_of(phone: Browser, size: int) -> bytes:
    return head_for(phone, "/classrooms/1/roster/", FORM, f"Content-Length: {size}")


@contextmanager
def trickling(server: Server, starts: list[bytes]) -> Iterator[list[socket.socket]]:
    """A connection for each start, and a few more bytes on each several times a second until the end."""
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.2):
            for line in lines:
                with suppress(OSError):
                    line.send(b"1\r\nx\r\n")

    with ExitStack() as open_ones:
        lines = [open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port))) for _start in starts]
        for line, start in zip(lines, starts, strict=True):
            line.settimeout(PATIENCE)
            line.sendall(start)
        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield lines
        finally:
            stop.set()
            thread.join()


def seconds_of_a_save_and_a_page(phone: Browser, attempt: Attempt, revision: int) -> float:
    since = time.monotonic()
    assert phone.save(attempt.pk, 1, revision, {"choice": ["0"]})[0] == 200
    assert phone.get("/quizzes/")[0] == 200
    return time.monotonic() - since


def soon(count: Callable[[], int], expected: int) -> bool:
    """Whether it comes to that within the usual time."""
    until = time.monotonic() + USUAL
    while count() != expected and time.monotonic() < until:
        time.sleep(0.02)
    return count() == expected


def reply_on(line: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    return b"".join(iter(lambda: line.recv(65536), b""))


FILLER = b"x" * 40_000  # more than waits in a socket's buffer
STARTS = {
    "a save of 100 kB": lambda phone, attempt: save_of(phone, attempt, 100_000) + FILLER,
    "a save of 4 MB": lambda phone, attempt: save_of(phone, attempt, 4_000_000) + FILLER,
    "an upload of 100 kB": lambda phone, _attempt: upload_of(phone, 100_000) + PART + FILLER,
    "an upload of 4 MB": lambda phone, _attempt: upload_of(phone, 4_000_000) + PART + FILLER,
    "a save of 10 MB": lambda phone, attempt: save_of(phone, attempt, 10_000_000) + FILLER,
    "a save in chunks": lambda phone, attempt: chunked(phone, attempt) + b"ffff\r\n" + FILLER,
    "a save to be asked for": lambda phone, attempt: save_of(phone, attempt, 500, "Expect: 100-continue"),
    "a head without an end": lambda phone, attempt: endless(phone, attempt),
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_what_trickles_holds_nobody_up(server: Impatient, phone: Browser, attempt: Attempt, start: Any) -> None:
    seconds_of_a_save_and_a_page(phone, attempt, 1)
    with trickling(server, [start(phone, attempt)] * 20):
        time.sleep(0.3)
        for revision in range(2, 8):
            assert seconds_of_a_save_and_a_page(phone, attempt, revision) < USUAL


def test_whoever_stays_after_the_last_reply_holds_nobody_up(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    seconds_of_a_save_and_a_page(phone, attempt, 1)
    with trickling(server, [AGAIN[:-2] + b"Connection: close\r\n\r\n"] * 20) as lines:
        assert seconds_of_a_save_and_a_page(phone, attempt, 2) < USUAL
        assert b"HTTP/1.1 200 " in reply_on(lines[-1])


class Cramped(Impatient):
    """The system keeps next to nothing of a reply that is not read."""

    FIRST = (
        f"{Impatient.FIRST}\n"
        "worker.SILENCE_SECONDS = 1\n"
        "import socket\n"
        "usual = worker.wait_little\n"
        "worker.wait_little = lambda sock: (sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096), usual(sock))"
    )


def test_clients_that_do_not_read_their_pages_hold_nobody_up_for_long(
    django_db_blocker: Any, tmp_path: Path, attempt: Attempt
) -> None:
    session = session_of(attempt.learner)
    with Cramped(environment(), tmp_path / "log") as own, ExitStack() as open_ones:
        phone = Browser(own.port, session, timeout=PATIENCE)
        open_ones.callback(phone.connection.close)
        given = [f"{name}: {value}" for name, value in phone.headers.items() if name != "Accept-Encoding"]
        page = "\r\n".join([f"GET /attempts/{attempt.pk}/questions/1/ HTTP/1.1", *given, "", ""]).encode()
        for _line in range(16):  # twice as many as there are threads
            line = open_ones.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            line.connect(("127.0.0.1", own.port))
            line.sendall(page * 2)
        time.sleep(0.3)
        assert seconds_of_a_save_and_a_page(phone, attempt, 1) < PATIENCE  # for ever, if nothing ended them


def test_a_body_that_stops_is_answered_in_time_and_leaves_nothing_behind(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    since = time.monotonic()
    with trickling(server, []), socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(save_of(phone, attempt, 4_000_000) + b"x" * 1_000)
        assert soon(server.gathered, 1)
        assert reply_on(line).startswith(b"HTTP/1.1 408 ")
        assert ARRIVAL <= time.monotonic() - since < BODY
        assert server.gathered() == 0


def test_no_pace_earns_a_body_more_than_its_time(server: Impatient, phone: Browser, attempt: Attempt) -> None:
    since = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(save_of(phone, attempt, 4_000_000))
        while not select.select([line], [], [], 0.1)[0]:
            line.sendall(b"x" * 4_000)
            assert time.monotonic() - since < 2 * BODY
        assert reply_on(line).startswith(b"HTTP/1.1 408 ")


def test_a_small_request_that_stops_is_answered_too(server: Impatient, phone: Browser, attempt: Attempt) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(save_of(phone, attempt, 60) + b'{"slot"')
        assert reply_on(line).startswith(b"HTTP/1.1 408 ")


def test_a_slow_but_honest_upload_succeeds(server: Impatient, attempt: Attempt) -> None:
    teacher: User = factories.user("teacher", is_staff=True)
    classroom = factories.classroom(instructor=teacher)
    rows = b"".join(b"pupil%d@example.org,Pupil %d,%s\n" % (n, n, b"x" * 3_000) for n in range(100))
    body = PART + b"email,first name,note\n" + rows + b"\r\n--part--\r\n"
    assert len(body) > 300_000
    browser = Browser(server.port, session_of(teacher))
    head = head_for(browser, f"/classrooms/{classroom.pk}/roster/", FORM, f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(head)
        for place in range(0, len(body), 10_000):  # in 3 seconds
            line.sendall(body[place : place + 10_000])
            time.sleep(0.1)
        line.shutdown(socket.SHUT_WR)
        reply = reply_on(line)
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert b"pupil99@example.org" in reply
    assert server.gathered() == 0


def test_many_large_bodies_at_once_cost_files_and_not_memory_and_only_so_many(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    seconds_of_a_save_and_a_page(phone, attempt, 1)
    before = server.memory()
    starts = [save_of(phone, attempt, 4_000_000) + b"x" * 1_000_000] * 100
    with trickling(server, starts) as lines:
        assert soon(server.gathered, AT_ONCE)
        assert server.memory() - before < 10  # MiB, of 95 that were sent
        assert seconds_of_a_save_and_a_page(phone, attempt, 2) < USUAL
        reply = reply_on(lines[-1])
    assert reply.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in reply
    assert soon(server.gathered, 0)  # they hung up


def test_what_is_too_large_is_told_so_before_it_has_come(server: Impatient, phone: Browser, attempt: Attempt) -> None:
    for more in ([], ["Expect: 100-continue"]):
        with trickling(server, [save_of(phone, attempt, 10_000_000, *more)]) as (line,):
            reply = reply_on(line)
        assert reply.startswith(b"HTTP/1.1 413 ")
        assert b"\r\nConnection: close\r\n" in reply
        assert b"at most 5 MB" in reply


def test_a_body_without_a_length_and_an_endless_head_are_refused(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    for request, status in ((chunked(phone, attempt), b"411"), (endless(phone, attempt), b"431")):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
            line.sendall(request)
            assert reply_on(line).startswith(b"HTTP/1.1 %s " % status)


def test_a_large_body_that_waits_to_be_asked_for_is_asked_for_once(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(save_of(phone, attempt, 50_000, "Expect: 100-continue", "Connection: close"))
        assert line.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b" " * 50_000)
        assert reply_on(line).startswith(b"HTTP/1.1 400 ")


def test_requests_one_after_the_other_on_one_connection_are_answered_in_turn(
    server: Impatient, phone: Browser, attempt: Attempt
) -> None:
    large = save_of(phone, attempt, 2_000_000) + b" " * 2_000_000
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(AGAIN + large + AGAIN + large + AGAIN[:-2])
        time.sleep(0.3)
        line.sendall(b"Connection: close\r\n\r\n")
        replies = reply_on(line)
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", replies)
    assert statuses == [b"200", b"400", b"200", b"400", b"200"]
    assert server.gathered() == 0


def test_a_server_that_stops_does_not_wait_for_what_trickles(
    django_db_blocker: Any, tmp_path: Path, phone: Browser, attempt: Attempt
) -> None:
    with Impatient(environment(), tmp_path / "log") as own:
        starts = [save_of(phone, attempt, 4_000_000), save_of(phone, attempt, 10_000_000), b"", b"POST"]
        with trickling(own, starts):
            time.sleep(0.3)
            since = time.monotonic()
            own.stop()
            assert time.monotonic() - since < 2 * BODY
