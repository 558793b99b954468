"""A small school in which every address finds something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from quizzes.models import FeedbackBand, Question, QuestionSource, QuizItem, Tag, User
from quizzes.services import attempts
from tests import factories, saving


@dataclass(frozen=True)
class World:
    """Cookies of each role, and values by the name of the argument that they fit."""

    cookies: dict[str, Any]
    known: dict[str, list[Any]]


def made() -> World:
    """Write it to the database."""
    people = _people()
    _lessons(people, datetime.now(UTC))
    pks = [
        pk
        for model in apps.get_app_config("quizzes").get_models()
        for pk in model._default_manager.values_list("pk", flat=True)
    ]
    known = {
        "pk": sorted(set(pks), key=str),
        "slug": ["source", "topic", "vote", "draw", "essay"],
        "code": ["PEACE22B"],
        "slot": [1, 2, 3],
        "act": ["new-code", "archive", "restore", "retire", "publish", "duplicate", "unarchive", "discard"],
        "app_label": ["quizzes", "auth", "nonsense"],
        "key": ["abc-def", "set-password"],
        "url": ["nonsense", "quizzes"],
    }
    return World({role: _cookies(person) for role, person in people.items()}, known)


def _cookies(person: User | None) -> Any:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client.cookies


def _people() -> dict[str, User | None]:
    staff = {"is_staff": True}
    return {
        "nobody": None,
        "student": factories.user("student", email="student@example.org"),
        "stranger": factories.user("stranger"),
        "assistant": factories.user("assistant"),
        "instructor": factories.user("instructor", **staff),
        "other instructor": factories.user("other", **staff),
        "administrator": factories.user("admin", is_superuser=True, **staff),
    }


def _lessons(people: dict[str, Any], now: datetime) -> None:
    """A class with a quiz of fixed questions, one of draws and one with an essay; attempts open, handed in and unmarked."""
    student, teacher = people["student"], people["instructor"]
    room = factories.classroom(instructor=teacher, students=[student], join_code="PEACE22B")
    factories.member(room, people["assistant"], role="assistant")
    essay = factories.question({"stem": "Discuss.", "explanation": ""}, type="essay", owner=teacher)
    QuestionSource.objects.create(question=essay, source=factories.source(), paragraph=1)
    Question.objects.order_by("pk")[0].tags.add(Tag.objects.create(slug="tag"))
    fixed = factories.quiz(3, slug="vote", owner=teacher, time_limit=40)
    FeedbackBand.objects.create(quiz=fixed, from_percent=0, text="Well done.")
    drawn = factories.quiz(0, slug="draw")
    QuizItem.objects.create(quiz=drawn, position=1, draw_count=2, topic=factories.topic())
    written = factories.quiz([essay], slug="essay", owner=teacher)
    for quiz in (fixed, drawn, written):
        given = factories.assignment(room, quiz, opens_at=now - timedelta(days=1))
        earlier = attempts.start(student, quiz, assignment=given, now=now - timedelta(hours=1))
        if quiz is written:
            saving.save(
                earlier.pk, student, slot=1, fields={"text": ["A mandate."]}, revision=1, now=now - timedelta(hours=1)
            )
        attempts.submit(earlier, now=now - timedelta(minutes=55))
        attempts.start(student, quiz, assignment=given, now=now)
        factories.accommodation(given, student, now=now, granted_by=teacher)
