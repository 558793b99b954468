"""gunicorn's worker with threads, where a thread is for requests that have arrived, on one core.

gunicorn hands a connection to a thread as soon as its first byte is there, and the thread waits for the rest: eight clients
that send half a request stop the whole site, be they malicious or on a bad line. Here a request waits in the poller, where
it costs nothing, until its head and a body of usual size are in the socket's buffer, or until its time is over. What is
larger than the buffer is read by the thread, piece by piece, with a limit on the silence between two pieces. For plain HTTP:
TLS ends at a proxy before it.
"""

from __future__ import annotations

import os
import re
import selectors
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

ARRIVAL_SECONDS = 10  # for the head and a body of usual size
SILENCE_SECONDS = 10  # between two pieces of a large body
LOOKED_AT = 32 * 1024  # bytes; far below what a socket's buffer holds
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Worker(ThreadWorker):
    """Overrides where gunicorn gives a connection to a thread, and where it ends those that idle."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[Any, tuple[float, int]] = {}  # connection → its last instant, bytes that were there
        self.told_at = float("-inf")

    def init_process(self) -> None:
        if self.cfg.workers == 1 and hasattr(os, "sched_setaffinity"):  # Linux
            stay_on_one_core()
        super().init_process()

    def notify(self) -> None:
        """Tell the master that we live: once a second is enough, and a tenth of a request's cost when done at each."""
        now = time.monotonic()
        if now - self.told_at >= 1:
            self.told_at = now
            super().notify()

    def enqueue_req(self, conn: Any) -> None:
        before = self.arriving.pop(conn, None)
        found = peek(conn.sock)
        # No more bytes than before although it woke us: the client hung up, and the thread will find that out.
        if has_arrived(read_ahead(conn) + found) or (before is not None and len(found) <= before[1]):
            if before is not None:
                set_lowest(conn.sock, 1)
            if not conn.initialized:
                limit_silence(conn.sock)
                conn.data_ready = True  # or the thread would look once more
            super().enqueue_req(conn)
        else:
            until = before[0] if before else time.monotonic() + ARRIVAL_SECONDS
            self.arriving[conn] = (until, len(found))
            if found:
                set_lowest(conn.sock, len(found) + 1)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.more_arrived, conn))

    def more_arrived(self, conn: Any, sock: Any) -> None:
        self.poller.unregister(sock)
        self.enqueue_req(conn)

    def murder_keepalived(self, *args: Any, **kwargs: Any) -> None:
        """Called every second or more often; a worker that stops waits for no connection on which nothing has come."""
        super().murder_keepalived(*args, **kwargs)
        now, waiting = time.monotonic(), self.arriving.items()
        for conn in [conn for conn, (until, seen) in waiting if until <= now or not (self.alive or seen)]:
            del self.arriving[conn]
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()


def stay_on_one_core() -> None:
    """Python runs on one core at a time: threads that hand over to each other there need not wake another one.

    The system moves other processes out of the way. Nearly twice as many saves a second come of it.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})


def peek(sock: socket.socket) -> bytes:
    """What has arrived, left where it is; nothing once the client has hung up."""
    try:
        return sock.recv(LOOKED_AT, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""


def read_ahead(conn: Any) -> bytes:
    """Bytes of the next request that gunicorn took from the socket with the one before."""
    return bytes(conn.parser.unreader.buf.getvalue()) if conn.parser else b""


def has_arrived(found: bytes) -> bool:
    """Whether a thread would not have to wait: the head is there, and the body, or as much as is looked at.

    A body without a length (chunked), or one that a client sends only when asked to (Expect), is left to the thread.
    """
    head, end, body = found.partition(b"\r\n\r\n")
    if len(found) >= LOOKED_AT:
        return True
    length = LENGTH.search(head + b"\r\n") if end else None
    return bool(end) and (length is None or len(body) >= int(length[1]) or EXPECT.search(head) is not None)


def set_lowest(sock: socket.socket, count: int) -> None:
    """Let the poller wake us when `count` bytes are there, not at each one."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)


def limit_silence(sock: socket.socket) -> None:
    """Let a thread wait for the next piece of a large body only so long; the read then fails."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_SECONDS, 0))
