"""Every figure of tests/benchmarks/README.md in one go, through real server processes on this machine.

    python -m tests.benchmarks.measure                      all parts on SQLite
    python -m tests.benchmarks.measure --database postgresql save throughput bell
    python -m tests.benchmarks.measure curve --sizes 1000 10000 100000 1000000

Costs are CPU seconds of the server's processes from /proc (on PostgreSQL the database's included), so that they mean
something on a machine that does other things too; times do not: run it on a quiet machine. Each cost stands beside a
baseline of the same run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import re
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urljoin

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.swarm import Outcome, request, swarm

PARTS = ["save", "attempt", "throughput", "bell", "finish", "weight", "curve"]
ANSWER = {"choice": ["0"]}
WARM_UP = 40  # attempts until each thread of the server has asked each of its queries once
Facts = dict[str, Any]


def cost(server: site.Server, act: Callable[[], Any], times: int) -> float:
    """Milliseconds of server CPU for one act."""
    before = server.cpu()
    for _time in range(times):
        act()
    return (server.cpu() - before) / times * 1000


def quiz_of_ten(layout: str = "all") -> Any:
    """A homework quiz of ten single-choice questions, 40 minutes, questions and options shuffled for every learner."""
    from tests import factories  # noqa: PLC0415

    slug = f"ten-{secrets.token_hex(4)}"  # the folder may hold those of another run
    return factories.quiz(10, slug=slug, time_limit=40, layout=layout, shuffle_questions=True, shuffle_options=True)


BASELINES = {
    "bare": "tests.benchmarks.bare",
    "bare_our_sessions": "tests.benchmarks.sessions",
    "bare_our_middleware": "tests.benchmarks.stack",
}


def with_baselines() -> dict[str, site.Server]:
    """The site and its baselines."""
    from django.db import connection  # noqa: PLC0415

    from tests.benchmarks import bare  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
    servers = {"save": site.Server().start()}
    servers |= {name: site.Server(settings=module).start() for name, module in BASELINES.items()}
    return servers


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


def measure_save(facts: Facts, options: argparse.Namespace) -> None:
    """CPU of one save beside a bare view on the same stack, in turns: one client, then many at once."""
    quiz, servers = quiz_of_ten(), with_baselines()
    people = site.people(options.clients)
    attempts = [Browser(servers["save"].port, session).start(quiz.slug) for _user, session in people]
    lines = [saves_of(attempt, session) for attempt, (_user, session) in zip(attempts, people, strict=True)]
    alone: dict[str, list[float]] = {name: [] for name in servers}
    crowd: dict[str, list[float]] = {name: [] for name in servers}
    with apart_from(*servers.values()):
        for turn in range(options.rounds + 1):
            for name, server in servers.items():
                for found, clients, seconds in ((alone, 1, 1.0), (crowd, options.clients, 2.0)):
                    before = server.cpu()
                    outcome = swarm(server.port, lines[:clients], seconds=seconds)
                    assert set(outcome.statuses) == {200}, (name, outcome.statuses)
                    if turn:  # the first round warms up
                        found[name].append((server.cpu() - before) / len(outcome.times) * 1000)
    for server in servers.values():
        server.stop()
    for label, found in (("one_client", alone), ("many_clients", crowd)):
        medians = {name: statistics.median(times) for name, times in found.items()}
        facts[f"cpu_ms_{label}"] = medians
        facts[f"save_to_{label}"] = {name: medians["save"] / medians[name] for name in BASELINES}


def measure_attempt(facts: Facts, options: argparse.Namespace) -> None:
    """CPU of a whole attempt, all on one page (16 requests) and one question a page, each by learners of their own."""
    server = site.Server().start()
    for name, layout in (("all", "all"), ("one", "one")):
        quiz = quiz_of_ten(layout)
        people = site.people(WARM_UP + options.attempts)
        with apart_from(server):
            for _user, session in people[:WARM_UP]:
                take(Browser(server.port, session), quiz, layout)
            before, requests = server.cpu(), 0
            for _user, session in people[WARM_UP:]:
                requests += take(Browser(server.port, session), quiz, layout)
        facts[f"attempt_{name}_cpu_ms"] = round((server.cpu() - before) / options.attempts * 1000, 1)
        facts[f"attempt_{name}_requests"] = requests / options.attempts
    facts["memory_mib"] = round(server.memory(), 1)
    server.stop()


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


def measure_throughput(facts: Facts, options: argparse.Namespace) -> None:
    """Saves a second and their times with 32 clients at once; the clients use the same cores."""
    quiz, server = quiz_of_ten(), site.Server().start()
    lines = []
    for _user, session in site.people(options.clients):
        attempt = Browser(server.port, session).start(quiz.slug)
        lines.append(saves_of(attempt, session))
    warm = swarm(server.port, lines, seconds=2)
    before = server.cpu()
    found = swarm(server.port, lines, seconds=options.seconds)
    assert set(found.statuses) == {200}, (warm.statuses, found.statuses)
    facts["saves_per_s"] = round(len(found.times) / found.seconds)
    facts["saves_p50_ms"], facts["saves_p99_ms"] = round(found.percentile(0.5), 1), round(found.percentile(0.99), 1)
    facts["saves_longest_ms"] = round(max(found.times) * 1000, 1)
    facts["save_cpu_under_load_ms"] = round((server.cpu() - before) / len(found.times) * 1000, 2)
    facts["memory_under_load_mib"] = round(server.memory(), 1)
    server.stop()


def measure_bell(facts: Facts, options: argparse.Namespace) -> None:
    """Everybody presses Start in one instant."""
    from quizzes.models import Attempt  # noqa: PLC0415

    quiz, server = quiz_of_ten(), site.Server().start()
    path, form = f"/quizzes/{quiz.slug}/start/", "application/x-www-form-urlencoded"
    people = site.people(options.starts)
    lines = [iter([request("POST", path, session, kind=form)]) for _user, session in people]
    before = server.cpu()
    found = swarm(server.port, lines)
    facts["bell_cpu_ms"] = (server.cpu() - before) / options.starts * 1000  # for each start
    facts["bell_starts"] = len(found.times)
    facts["bell_statuses"] = found.statuses
    facts["bell_seconds"] = round(found.seconds, 2)
    facts["bell_attempts"] = Attempt.objects.filter(quiz=quiz).count()
    facts["bell_learners"] = Attempt.objects.filter(quiz=quiz).values("learner").distinct().count()
    server.stop()


def measure_finish(facts: Facts, options: argparse.Namespace) -> None:
    """Everybody's time is over in one instant: first all browsers submit, then all are gone and the sweep closes them."""
    quiz, people = quiz_of_ten(), site.people(2 * options.starts)
    with_browser, gone = people[: options.starts], people[options.starts :]
    due_at = datetime.now(UTC) + timedelta(seconds=10 + options.starts / 25)  # until then all are made
    end_of_gone = due_at + timedelta(seconds=30)
    submits = [
        iter([request("POST", f"/attempts/{pk}/submit/", session, kind="application/x-www-form-urlencoded")])
        for pk, (_user, session) in zip(answered(quiz, with_browser, due_at), with_browser, strict=True)
    ]
    answered(quiz, gone, end_of_gone)
    server = site.Server().start()
    other_quiz = quiz_of_ten()  # of those who go on
    lines = [
        saves_of(Browser(server.port, session).start(other_quiz.slug), session)
        for _user, session in site.people(options.clients)
    ]
    sleep_until(due_at)
    before = server.cpu()
    found = swarm(server.port, submits)
    facts["finish_cpu_ms"] = (server.cpu() - before) / options.starts * 1000  # for each submit
    facts["finish_statuses"], facts["finish_seconds"] = found.statuses, found.seconds
    facts["finish_p99_ms"] = found.percentile(0.99)
    sleep_until(end_of_gone + timedelta(seconds=5))  # the transport grace
    meanwhile, facts["sweep_seconds"] = saves_during_the_sweep(server, lines, quiz)
    facts["sweep_done_seconds_after_the_end"] = (datetime.now(UTC) - end_of_gone).total_seconds()
    facts["sweep_saves"], facts["sweep_saves_statuses"] = len(meanwhile.times), meanwhile.statuses
    facts["sweep_saves_p50_ms"], facts["sweep_saves_p99_ms"] = meanwhile.percentile(0.5), meanwhile.percentile(0.99)
    facts["sweep_saves_longest_ms"] = max(meanwhile.times) * 1000
    server.stop()
    facts["finish_not_closed_and_graded_once_at_the_deadline"] = 2 * options.starts - ended_well(quiz)
    command = [sys.executable, "manage.py", "check_invariants"]
    checked = subprocess.run(command, cwd=site.ROOT, capture_output=True, text=True)
    facts["finish_invariants"] = checked.stdout.strip()[-300:]


def answered(quiz: Any, people: list[tuple[Any, str]], due_at: datetime) -> list[int]:
    """Attempts with ten answers each, all due at one instant."""
    from django.db import transaction  # noqa: PLC0415

    from quizzes.services import attempts, saving  # noqa: PLC0415

    made, began = [], due_at - timedelta(minutes=quiz.time_limit)
    with transaction.atomic():
        for user, _session in people:
            attempt = attempts.start(user, quiz, now=began)
            for slot in range(1, 11):
                at = began + timedelta(minutes=slot)
                saving.save(attempt.pk, user, slot=slot, fields=ANSWER, revision=1, now=at)
            made.append(attempt.pk)
    return made


def sleep_until(instant: datetime) -> None:
    left = (instant - datetime.now(UTC)).total_seconds()
    if left < 0:
        raise RuntimeError(f"this machine is too slow: {-left:.1f} s late")
    time.sleep(left)


def saves_during_the_sweep(server: site.Server, lines: list[Iterator[bytes]], quiz: Any) -> tuple[Outcome, float]:
    """Others save as fast as possible until the sweep has graded all; what they met while it worked, and for how long."""
    from quizzes.models import Attempt  # noqa: PLC0415

    during, slices = Outcome(), 600
    left = everyone = Attempt.objects.filter(quiz=quiz).exclude(status="graded").count()
    while left and slices:
        found, before = swarm(server.port, lines, seconds=0.25), left
        left, slices = Attempt.objects.filter(quiz=quiz).exclude(status="graded").count(), slices - 1
        if left < before:
            during.times += found.times
            during.seconds += found.seconds
            for status, times in found.statuses.items():
                during.statuses[status] = during.statuses.get(status, 0) + times
    assert everyone, "somebody must be left to the sweep"
    assert not left, f"{left} of {everyone} were not closed"
    return during, during.seconds


def ended_well(quiz: Any) -> int:
    """Attempts that were closed at the deadline and graded, with one event for each."""
    from django.db.models import Count, F, Q  # noqa: PLC0415

    from quizzes.models import Attempt  # noqa: PLC0415

    once = {f"{kind}_times": Count("events", filter=Q(events__kind=kind)) for kind in ("closed", "graded", "submitted")}
    ended = Attempt.objects.filter(quiz=quiz, status="graded", closed_by="deadline", submitted_at=F("due_at"))
    return ended.annotate(**once).filter(closed_times=1, graded_times=1, submitted_times=0).count()


def measure_weight(facts: Facts, options: argparse.Namespace) -> None:
    """Bytes and requests of the first view of an attempt with an empty cache."""
    quiz, server = quiz_of_ten("one"), site.Server().start()
    (_user, session), *_rest = site.people(1)
    browser = Browser(server.port, session)
    page = f"/attempts/{browser.start(quiz.slug)}/questions/1/"
    seen: dict[str, int] = {}
    fetch(browser, page, seen)
    facts["first_view_requests"], facts["first_view_bytes"] = len(seen), sum(seen.values())
    facts["first_view_largest"] = sorted(seen.items(), key=lambda item: -item[1])[:4]
    server.stop()


def fetch(browser: Browser, path: str, seen: dict[str, int]) -> None:
    """A page or asset and what it names; sizes as sent."""
    if path in seen:
        return
    status, headers, body = browser.get(path)
    if status != 200:
        return
    seen[path] = len(body) + sum(len(name) + len(value) + 4 for name, value in headers.items())
    encoding = headers.get("Content-Encoding", "")
    if encoding == "br":  # read it again in a form that needs no library
        body = browser.request("GET", path, **{"Accept-Encoding": "identity"})[2]
    text = (gzip.decompress(body) if encoding == "gzip" else body).decode("utf-8", "replace")
    kind = headers.get("Content-Type", "")
    if "html" in kind:
        found = re.findall(r'<(?:script|img)[^>]* src="([^"]+)"|<link[^>]* href="([^"]+)"', text)
        named = [first or second for first, second in found]
        named += re.findall(
            r'"(/static/[^"]+\.js)"', "".join(re.findall(r'<script type="importmap">.*?</script>', text, re.S))
        )
    elif "javascript" in kind:
        named = re.findall(r'(?:from|import)\s*"(\.[^"]+)"', text)
    elif "css" in kind:
        named = []  # fonts and pictures of style sheets are fetched when they are used
    else:
        named = []
    for name in named:
        if not name.startswith(("http:", "https:", "data:", "#")):
            fetch(browser, urljoin(path, name), seen)


def measure_curve(facts: Facts, options: argparse.Namespace) -> None:
    """CPU of the requests that matter while the number of stored attempts grows."""
    from quizzes.models import Attempt  # noqa: PLC0415
    from tests.benchmarks.generate import generate  # noqa: PLC0415

    quiz, curve = quiz_of_ten(), []
    for size in sorted(options.sizes):
        generate(max(0, size - Attempt.objects.count()) or 10, with_answers=not options.without_answers)
        server = site.Server().start()
        (_user, session), *others = site.people(21)
        browser, revisions = Browser(server.port, session), count(1)
        attempt = browser.start(quiz.slug)

        def save(browser: Browser = browser, attempt: int = attempt, revisions: Any = revisions) -> None:
            assert browser.save(attempt, 1, next(revisions), ANSWER)[0] == 200

        cost(server, save, 30)
        row = {"attempts": Attempt.objects.count(), "save": cost(server, save, 300)}
        row["question"] = cost(
            server, lambda browser=browser, pk=attempt: browser.get(f"/attempts/{pk}/questions/1/"), 60
        )
        row["history"] = cost(server, lambda browser=browser: browser.get("/attempts/"), 60)
        row["list"] = cost(server, lambda browser=browser: browser.get("/quizzes/"), 60)
        starters = iter(others)
        row["start"] = cost(
            server, lambda it=starters, port=server.port: Browser(port, next(it)[1]).start(quiz.slug), 20
        )
        curve.append({name: round(value, 2) for name, value in row.items()})
        server.stop()
    facts["curve_cpu_ms"] = curve


def tidy(value: Any) -> Any:
    """Figures with as many places as they are good for."""
    if isinstance(value, dict):
        return {name: tidy(inner) for name, inner in value.items()}
    return round(value, 2) if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of: {' '.join(PARTS)} (default: all)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--attempts", type=int, default=100, help="whole attempts to take")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=15, help="of saving as fast as possible")
    parser.add_argument("--starts", type=int, default=1000, help="in one instant, and as many ends")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--without-answers", action="store_true", help="of the attempts that fill the curve's database")
    options = parser.parse_intermixed_args()
    site.choose_database(options.database)
    site.prepare()
    facts: Facts = {"database": options.database, "python": platform.python_version()}
    try:
        for part in PARTS:
            if not options.parts or part in options.parts:
                globals()[f"measure_{part}"](facts, options)
                print(json.dumps(facts, default=str), file=sys.stderr, flush=True)
    finally:
        print(json.dumps(tidy(facts), indent=2, default=str))
        if site.cluster:
            from django.db import connections  # noqa: PLC0415

            connections.close_all()
            site.cluster.stop()


if __name__ == "__main__":
    main()
