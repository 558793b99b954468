"""What the files of one's own data cost somebody with years of answers: `python -m tests.benchmarks.own_data [answers]`.

By default 10,000 answers in 1,000 attempts, with 5,000 rows of their log. CPU of this process, queries, the size of the
file, and how much the process grew by it.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import IO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from datetime import timedelta  # noqa: E402

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from quizzes import clock  # noqa: E402
from quizzes.models import Answer, Attempt, AttemptEvent, QuestionVersion, Quiz, User  # noqa: E402
from quizzes.reports import own_data  # noqa: E402
from tests import databases, factories  # noqa: E402

QUESTIONS, QUIZZES, EVENTS = 10, 50, 5


def fill(answers: int) -> User:
    learner, quizzes = factories.user("learner"), [factories.quiz(QUESTIONS) for _number in range(QUIZZES)]
    for number in range(answers // QUESTIONS):
        take(learner, quizzes[number % QUIZZES], number)
    return learner


def take(learner: User, quiz: Quiz, number: int) -> None:
    """A graded attempt, everything right, without the engine."""
    at = clock.now() - timedelta(days=number)
    graded = {"status": "graded", "started_at": at, "submitted_at": at, "closed_by": "learner"}
    marks = {"max_marks": QUESTIONS, "marks": QUESTIONS, "exact_marks": QUESTIONS, "fraction": 1}
    attempt = Attempt.objects.create(learner=learner, quiz=quiz, number=number + 1, **graded, **marks)
    right = {"response": 0, "saved_at": at, "fraction": 1, "marks": 1, "exact_fraction": 1, "exact_marks": 1}
    versions = QuestionVersion.objects.filter(question__items__quiz=quiz)
    Answer.objects.bulk_create(
        Answer(attempt=attempt, slot=slot, version=version, **right) for slot, version in enumerate(versions, start=1)
    )
    AttemptEvent.objects.bulk_create(AttemptEvent(attempt=attempt, kind="graded", at=at) for _event in range(EVENTS))


def measure(write: Callable[[own_data.Reader], IO[bytes]], learner: User) -> str:
    grown, begun = memory(), time.process_time()
    with write(own_data.Reader(learner, clock.now())) as made:
        took, grown = time.process_time() - begun, memory() - grown
        size = made.seek(0, os.SEEK_END)
    with CaptureQueriesContext(connection) as captured:
        write(own_data.Reader(learner, clock.now())).close()
    return f"{took:.2f} s, {len(captured)} queries, {size / 1e6:.1f} MB, the process grew by {grown} MB"


def memory() -> int:
    """The most this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with databases.standing_in(databases.configured("sqlite")):
        learner = fill(answers)
        for what, write in {"JSON": own_data.json_file, "CSV": own_data.csv_archive}.items():
            print(f"{what}: {measure(write, learner)}")


if __name__ == "__main__":
    main()
