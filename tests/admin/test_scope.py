"""Instructors see, choose and change their own classrooms' rows only."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Attempt, Classroom, Membership, Quiz
from tests.admin import cast
from tests.pages import without_tokens

SCOPED = ["quiz", "classroom", "assignment", "attempt", "membership"]


def own(stage: SimpleNamespace, model: str, who: str) -> Any:
    if model == "membership":
        room = getattr(stage, f"{who}_room")
        return room.memberships.get(role="student")
    return getattr(stage, f"{who}_{'room' if model == 'classroom' else model}")


@pytest.mark.parametrize("model", SCOPED)
def test_a_list_shows_only_ones_own_rows(as_ada: Client, stage: SimpleNamespace, model: str) -> None:
    response = as_ada.get(reverse(f"admin:quizzes_{model}_changelist"))
    listed = {row.pk for row in response.context["cl"].result_list}
    assert own(stage, model, "ada").pk in listed
    assert own(stage, model, "bea").pk not in listed
    assert "11C" not in without_tokens(response)  # nor in a filter


@pytest.mark.parametrize("model", SCOPED)
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_a_page_of_someone_elses_row_is_not_there(
    as_ada: Client, stage: SimpleNamespace, model: str, page: str
) -> None:
    theirs = own(stage, model, "bea")
    response = as_ada.get(reverse(f"admin:quizzes_{model}_{page}", args=[theirs.pk]))
    assert response.status_code in (302, 403)
    assert "11C" not in without_tokens(response)
    if response.status_code == 302:
        assert response["Location"] == reverse("admin:index")


def test_own_rows_open(as_ada: Client, stage: SimpleNamespace) -> None:
    for model in ("quiz", "assignment", "attempt", "membership"):
        url = reverse(f"admin:quizzes_{model}_change", args=[own(stage, model, "ada").pk])
        assert as_ada.get(url).status_code == 200, model


@pytest.mark.parametrize("name", ["admin:quizzes_quiz_compose", "admin:quizzes_quiz_change"])
def test_someone_elses_quiz_cannot_be_posted_to(as_ada: Client, stage: SimpleNamespace, name: str) -> None:
    response = as_ada.post(reverse(name, args=[stage.bea_quiz.pk]), {"title": "mine now"})
    assert response.status_code in (302, 404)
    stage.bea_quiz.refresh_from_db()
    assert stage.bea_quiz.title == "Quiz of 11C"


@pytest.mark.parametrize("act", ["publish", "unpublish", "archive"])
def test_someone_elses_quiz_cannot_be_acted_on(as_ada: Client, stage: SimpleNamespace, act: str) -> None:
    assert as_ada.post(reverse("admin:quizzes_quiz_act", args=[stage.bea_quiz.pk, act])).status_code == 404
    assert Quiz.objects.get(pk=stage.bea_quiz.pk).status == "published"


def test_someone_elses_join_code_cannot_be_replaced(as_ada: Client, stage: SimpleNamespace) -> None:
    code = stage.bea_room.join_code
    assert as_ada.post(reverse("admin:quizzes_classroom_act", args=[stage.bea_room.pk, "new-code"])).status_code == 404
    assert Classroom.objects.get(pk=stage.bea_room.pk).join_code == code


def test_ones_own_join_code_can_be_replaced(as_ada: Client, stage: SimpleNamespace) -> None:
    code = stage.ada_room.join_code
    as_ada.post(reverse("admin:quizzes_classroom_act", args=[stage.ada_room.pk, "new-code"]))
    assert Classroom.objects.get(pk=stage.ada_room.pk).join_code != code


def autocomplete(client: Client, model: str, field: str, term: str = "") -> list[str]:
    response = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "quizzes", "model_name": model, "field_name": field, "term": term},
    )
    assert response.status_code == 200
    return [row["text"] for row in response.json()["results"]]


def test_autocompletes_offer_only_ones_own_rows(as_ada: Client, stage: SimpleNamespace) -> None:
    assert autocomplete(as_ada, "assignment", "quiz") == ["Quiz of 10B"]
    assert autocomplete(as_ada, "accommodation", "assignment") == ["Quiz of 10B · 10B"]
    members = autocomplete(as_ada, "accommodation", "membership")
    assert any("Sam" in name for name in members)
    assert not any("Tim" in name for name in members)


def test_an_autocomplete_words_a_question_by_its_stem(as_ada: Client) -> None:
    [entry] = autocomplete(as_ada, "quizitem", "question", "mandate")
    assert entry.startswith("Which organ of the United Nations")
    assert autocomplete(as_ada, "quizitem", "question", "no such words") == []


def test_people_cannot_be_looked_up_by_instructors(as_ada: Client, as_root: Client) -> None:
    ask = {"app_label": "quizzes", "model_name": "membership", "field_name": "user", "term": "tim"}
    assert as_ada.get(reverse("admin:autocomplete"), ask).status_code == 403
    assert as_root.get(reverse("admin:autocomplete"), ask).status_code == 200


def test_a_foreign_classroom_or_quiz_is_refused_where_it_is_posted(as_ada: Client, stage: SimpleNamespace) -> None:
    before = Assignment.objects.count()
    for classroom, quiz in ((stage.bea_room, stage.ada_quiz), (stage.ada_room, stage.bea_quiz)):
        response = as_ada.post(
            reverse("admin:quizzes_assignment_add"),
            {"classroom": classroom.pk, "quiz": quiz.pk, "late_policy": "accept"},
        )
        assert response.status_code == 200
        assert "Select a valid choice" in response.content.decode()
    assert Assignment.objects.count() == before


def test_a_bulk_action_reaches_only_ones_own_rows(as_ada: Client, stage: SimpleNamespace) -> None:
    mine, theirs = cast.quiz(stage.ada), cast.quiz(stage.bea, visibility="copy")
    as_ada.post(
        reverse("admin:quizzes_quiz_changelist"), {"action": "archive", "_selected_action": [mine.pk, theirs.pk]}
    )
    as_ada.post(
        reverse("admin:quizzes_classroom_changelist"),
        {"action": "close_joining", "_selected_action": [stage.ada_room.pk, stage.bea_room.pk]},
    )
    assert Quiz.objects.get(pk=mine.pk).status == "archived"
    assert Quiz.objects.get(pk=theirs.pk).status == "published"
    assert not Classroom.objects.get(pk=stage.ada_room.pk).is_join_open
    assert Classroom.objects.get(pk=stage.bea_room.pk).is_join_open


def test_there_is_no_bulk_deletion(as_root: Client, stage: SimpleNamespace) -> None:
    for model in (*SCOPED, "question", "user"):
        url = reverse(f"admin:quizzes_{model}_changelist")
        as_root.post(url, {"action": "delete_selected", "_selected_action": [1, 2], "post": "yes"})
    assert Attempt.objects.count() == 2
    assert Classroom.objects.count() == 2


def test_a_related_lookup_cannot_ask_about_other_rows(as_ada: Client, stage: SimpleNamespace) -> None:
    url = reverse("admin:quizzes_membership_changelist")
    response = as_ada.get(url, {"user__password__startswith": "pbkdf2"})
    assert response.status_code in (302, 400)
    url = reverse("admin:quizzes_attempt_changelist")
    response = as_ada.get(url, {"assignment__classroom__id__exact": stage.bea_room.pk})
    assert stage.bea_attempt not in response.context["cl"].result_list


def test_an_administrator_sees_everything(as_root: Client, stage: SimpleNamespace) -> None:
    for model in SCOPED:
        response = as_root.get(reverse(f"admin:quizzes_{model}_changelist"))
        listed = {row.pk for row in response.context["cl"].result_list}
        assert {own(stage, model, "ada").pk, own(stage, model, "bea").pk} <= listed


@pytest.mark.parametrize("model", [*SCOPED, "question", "source", "topic", "tag", "accommodation", "user"])
def test_a_learner_has_no_way_in(client: Client, stage: SimpleNamespace, model: str) -> None:
    client.force_login(stage.sam)
    assert client.get(reverse(f"admin:quizzes_{model}_changelist"), follow=True).status_code == 403


def test_a_stranger_is_asked_to_log_in(client: Client, stage: SimpleNamespace) -> None:
    response = client.get(reverse("admin:index"))
    assert response.status_code == 302
    response = client.get(response["Location"])
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_whoever_makes_a_classroom_teaches_it(as_bea: Client, stage: SimpleNamespace) -> None:
    as_bea.post(
        reverse("admin:quizzes_classroom_add"),
        {
            "name": "12D",
            "capacity": 30,
            "is_join_open": "on",
            "time_zone": "UTC",
            "names_shown": "nicknames",
            "metric": "best",
            "assignments-TOTAL_FORMS": 0,
            "assignments-INITIAL_FORMS": 0,
        },
    )
    room = Classroom.objects.get(name="12D")
    assert [row.user for row in room.memberships.filter(role="instructor")] == [stage.bea]


def test_a_member_is_removed_but_kept(as_ada: Client, stage: SimpleNamespace) -> None:
    member = stage.ada_room.memberships.get(user=stage.sam)
    as_ada.post(
        reverse("admin:quizzes_membership_change", args=[member.pk]),
        {"role": "student", "status": "removed", "nickname": "", "time_factor": "1.5"},
    )
    member.refresh_from_db()
    assert (member.status, member.time_factor) == ("removed", cast.points("1.5"))
    assert member.ended_at is not None
    assert Membership.objects.filter(pk=member.pk).exists()


def test_an_attempt_is_read_only_and_shows_answers_and_events(as_ada: Client, stage: SimpleNamespace) -> None:
    url = reverse("admin:quizzes_attempt_change", args=[stage.ada_attempt.pk])
    page = as_ada.get(url).content.decode()
    assert "General Assembly" in page
    assert "answer saved" in page
    assert 'name="_save"' not in page
    assert as_ada.post(url, {"status": "graded"}).status_code == 403


@pytest.mark.parametrize("change", [{"role": "student"}, {"status": "removed"}])
def test_a_classroom_keeps_an_instructor(as_ada: Client, stage: SimpleNamespace, change: dict[str, str]) -> None:
    member = stage.ada_room.memberships.get(user=stage.ada)
    form = {"role": "instructor", "status": "active", "nickname": "", "time_factor": "1", **change}
    page = as_ada.post(reverse("admin:quizzes_membership_change", args=[member.pk]), form).content.decode()
    assert "A class needs an instructor." in page
    member.refresh_from_db()
    assert (member.role, member.status) == ("instructor", "active")
