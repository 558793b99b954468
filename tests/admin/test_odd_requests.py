"""What no page of the workshop sends: unknown parameters, keys that are none, huge numbers, thousands of rows. Each gets a page."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.test import Client

from quizzes.admin.odd_requests import is_key
from quizzes.models import Assignment

HUGE = "9" * 20  # beyond 64 bits
ADD = "/admin/quizzes/{}/add/"
ROWS = {
    "items-TOTAL_FORMS": "1",
    "items-INITIAL_FORMS": "0",
    "items-2-TOTAL_FORMS": "1",
    "items-2-INITIAL_FORMS": "0",
    "bands-TOTAL_FORMS": "0",
    "bands-INITIAL_FORMS": "0",
}


@pytest.mark.parametrize("model", ["question", "quiz", "attempt", "classroom", "user"])
def test_unknown_parameters_of_a_list_get_a_page_in_the_frame(as_root: Client, model: str) -> None:
    reply = as_root.get(f"/admin/quizzes/{model}/?e=1&nonsense=1")
    assert reply.status_code == 200
    assert "Log out" in reply.text


@pytest.mark.parametrize("value", ["x", HUGE])
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("accommodation", ["assignment", "membership"]),
        ("assignment", ["quiz", "classroom"]),
        ("membership", ["user", "classroom"]),
        ("quiz", ["items-0-question", "items-0-pinned_version", "items-2-0-topic", "items-2-0-tag"]),
    ],
)
def test_a_key_that_is_none_gets_the_form_again(as_root: Client, model: str, fields: list[str], value: str) -> None:
    reply = as_root.post(ADD.format(model), ROWS | dict.fromkeys(fields, value))
    assert reply.status_code == 200
    assert "errorlist" in reply.text


@pytest.mark.parametrize("value", ["x", HUGE])
@pytest.mark.parametrize(
    ("model", "action"),
    [("quiz", "archive"), ("classroom", "close_joining"), ("question", "add_tag"), ("attempt", "grade_again")],
)
def test_a_selected_row_that_is_none_is_left_out(as_root: Client, model: str, action: str, value: str) -> None:
    sent = {"action": action, "index": "0", "_selected_action": value}
    reply = as_root.post(f"/admin/quizzes/{model}/", sent, follow=True)
    assert "Items must be selected" in reply.text


@pytest.mark.parametrize("field", ["", "quiz", "items", "slug", "nonsense", "pk__in"])
def test_rows_are_looked_up_by_their_key_alone(stage: SimpleNamespace, as_root: Client, field: str) -> None:
    address = f"/admin/quizzes/quiz/{stage.ada_quiz.pk}/change/"
    assert as_root.post(address, {"_to_field": field}).status_code == 400
    assert as_root.get(address, {"_to_field": field}).status_code == 400
    assert as_root.get(address, {"_to_field": "id"}).status_code == 200


def test_what_is_chosen_stays_chosen_when_the_form_is_shown_again(stage: SimpleNamespace, as_ada: Client) -> None:
    reply = as_ada.post(ADD.format("assignment"), {"quiz": stage.ada_quiz.pk, "classroom": "x"})
    assert f'<option value="{stage.ada_quiz.pk}" selected>Quiz of 10B' in reply.text


@pytest.mark.slow
def test_thousands_of_rows_are_refused_without_a_form_for_each(stage: SimpleNamespace, as_ada: Client) -> None:
    sent = {"assignments-TOTAL_FORMS": "5000", "assignments-INITIAL_FORMS": "0", "name": "12A"}
    reply = as_ada.post(ADD.format("classroom"), sent)
    assert "Please submit at most 100 forms" in reply.text
    assert rows_in(reply.text, "assignments") == 150


@pytest.mark.slow
@pytest.mark.parametrize(("prefix", "most"), [("items", 250), ("items-2", 150), ("bands", 150)])
def test_the_rows_of_a_quiz_have_a_limit(as_ada: Client, prefix: str, most: int) -> None:
    reply = as_ada.post(ADD.format("quiz"), ROWS | {f"{prefix}-TOTAL_FORMS": "5000"})
    assert "Please submit at most" in reply.text
    assert rows_in(reply.text, prefix) == most


def rows_in(page: str, prefix: str) -> int:
    """How many rows of a formset a page shows, the empty one for scripts apart."""
    return len(set(re.findall(rf'name="{prefix}-(\d+)-id"', page)))


def test_a_classroom_with_rows_is_saved_as_before(stage: SimpleNamespace, as_ada: Client) -> None:
    given = stage.ada_assignment
    sent = {"assignments-TOTAL_FORMS": "1", "assignments-INITIAL_FORMS": "1", "assignments-0-id": given.pk}
    sent |= {"assignments-0-classroom": stage.ada_room.pk, "assignments-0-quiz": given.quiz_id}
    sent |= {"assignments-0-late_policy": given.late_policy, "assignments-0-attempts_allowed": "3"}
    room = stage.ada_room
    sent |= {"name": room.name, "capacity": room.capacity, "time_zone": room.time_zone, "names_shown": room.names_shown}
    reply = as_ada.post(f"/admin/quizzes/classroom/{room.pk}/change/", sent | {"metric": room.metric})
    assert reply.status_code == 302
    assert Assignment.objects.get(pk=given.pk).attempts_allowed == 3


def test_a_key_has_64_bits_and_nothing_but_digits() -> None:
    assert [value for value in ("1", 7, "9" * 18) if not is_key(value)] == []
    odd = ("x", "9" * 19, HUGE, "-1", "1.5", "\u0661", "1 OR 1=1", "\x00")
    assert [value for value in odd if is_key(value)] == []
