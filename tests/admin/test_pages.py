"""All pages of the workshop: strict about scripts and styles, few queries, a first page that says what waits."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes import question_types
from quizzes.admin.dashboard import waiting_for
from quizzes.models import Attempt, Source, Tag
from tests.admin import cast

INLINE = re.compile(r"<style|\sstyle=\"|<script(?![^>]*\ssrc=)|\son[a-z]+=\"|javascript:")
MODELS = [
    "question",
    "quiz",
    "source",
    "topic",
    "tag",
    "classroom",
    "membership",
    "assignment",
    "accommodation",
    "attempt",
]
LISTS = [f"admin:quizzes_{model}_changelist" for model in MODELS]
ADDS = [f"admin:quizzes_{model}_add" for model in MODELS if model not in ("membership", "attempt")]


def pages(stage: SimpleNamespace) -> list[str]:
    question, quiz = stage.question.pk, stage.ada_quiz.pk
    member = stage.ada_room.memberships.get(role="student").pk
    return [
        reverse("admin:index"),
        *map(reverse, LISTS + ADDS),
        *(f"{reverse('admin:quizzes_question_add')}?type={kind.key}" for kind in question_types.all_types()),
        reverse("admin:quizzes_question_change", args=[question]),
        reverse("admin:quizzes_question_versions", args=[question]),
        reverse("admin:quizzes_question_compare", args=[question]),
        reverse("admin:quizzes_question_preview", args=[question, 1]),
        reverse("admin:quizzes_question_publish", args=[cast.question(owner=stage.ada, status="draft").pk]),
        reverse("admin:quizzes_question_regrade", args=[question]),
        reverse("admin:quizzes_question_history", args=[question]),
        reverse("admin:quizzes_question_delete", args=[cast.question(owner=stage.ada, status="draft").pk]),
        reverse("admin:quizzes_question_to_quiz") + f"?questions={question}",
        reverse("admin:quizzes_quiz_change", args=[quiz]),
        reverse("admin:quizzes_quiz_compose", args=[quiz]),
        reverse("admin:quizzes_membership_change", args=[member]),
        reverse("admin:quizzes_assignment_change", args=[stage.ada_assignment.pk]),
        reverse("admin:quizzes_attempt_change", args=[stage.ada_attempt.pk]),
        reverse("admin:password_change"),
        reverse("quizzes:marking_queue"),
        reverse("quizzes:marking_answer", args=[stage.ada_attempt.answers.get().pk]),
    ]


def test_no_page_carries_an_inline_script_or_style(as_ada: Client, stage: SimpleNamespace) -> None:
    for url in pages(stage):
        response = as_ada.get(url)
        assert response.status_code == 200, url
        assert not INLINE.findall(response.content.decode()), url
        policy = response["Content-Security-Policy"]
        assert "script-src 'self';" in policy + ";", url  # the order of directives is nobody's promise
        assert "style-src 'self'" in policy, url
        assert "unsafe" not in policy, url


def more_rows(stage: SimpleNamespace, count: int) -> None:
    for number in range(count):
        extra = cast.question(topic=cast.topic(f"topic-{number}"))
        extra.tags.add(Tag.objects.create(slug=f"tag-{number}"))
        Source.objects.create(slug=f"source-{number}", title=f"Source {number}", kind="Essay")
        learner = cast.learner(f"learner-{number}")
        room = cast.classroom(stage.ada, learner, name=f"Room {number}")
        given = cast.assignment(room, cast.quiz(stage.ada, stage.question, title=f"Quiz {number}"))
        cast.attempt(learner, given)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(
    as_ada: Client, stage: SimpleNamespace, name: str
) -> None:
    more_rows(stage, 2)
    as_ada.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        as_ada.get(reverse(name))
    for number in range(10, 16):
        learner = cast.learner(f"learner-{number}")
        room = cast.classroom(stage.ada, learner, name=f"Room {number}")
        cast.attempt(learner, cast.assignment(room, cast.quiz(stage.ada, cast.question())))
    with CaptureQueriesContext(connection) as many:
        as_ada.get(reverse(name))
    assert len(many) <= len(few), [query["sql"][:150] for query in many.captured_queries]
    assert len(many) <= 16


def test_the_first_page_says_what_waits(as_ada: Client, stage: SimpleNamespace) -> None:
    cast.question(owner=stage.ada, status="draft")
    cast.quiz(stage.ada, status="draft")
    cast.quiz(stage.bea, status="draft")
    Attempt.objects.filter(pk=stage.ada_attempt.pk).update(
        status="submitted", exact_marks=None, marks=None, fraction=None
    )
    Attempt.objects.filter(pk=stage.bea_attempt.pk).update(
        status="submitted", exact_marks=None, marks=None, fraction=None
    )
    waiting = as_ada.get(reverse("admin:index")).context["waiting"]
    assert [item.count for item in waiting] == [0, 1, 1, 1]
    for item in waiting:
        assert as_ada.get(item.url).status_code == 200


def test_nobody_else_has_work_waiting(stage: SimpleNamespace) -> None:
    assert waiting_for(stage.sam, now=cast.NOW) == []


def test_attempts_left_ungraded_are_graded_again(as_ada: Client, stage: SimpleNamespace) -> None:
    Attempt.objects.update(status="submitted", exact_marks=None, marks=None, fraction=None)
    chosen = [stage.ada_attempt.pk, stage.bea_attempt.pk]
    as_ada.post(reverse("admin:quizzes_attempt_changelist"), {"action": "grade_again", "_selected_action": chosen})
    assert Attempt.objects.get(pk=stage.ada_attempt.pk).status == "graded"
    assert Attempt.objects.get(pk=stage.bea_attempt.pk).status == "submitted"
