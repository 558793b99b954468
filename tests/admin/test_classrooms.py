"""What the workshop saves of classrooms goes through their services: running attempts follow, refusals are on the form."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Quiz
from tests.admin import cast
from tests.clocks import stopped_at

MINUTE = timedelta(minutes=1)
START = cast.NOW + 60 * MINUTE
MEMBER = {"role": "student", "status": "active", "nickname": "", "is_visible": "on", "time_factor": "1"}
ROOM: dict[str, Any] = {
    "name": "10B",
    "capacity": 30,
    "is_join_open": "on",
    "time_zone": "UTC",
    "names_shown": "nicknames",
    "metric": "best",
    "assignments-TOTAL_FORMS": 0,
    "assignments-INITIAL_FORMS": 0,
}


def post(client: Client, model: str, form: dict[str, Any], pk: int | None = None, *, act: str = "change") -> Any:
    url = reverse(f"admin:quizzes_{model}_{act if pk else 'add'}", args=[pk] if pk else [])
    with stopped_at(START + 5 * MINUTE):
        return client.post(url, form)


def refused(response: HttpResponse) -> str:
    """The page of a form that was not saved."""
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def running(stage: SimpleNamespace) -> Attempt:
    """Sam has 30 minutes in Ada's class."""
    Quiz.objects.filter(pk=stage.ada_quiz.pk).update(time_rule="fixed", time_limit=30)
    given = Assignment.objects.get(pk=stage.ada_assignment.pk)
    return cast.attempt(stage.sam, given, now=START, submit=False)


def minutes(running: Attempt) -> float:
    running.refresh_from_db()
    assert running.due_at is not None
    return (running.due_at - running.started_at) / MINUTE


def member(stage: SimpleNamespace) -> Membership:
    found: Membership = stage.ada_room.memberships.get(user=stage.sam)
    return found


def test_a_time_factor_moves_a_running_attempt(as_ada: Client, stage: SimpleNamespace, running: Attempt) -> None:
    post(as_ada, "membership", {**MEMBER, "time_factor": "1.5"}, member(stage).pk)
    assert minutes(running) == 45


@pytest.mark.parametrize(("limit", "ticked", "expected"), [(40, False, 40), (20, False, 30), (20, True, 20)])
def test_a_limit_of_an_assignment_moves_a_running_attempt_outwards_or_when_asked(
    limit: int, ticked: bool, expected: int, as_ada: Client, stage: SimpleNamespace, running: Attempt
) -> None:
    form = {"late_policy": "accept", "time_limit": limit, **({"applies_to_running": "on"} if ticked else {})}
    post(as_ada, "assignment", form, stage.ada_assignment.pk)
    assert minutes(running) == expected


def test_a_row_under_a_classroom_moves_a_running_attempt_too(
    as_ada: Client, stage: SimpleNamespace, running: Attempt
) -> None:
    row = {"id": stage.ada_assignment.pk, "late_policy": "accept", "time_limit": 40}
    form = {**ROOM, "assignments-TOTAL_FORMS": 1, "assignments-INITIAL_FORMS": 1}
    post(as_ada, "classroom", form | {f"assignments-0-{name}": value for name, value in row.items()}, stage.ada_room.pk)
    assert minutes(running) == 40


def test_an_exception_moves_a_running_attempt_and_its_end_moves_it_back(
    as_ada: Client, stage: SimpleNamespace, running: Attempt
) -> None:
    form = {"time_limit": 60, "reason": "A broken arm."}
    chosen = {"assignment": stage.ada_assignment.pk, "membership": member(stage).pk}
    post(as_ada, "accommodation", form | chosen)
    assert minutes(running) == 60
    exception = Accommodation.objects.get()
    assert exception.granted_by == stage.ada
    post(as_ada, "accommodation", form | {"time_limit": 50}, exception.pk)
    assert minutes(running) == 50
    post(as_ada, "accommodation", {"post": "yes"}, exception.pk, act="delete")
    assert not Accommodation.objects.exists()
    assert minutes(running) == 30


def test_what_a_service_refuses_is_an_error_on_the_form(as_ada: Client, stage: SimpleNamespace) -> None:
    exam = {"late_policy": "accept", "feedback": "exam"}
    given = {"classroom": stage.ada_room.pk, "quiz": stage.ada_quiz.pk}
    before = Assignment.objects.count()
    assert "Set a closing time." in refused(post(as_ada, "assignment", exam | given))
    assert "Set a closing time." in refused(post(as_ada, "assignment", exam, stage.ada_assignment.pk))
    chosen = {"assignment": stage.ada_assignment.pk, "membership": member(stage).pk}
    assert "Say what is different" in refused(post(as_ada, "accommodation", {"reason": "Because."} | chosen))
    assert (Assignment.objects.count(), Accommodation.objects.count()) == (before, 0)


def test_nothing_of_a_classroom_is_saved_when_one_of_its_rows_is_refused(
    as_ada: Client, stage: SimpleNamespace
) -> None:
    row = {"quiz": stage.ada_quiz.pk, "late_policy": "accept", "feedback": "exam"}
    form = {**ROOM, "name": "Renamed", "assignments-TOTAL_FORMS": 1}
    form |= {f"assignments-0-{name}": value for name, value in row.items()}
    assert "Set a closing time." in refused(post(as_ada, "classroom", form, stage.ada_room.pk))
    assert "Set a closing time." in refused(post(as_ada, "classroom", form))
    assert set(Classroom.objects.values_list("name", flat=True)) == {"10B", "11C"}
    closing = {"assignments-0-closes_at_0": "2026-03-09", "assignments-0-closes_at_1": "10:00"}
    assert post(as_ada, "classroom", form | closing).status_code == 302
    assert Classroom.objects.get(name="Renamed").assignments.get().feedback == "exam"


def test_a_quiz_that_was_given_cannot_be_exchanged(as_ada: Client, stage: SimpleNamespace) -> None:
    other = cast.quiz(stage.ada, stage.question, title="Another")
    fresh = cast.assignment(stage.ada_room, stage.ada_quiz)
    post(as_ada, "assignment", {"late_policy": "accept", "quiz": other.pk}, fresh.pk)
    row = {"id": fresh.pk, "late_policy": "accept", "quiz": other.pk, "time_limit": 5}
    form = {**ROOM, "assignments-TOTAL_FORMS": 1, "assignments-INITIAL_FORMS": 1}
    post(as_ada, "classroom", form | {f"assignments-0-{name}": value for name, value in row.items()}, stage.ada_room.pk)
    fresh.refresh_from_db()
    assert (fresh.quiz, fresh.time_limit) == (stage.ada_quiz, 5)


def test_a_member_is_removed_and_comes_back_in_another_role(as_ada: Client, stage: SimpleNamespace) -> None:
    sam = member(stage)
    post(as_ada, "membership", {**MEMBER, "status": "removed"}, sam.pk)
    assert "Someone who was removed stays removed" in refused(
        post(as_ada, "membership", {**MEMBER, "status": "left"}, sam.pk)
    )
    post(as_ada, "membership", {**MEMBER, "role": "assistant", "nickname": " owl "}, sam.pk)
    sam.refresh_from_db()
    assert (sam.role, sam.status, sam.ended_at, sam.nickname) == ("assistant", "active", None, "owl")


def test_who_comes_back_finds_a_place_or_is_refused(as_ada: Client, stage: SimpleNamespace) -> None:
    sam = member(stage)
    post(as_ada, "membership", {**MEMBER, "status": "removed"}, sam.pk)
    Membership.objects.create(classroom=stage.ada_room, user=stage.tim)
    Classroom.objects.filter(pk=stage.ada_room.pk).update(capacity=1)
    assert "The class is full." in refused(post(as_ada, "membership", MEMBER, sam.pk))


def test_an_administrator_puts_somebody_into_a_class(as_root: Client, stage: SimpleNamespace) -> None:
    form = {**MEMBER, "role": "instructor", "classroom": stage.ada_room.pk, "user": stage.bea.pk}
    assert post(as_root, "membership", form).status_code == 302
    made = stage.ada_room.memberships.get(user=stage.bea)
    assert (made.role, made.status) == ("instructor", "active")


def test_an_assignment_that_nobody_began_is_taken_back(as_ada: Client, stage: SimpleNamespace) -> None:
    fresh = cast.assignment(stage.ada_room, stage.ada_quiz)
    post(as_ada, "assignment", {"post": "yes"}, fresh.pk, act="delete")
    assert not Assignment.objects.filter(pk=fresh.pk).exists()


def test_a_classroom_that_comes_back_stays_closed_to_its_code(as_ada: Client, stage: SimpleNamespace) -> None:
    for act, is_archived in (("archive", True), ("restore", False)):
        as_ada.post(reverse("admin:quizzes_classroom_act", args=[stage.ada_room.pk, act]))
        room = Classroom.objects.get(pk=stage.ada_room.pk)
        assert ((room.archived_at is not None), room.is_join_open) == (is_archived, False)


def test_an_exam_that_is_assigned_says_which_quizzes_it_concerns(as_ada: Client, stage: SimpleNamespace) -> None:
    exam = cast.quiz(stage.ada, stage.question, title="Midterm", feedback="exam")
    cast.quiz(None, stage.question, title="Warm-up", is_open_to_all=True)
    given = {"classroom": stage.ada_room.pk, "quiz": exam.pk, "late_policy": "accept"}
    given |= {"closes_at_0": "2100-01-01", "closes_at_1": "11:00"}
    page = as_ada.post(reverse("admin:quizzes_assignment_add"), given, follow=True).content.decode()
    assert "Until the results are out, these pause for 10B or go on with fewer questions:" in page
    assert "“Warm-up”" in page


def test_the_history_of_a_class_has_each_change_once(as_ada: Client, stage: SimpleNamespace) -> None:
    row = {"id": stage.ada_assignment.pk, "late_policy": "accept", "time_limit": 40}
    form = {**ROOM, "board_shows_all": "on", "assignments-TOTAL_FORMS": 1, "assignments-INITIAL_FORMS": 1}
    post(as_ada, "classroom", form | {f"assignments-0-{name}": value for name, value in row.items()}, stage.ada_room.pk)
    with stopped_at(START):
        as_ada.post(reverse("admin:quizzes_classroom_act", args=[stage.ada_room.pk, "archive"]))
        page = as_ada.get(reverse("admin:quizzes_classroom_history", args=[stage.ada_room.pk])).content.decode()
    told = [
        "Places: 200 → 30.",
        f"Changed Time limit in minutes for assignment “{stage.ada_assignment}”.",
        "Archived: no → yes; open to join: yes → no.",
    ]
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == told
    assert [text in page for text in told] == [True] * 3
