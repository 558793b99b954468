"""Does a process-wide fair write lock pay on SQLite? `python -m tests.benchmarks.write_lock [seconds]`

Eight threads save answers as fast as they can, one of them in transactions of ten writes, in a database file with the
options of the site: once on Django's own backend with IMMEDIATE and SQLite's waiting (sleeps that grow to 100 ms, in no order), once on
ours, where a lock of the process serves writers in the order in which they came.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from itertools import chain

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from datetime import UTC, datetime  # noqa: E402

from django.db import connections, transaction  # noqa: E402

from quizzes.models import papers, version_cache  # noqa: E402
from quizzes.services import attempts  # noqa: E402
from quizzes.services.attempts import answers  # noqa: E402
from tests import databases, factories  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THREADS = 8


def run(seconds: float) -> tuple[list[float], list[str]]:
    quiz = factories.quiz(10)
    rows = [attempts.start(factories.user(), quiz, now=NOW) for _thread in range(THREADS)]
    times: list[list[float]] = [[] for _thread in range(THREADS)]
    errors: list[str] = []
    stop = time.monotonic() + seconds
    sheets = [papers.of_attempt(row.pk, row.learner_id) for row in rows]
    save = answers._guarded_update

    def work(place: int) -> None:
        paper, revision = sheets[place], 0
        while time.monotonic() < stop:
            revision += 1
            began = time.perf_counter()
            try:
                if place == 0:  # a longer writer, such as a start or a grading
                    with transaction.atomic():
                        for slot in range(1, 11):
                            save(paper, slot, 0, revision, NOW, "")
                else:
                    save(paper, 1, 0, revision, NOW, "")
                    times[place].append(time.perf_counter() - began)
            except Exception as error:
                errors.append(repr(error))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(chain.from_iterable(times)), errors


def main(seconds: float) -> None:
    for engine in ("django.db.backends.sqlite3", "quizsite.sqlite") * 2:
        with databases.standing_in(databases.sqlite() | {"ENGINE": engine}):
            databases.empty()
            version_cache.clear()
            times, errors = run(seconds)
        p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        print(
            f"{engine:27} {len(times) / seconds:6.0f} saves/s  p50 {p50 * 1000:5.2f} ms  p99 {p99 * 1000:6.2f} ms"
            f"  longest {times[-1] * 1000:6.0f} ms  errors {len(errors)}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
