"""Clients that send and read slowly, and gentle ones that answer questions meanwhile."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path

from quizzes.models import Attempt
from tests.benchmarks.browser import Browser
from tests.faults.conftest import PATIENCE
from tests.servers import Server

SEGMENT = 1_400  # bytes, as on a real line: with loopback's 64 kB the system keeps megabytes of each reply


class Learner:
    """A gentle client: it saves one answer again and again."""

    def __init__(self, browser: Browser, attempt: Attempt) -> None:
        self.browser = browser
        self.attempt = attempt.pk
        self.revision = 0

    def save(self) -> int:
        """Return the status of the reply."""
        self.revision += 1
        return self.browser.save(self.attempt, 1, self.revision, {"choice": ["0"]})[0]

    def save_often(self, times: int = 25) -> list[int]:
        return [self.save() for _time in range(times)]


def statuses_of_saves(learners: Sequence[Learner]) -> list[int]:
    """Return how 25 saves of each were answered, all of them at once."""
    with ThreadPoolExecutor(len(learners)) as pool:
        return list(chain.from_iterable(pool.map(Learner.save_often, learners)))


def head(browser: Browser, method: str, path: str, *lines: str) -> bytes:
    """Return the head of a request of that browser, with further lines; replies come as they are, not compressed."""
    own = [f"{name}: {value}" for name, value in browser.headers.items() if name != "Accept-Encoding"]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *own, *lines, "", ""]).encode()


def save_of(browser: Browser, attempt: int, *lines: str) -> bytes:
    return head(browser, "POST", f"/attempts/{attempt}/save/", "Content-Type: application/json", *lines)


def line_to(server: Server, *, segment: int = 0) -> socket.socket:
    """Connect; with `segment` the server sends so many bytes at a time, and little on credit."""
    line = socket.socket()
    line.settimeout(PATIENCE)
    if segment:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", server.port))
    return line


@contextmanager
def trickling(server: Server, starts: Sequence[bytes]) -> Iterator[list[socket.socket]]:
    """Open a connection for each start, and send a few more bytes on each several times a second until the end."""
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.2):
            for line in lines:
                with suppress(OSError):
                    line.send(b"1\r\nx\r\n")

    with ExitStack() as open_ones:
        lines = [open_ones.enter_context(line_to(server)) for _start in starts]
        for line, start in zip(lines, starts, strict=True):
            line.sendall(start)
        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield lines
        finally:
            stop.set()
            thread.join()


@contextmanager
def not_reading(server: Server, requests: bytes, *, count: int) -> Iterator[list[socket.socket]]:
    """Ask on so many connections, and read nothing of the replies."""
    with ExitStack() as open_ones:
        lines = [open_ones.enter_context(line_to(server, segment=SEGMENT)) for _line in range(count)]
        for line in lines:
            line.sendall(requests)
        for line in lines:
            assert select.select([line], [], [], PATIENCE)[0], "the server is at it: the reply has begun"
        yield lines


def unread(server: Server) -> int:
    """Return the bytes that are on the way to a server, and that it has not read yet."""
    left = 0
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _number, local, remote, _state, queues, *_more = row.split()
        sent, received = (int(bytes, 16) for bytes in queues.split(":"))
        left += sent if int(remote.rpartition(":")[2], 16) == server.port else 0
        left += received if int(local.rpartition(":")[2], 16) == server.port else 0
    return left


def all_of(line: socket.socket) -> bytes:
    """Return what comes until the server hangs up."""
    return b"".join(iter(lambda: line.recv(65536), b""))
