"""How many statements each page on the way through an attempt may take; none grows with questions or attempts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes.models import Attempt, User
from quizzes.reports import glossary
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED

# With session and person, which every request reads, and where there is a navigation what is due for review. Savepoints of the test's own transaction are not counted.
MOST = {
    "list": 5,
    "rules": 6,
    "start": 10,
    "redirect": 3,
    "all": 4,
    "question": 4,
    "summary": 4,
    "state": 4,
    "save": 3,
    "submit": 11,
    "first result": 18,  # which makes review cards of what was missed
    "result": 12,
    "history": 5,
}


@pytest.fixture
def walk(client: Client, learner: User, now: datetime) -> Callable[[int], dict[str, int]]:
    client.force_login(learner)
    glossary.with_terms("")  # a process asks for its terms once a minute

    def count(act: Callable[[], Any], *allowed: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = act()
        assert response.status_code in (allowed or (200, 302)), response.status_code
        return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)

    def walk(questions: int) -> dict[str, int]:
        quiz = factories.quiz(questions, time_limit=40)
        found = {
            "list": count(lambda: client.get("/quizzes/")),
            "rules": count(lambda: client.get(f"/quizzes/{quiz.slug}/")),
            "start": count(lambda: client.post(f"/quizzes/{quiz.slug}/start/")),
        }
        here = f"/attempts/{Attempt.objects.latest('pk').pk}/"
        client.get(here + "all/")
        found |= {
            "redirect": count(lambda: client.get(here)),
            "all": count(lambda: client.get(here + "all/")),
            "question": count(lambda: client.get(here + "questions/1/")),
            "summary": count(lambda: client.get(here + "summary/")),
            "state": count(lambda: client.get(here + "state/")),
        }
        body = {"slot": 1, "revision": 1, "answer": factories.RIGHT}
        found["save"] = count(lambda: client.post(here + "save/", body, content_type="application/json"))
        found["submit"] = count(lambda: client.post(here + "submit/", CONFIRMED))
        found["first result"] = count(lambda: client.get(here + "result/"))
        found["result"] = count(lambda: client.get(here + "result/"))
        found["history"] = count(lambda: client.get("/attempts/"))
        return found

    return walk


def test_no_page_takes_more_statements_than_agreed(walk: Callable[[int], dict[str, int]], now: datetime) -> None:
    with stopped_at(now):
        found = walk(10)
    most = (
        MOST | {"start": MOST["start"] + 1} if connection.vendor == "postgresql" else MOST
    )  # the learner's row is locked
    assert {name: count for name, count in found.items() if count > most[name]} == {}


def test_more_questions_and_more_attempts_take_no_more_statements(
    walk: Callable[[int], dict[str, int]], learner: User, now: datetime
) -> None:
    with stopped_at(now):
        few = walk(2)
        for _number in range(5):
            factories.attempt(learner, factories.quiz(3), now=now, right=1, submit=True)
        many = walk(20)
    assert {name: count for name, count in many.items() if count > few[name]} == {}
