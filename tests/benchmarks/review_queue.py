"""What a card of a large review deck costs: `python -m tests.benchmarks.review_queue [cards]` (default 10000).

A third of the deck is due, most of it overdue by weeks, a tenth is new. Requests go through all middleware but no socket:
CPU of this process, the median and the best of fifty, and the queries of one, with session and person.
"""

from __future__ import annotations

import os
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

from tests import environment  # noqa: F401  the settings of a test process

django.setup()

from datetime import timedelta  # noqa: E402

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from quizzes import clock  # noqa: E402
from quizzes.models import ReviewCard, User  # noqa: E402
from quizzes.scheduling import Stage  # noqa: E402
from tests import databases, factories  # noqa: E402

PAGES = {"a card": "/review/next/", "the deck": "/review/", "a page with the number due": "/help/"}
REQUESTS = 50


def fill(cards: int) -> User:
    now = clock.now()
    learner = factories.user("learner")
    known = {"is_new": False, "stage": Stage.REVIEW.value, "stability": 9, "difficulty": 5, "reviews": 1}

    def card(number: int, question: object) -> ReviewCard:
        made = {"learner": learner, "question": question, "created_at": now}
        if number % 10 == 0:
            return ReviewCard(**made, due_at=now)
        age = timedelta(days=number % 90 - 30)  # from thirty days ago to sixty from now
        return ReviewCard(**made, **known, due_at=now + age, reviewed_at=now - timedelta(days=40))

    ReviewCard.objects.bulk_create(map(card, range(cards), factories.published(cards)), batch_size=500)
    return learner


def measure(client: Client, address: str) -> tuple[list[float], int]:
    client.get(address)
    took = []
    for _number in range(REQUESTS):
        begun = time.process_time()
        response = client.get(address)
        took.append((time.process_time() - begun) * 1000)
        assert response.status_code == 200, response.status_code
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return took, len(captured)


def main() -> None:
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    settings.ALLOWED_HOSTS = ["testserver"]
    with databases.standing_in(databases.configured("sqlite")):
        client = Client()
        client.force_login(fill(cards))
        for what, address in PAGES.items():
            took, queries = measure(client, address)
            print(f"{what}: {statistics.median(took):.1f} ms (best {min(took):.1f}), {queries} queries")


if __name__ == "__main__":
    main()
