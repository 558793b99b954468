"""What a start costs while the bank grows: `python -m tests.benchmarks.draws [questions …]` (default 250 1000 10000).

A quiz of five draw rules (two topics, two levels of difficulty, and anything) that asks twenty questions, started in one
process by learners who have met none of them and by one who has met a hundred. CPU of this process, the median of forty.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from itertools import count

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from datetime import UTC, datetime, timedelta  # noqa: E402

from quizzes.models import Question, QuestionVersion, Quiz, QuizItem, Topic, User  # noqa: E402
from quizzes.services import attempts  # noqa: E402
from tests import databases, factories  # noqa: E402

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOPICS, STARTS = 20, 40


def grow_to(size: int, topics: list[Topic]) -> None:
    """Fill the bank with published questions up to a size."""
    first = Question.objects.count()
    questions = Question.objects.bulk_create(
        Question(
            type="single_choice",
            topic=topics[number % TOPICS],
            difficulty=("easy", "medium", "hard")[number % 3],
            bloom="remember",
        )
        for number in range(first, size)
    )
    QuestionVersion.objects.bulk_create(
        QuestionVersion(question=row, number=1, spec=factories.single_choice(f"Question {row.pk}"), status="ready")
        for row in questions
    )


def quiz_of_rules(topics: list[Topic]) -> Quiz:
    quiz = factories.quiz(0, attempts_allowed=None)
    rules = [{"topic": topics[0]}, {"topic": topics[1]}, {"difficulty": "easy"}, {"difficulty": "hard"}, {}]
    for position, rule in enumerate(rules, start=1):
        QuizItem.objects.create(quiz=quiz, position=position, draw_count=4, **rule)
    return quiz


def start_ms(quiz: Quiz, learner: User, now: datetime) -> float:
    began = time.process_time()
    attempt = attempts.start(learner, quiz, now=now)
    spent = time.process_time() - began
    attempts.submit(attempt, now=now)
    return spent * 1000


def main(sizes: list[int]) -> None:
    with databases.standing_in(databases.sqlite()):
        databases.empty()
        topics = [factories.topic() for _number in range(TOPICS)]
        regular, hours = factories.user(), count()
        for size in sizes:
            grow_to(size, topics)
            quiz = quiz_of_rules(topics)
            new = [start_ms(quiz, factories.user(), NOW) for _start in range(STARTS)]
            again = [start_ms(quiz, regular, NOW + timedelta(hours=next(hours))) for _start in range(STARTS)]
            print(
                f"{size:7} questions: {statistics.median(new):5.1f} ms, who has met many {statistics.median(again):5.1f} ms"
            )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [250, 1_000, 10_000])
