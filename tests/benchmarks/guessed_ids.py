"""Does the time of an answer tell whether an attempt of somebody else exists (F46)? `python -m tests.benchmarks.guessed_ids [stored attempts]`

A learner asks every address below /attempts/<pk>/ for attempts of other people and for ids that do not exist, in turn, on
SQLite in a file (or on PostgreSQL with DATABASE_URL). With a number, so many attempts are stored first
(tests/benchmarks/generate.py). Requests go through all middleware but no socket, which would only add noise. The baseline is
the same question about two halves of the ids that do not exist: what differs there is noise. Exit code 1 if a middle
differs by 1 ms or more. That body and queries are the same is for tests/views/test_guessed_ids.py.
"""

from __future__ import annotations

import logging
import os
import random
import statistics
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from django.test import Client  # noqa: E402

from quizzes import clock  # noqa: E402
from quizzes.models import Attempt, version_cache  # noqa: E402
from tests import databases, factories  # noqa: E402
from tests.benchmarks import generate  # noqa: E402
from tests.views.test_guessed_ids import ADDRESSES, FLAG, SAVE  # noqa: E402

FOREIGN, ROUNDS, MOST_MS = 40, 10, 1.0
BODIES = {"save/": SAVE, "flag/": FLAG}


def fill(stored: int) -> list[int]:
    """Attempts of other people, some in progress and some graded."""
    if stored:
        generate.generate(stored, with_answers=False)
    quizzes, now = [factories.quiz(10), factories.quiz(10)], clock.now() - timedelta(minutes=5)
    people = [factories.user() for _number in range(FOREIGN // 2)]
    return [
        factories.attempt(person, quiz, now=now, submit=number == 1).pk
        for number, quiz in enumerate(quizzes)
        for person in people
    ]


def ask_ms(guesser: Client, address: str, pk: int) -> float:
    """Milliseconds until a 404."""
    path = "/" + address.replace("<int:pk>", str(pk)).replace("<int:slot>", "1")
    body = next((body for end, body in BODIES.items() if path.endswith(end)), None)
    began = time.perf_counter()
    if body is not None:
        response = guesser.post(path, body, content_type="application/json")
    else:
        response = guesser.post(path) if path.endswith("submit/") else guesser.get(path)
    took = time.perf_counter() - began
    assert response.status_code == 404, (path, response.status_code)
    return took * 1000


def main(stored: int) -> int:
    foreign = fill(stored)
    after = Attempt.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    missing = [after + 1 + number for number in range(FOREIGN)]
    guesser, rng = Client(SERVER_NAME="127.0.0.1"), random.Random(1)
    guesser.force_login(factories.user("guesser"))
    asked = [*(("foreign", pk) for pk in foreign), *((f"missing {pk % 2}", pk) for pk in missing)]
    largest = 0.0
    print(f"{'ms, middle of ' + str(FOREIGN * ROUNDS):42} foreign  missing  differs  beside missing twice")
    for address in ADDRESSES:
        times: dict[str, list[float]] = {"foreign": [], "missing 0": [], "missing 1": []}
        for _round in range(ROUNDS):
            rng.shuffle(asked)
            version_cache.clear()  # as after a start of the process: an id is guessed once
            for kind, pk in asked:
                times[kind].append(ask_ms(guesser, address, pk))
        theirs, nobodys = (
            statistics.median(times["foreign"]),
            statistics.median(times["missing 0"] + times["missing 1"]),
        )
        noise = abs(statistics.median(times["missing 0"]) - statistics.median(times["missing 1"]))
        largest = max(largest, abs(theirs - nobodys))
        print(f"{address:42} {theirs:7.3f}  {nobodys:7.3f}  {abs(theirs - nobodys):7.3f}  {noise:7.3f}", flush=True)
    print(f"largest difference of two middles: {largest:.3f} ms ({stored} more attempts stored)")
    return 0 if largest < MOST_MS else 1


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # a line for each 404 would be most of the work
    configured = databases.postgresql() if databases.GIVEN.startswith("postgres") else databases.sqlite()
    with databases.standing_in(configured | {"CONN_MAX_AGE": None}):
        databases.empty()
        code = main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    sys.exit(code)
