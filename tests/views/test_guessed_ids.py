"""Attempt ids of somebody else, or guessed (F46): what is there is told from what is not by nothing, not even by the work.

Every address below /attempts/<pk>/ is asked, so a new one is covered as soon as it has a path. How long the answers take
is measured by `python -m tests.benchmarks.guessed_ids`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes import request_ids, urls
from quizzes.models import Attempt, Classroom, User
from quizzes.services import attempts
from tests import factories

BELOW_AN_ATTEMPT = "attempts/<int:pk>/"
ADDRESSES = sorted(str(row.pattern) for row in urls.urlpatterns if str(row.pattern).startswith(BELOW_AN_ATTEMPT))
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")\w+')  # another one in every answer
SAVE, FLAG = {"slot": 1, "revision": 1, "answer": factories.RIGHT}, {"slot": 1, "flagged": True}


@pytest.fixture(autouse=True)
def _every_clock_stands(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):  # Django's too: headers name the second
        yield


@pytest.fixture
def foreign(learner: User, classroom: Classroom, now: datetime) -> dict[str, Attempt]:
    """Attempts of a learner in every state that they can be found in."""
    homework = factories.assignment(classroom, factories.quiz(2, time_limit=40))
    overdue = attempts.start(learner, factories.quiz(2, time_limit=40), now=now - timedelta(hours=2))
    return {
        "in progress": attempts.start(learner, homework.quiz, assignment=homework, now=now),
        "overdue": overdue,
        "graded": factories.attempt(learner, factories.quiz(2), now=now, submit=True),
    }


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    headers: dict[str, str]
    queries: int


def ask(guesser: Client, address: str, method: str, pk: int) -> Answered:
    path = "/" + address.replace("<int:pk>", str(pk)).replace("<int:slot>", "1")
    with CaptureQueriesContext(connection) as captured:
        if method == "JSON":
            body = FLAG if "flag" in address else SAVE
            response: Any = guesser.post(path, body, content_type="application/json")
        else:
            response = guesser.post(path) if method == "POST" else guesser.get(path)
    headers = dict(response.headers)
    request_id = headers.pop(request_ids.HEADER).encode()  # another one in every answer, too
    content = TOKEN.sub(b"", response.content).replace(request_id, b"")
    return Answered(response.status_code, content, headers, len(captured))


@pytest.mark.parametrize("who", ["stranger", "classmate", "instructor of another class"])
def test_an_attempt_of_somebody_else_answers_like_one_that_does_not_exist(
    who: str, foreign: dict[str, Attempt], classroom: Classroom
) -> None:
    person = factories.user("guesser", is_staff=who.startswith("instructor"))
    if who == "classmate":
        factories.member(classroom, person)
    elif who != "stranger":
        factories.classroom(instructor=person)
    guesser = Client()
    guesser.force_login(person)
    for address in ADDRESSES:
        found = set()
        for method in ("GET", "POST", "JSON"):
            missing = ask(guesser, address, method, 10**6)
            found.add(missing.status)
            for state, attempt in foreign.items():
                for time in ("first", "second"):
                    told = ask(guesser, address, method, attempt.pk)
                    assert told == missing, f"{address}, {method}, {state}, {time} time"
        assert found <= {404, 405, 415}, address
        assert 404 in found, address
    assert Attempt.objects.get(pk=foreign["overdue"].pk).is_in_progress  # their look closed nothing


def test_every_kind_of_address_is_asked() -> None:
    assert len(ADDRESSES) >= 13
    assert {f"{BELOW_AN_ATTEMPT}save/", f"{BELOW_AN_ATTEMPT}result/"} <= set(ADDRESSES)
