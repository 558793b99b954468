"""An instructor's term: write a question, publish it, put it into a quiz, assign it, mark, correct the key, regrade."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Attempt, Classroom, Question, Quiz
from tests.admin import cast
from tests.admin.test_questions import ADD, form_data, posted
from tests.admin.test_quizzes import rows, settings
from tests.clocks import stopped_at

pytestmark = pytest.mark.django_db


def test_from_an_empty_bank_to_marks_in_a_classroom() -> None:
    ada, sam = cast.instructor("ada"), cast.learner("sam")
    workshop, desk = Client(), Client()
    workshop.force_login(ada)
    desk.force_login(sam)

    # A question: written, previewed, published past the linter's suggestions.
    evidence = {"places-0-evidence": "the Council decides"}
    response = workshop.post(f"{ADD}?type=single_choice", posted(_preview="1", **evidence))
    question = Question.objects.get()
    assert response["Location"] == reverse("admin:quizzes_question_preview", args=[question.pk, 1])
    tried = workshop.post(response["Location"], {"q1-choice": "0"}).content.decode()
    assert "The answer tried above earns" in tried
    publish = reverse("admin:quizzes_question_publish", args=[question.pk])
    written = reverse("admin:quizzes_question_change", args=[question.pk])
    assert "Suggestions (you can ignore these)" in workshop.get(written).content.decode()
    workshop.post(publish, {"revision": question.draft.revision})
    assert question.ready_version is not None

    # A quiz: composed of it and of an essay, given a limit, published.
    essay = cast.question(kind="essay", spec=cast.ESSAY)
    items = [{"question": question.pk, "points": "1"}, {"question": essay.pk, "points": "4"}]
    made = settings(slug="term", title="Term", **rows("items", *items), _publish="1")
    made.pop("shuffle_questions")
    workshop.post(reverse("admin:quizzes_quiz_add"), made)
    quiz = Quiz.objects.get()
    assert (quiz.status, quiz.items.count()) == ("published", 2)

    # A classroom with a code, and an assignment.
    form = {"name": "10B", "capacity": 30, "is_join_open": "on", "time_zone": "UTC", "names_shown": "nicknames"}
    workshop.post(
        reverse("admin:quizzes_classroom_add"), {**form, "metric": "best", **rows("assignments")}, follow=False
    )
    room = Classroom.objects.get()
    room.memberships.create(user=sam)
    window = {"classroom": room.pk, "quiz": quiz.pk, "late_policy": "accept"}
    workshop.post(reverse("admin:quizzes_assignment_add"), window)
    given = room.assignments.get()

    # A learner takes it; the essay waits for marks.
    attempt = cast.attempt(sam, given, {1: {"choice": ["1"]}, 2: {"text": ["Consent and means."]}})
    assert attempt.status == "awaiting_marking"
    assert desk.get(reverse("admin:index")).status_code in (302, 403)
    queue = workshop.get(reverse("quizzes:marking_queue")).content.decode()
    [address] = set(re.findall(r"/marking/answers/\d+/", queue))
    workshop.post(address, {"marks": "3", "comment": "Say more.", "seen": ""})
    attempt.refresh_from_db()
    assert (attempt.status, attempt.marks) == ("graded", 3)

    # The key was wrong: a new version, then a regrade with a reason.
    change = reverse("admin:quizzes_question_change", args=[question.pk])
    data = form_data(workshop.get(change).content.decode())
    workshop.post(change, {**data, "spec-options-correct": "1"})
    assert "These published quizzes ask the new version" in workshop.get(publish).content.decode()
    workshop.post(publish, {"revision": question.draft.revision, "confirmed": "yes"})
    assert "1 attempt uses version 1." in workshop.get(change).content.decode()
    regrade = reverse("admin:quizzes_question_regrade", args=[question.pk])
    table = workshop.get(regrade).content.decode()
    assert re.search(r"Sam.*0 → 1.*3 → 4", table, re.DOTALL)
    workshop.post(regrade, {"version": 2, "reason": "The Assembly was meant."})
    attempt.refresh_from_db()
    assert attempt.marks == 4
    assert "1 attempt uses version 2." in workshop.get(change).content.decode()
    event = attempt.events.get(kind="regraded", slot=1)
    assert (event.details["version_from"], event.details["version_to"]) == (1, 2)

    # A shorter limit reaches a running attempt because it was ticked.
    start = cast.NOW + timedelta(days=1)
    running = cast.attempt(sam, given, now=start, submit=False)
    stored = [
        {"id": item.pk, "quiz": quiz.pk, "position": item.position, "question": item.question_id, "points": item.points}
        for item in quiz.items.all()
    ]
    quiz.refresh_from_db()
    shorter = settings(slug="term", title="Term", time_limit="10", revision=quiz.revision, applies_to_running="on")
    with stopped_at(start + timedelta(minutes=1)):
        workshop.post(reverse("admin:quizzes_quiz_change", args=[quiz.pk]), {**shorter, **rows("items", *stored)})
    assert Attempt.objects.get(pk=running.pk).due_at == start + timedelta(minutes=10)
