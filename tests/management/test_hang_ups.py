"""A client that hangs up is noticed while its request is being worked on, and one that waits is not given up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import waitress

from quizzes.management import serving

PATIENCE = 15
REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000


class Worker:
    """An application that works until its client has gone, or it is told to end."""

    def __init__(self) -> None:
        self.is_at_work, self.may_end, self.noticed = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.is_at_work.set()
        is_gone = environ["waitress.client_disconnected"]
        while not self.may_end.wait(0.01):
            if is_gone():
                self.noticed.set()
                break
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@contextmanager
def served(worker: Worker, **changed: Any) -> Iterator[int]:
    """Serve with the options of the site; yields the port."""
    server = waitress.create_server(worker, host="127.0.0.1", port=0, threads=1, map={}, **serving.OPTIONS | changed)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        worker.may_end.set()
        server.task_dispatcher.shutdown()
        server.close()


def hung_up_on(worker: Worker, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(REQUEST)
        assert worker.is_at_work.wait(PATIENCE)


def test_a_hang_up_is_noticed_while_the_request_is_worked_on() -> None:
    worker = Worker()
    with served(worker) as port:
        hung_up_on(worker, port)
        assert worker.noticed.wait(PATIENCE)


def test_without_looking_ahead_it_is_not_noticed() -> None:
    worker = Worker()
    with served(worker, channel_request_lookahead=0) as port:
        hung_up_on(worker, port)
        assert not worker.noticed.wait(0.3)


@pytest.mark.parametrize("further", [b"", REQUEST], ids=["one request", "the next one right behind it"])
def test_a_client_that_waits_is_answered(further: bytes) -> None:
    worker = Worker()
    with served(worker) as port, socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.sendall(REQUEST + further)
        assert worker.is_at_work.wait(PATIENCE)
        worker.may_end.set()
        reply = b""
        while reply.count(b"done") < 1 + bool(further):
            reply += line.recv(65_536)
    assert not worker.noticed.is_set()
