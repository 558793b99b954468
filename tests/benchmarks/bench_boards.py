"""What boards cost, next to a view that does nothing, in the same run: `python -m tests.benchmarks.bench_boards [stored]`

A class of 100 with 20 assignments taken once by each member, half of them more than a week ago, on SQLite in a file with
the options of the site (or on PostgreSQL with DATABASE_URL). With a number, so many attempts of other people are stored
first. Requests go through all middleware but no socket; times are CPU of this process, the median and the best of many
batches, because other work on the machine moves them.

Watching: 200 pages that ask every two seconds are 100 requests a second; the script asks every 1.75 s (1.71 to 1.8), which
is 114, and 4.9 s after it was sent something new, which is 41. One of them in each second computes the board, the others
share it. While a result comes in every second, all of them are sent the part that changed; that is dearer where an exam is
over, because what is out is decided for each. What is shared is kept during the measurement, or a busy machine would count
the computing several times.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from quizzes import clock, urls  # noqa: E402
from quizzes.models import Assignment, Attempt, Classroom, Membership, Quiz, User  # noqa: E402
from quizzes.reports import leaderboards  # noqa: E402
from quizzes.views import live  # noqa: E402
from tests import databases, factories  # noqa: E402
from tests.benchmarks import generate  # noqa: E402

MEMBERS, ASSIGNMENTS, WATCHERS = 100, 20, 200
QUIET = {"every 2 s": 2.0, "as the script asks": 1.75}
BUSY = {"every 2 s": 2.0, "every 1.75 s": 1.75, "as the script asks after news": 4.875}
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
        [
            Membership(classroom=room, user=person, nickname=f"bird {number}", nickname_key=f"bird {number}")
            for number, person in enumerate(people)
        ]
    )
    given = [factories.assignment(room, factories.quiz(0), opens_at=now) for _number in range(ASSIGNMENTS)]
    long_ago = now - timedelta(days=10)
    Attempt.objects.bulk_create(
        [
            Attempt(
                learner=person,
                quiz=row.quiz,
                assignment=row,
                number=1,
                status="graded",
                started_at=now if row.pk % 2 else long_ago,
                submitted_at=now if row.pk % 2 else long_ago,
                exact_marks=Fraction((place * 7 + row.pk) % 16),
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
    """The cookie of a person who has logged in."""
    client = Client()
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


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


def main() -> None:
    if stored := int(sys.argv[1]) if len(sys.argv) > 1 else 0:
        generate.generate(stored, with_answers=False)
    live.MAX_AGE = 3600
    urls.urlpatterns.insert(0, path("bare/", bare))
    room, given, learner = fill()
    site, student = Site(), session(learner)
    teacher = session(User.objects.get(username="instructor"))
    board, one = f"/classrooms/{room.pk}/board/", f"/assignments/{given[0].pk}/board/"
    tags = {address: site.get(address, student, script=True)[1]["ETag"] for address in (board, one)}

    def again(address: str, *, shared: bool) -> Callable[[], object]:
        def ask() -> None:
            if not shared:
                cache.clear()
            assert site.get(address, student, tags[address], script=True)[0] == 304

        return ask

    rows: dict[str, Callable[[], object]] = {
        "leaderboard, computed": lambda: leaderboards.for_classroom(room, now=clock.now()),
        "bare view, logged in": lambda: site.get("/bare/", student),
        "leaderboard, whole page": lambda: site.get(board, student),
        "leaderboard, the part that changed": lambda: site.get(board, student, script=True),
        "classroom page with it": lambda: site.get(f"/classrooms/{room.pk}/", student),
        "gradebook 100 × 20": lambda: site.get(f"/classrooms/{room.pk}/gradebook/", teacher),
        "304, shared": again(board, shared=True),
        "304, computed": again(board, shared=False),
        "304 of one assignment, shared": again(one, shared=True),
        "304 of one assignment, computed": again(one, shared=False),
    }
    costs = {name: measured(name, act) for name, act in rows.items()}
    with_exams(given[:2])
    tags[board] = site.get(board, student, script=True)[1]["ETag"]
    changed, computed = "leaderboard, the part that changed", "304, computed"
    costs |= {f"{name}, two exams": measured(f"{name}, two exams", rows[name]) for name in (changed, computed)}
    for what, each, intervals, after in (
        ("nothing changes", "304, shared", QUIET, ""),
        ("all changes", changed, BUSY, ""),
        ("all changes, two exams", changed, BUSY, ", two exams"),
    ):
        for name, seconds in intervals.items():
            share = percent_of_core(WATCHERS / seconds, each=costs[each + after], computed=costs[computed + after])
            print(f"{WATCHERS} watchers {name}, {WATCHERS / seconds:.0f} requests/s, {what}: {share} % of a core")


def measured(name: str, act: Callable[[], object]) -> tuple[float, float]:
    costs = cpu_ms(act)
    print(f"{name:46} {costs[0]:7.2f} ms   best {costs[1]:7.2f} ms", flush=True)
    return costs


def with_exams(given: list[Assignment]) -> None:
    """Make exams of some, which closed an hour ago."""
    Quiz.objects.filter(assignments__in=given).update(feedback="exam")
    Assignment.objects.filter(pk__in=[row.pk for row in given]).update(closes_at=clock.now() - timedelta(hours=1))


def percent_of_core(per_second: float, *, each: tuple[float, float], computed: tuple[float, float]) -> str:
    """The share of a core that these requests take if one a second computes the board: the median and the best."""
    median, best = (((per_second - 1) * one + first) / 10 for one, first in zip(each, computed, strict=True))
    return f"{median:.1f} (best {best:.1f})"


if __name__ == "__main__":
    configured = databases.postgresql() if databases.GIVEN.startswith("postgres") else databases.sqlite()
    with databases.standing_in(configured | {"CONN_MAX_AGE": None}):
        databases.empty()
        main()
