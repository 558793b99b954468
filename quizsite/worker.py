"""gunicorn's worker with threads, where a thread is for requests that have arrived, on one core.

gunicorn hands a connection to a thread as soon as its first byte is there, and the thread waits for the rest: eight clients
that send half a request stop the whole site, be they malicious or on a bad line. Here no thread ever waits for a client:

- A request of usual size waits in the socket's buffer, where it costs nothing, until all of it is there.
- A larger one is gathered in a file: so many at once, so long, and not slower than an honest line.
- One that announces more than the site takes goes to a thread without its body, which answers 413.
- What has no length (chunked) or is over its time is refused here; so is a head larger than any of ours.
- A reply is left to the system; of one that is larger than its buffers each piece has its time.
- After the last reply on a connection what the client still sends is thrown away, for a while, and not by a thread: one
  whose connection breaks while it sends never sees the reply.

For plain HTTP: TLS ends at a proxy before it.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from gunicorn.http.unreader import IterUnreader, SocketUnreader
from gunicorn.workers.gthread import ThreadWorker

from quizsite.arrival import LOOKED_AT, PIECE, Head, Large, has_arrived, head_of
from quizsite.pool import WarmPool

ARRIVAL_SECONDS = 10  # for the head and a body of usual size; the time a larger body has before its pace counts
SLOWEST = 4_000  # bytes a second of a larger body
BODY_SECONDS = 60  # for a larger body, at any pace
LARGE_AT_ONCE = 30  # of MAX_REQUEST each, on disk; each is one open file (OTHER_FILES in quizzes/management/serving.py)
LEAVING_SECONDS, LEAVING_BYTES = 30, 16 * 1024 * 1024  # for and of what comes after the last reply
STOPPING_SECONDS = 2  # the same in a worker that stops
SWEEP_SECONDS = 0.5  # between two looks at whose time is over
SILENCE_SECONDS = 10  # of a socket that a thread reads or writes, while it waits for the client


class Worker(ThreadWorker):
    """Overrides where gunicorn gives a connection to a thread, and where it ends those that idle or are done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[Any, tuple[float, int]] = {}  # connection → its last instant, bytes that were there
        self.large: dict[Any, Large] = {}  # connection → its request, from the first byte in the file to the answer
        self.leaving: dict[Any, tuple[float, int]] = {}  # connection → since when, bytes that may still come
        self.told_at = self.swept_at = float("-inf")

    def init_process(self) -> None:
        if self.cfg.workers == 1 and hasattr(os, "sched_setaffinity"):  # Linux
            stay_on_one_core()
        super().init_process()

    def get_thread_pool(self) -> WarmPool:
        return WarmPool(self.cfg.threads)

    def notify(self) -> None:
        """Tell the master that we live: once a second is enough, and a tenth of a request's cost when done at each."""
        now = time.monotonic()
        if now - self.told_at >= 1:
            self.told_at = now
            super().notify()

    def enqueue_req(self, conn: Any) -> None:
        before = self.arriving.pop(conn, None)
        found = peek(conn.sock)
        request = read_ahead(conn) + found
        if has_arrived(request):
            if before is not None:
                set_lowest(conn.sock, 1)
            self.to_a_thread(conn)
        elif before is not None and len(found) <= before[1]:  # no more than before although it woke us: a hang-up
            self.let_go(conn)
        else:
            self.wait_for(conn, request, len(found), before[0] if before else time.monotonic() + ARRIVAL_SECONDS)

    def to_a_thread(self, conn: Any, pieces: Iterable[bytes] | None = None) -> None:
        """`pieces`: the request, where it is not to be read from the socket."""
        if not conn.initialized:
            wait_little(conn.sock)
            conn.data_ready = True  # or the thread would look once more
        if pieces is not None:
            conn.init()
            conn.parser.unreader = IterUnreader(iter(pieces))
        super().enqueue_req(conn)

    def wait_for(self, conn: Any, request: bytes, seen: int, until: float) -> None:
        """Find a place for a request that is not all there: `seen` bytes of it are in the socket's buffer."""
        head = head_of(request)
        if head is None and len(request) >= LOOKED_AT:
            self.refuse(conn, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif head is None:
            self.leave_in_buffer(conn, seen, until)
        elif head.length is None:
            self.refuse(conn, HTTPStatus.LENGTH_REQUIRED)
        elif len(head.text) + head.length <= LOOKED_AT and not head.waits:
            self.leave_in_buffer(conn, seen, until)
        elif head.length > settings.MAX_REQUEST:
            self.to_a_thread(conn, [head.alone])
        else:
            self.gather(conn, head, request, seen)

    def leave_in_buffer(self, conn: Any, seen: int, until: float) -> None:
        self.arriving[conn] = (until, seen)
        if seen:
            set_lowest(conn.sock, seen + 1)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.more_in_buffer, conn))

    def more_in_buffer(self, conn: Any, sock: Any) -> None:
        self.poller.unregister(sock)
        self.enqueue_req(conn)

    def gather(self, conn: Any, head: Head, request: bytes, seen: int) -> None:
        try:
            if len(self.large) >= LARGE_AT_ONCE:
                raise OSError
            self.large[conn] = Large(head, request)
            set_lowest(conn.sock, 1)
            conn.sock.recv(seen, socket.MSG_DONTWAIT)  # what is in the file now
            if head.waits:
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n", socket.MSG_DONTWAIT)
        except OSError:
            self.refuse(conn, HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            if conn.parser:
                conn.parser.unreader.take_buffered()
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.more_in_file, conn))

    def more_in_file(self, conn: Any, sock: Any) -> None:
        large = self.large[conn]
        try:
            large.take(sock)
        except BlockingIOError:
            return
        except ConnectionError:
            self.poller.unregister(sock)
            self.let_go(conn)
        except OSError:  # the disk is full
            self.poller.unregister(sock)
            self.refuse(conn, HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            if not large.left:
                self.poller.unregister(sock)
                self.to_a_thread(conn, iter(large.read, b""))

    def finish_request(self, conn: Any, fs: Any) -> None:
        if self.forget_file(conn):
            conn.parser.unreader = SocketUnreader(conn.sock)
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:  # gunicorn would wait here for the client to hang up, and let everybody wait with it
            self.dismiss(conn)

    def forget_file(self, conn: Any) -> bool:
        """Whether there was one."""
        large = self.large.pop(conn, None)
        if large is not None:
            with suppress(OSError):  # it may have to write what it still holds, on a disk that is full
                large.file.close()
        return large is not None

    def refuse(self, conn: Any, status: HTTPStatus) -> None:
        """Answer in the words of HTTP; the page's script takes 408 and 503 as a reason to try again."""
        words = f"{status.value} {status.phrase}"
        head = ["HTTP/1.1 " + words, "Connection: close", "Content-Type: text/plain", f"Content-Length: {len(words)}"]
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            head.append("Retry-After: 5")
        with suppress(OSError):
            conn.sock.send("\r\n".join([*head, "", words]).encode(), socket.MSG_DONTWAIT)
        self.dismiss(conn)

    def dismiss(self, conn: Any) -> None:
        """Say that no more follows, and take what still comes until the client hangs up."""
        self.forget_file(conn)
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            set_lowest(conn.sock, 1)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.discard, conn))
            self.leaving[conn] = (time.monotonic(), LEAVING_BYTES)
        except (OSError, ValueError):  # it is gone, or closed
            self.let_go(conn)

    def discard(self, conn: Any, sock: Any) -> None:
        try:
            piece = sock.recv(PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        since, left = self.leaving[conn]
        if piece and left > 0:
            self.leaving[conn] = (since, left - len(piece))
        else:
            del self.leaving[conn]
            self.poller.unregister(sock)
            self.let_go(conn)

    def let_go(self, conn: Any) -> None:
        self.forget_file(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_keepalived(self, *args: Any, **kwargs: Any) -> None:
        """Called every second or more often; a worker that stops waits for no connection on which nothing has come."""
        super().murder_keepalived(*args, **kwargs)
        now = time.monotonic()
        if now - self.swept_at >= SWEEP_SECONDS:
            self.swept_at = now
            self.end_those_over_their_time(now)

    def end_those_over_their_time(self, now: float) -> None:
        for conn, (until, seen) in list(self.arriving.items()):
            if until <= now or not (self.alive or seen):
                del self.arriving[conn]
                self.poller.unregister(conn.sock)
                if seen:
                    self.refuse(conn, HTTPStatus.REQUEST_TIMEOUT)
                else:
                    self.let_go(conn)
        for conn, large in list(self.large.items()):
            seconds = min(BODY_SECONDS, ARRIVAL_SECONDS + large.taken / SLOWEST)
            if large.left and now - large.since >= seconds:
                self.poller.unregister(conn.sock)
                self.refuse(conn, HTTPStatus.REQUEST_TIMEOUT)
        for conn, (since, _left) in list(self.leaving.items()):
            if now - since >= (LEAVING_SECONDS if self.alive else STOPPING_SECONDS):
                del self.leaving[conn]
                self.poller.unregister(conn.sock)
                self.let_go(conn)


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


def set_lowest(sock: socket.socket, count: int) -> None:
    """Let the poller wake us when `count` bytes are there, not at each one."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)


def wait_little(sock: socket.socket) -> None:
    """Let a thread wait for the client's next move only so long: it fails then.

    Most replies are left to the system at once; with a larger one, a phone that loses its connection in the middle would
    hold the thread for a quarter of an hour.
    """
    for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        sock.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", SILENCE_SECONDS, 0))
