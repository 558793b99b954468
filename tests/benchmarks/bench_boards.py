"""What boards cost, beside a view that does nothing, in the same run: `python -m tests.benchmarks.bench_boards [stored attempts]`

A class of 100 with 20 assignments taken once by everybody, on SQLite in a file with the options of the site (or on
PostgreSQL with DATABASE_URL). With a number, so many
attempts of other people are stored first (tests/benchmarks/generate.py). Requests go through all middleware but no socket; times are of this process's CPU, the
middle and the best of many batches, because other work on the machine moves them.

Watching: 200 pages that ask every 1.75 s (1.71 to 1.8) are 114 requests a second. A version is shared for 0.2 s, so 5 of them work it out.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from quizzes import clock, urls  # noqa: E402
from quizzes.models import Assignment, Attempt, Classroom, Membership, User  # noqa: E402
from quizzes.reports import leaderboards  # noqa: E402
from quizzes.views import live  # noqa: E402
from tests import databases, factories  # noqa: E402
from tests.benchmarks import generate  # noqa: E402

MEMBERS, ASSIGNMENTS, WATCHERS, EVERY_SECONDS = 100, 20, 200, 1.75
BATCHES, BATCH = 15, 10


def bare(request: HttpRequest) -> HttpResponse:
    """The baseline: session and person are read, nothing else."""
    return HttpResponse("nothing")


def fill() -> tuple[Classroom, list[Assignment], User]:
    now = clock.now() - timedelta(days=1)
    instructor = factories.user("instructor", is_staff=True)
    people = User.objects.bulk_create([User(username=f"student-{number}", password="!") for number in range(MEMBERS)])
    room = factories.classroom(instructor=instructor)
    Membership.objects.bulk_create(
        [Membership(classroom=room, user=person, nickname=f"bird {number}") for number, person in enumerate(people)]
    )
    given = [factories.assignment(room, factories.quiz(0), opens_at=now) for _number in range(ASSIGNMENTS)]
    Attempt.objects.bulk_create(
        [
            Attempt(
                learner=person,
                quiz=row.quiz,
                assignment=row,
                number=1,
                status="graded",
                started_at=now,
                submitted_at=now,
                marks=(place * 7 + row.pk) % 16,
                max_marks=16,
                fraction=((place * 7 + row.pk) % 16) / 16,
            )
            for place, person in enumerate(people)
            for row in given
        ]
    )
    return room, given, people[0]


def session(person: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    return f"sessionid={store.session_key}"


class Site:
    def __init__(self) -> None:
        self.application = get_wsgi_application()

    def get(self, address: str, cookie: str, tag: str = "", *, script: bool = False) -> tuple[int, dict[str, str]]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": cookie,
            "HTTP_ACCEPT_ENCODING": "gzip, br",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        environ |= {"HTTP_X_REQUESTED_WITH": "fetch"} if script else {}
        environ |= {"HTTP_IF_NONE_MATCH": tag} if tag else {}
        answered: list[Any] = []
        response: Any = self.application(
            environ, lambda status, headers, _info=None: answered.extend((status, headers))
        )
        b"".join(response)
        response.close()
        return int(answered[0][:3]), dict(answered[1])


def cpu_ms(act: Callable[[], object]) -> tuple[float, float]:
    """CPU of one act in milliseconds: the middle and the best of the batches."""
    act()
    times = []
    for _batch in range(BATCHES):
        began = time.process_time()
        for _act in range(BATCH):
            act()
        times.append((time.process_time() - began) / BATCH * 1000)
    return statistics.median(times), min(times)


def in_database_ms(act: Callable[[], object]) -> tuple[float, float]:
    """Time that one act waits for statements, in milliseconds: the middle and the best."""
    times = []
    spent = 0.0

    def timed(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            spent += time.perf_counter() - began

    with connection.execute_wrapper(timed):
        for _time in range(BATCHES * 2):
            spent = 0.0
            act()
            times.append(spent * 1000)
    return statistics.median(times), min(times)


def main() -> None:
    if stored := int(sys.argv[1]) if len(sys.argv) > 1 else 0:
        generate.generate(stored, with_answers=False)
    urls.urlpatterns.insert(0, path("bare/", bare))
    room, given, learner = fill()
    site, student = Site(), session(learner)
    teacher = session(User.objects.get(username="instructor"))
    board, one = f"/classrooms/{room.pk}/board/", f"/assignments/{given[0].pk}/board/"
    tags = {address: site.get(address, student, script=True)[1]["ETag"] for address in (board, one)}

    def again(address: str, *, fresh: bool) -> Callable[[], object]:
        def ask() -> None:
            if fresh:
                live.forget_versions()
            assert site.get(address, student, tags[address], script=True)[0] == 304

        return ask

    rows: dict[str, Callable[[], object]] = {
        "bare view, logged in": lambda: site.get("/bare/", student),
        "leaderboard, whole page": lambda: site.get(board, student),
        "leaderboard, the part that changed": lambda: site.get(board, student, script=True),
        "classroom page with it": lambda: site.get(f"/classrooms/{room.pk}/", student),
        "gradebook 100 × 20": lambda: site.get(f"/classrooms/{room.pk}/gradebook/", teacher),
        "304, version shared": again(board, fresh=False),
        "304, version worked out": again(board, fresh=True),
        "304 of one assignment, worked out": again(one, fresh=True),
    }
    ranked = in_database_ms(lambda: leaderboards.for_classroom(room, viewer=learner, now=clock.now()))
    print(
        f"{'leaderboard, in the database':36} {ranked[0]:7.2f} ms   best {ranked[1]:7.2f} ms   ({stored} more stored)"
    )
    found = {}
    for name, act in rows.items():
        found[name] = cpu_ms(act)
        print(f"{name:36} {found[name][0]:7.2f} ms   best {found[name][1]:7.2f} ms", flush=True)
    per_second = WATCHERS / EVERY_SECONDS
    worked_out = 1 / live.KEPT_SECONDS
    for place, name in enumerate(("middle", "best")):
        cost = worked_out * found["304, version worked out"][place]
        cost += (per_second - worked_out) * found["304, version shared"][place]
        print(
            f"{WATCHERS} watchers, {per_second:.0f} requests/s ({name}): {cost / 10:.1f} % of a core, without the socket"
        )


if __name__ == "__main__":
    configured = databases.postgresql() if databases.GIVEN.startswith("postgres") else databases.sqlite()
    with databases.standing_in(configured | {"CONN_MAX_AGE": None}):
        databases.empty()
        main()
