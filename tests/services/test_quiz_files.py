"""A quiz goes as one file from one instructor to another: its questions, settings, items and rules."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes import formats
from quizzes.formats import native_quiz
from quizzes.models import FeedbackBand, ImportDraft, Quiz, QuizItem, Topic, User
from quizzes.services import quiz_files
from tests import factories
from tests.admin import cast

STEM = "Which organ decides that a peacekeeping mission is sent into the field, and by what right does it do so?"
pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(instructor: User) -> Quiz:
    """Two questions with points, a random one of a topic, an overall feedback, settings of an exam."""
    questions = [
        cast.question(owner=instructor, spec={**cast.SPEC, "stem": stem}) for stem in (cast.SPEC["stem"], STEM)
    ]
    made = factories.quiz(
        questions, title="Midterm", owner=instructor, feedback="exam", time_rule="fixed", time_limit=40
    )
    first = made.items.order_by("position").first()
    first.points = Decimal("2.50")
    first.save()
    QuizItem.objects.create(quiz=made, position=3, draw_count=1, topic=Topic.objects.first(), points="0.5")
    FeedbackBand.objects.create(quiz=made, from_percent=80, text="Well done.")
    return made


def in_a_file(client: Client, quiz: Quiz) -> bytes:
    return client.post(f"{reverse('admin:quizzes_question_export')}?quiz={quiz.pk}&as=json").content


def test_from_the_export_page_to_a_quiz_of_a_colleague(exam: Quiz, instructor: User, now: datetime) -> None:
    client, bea = Client(), factories.user("bea", is_staff=True)
    client.force_login(instructor)
    data = in_a_file(client, exam)
    client.force_login(bea)
    start = client.post(reverse("admin:quizzes_question_import"), {"file": SimpleUploadedFile("midterm.json", data)})
    page = client.get(start["Location"])
    form: Any = page.context["form"]
    assert (form.initial["quiz"], form.initial["kind"]) == ("Midterm", "file")
    draft = ImportDraft.objects.get()
    act = reverse("admin:quizzes_question_import_act", args=[draft.pk, "review"])
    client.post(
        act, {"confirm": "yes", "publishes": "on", "quiz": "Midterm", "kind": "file", "shown": [0, 1], "take": [0, 1]}
    )
    draft.refresh_from_db()
    made = Quiz.objects.get(owner=bea)
    assert (made.title, made.feedback, made.time_limit) == ("Midterm", "exam", 40)
    assert [(item.points, item.draw_count) for item in made.items.order_by("position")] == [
        (Decimal("2.50"), None),
        (Decimal(1), None),
        (Decimal("0.50"), 1),
    ]
    assert {item.question.owner for item in made.items.exclude(question=None)} == {bea}
    assert made.bands.get().text == "Well done."


def test_the_part_reads_back_and_says_the_same(exam: Quiz) -> None:
    ids = [str(item.question.uuid) for item in exam.items.exclude(question=None)]
    part = quiz_files.part_of(exam, ids)
    again = native_quiz.QuizPart.model_validate(json.loads(json.dumps(part)))
    assert again.title == "Midterm"
    assert [item.model_dump(exclude_defaults=True) for item in again.items] == [
        {key: value for key, value in item.items() if value != "1"} for item in part["items"]
    ]
    assert set(again.settings) == set(quiz_files.SETTINGS)


def test_what_a_quiz_cannot_have_is_left_out_and_named(exam: Quiz, instructor: User, now: datetime) -> None:
    fields = {"feedback": "nothing", "pass_mark": 400, "owner": 1, "status": "published", "time_rule": "fixed"}
    items = [{"question": "q1"}, {"question": "q1"}, {"question": "q2"}, {"draw": 2, "topic": "nowhere"}, {"draw": 1}]
    part = native_quiz.QuizPart.model_validate({"title": "T", "settings": fields, "items": items})
    pk = exam.items.exclude(question=None)[0].question_id
    ids = {formats.base.stable_id("q1"): pk}
    made, faults = quiz_files.make(part, ids, title="T", slug="t", owner=instructor, now=now)
    assert (made.status, made.feedback, made.pass_mark, made.time_rule) == ("draft", "homework", None, "untimed")
    assert made.items.count() == 2
    assert len(faults) == 6, faults


@pytest.mark.parametrize(
    "quiz", [1, {}, {"title": "T", "items": [{}]}, {"title": "T", "items": [{"draw": 1, "question": "a"}]}]
)
def test_a_quiz_that_cannot_be_read_leaves_the_questions(quiz: Any) -> None:
    row = {"type": "essay", "stem": "Why?"}
    data = json.dumps({"format": "quizsite-questions", "version": 1, "quiz": quiz, "questions": [row]}).encode()
    assert native_quiz.part_in(data) is None
    assert len(formats.get("json").parse(data)[0]) == 1
