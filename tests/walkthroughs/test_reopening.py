"""A fire drill: the deadline closes an attempt in an empty room, and the instructor opens it again. Over plain HTTP."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from quizzes.models import Attempt, User
from quizzes.reports import invariants
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED, browser, read

MINUTE = timedelta(minutes=1)


def answer(client: Client, attempt: Attempt, slot: int, choice: str) -> Any:
    stored = attempt.answers.get(slot=slot)
    fields = {f"q{slot}-choice": choice, f"q{slot}-revision": str(stored.revision)}
    return client.post(f"/attempts/{attempt.pk}/questions/{slot}/", fields)


def test_an_attempt_that_a_fire_drill_ended_goes_on(instructor: User, learner: User, now: datetime) -> None:
    room = factories.classroom(instructor=instructor, students=[learner], time_zone="Africa/Nairobi")
    quiz = factories.quiz(
        3, title="Who decides?", is_open_to_all=False, time_limit=40, attempts_allowed=1, pass_mark=50
    )
    given = factories.assignment(room, quiz)
    teacher, student = browser(instructor), browser(learner)
    here = f"/classrooms/{room.pk}/gradebook"

    with stopped_at(now):
        student.post(f"/quizzes/{quiz.slug}/start/", {"assignment": str(given.pk)})
        attempt = Attempt.objects.get()
        page = f"/attempts/{attempt.pk}/questions/2/"
        answer(student, attempt, 1, "0")
        answer(student, attempt, 2, "1")

    with stopped_at(now + 50 * MINUTE):  # everybody is back from the yard
        assert student.get(page).status_code == 302
        assert "Time ran out on Mon, Mar 2, 9:40 a.m." in read(student.get(page, follow=True))
        assert "1 of 3 points" in read(teacher.get(f"/attempts/{attempt.pk}/result/"))
        reopen = f"/attempts/{attempt.pk}/reopen/"
        choice = {"how": "more", "minutes": "15", "reason": "a fire drill"}
        asked = read(teacher.post(reopen, choice))
        assert "closed since 12:40 p.m." in asked
        assert "<strong>1:05 p.m.</strong>" in asked
        teacher.post(reopen, choice | {"confirmed": "1"})

    with stopped_at(now + 55 * MINUTE):
        assert "Continue" in read(student.get("/attempts/"))
        assert "Continue" in read(student.get("/"))
        assert "Continue" in read(student.get(f"/classrooms/{room.pk}/"))
        assert "You have an attempt in progress" in read(student.get(f"/quizzes/{quiz.slug}/"))
        goes_on = read(student.get(page))
        assert 'data-seconds-left="600"' in goes_on
        answer(student, attempt, 2, "0")
        book = read(teacher.get(f"{here}/"))
        assert "in progress" in book
        assert "reopened" in book
        assert list(csv.reader(io.StringIO(teacher.get(f"{here}.csv").getvalue().decode("utf-8-sig"))))[1][6] == (
            "in progress, reopened"
        )
        result = read(student.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED, follow=True))
        assert "2 of 3 points" in result
        assert "Passed" in result

    with stopped_at(now + 60 * MINUTE):
        assert ">2<" in read(teacher.get(f"{here}/"))
        line = read(student.get(f"/attempts/{attempt.pk}/timeline/"))
        assert "Reopened · until Mon, Mar 2, 10:05:00 a.m. · <q>a fire drill</q>" in line
        assert re.findall(r"<td>(Closed by the deadline|Reopened|Submitted|Graded)", line) == [
            "Closed by the deadline",
            "Graded",
            "Reopened",
            "Submitted",
            "Graded",
        ]
        assert list(invariants.check(now=now + 60 * MINUTE)) == []
