"""Many browsers in one thread: each connection sends its requests one after the other, as fast as they are answered."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.browser import TOKEN


@dataclass
class Line:
    """One browser's connection: what it still has to send, what it waits for, what it got."""

    requests: Iterator[bytes]
    socket: socket.socket | None = None
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)


@dataclass
class Outcome:
    """Seconds each reply took, in order of arrival; how often each status came; seconds in all."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))] * 1000


def request(method: str, path: str, session: str, body: bytes = b"", kind: str = "application/json") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}; csrftoken={TOKEN}\r\n"
        f"X-CSRFToken: {TOKEN}\r\nAccept: application/json\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def length_of(data: bytearray) -> tuple[int, int] | None:
    """(status, bytes of the whole reply) once its head is there."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end]).lower()
    place = head.find(b"content-length:")
    size = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
    return int(head[9:12]), end + 4 + size


def swarm(port: int, lines: Sequence[Iterator[bytes]], *, seconds: float | None = None) -> Outcome:
    """Send everything; with `seconds` stop asking for more after them."""
    outcome, selector, began = Outcome(), selectors.DefaultSelector(), time.perf_counter()
    waiting = 0
    for requests in lines:
        line = Line(requests)
        line.socket = socket.create_connection(("127.0.0.1", port))
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.socket, selectors.EVENT_READ, line)
        waiting += ask(line)
    while waiting:
        events = selector.select(timeout=60)
        if not events:
            raise TimeoutError(f"{waiting} browsers got no answer within a minute")
        for key, _mask in events:
            line = key.data
            waiting -= take(line, outcome)
            if line.sent_at == 0.0:
                is_over = seconds is not None and time.perf_counter() - began > seconds
                more = not is_over and ask(line)
                waiting += bool(more)
                if not more:
                    selector.unregister(key.fileobj)
                    line.socket.close()
    outcome.seconds = time.perf_counter() - began
    return outcome


def ask(line: Line) -> bool:
    """Send the next request, if there is one."""
    data = next(line.requests, None)
    if data is None or line.socket is None:
        return False
    line.sent_at = time.perf_counter()
    line.socket.sendall(data)
    return True


def take(line: Line, outcome: Outcome) -> bool:
    """Receive; whether a whole reply was there."""
    assert line.socket is not None
    data = line.socket.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    line.received += data
    found = length_of(line.received)
    if found is None or len(line.received) < found[1]:
        return False
    outcome.times.append(time.perf_counter() - line.sent_at)
    outcome.statuses[found[0]] = outcome.statuses.get(found[0], 0) + 1
    del line.received[: found[1]]
    line.sent_at = 0.0
    return True
