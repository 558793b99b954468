"""Where the CPU of each request on the way through an attempt goes, inside one process, without a server around it.

    python -m tests.benchmarks.inside            CPU and queries of each request, median of 40 whole attempts of ten questions
    python -m tests.benchmarks.inside rules      and a profile of that one

The figures of the README come from `tests.benchmarks.measure`, through real server processes; this is the tool to find out why.
"""

from __future__ import annotations

import cProfile
import gc
import io
import json
import pstats
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks import site
from tests.benchmarks.browser import TOKEN
from tests.benchmarks.work import ANSWER, quiz_of_ten

ATTEMPTS = 40
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Requests:
    """What was asked so far: seconds of CPU and queries by the name of the request."""

    application: Any
    profiled: str = ""
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    queries: dict[str, int] = field(default_factory=dict)
    profile: cProfile.Profile = field(default_factory=cProfile.Profile)
    sent: int = 0

    def count(self, execute: Any, *statement: Any) -> Any:
        """A wrapper of Django's statements."""
        self.sent += 1
        return execute(*statement)

    def __call__(self, name: str, path: str, session: str, body: bytes | None = None, kind: str = FORM) -> Any:
        """Ask; returns the headers of the reply."""
        before, began = self.sent, time.process_time()
        if name == self.profiled:
            self.profile.enable()
        status, headers = self.ask(path, session, body, kind)
        self.profile.disable()
        self.seconds[name].append(time.process_time() - began)
        self.queries[name] = self.sent - before
        assert status in (200, 302), (name, status)
        return headers

    def ask(self, path: str, session: str, body: bytes | None, kind: str) -> tuple[int, dict[str, str]]:
        reply: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            reply.update(status=int(status[:3]), headers=dict(headers))

        chunks = self.application(environment(path, session, body, kind), start_response)
        for _chunk in chunks:
            pass
        chunks.close()
        return reply["status"], reply["headers"]


def environment(path: str, session: str, body: bytes | None, kind: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_COOKIE": f"sessionid={session}; csrftoken={TOKEN}",
        "HTTP_X_CSRFTOKEN": TOKEN,
        "HTTP_ACCEPT": JSON if kind == JSON else "text/html",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body or b"")),
        "wsgi.input": io.BytesIO(body or b""),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }


def take(request: Requests, quiz: Any, session: str) -> None:
    """One attempt from the list to the result."""
    request("list", "/quizzes/", session)
    request("rules", f"/quizzes/{quiz.slug}/", session)
    started = request("start", f"/quizzes/{quiz.slug}/start/", session, b"")
    attempt = int(started["Location"].split("/attempts/")[1].split("/")[0])
    if quiz.layout == "all":
        request("all", started["Location"], session)
    for slot in range(1, 11):
        if quiz.layout == "one":
            request("question", f"/attempts/{attempt}/questions/{slot}/", session)
        body = json.dumps({"slot": slot, "revision": 1, "answer": ANSWER}).encode()
        request("save", f"/attempts/{attempt}/save/", session, body, JSON)
    request("state", f"/attempts/{attempt}/state/", session)  # three times a minute
    request("submit", f"/attempts/{attempt}/submit/", session, b"")
    request("result", f"/attempts/{attempt}/result/", session)


def main() -> None:
    site.choose_database("sqlite")
    site.prepare()
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  after the database was chosen
    from django.db import connection  # noqa: PLC0415

    quizzes = [quiz_of_ten("all"), quiz_of_ten("one")]
    application = get_wsgi_application()
    for size in (5, ATTEMPTS):  # the first few warm up
        request = Requests(application, profiled=sys.argv[1] if len(sys.argv) > 1 else "")
        gc.collect()
        with connection.execute_wrapper(request.count):
            for quiz in quizzes:
                for _user, session in site.people(size):
                    take(request, quiz, session)
    for name, seconds in request.seconds.items():
        print(f"{name:9s} {statistics.median(seconds) * 1000:6.2f} ms {request.queries[name]:3d} queries")
    if request.profiled:
        pstats.Stats(request.profile).sort_stats("tottime").print_stats(40)
        pstats.Stats(request.profile).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
