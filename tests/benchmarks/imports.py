"""5,000 questions brought in while people save: `python -m tests.benchmarks.imports [questions] [format …]`

One process, as the site has it: a thread imports in slices, as requests do, while others save an answer every 20 ms. Prints the
longest slice, the transaction, all of it, and how long saves took meanwhile; then the same file again, which adds nothing, and the
undo. Targets: a slice 1 s, the transaction 2 s, 5,000 questions 20 s, 99 of 100 saves within 2 s. On a machine that is busy
with other things only the seconds of CPU say something.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from datetime import UTC, datetime  # noqa: E402

from django.db import connections  # noqa: E402

from quizzes import formats  # noqa: E402
from quizzes.formats.base import QuestionDraft  # noqa: E402
from quizzes.models import ImportDraft, Question, User, papers  # noqa: E402
from quizzes.services import attempts, imports  # noqa: E402
from quizzes.services.attempts import answers  # noqa: E402
from quizzes.services.imports import writing  # noqa: E402
from tests import databases, factories  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAVERS, PAUSE = 4, 0.02
WORDS = [
    "mandate",
    "council",
    "mission",
    "deployment",
    "observers",
    "protection",
    "civilians",
    "ceasefire",
    "monitors",
    "budget",
    "assembly",
    "secretariat",
    "troops",
    "contributing",
    "country",
    "resolution",
    "chapter",
    "consent",
    "impartial",
    "force",
]


def words(seed: int, count: int) -> str:
    return " ".join(WORDS[(seed * 7 + place * place * 3 + place * seed) % len(WORDS)] for place in range(count))


def question(number: int) -> QuestionDraft:
    options = [
        {"text": f"{words(number * 5 + place, 4)} {place}", "correct": place == 0, "feedback": words(number + place, 9)}
        for place in range(4)
    ]
    stem = f"Which {words(number, 12)} is meant by number {number} here?"
    spec = {"stem": stem, "options": options, "explanation": words(number, 25)}
    return QuestionDraft(type="single_choice", spec=spec)


class Savers:
    """People who save while something else goes on; `times` has the seconds of each save."""

    def __init__(self) -> None:
        quiz = factories.quiz(10)
        rows = [attempts.start(factories.user(), quiz, now=NOW) for _saver in range(SAVERS)]
        self.sheets = [papers.of_attempt(row.pk, row.learner_id) for row in rows]
        self.times: list[float] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.save, args=(sheet,)) for sheet in self.sheets]

    def save(self, sheet: Any) -> None:
        revision = 0
        while not self.is_over.wait(PAUSE):
            revision += 1
            began = time.perf_counter()
            answers._guarded_update(sheet, 1, 0, revision, NOW, "")
            self.times.append(time.perf_counter() - began)
        connections.close_all()

    def during(self, act: Callable[[], None]) -> list[float]:
        for thread in self.threads:
            thread.start()
        act()
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        return sorted(self.times)


class Watch:
    """Seconds, and seconds of CPU, of parts of the work."""

    def __init__(self) -> None:
        self.parts: dict[str, list[tuple[float, float]]] = {}

    def of(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            began, cpu = time.perf_counter(), time.thread_time()
            try:
                return act(*args, **kwargs)
            finally:
                self.parts.setdefault(name, []).append((time.perf_counter() - began, time.thread_time() - cpu))

        return timed

    def line(self, name: str) -> str:
        rows = self.parts[name]
        longest, cpu = max(row[0] for row in rows), max(row[1] for row in rows)
        return f"{name} {len(rows)} x, longest {longest:.2f} s (CPU {cpu:.2f})"


def bring(owner: User, data: bytes, key: str) -> None:
    """One import as requests make it, with a line of what it took."""
    watch = Watch()
    writing._write = watch.of("transaction", ORIGINAL)
    began, cpu = time.perf_counter(), time.thread_time()
    draft = imports.begin(owner, name="", data=data, now=NOW, format=key)
    while draft.is_in_progress:
        watch.of("slices", imports.go_on)(draft, now=NOW)
        draft = ImportDraft.objects.defer("data").get(pk=draft.pk)
    watch.of("page", imports.plan_of)(draft)
    imports.confirm(draft, imports.Choices(topic="Benchmark"), now=NOW)
    took = f"in all {time.perf_counter() - began:.1f} s (CPU {time.thread_time() - cpu:.1f})"
    print(f"  {took}; " + "; ".join(watch.line(name) for name in watch.parts), flush=True)


ORIGINAL = writing._write


def main(count: int, keys: list[str]) -> None:
    for key in keys:
        with databases.standing_in(databases.sqlite()):
            databases.empty()
            owner = factories.user(is_staff=True)
            data = formats.get(key).write(map(question, range(count)))
            print(f"{key}: {count} questions, {len(data) / 1e6:.1f} MB", flush=True)
            savers = Savers()
            before = Question.objects.count()
            times = savers.during(lambda data=data, key=key, owner=owner: bring(owner, data, key))  # type: ignore[misc]
            print(
                f"  saves meanwhile {len(times)}, p99 {times[int(len(times) * 0.99)]:.2f} s, longest {times[-1]:.2f} s"
            )
            assert Question.objects.count() == before + count
            bring(owner, data, key)
            assert Question.objects.count() == before + count, "the same file twice adds nothing"
            first, watch = ImportDraft.objects.earliest("pk"), Watch()
            watch.of("undo", imports.undo)(first, now=NOW)
            print(f"  {watch.line('undo')}", flush=True)
            assert Question.objects.count() == before


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    main(number, sys.argv[2:] or ["json", "gift", "moodle_xml"])
