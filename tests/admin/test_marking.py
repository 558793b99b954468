"""Marking by hand: the queue, one answer after the other, changes with a reason, two markers at once."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Answer, Attempt
from quizzes.services import grading, regrading
from tests.admin import cast
from tests.admin.test_questions import correct_the_key

QUEUE = "/marking/"


def page_of(answer: Answer) -> str:
    return reverse("quizzes:marking_answer", args=[answer.pk])


@pytest.fixture
def essays(stage: SimpleNamespace) -> SimpleNamespace:
    """Each class wrote one essay; Ada's class two."""
    question = cast.question(kind="essay", spec={**cast.ESSAY, "rubric": [{"criterion": "Evidence", "share": "1"}]})
    for key, learners in (("ada", ["sam", "una"]), ("bea", ["tim"])):
        room = getattr(stage, f"{key}_room")
        quiz = cast.quiz(getattr(stage, key), question, stage.question, slug=f"essay-{key}")
        quiz.items.update(points=2)
        given = cast.assignment(room, quiz)
        for name in learners:
            who = getattr(stage, name, None) or cast.learner(name)
            room.memberships.get_or_create(user=who)
            made = cast.attempt(who, given, {1: {"text": ["A mandate needs consent."]}, 2: {"choice": ["0"]}})
            setattr(stage, f"{name}_essay", made.answers.get(slot=1))
    return stage


def test_the_queue_holds_the_essays_of_ones_own_classrooms(as_ada: Client, essays: SimpleNamespace) -> None:
    page = as_ada.get(QUEUE)
    assert list(page.context["page"]) == [essays.sam_essay, essays.una_essay]
    assert "2 answers to mark" in page.content.decode()


def test_an_attempt_waits_until_its_essay_is_marked(as_ada: Client, essays: SimpleNamespace) -> None:
    attempt = essays.sam_essay.attempt
    assert attempt.status == "awaiting_marking"
    response = as_ada.post(page_of(essays.sam_essay), {"marks": "1.5", "comment": "Name a mission.", "seen": ""})
    assert response["Location"] == page_of(essays.una_essay)
    attempt.refresh_from_db()
    answer = Answer.objects.get(pk=essays.sam_essay.pk)
    assert (attempt.status, attempt.marks) == ("graded", cast.points("3.50"))
    assert (answer.marks, answer.comment, answer.marked_by) == (cast.points("1.50"), "Name a mission.", essays.ada)
    assert attempt.events.get(kind="marked").actor == essays.ada
    assert as_ada.post(page_of(essays.una_essay), {"marks": "0", "seen": ""})["Location"] == QUEUE
    assert "Nothing to mark." in as_ada.get(QUEUE).content.decode()


def test_the_page_shows_answer_rubric_and_what_is_left(as_ada: Client, essays: SimpleNamespace) -> None:
    page = as_ada.get(page_of(essays.sam_essay)).content.decode()
    assert "A mandate needs consent." in page
    assert "Evidence" in page
    assert "Marking: 2 left" in page
    assert page_of(essays.una_essay) in page


@pytest.mark.parametrize("marks", ["-0.01", "2.01", "two", "", "NaN", "1e9", "0.001"])
def test_marks_outside_the_points_are_refused(as_ada: Client, essays: SimpleNamespace, marks: str) -> None:
    page = as_ada.post(
        page_of(essays.sam_essay), {"marks": marks, "comment": "Kept here.", "seen": ""}
    ).content.decode()
    assert "text-danger" in page
    assert "Kept here." in page
    assert Answer.objects.get(pk=essays.sam_essay.pk).override is None


def override(client: Client, answer: Answer, **data: Any) -> Any:
    seen = answer.marked_at.isoformat() if answer.marked_at else ""
    return client.post(page_of(answer), {"marks": "0.5", "comment": "", "reason": "", "seen": seen, **data})


def test_a_change_of_marks_needs_a_reason_and_can_be_withdrawn(as_ada: Client, stage: SimpleNamespace) -> None:
    answer = stage.ada_attempt.answers.get()
    assert "This field is required." in override(as_ada, answer).content.decode()
    response = override(as_ada, answer, reason="The question was unclear.")
    assert response["Location"] == reverse("quizzes:attempt_result", args=[stage.ada_attempt.pk])
    answer.refresh_from_db()
    stage.ada_attempt.refresh_from_db()
    assert (answer.marks, stage.ada_attempt.marks) == (cast.points("0.50"), cast.points("0.50"))
    event = stage.ada_attempt.events.get(kind="overridden")
    assert (event.actor, event.details["reason"]) == (stage.ada, "The question was unclear.")
    override(as_ada, answer, reason="Looked again.", withdraw="1", marks="")
    answer.refresh_from_db()
    assert (answer.override, answer.marks) == (None, cast.points("0.00"))


def test_the_second_of_two_markers_is_told_and_keeps_the_text(
    as_ada: Client, as_root: Client, essays: SimpleNamespace
) -> None:
    as_root.post(page_of(essays.sam_essay), {"marks": "2", "comment": "Root's view.", "seen": ""})
    page = as_ada.post(page_of(essays.sam_essay), {"marks": "1", "comment": "Ada's view.", "reason": "x", "seen": ""})
    text = page.content.decode()
    assert page.status_code == 200
    assert "Changed by root on" in text
    assert "Ada&#x27;s view." in text
    assert Answer.objects.get(pk=essays.sam_essay.pk).comment == "Root's view."


@pytest.mark.parametrize("who", ["bea", "sam", "tim"])
def test_someone_elses_answer_is_not_there(client: Client, essays: SimpleNamespace, who: str) -> None:
    client.force_login(getattr(essays, who))
    assert client.get(page_of(essays.una_essay)).status_code == 404
    assert client.post(page_of(essays.una_essay), {"marks": "2"}).status_code == 404


def test_a_regrade_stays_in_force_when_another_answer_is_marked_by_hand(stage: SimpleNamespace) -> None:
    quiz = cast.quiz(stage.ada, stage.question, cast.question(), slug="two")
    given = cast.assignment(stage.ada_room, quiz)
    attempt = cast.attempt(stage.sam, given, {1: {"choice": ["1"]}, 2: {"choice": ["1"]}})
    correct_the_key(stage.question)
    mine = Attempt.objects.filter(pk=attempt.pk)
    regrading.regrade(stage.question, mine, seen=2, reason="The key was wrong.", actor=stage.ada, now=cast.NOW)
    assert mine.get().marks == 1
    other = attempt.answers.get(slot=2)
    grading.override(other, fraction=Fraction(1, 2), reason="Half right.", actor=stage.ada, now=cast.NOW)
    assert mine.get().marks == cast.points("1.50")


def test_an_attempt_in_progress_is_not_marked(as_ada: Client, stage: SimpleNamespace) -> None:
    running = cast.attempt(stage.sam, stage.ada_assignment, submit=False)
    assert as_ada.get(page_of(running.answers.get())).status_code == 404
    assert Attempt.objects.get(pk=running.pk).is_in_progress


def test_for_a_student_there_is_no_queue(client: Client, essays: SimpleNamespace) -> None:
    client.force_login(essays.sam)
    assert client.get(QUEUE).status_code == 404
