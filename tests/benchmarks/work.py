"""What is measured: the same quiz, the same attempt and the same saves every time."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.swarm import request

ANSWER = {"choice": ["0"]}
Facts = dict[str, Any]


def quiz_of_ten(layout: str = "all") -> Any:
    """A homework quiz of ten single-choice questions, 40 minutes, questions and options shuffled for every learner."""
    from tests import factories  # noqa: PLC0415

    slug = f"ten-{secrets.token_hex(4)}"  # the folder may hold those of another run
    return factories.quiz(10, slug=slug, time_limit=40, layout=layout, shuffle_questions=True, shuffle_options=True)


def take(browser: Browser, quiz: Any, layout: str) -> int:
    """One attempt from the list to the result; how many requests it took."""
    done = 0

    def see(path: str) -> None:
        nonlocal done
        status, _headers, _body = browser.get(path)
        assert status in (200, 302), (path, status)
        done += 1

    see("/quizzes/")
    see(f"/quizzes/{quiz.slug}/")
    attempt = browser.start(quiz.slug)
    done += 1
    if layout == "all":
        see(f"/attempts/{attempt}/all/")
    for slot in range(1, 11):
        if layout == "one":
            see(f"/attempts/{attempt}/questions/{slot}/")
        status, body = browser.save(attempt, slot, 1, ANSWER)
        assert status == 200, body
        done += 1
    status, _headers, _body = browser.post(f"/attempts/{attempt}/submit/")
    assert status == 302
    done += 1
    see(f"/attempts/{attempt}/result/")
    return done


def saves_of(attempt: int, session: str) -> Iterator[bytes]:
    for number in count():
        body = json.dumps({"slot": 1 + number % 10, "revision": 1 + number // 10, "answer": ANSWER}).encode()
        yield request("POST", f"/attempts/{attempt}/save/", session, body)


def cost(server: site.Server, act: Callable[[], Any], times: int) -> float:
    """Milliseconds of server CPU for one act."""
    before = server.cpu()
    for _time in range(times):
        act()
    return (server.cpu() - before) / times * 1000


@contextmanager
def apart_from(*servers: site.Server) -> Iterator[None]:
    """The servers on one core, the clients on the others, as they would be on machines of their own."""
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    for server in servers:
        server.stay_on(first)
    os.sched_setaffinity(0, others or {first})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
