"""What is there of a request, and a place for a large one while it is on its way."""

from __future__ import annotations

import re
import socket
import tempfile
import time
from typing import NamedTuple

LOOKED_AT = 32 * 1024  # bytes; far below what a socket's buffer holds, far above any head of ours
PIECE = 64 * 1024
END = b"\r\n\r\n"
BODY = re.compile(rb"\r\n(?:content-length:[ \t]*0*(\d+)[ \t]*\r\n|transfer-encoding:)", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
DIGITS = 18  # beyond so many a length is simply far too large


def has_arrived(found: bytes) -> bool:
    """Whether a thread would not have to wait: the head is there and the whole body, if it has one."""
    head, end, body = found.partition(END)
    if not end:
        return False
    announced = BODY.search(head + b"\r\n")
    if announced is None:
        return True
    return announced[1] is not None and len(body) >= int(announced[1][: DIGITS + 1])


class Head(NamedTuple):
    """What the head of a request that is not all there says about the rest of it."""

    text: bytes  # with the empty line that ends it
    length: int | None  # of the body in bytes; none is told when it comes in chunks
    waits: bool  # the body is sent when it is asked for (Expect: 100-continue)

    @property
    def alone(self) -> bytes:
        """For a thread that shall answer without the body: the reply is the last on its connection."""
        return EXPECT.sub(b"", self.text).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def head_of(found: bytes) -> Head | None:
    """None while the head is not all there. `found` is a request that has not arrived."""
    head, end, _body = found.partition(END)
    if not end:
        return None
    announced = BODY.search(head + b"\r\n")
    length = int(announced[1][: DIGITS + 1]) if announced and announced[1] is not None else None
    return Head(head + end, length, EXPECT.search(head + b"\r\n") is not None)


class Large:
    """A request that goes into a file as it comes, so that it needs neither a thread nor memory meanwhile."""

    def __init__(self, head: Head, found: bytes) -> None:
        """`found`: all there is of it so far, its head included. OSError when no file can be had."""
        body = found[len(head.text) :]
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when its request is answered)
        self.file.write(EXPECT.sub(b"", head.text) + body)
        self.left = (head.length or 0) - len(body)
        self.since, self.taken = time.monotonic(), 0

    def take(self, sock: socket.socket) -> None:
        """What has come. BlockingIOError when it is nothing, ConnectionError at a hang-up, OSError from a full disk."""
        piece = sock.recv(min(PIECE, self.left), socket.MSG_DONTWAIT)
        if not piece:
            raise ConnectionError
        self.file.write(piece)
        self.left -= len(piece)
        self.taken += len(piece)
        if not self.left:
            self.file.seek(0)

    def read(self) -> bytes:
        return self.file.read(PIECE)
