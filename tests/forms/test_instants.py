"""Forms in the zone of a class: what is sent back as it was shown is the instant that is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quizzes.forms.assignments import AccommodationForm, AssignmentForm
from quizzes.forms.deadlines import EndForm
from quizzes.forms.instants import ZonedForm
from quizzes.models import Accommodation, Assignment, Attempt

NOW = datetime(2027, 1, 1, tzinfo=UTC)
INSTANTS = [
    ("Europe/Berlin", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # 02:30 for the first time
    ("Europe/Berlin", datetime(2027, 10, 31, 1, 30, 59, 999, tzinfo=UTC)),  # and for the second
    ("Europe/Berlin", datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 14, 45, tzinfo=UTC)),  # 01:45, half an hour goes back
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, 15, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
]


def as_shown(form: ZonedForm) -> dict[str, Any]:
    """What a browser sends back of the instants: a field has minutes, and the question only where it stands there."""
    fields = [field for row in form.instant_rows for field in row if field is not None]
    values = {field.html_name: field.value() for field in fields}
    return {name: f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value for name, value in values.items()}


@pytest.mark.parametrize(("zone", "at"), INSTANTS)
@pytest.mark.parametrize(
    ("form", "row"), [(AssignmentForm, Assignment), (AccommodationForm, Accommodation)], ids=["assignment", "exception"]
)
def test_what_is_not_touched_stays(form: Any, row: Any, zone: str, at: datetime) -> None:
    stored = row(due_at=at, closes_at=at)
    sent = as_shown(form(zone=zone, stored=stored)) | {"late_policy": "accept", "reason": "ill", "attempts_allowed": 2}
    filled = form(sent, zone=zone, stored=stored)
    assert filled.is_valid(), filled.errors
    assert (filled.cleaned_data["due_at"], filled.cleaned_data["closes_at"]) == (at, at)


@pytest.mark.parametrize(("zone", "at"), INSTANTS)
def test_the_deadline_of_an_attempt_is_recognized(zone: str, at: datetime) -> None:
    attempt = Attempt(status="in_progress", due_at=at)
    sent = as_shown(EndForm(attempt=attempt, now=NOW, zone=zone)) | {"how": "until", "reason": "ill"}
    assert "This is the deadline already." in str(EndForm(sent, attempt=attempt, now=NOW, zone=zone).errors)


@pytest.mark.parametrize(("zone", "at"), [row for row in INSTANTS if row[1].second == 0 and row[1].month in (4, 10)])
def test_the_other_of_two_is_another_instant(zone: str, at: datetime) -> None:
    stored = Assignment(closes_at=at)
    sent = as_shown(AssignmentForm(zone=zone, stored=stored)) | {"late_policy": "accept"}
    if "closes_at_which" in sent:
        other = {"first": "second", "second": "first"}[sent["closes_at_which"]]
        filled = AssignmentForm(sent | {"closes_at_which": other}, zone=zone, stored=stored)
        assert filled.is_valid()
        shift = timedelta(hours=1) if zone == "Europe/Berlin" else timedelta(minutes=30)
        assert abs(filled.cleaned_data["closes_at"] - at) == shift
