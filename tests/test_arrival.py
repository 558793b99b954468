"""What is read out of the first bytes of a request, before any thread has it."""

from __future__ import annotations

import socket

import pytest

from quizsite.arrival import Head, Large, has_arrived, head_of

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        GET + b"\r\n",
        GET + b"\r\nGET /next HTTP/1.1\r\n",
        POST + b"Content-Length: 0\r\n\r\n",
        POST + b"Content-Length: 3\r\n\r\nabc",
        POST + b"content-length:3 \r\nExpect: 100-continue\r\n\r\nabcd",
        POST + b"Content-Length: 00000000000000000000003\r\n\r\nabc",
        POST + b"Content-Length: many\r\n\r\n",  # for gunicorn to refuse
    ],
)
def test_what_has_arrived(request_: bytes) -> None:
    assert has_arrived(request_)


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        GET,
        GET + b"\r",
        POST + b"Content-Length: 3\r\n\r\nab",
        POST + b"Content-Length: 00000000000000000000003\r\n\r\nab",
        POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nab",
        POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"X: y\r\nTRANSFER-ENCODING: gzip\r\n\r\n",
    ],
)
def test_what_has_not(request_: bytes) -> None:
    assert not has_arrived(request_)


def test_a_head_tells_what_follows() -> None:
    assert head_of(POST) is None
    text = POST + b"Content-Length: 7\r\n\r\n"
    assert head_of(text + b"abc") == Head(text, 7, waits=False)
    asks = POST + b"EXPECT:  100-Continue\r\nContent-Length: 7\r\n\r\n"
    assert head_of(asks) == Head(asks, 7, waits=True)
    chunks = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert head_of(chunks) == Head(chunks, None, waits=False)
    endless = head_of(POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n")
    assert endless is not None
    assert endless.length is not None
    assert endless.length > 10**12


def test_a_head_without_its_body_asks_for_nothing_and_ends_the_connection() -> None:
    head = Head(POST + b"Expect: 100-continue\r\nConnection: keep-alive\r\nContent-Length: 7\r\n\r\n", 7, waits=True)
    assert head.alone == (
        b"POST / HTTP/1.1\r\nConnection: close\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 7\r\n\r\n"
    )


def test_a_large_request_is_read_back_as_it_came_and_not_beyond_its_end() -> None:
    head = Head(POST + b"Content-Length: 10\r\n\r\n", 10, waits=False)
    theirs, ours = socket.socketpair()
    with theirs, ours:
        large = Large(head, head.text + b"012")
        with large.file:
            with pytest.raises(BlockingIOError):
                large.take(ours)
            theirs.sendall(b"3456789GET /next")
            large.take(ours)
            assert (large.left, large.read(), large.read()) == (0, head.text + b"0123456789", b"")
        assert ours.recv(100) == b"GET /next"


def test_a_hang_up_is_told_from_silence() -> None:
    head = Head(POST + b"Content-Length: 10\r\n\r\n", 10, waits=False)
    theirs, ours = socket.socketpair()
    with ours:
        theirs.close()
        large = Large(head, head.text)
        with large.file, pytest.raises(ConnectionError):
            large.take(ours)
