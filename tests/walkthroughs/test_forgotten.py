"""A parent asks the school to erase a pupil, who is in the middle of a quiz at that moment. Over plain HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import mail
from django.test import Client

from quizzes.models import Attempt, User
from quizzes.reports import invariants
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED, browser, read

MINUTE = timedelta(minutes=1)
SIGN_UP = {"first_name": "Nadia", "email": "nadia@example.org", "password1": "a-long-one-indeed"}


def save(client: Client, attempt: Attempt, slot: int) -> Any:
    body = {"slot": slot, "revision": 1, "answer": {"choice": ["0"]}}
    return client.post(f"/attempts/{attempt.pk}/save/", body, content_type="application/json")


def test_a_pupil_is_erased_in_the_middle_of_a_quiz(client: Client, instructor: User, now: datetime) -> None:
    room = factories.classroom(instructor=instructor, name="10B", names_shown="names")
    quiz = factories.quiz(3, title="Who decides?", is_open_to_all=False, time_limit=40, attempts_allowed=2)
    given = factories.assignment(room, quiz)
    teacher = browser(instructor)
    office = browser(factories.user("office", is_staff=True, is_superuser=True))
    class_page = f"/classrooms/{room.pk}/"

    with stopped_at(now):  # she signs up, joins, takes the quiz once and begins again
        client.post("/accounts/signup/", SIGN_UP)
        client.post("/classrooms/join/", {"code": room.join_code})
        client.post("/account/", {"first_name": "Nadia", "last_name": "Haddad", "time_zone": "Asia/Amman"})
        nadia = User.objects.get(username="nadia")
        for _attempt in range(2):
            client.post(f"/quizzes/{quiz.slug}/start/", {"assignment": str(given.pk)})
            attempt = Attempt.objects.get(status="in_progress")
            assert save(client, attempt, 1).status_code == 200
            if attempt.number == 1:
                client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
        assert "Nadia Haddad" in read(teacher.get(f"{class_page}board/"))

    with stopped_at(now + 5 * MINUTE):  # the office looks, types the name, and it is done
        person = f"/admin/quizzes/user/{nadia.pk}/"
        assert "You can remove their personal data instead" in read(office.get(f"{person}delete/"))
        page = read(office.get(f"{person}anonymise/"))
        assert "it is closed at its deadline, Mon, Mar 2, 9:40 a.m." in page
        done = read(office.post(f"{person}anonymise/", {"username": "nadia"}, follow=True))
        assert f"What they did is kept under “Removed person {nadia.pk}”." in done
        refused = save(client, attempt, 2)
        assert (refused.status_code, refused.json()["error"]) == (401, "logged_out")
        assert client.get(f"/attempts/{attempt.pk}/").headers["Location"].startswith("/accounts/login/")
        login = {"login": "nadia", "password": SIGN_UP["password1"]}
        assert "User name or password is wrong." in read(client.post("/accounts/login/", login))
        mail.outbox.clear()
        client.post("/accounts/password/reset/", {"email": "nadia@example.org"})
        assert not any("password/reset/key" in message.body for message in mail.outbox)

    with stopped_at(now + 41 * MINUTE):  # her second attempt ended by itself, with what was saved
        result = read(teacher.get(f"/attempts/{attempt.pk}/result/"))
        assert f"Removed person {nadia.pk}" in result
        assert "1 of 3 points" in result
        attempt.refresh_from_db()
        assert (attempt.closed_by, attempt.submitted_at) == ("deadline", now + 40 * MINUTE)
        former = f"{class_page}members/?former"
        for address in (
            class_page,
            f"{class_page}board/",
            f"{class_page}gradebook/",
            former,
            f"/assignments/{given.pk}/",
        ):
            page = read(teacher.get(address)).lower()
            assert [trace for trace in ("nadia", "haddad") if trace in page] == [], address
        assert f"Removed person {nadia.pk}" in read(teacher.get(former))

    with stopped_at(now + 50 * MINUTE):  # somebody of that name is somebody new
        client.post("/accounts/signup/", SIGN_UP)
        assert "Who decides?" not in read(client.get("/attempts/"))
        assert client.get(f"/attempts/{attempt.pk}/result/").status_code == 404
        assert list(invariants.check(now=now + 50 * MINUTE)) == []
