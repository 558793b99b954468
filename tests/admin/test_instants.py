"""Instants in the workshop: what is not touched stays as it is, also in the hours when clocks are changed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.forms import SplitDateTimeField
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from quizzes.forms.instants_admin import InstantField
from quizzes.models import Accommodation, Classroom, Quiz, User
from tests.admin import cast
from tests.admin.forms import as_shown

SECOND = timedelta(seconds=1)
TWICE = "happens twice on that day"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


# The local time of these happens twice: an hour goes back in Berlin, half an hour on Lord Howe.
BERLIN_FIRST, BERLIN_SECOND = utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 1, 30)
HOWE_FIRST, HOWE_SECOND = utc(2027, 4, 3, 14, 45), utc(2027, 4, 3, 15, 15)
UNTOUCHED = [
    ("Europe/Berlin", BERLIN_FIRST),
    ("Europe/Berlin", BERLIN_SECOND),
    ("Europe/Berlin", BERLIN_SECOND + timedelta(seconds=59, microseconds=999_999)),
    ("Europe/Berlin", utc(2027, 3, 28, 0, 59, 59)),  # the last second before the clocks go forward
    ("Europe/Berlin", utc(2027, 3, 28, 1)),
    ("Australia/Lord_Howe", HOWE_FIRST),
    ("Australia/Lord_Howe", HOWE_SECOND),
    ("Australia/Lord_Howe", utc(2027, 10, 2, 15, 30)),  # half an hour is skipped before it
    ("UTC", utc(2027, 10, 31, 1, 30, 0, 1)),
]
HARDEST = [UNTOUCHED[2], UNTOUCHED[6]]  # for each whole form


def open_form(client: Client, row: Model) -> tuple[str, dict[str, Any]]:
    """The address of a row's page, and what its form holds."""
    name = row._meta.model_name
    url = reverse(f"admin:quizzes_{name}_change", args=[row.pk])
    return url, as_shown(client.get(url).content.decode(), f"{name}_form")


def at_home_in(zone: str, who: User) -> None:
    User.objects.filter(pk=who.pk).update(time_zone=zone)


def closing(row: Model, at: datetime) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(closes_at=at)  # type: ignore[attr-defined]


def closes_at(row: Any) -> datetime | None:
    row.refresh_from_db()
    found: datetime | None = row.closes_at
    return found


class Closing(forms.Form):
    closes_at = InstantField(required=False)


@pytest.mark.parametrize(("zone", "at"), UNTOUCHED)
def test_what_is_sent_back_as_it_was_shown_is_what_is_stored(zone: str, at: datetime) -> None:
    with timezone.override(zone):
        shown = as_shown(f'<form id="closing">{Closing(initial={"closes_at": at})}</form>', "closing")
        sent = Closing(shown, initial={"closes_at": at})
        assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["closes_at"] == at


@pytest.mark.parametrize(("zone", "at"), HARDEST)
def test_a_quiz_keeps_its_close(zone: str, at: datetime, as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in(zone, stage.ada)
    closing(stage.ada_quiz, at)
    url, form = open_form(as_ada, stage.ada_quiz)
    assert as_ada.post(url, form | {"title": "Renamed"}).status_code == 302
    assert (Quiz.objects.get(pk=stage.ada_quiz.pk).title, closes_at(stage.ada_quiz)) == ("Renamed", at)


@pytest.mark.parametrize(("zone", "at"), HARDEST)
def test_an_assignment_keeps_its_close(zone: str, at: datetime, as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in(zone, stage.ada)
    closing(stage.ada_assignment, at)
    url, form = open_form(as_ada, stage.ada_assignment)
    assert as_ada.post(url, form | {"attempts_allowed": 3}).status_code == 302
    assert (closes_at(stage.ada_assignment), stage.ada_assignment.attempts_allowed) == (at, 3)


@pytest.mark.parametrize(("zone", "at"), HARDEST)
def test_a_row_under_a_classroom_keeps_its_close(
    zone: str, at: datetime, as_ada: Client, stage: SimpleNamespace
) -> None:
    at_home_in(zone, stage.ada)
    closing(stage.ada_assignment, at)
    url, form = open_form(as_ada, stage.ada_room)
    assert as_ada.post(url, form | {"name": "Renamed", "assignments-0-attempts_allowed": 3}).status_code == 302
    assert Classroom.objects.get(pk=stage.ada_room.pk).name == "Renamed"
    assert (closes_at(stage.ada_assignment), stage.ada_assignment.attempts_allowed) == (at, 3)


@pytest.mark.parametrize(("zone", "at"), HARDEST)
def test_an_exception_keeps_its_times(zone: str, at: datetime, as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in(zone, stage.ada)
    member = stage.ada_room.memberships.get(user=stage.sam)
    row = Accommodation.objects.create(
        assignment=stage.ada_assignment, membership=member, due_at=at, closes_at=at, reason="ill", granted_at=cast.NOW
    )
    url, form = open_form(as_ada, row)
    assert as_ada.post(url, form | {"reason": "was ill"}).status_code == 302
    row.refresh_from_db()
    assert (row.reason, row.due_at, row.closes_at) == ("was ill", at, at)


def test_where_nothing_is_touched_nothing_is_logged_as_changed(as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in("Europe/Berlin", stage.ada)
    closing(stage.ada_quiz, BERLIN_SECOND + timedelta(microseconds=5))
    url, form = open_form(as_ada, stage.ada_quiz)
    as_ada.post(url, form)
    assert stage.ada.logentry_set.latest("pk").get_change_message() == "No fields changed."


def test_every_form_of_the_workshop_keeps_its_instants(rf: RequestFactory, stage: SimpleNamespace) -> None:
    request = rf.get("/")
    request.user = User(is_staff=True, is_superuser=True)
    kept: Counter[str] = Counter()
    for of_model in (
        admin.site.get_model_admin(model) for model in apps.get_models() if admin.site.is_registered(model)
    ):
        inlines = [inline.get_formset(request).form for inline in of_model.get_inline_instances(request)]
        for form in (of_model.get_form(request), *inlines):
            instants = [field for field in form.base_fields.values() if isinstance(field, SplitDateTimeField)]
            assert all(isinstance(field, InstantField) for field in instants), form
            kept[of_model.model.__name__] += len(instants)
    assert {name: kept[name] for name in ("Quiz", "Assignment", "Classroom", "Accommodation")} == {
        "Quiz": 2,
        "Assignment": 3,
        "Classroom": 3,
        "Accommodation": 3,
    }


# What is typed --------------------------------------------------------------------------------------------------------


def typed(day: str, time: str, which: str = "") -> dict[str, str]:
    return {"closes_at_0": day, "closes_at_1": time} | ({"closes_at_which": which} if which else {})


@pytest.mark.parametrize(
    ("zone", "day", "time", "first", "second"),
    [
        ("Europe/Berlin", "2027-10-31", "02:30", BERLIN_FIRST, BERLIN_SECOND),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", HOWE_FIRST, HOWE_SECOND),
    ],
)
def test_a_time_that_happens_twice_is_asked_about(
    zone: str, day: str, time: str, first: datetime, second: datetime, as_ada: Client, stage: SimpleNamespace
) -> None:
    at_home_in(zone, stage.ada)
    url, form = open_form(as_ada, stage.ada_assignment)
    assert "closes_at_which" not in form
    page = as_ada.post(url, form | typed(day, time)).content.decode()
    assert TWICE in page
    again = as_shown(page, "assignment_form")
    assert (again["closes_at_0"], again["closes_at_1"], again["closes_at_which"]) == (day, time, "")
    for which, at in (("second", second), ("first", first)):
        assert as_ada.post(url, again | {"closes_at_which": which}).status_code == 302
        assert closes_at(stage.ada_assignment) == at


def test_the_other_of_two_can_be_chosen(as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in("Europe/Berlin", stage.ada)
    closing(stage.ada_quiz, BERLIN_SECOND)
    url, form = open_form(as_ada, stage.ada_quiz)
    assert form["closes_at_which"] == "second"
    as_ada.post(url, form | {"closes_at_which": "first"})
    assert closes_at(stage.ada_quiz) == BERLIN_FIRST


@pytest.mark.parametrize(
    ("zone", "day", "time"),
    [("Europe/Berlin", "2027-03-28", "02:30"), ("Australia/Lord_Howe", "2027-10-03", "02:15")],
)
def test_a_time_that_the_clocks_skip_is_refused(
    zone: str, day: str, time: str, as_ada: Client, stage: SimpleNamespace
) -> None:
    at_home_in(zone, stage.ada)
    url, form = open_form(as_ada, stage.ada_quiz)
    assert "the clocks go forward" in as_ada.post(url, form | typed(day, time)).content.decode()


def test_a_time_is_taken_away_and_given_and_half_of_one_is_refused(as_ada: Client, stage: SimpleNamespace) -> None:
    at_home_in("Europe/Berlin", stage.ada)
    closing(stage.ada_assignment, BERLIN_SECOND)
    url, form = open_form(as_ada, stage.ada_assignment)
    assert as_ada.post(url, form | typed("", "")).status_code == 302
    assert closes_at(stage.ada_assignment) is None
    assert re.search("Enter a valid time", as_ada.post(url, form | typed("2027-10-31", "")).content.decode())
    as_ada.post(url, form | typed("2027-10-30", "23:59:59"))
    assert closes_at(stage.ada_assignment) == utc(2027, 10, 30, 21, 59, 59)
