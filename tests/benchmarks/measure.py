"""Every figure of tests/benchmarks/README.md in one go, through real server processes on this machine.

    python -m tests.benchmarks.measure                      all parts on SQLite
    python -m tests.benchmarks.measure --database postgresql save throughput bell
    python -m tests.benchmarks.measure curve --sizes 1000 10000 100000 1000000

Costs are CPU seconds of the server's process from /proc (on PostgreSQL the database's included), so that they mean
something on a machine that does other things too; times do not: run it on a quiet machine. Each cost stands beside a
baseline of the same run.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
from itertools import count
from typing import Any

from tests.benchmarks import site
from tests.benchmarks.browser import Browser
from tests.benchmarks.deadline import measure_finish
from tests.benchmarks.first_view import measure_weight
from tests.benchmarks.swarm import request, swarm
from tests.benchmarks.work import ANSWER, Facts, apart_from, cost, quiz_of_ten, saves_of, take

WARM_UP = 40  # attempts until each thread of the server has asked each of its queries once


def with_baseline() -> dict[str, site.Server]:
    """The site and its baseline."""
    from django.db import connection  # noqa: PLC0415

    from tests.benchmarks import bare  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
    return {"save": site.Server().start(), "bare": site.Server(settings="tests.benchmarks.bare").start()}


def measure_save(facts: Facts, options: argparse.Namespace) -> None:
    """CPU of one save beside a bare view on the same stack, in turns: one client, then many at once."""
    quiz, servers = quiz_of_ten(), with_baseline()
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
        facts[f"save_to_{label}"] = medians["save"] / medians["bare"]


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


PARTS = {
    "save": measure_save,
    "attempt": measure_attempt,
    "throughput": measure_throughput,
    "bell": measure_bell,
    "finish": measure_finish,
    "weight": measure_weight,
    "curve": measure_curve,
}


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
        for part in options.parts or PARTS:
            PARTS[part](facts, options)
            print(json.dumps(facts, default=str), file=sys.stderr, flush=True)
    finally:
        print(json.dumps(tidy(facts), indent=2, default=str))
        if site.cluster:
            from django.db import connections  # noqa: PLC0415

            connections.close_all()
            site.cluster.stop()


if __name__ == "__main__":
    main()
