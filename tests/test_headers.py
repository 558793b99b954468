"""The headers that protect are on every kind of answer, however it came about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from quizzes import clock
from quizzes.models import Attempt, Classroom, Quiz, User
from quizzes.services import attempts
from tests import factories, pages

PROTECTION = {
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}
NOT_KEPT = {"max-age=0", "no-cache", "no-store", "must-revalidate", "private"}
JSON = "application/json"
Ask = Callable[[Client, Attempt], HttpResponse]


@pytest.fixture
def attempt(learner: User) -> Attempt:
    quiz: Quiz = factories.quiz(2)
    return attempts.start(learner, quiz, now=clock.now())


def save(client: Client, attempt: Attempt, revision: int = 1) -> HttpResponse:
    body = {"slot": 1, "revision": revision, "answer": factories.RIGHT}
    return client.post(f"/attempts/{attempt.pk}/save/", body, content_type=JSON)


KINDS: dict[str, tuple[int, Ask]] = {
    "a page": (200, lambda client, _attempt: client.get("/quizzes/")),
    "a page of an attempt": (200, lambda client, attempt: client.get(f"/attempts/{attempt.pk}/questions/1/")),
    "a saved answer": (200, save),
    "a refused answer": (400, lambda client, attempt: save(client, attempt, revision=-1)),
    "a redirect": (302, lambda client, attempt: client.get(f"/attempts/{attempt.pk}/")),
    "no such page": (404, lambda client, _attempt: client.get("/nowhere/")),
    "a wrong method": (405, lambda client, attempt: client.get(f"/attempts/{attempt.pk}/save/")),
    "no log-in": (302, lambda _client, attempt: Client().get(f"/attempts/{attempt.pk}/")),
    "a script without log-in": (401, lambda _client, attempt: save(Client(), attempt)),
    "no CSRF token": (403, lambda _client, attempt: save(Client(enforce_csrf_checks=True), attempt)),
    "the log-in page": (200, lambda _client, _attempt: Client().get("/accounts/login/")),
    "the workshop's door": (302, lambda client, _attempt: client.get("/admin/")),
    "health": (200, lambda client, _attempt: client.get("/healthz")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_protected(client: Client, learner: User, attempt: Attempt, kind: str) -> None:
    client.force_login(learner)
    status, ask = KINDS[kind]
    answer = ask(client, attempt)
    assert answer.status_code == status
    assert {name: answer.get(name) for name in PROTECTION} == PROTECTION
    assert pages.policy(answer) == POLICY


@pytest.mark.parametrize("kind", ["a page of an attempt", "a saved answer", "a redirect"])
def test_no_cache_keeps_what_belongs_to_an_attempt(client: Client, learner: User, attempt: Attempt, kind: str) -> None:
    client.force_login(learner)
    answer = KINDS[kind][1](client, attempt)
    assert set(answer["Cache-Control"].split(", ")) == NOT_KEPT
    assert "Cookie" in answer["Vary"]


PERSONAL = [
    "/",
    "/account/",
    "/account/data/",
    "/account/data/delete/",
    "/attempts/",
    "/quizzes/",
    "/practice/",
    "/progress/",
    "/topics/topic/",
    "/classrooms/",
    "/classrooms/{room}/",
    "/classrooms/{room}/members/",
    "/classrooms/{room}/members/{seat}/",
    "/classrooms/{room}/roster/",
    "/classrooms/{room}/slips/",
    "/classrooms/{room}/code/",
    "/classrooms/{room}/qr.svg",
    "/classrooms/{room}/board/",
    "/classrooms/{room}/gradebook/",
    "/assignments/{assignment}/",
    "/marking/",
    "/accounts/email/",
    "/admin/",
    "/nowhere/",
]


@pytest.mark.parametrize("path", PERSONAL)
def test_no_cache_keeps_a_page_of_someone_who_is_logged_in(
    client: Client, classroom: Classroom, instructor: User, path: str
) -> None:
    assignment = factories.assignment(classroom, factories.quiz(1))
    seat = classroom.memberships.get(user=instructor)
    client.force_login(instructor)
    answer = client.get(path.format(room=classroom.pk, seat=seat.pk, assignment=assignment.pk))
    assert answer.status_code == (404 if path == "/nowhere/" else 200)
    assert set(answer["Cache-Control"].split(", ")) == NOT_KEPT


def test_pages_for_strangers_may_be_kept_but_not_the_first_which_asks_each_a_question(client: Client, db: None) -> None:
    assert "Cache-Control" not in client.get("/help/")
    assert "no-store" in client.get("/")["Cache-Control"]
