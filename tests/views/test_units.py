"""Units: the path, a check and its stamp, what comes next, and what instructors do with a unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.models import Classroom, Mastery, Quiz, StudyNote, Unit, User
from quizzes.reports import invariants, mastery
from quizzes.services import attempts, grading
from quizzes.services import mastery as awarding
from tests import factories
from tests.clocks import stopped_at
from tests.pages import read

HOUR = timedelta(hours=1)


@pytest.fixture
def check(db: None) -> Quiz:
    return factories.quiz(5, slug="check-1", title="Check: Who decides?", pass_mark=80)


@pytest.fixture
def unit(check: Quiz) -> Unit:
    unit = Unit.objects.get(pk=factories.study().unit_id)
    unit.check_quiz = check
    unit.save()
    return unit


def page(client: Client, address: str, at: datetime) -> str:
    with stopped_at(at):
        return read(client.get(address))


def standing(learner: User, unit: Unit, now: datetime) -> tuple[int | None, bool]:
    [found] = mastery.standings(learner, [unit], now=now)
    return found.percent, found.is_mastered


def test_from_the_first_look_to_the_stamp(
    client: Client, learner: User, unit: Unit, check: Quiz, now: datetime
) -> None:
    later = Unit.objects.create(slug="later", title="Who helps?", position=2, status="published")
    client.force_login(learner)
    assert "Start here" in page(client, "/learn/", now)
    text = page(client, unit.get_absolute_url(), now)
    assert "Start the check" in text
    assert "You can tell." in text
    first = factories.attempt(learner, check, now=now, right=3, submit=True)
    text = page(client, f"/attempts/{first.pk}/result/", now)
    assert "80% masters the unit." in text
    assert "is yours" not in text
    assert "Best so far 60%." in page(client, unit.get_absolute_url(), now)
    second = factories.attempt(learner, check, now=now + HOUR, right=4, submit=True)
    text = page(client, f"/attempts/{second.pk}/result/", now + HOUR)
    assert "“Who decides?” is yours." in text
    assert f"Next: {later.title}" in text
    assert 'alt="mastered"' in page(client, "/learn/", now + HOUR)
    third = factories.attempt(learner, check, now=now + 2 * HOUR, right=1, submit=True)
    assert "The unit stays mastered." in page(client, f"/attempts/{third.pk}/result/", now + 2 * HOUR)
    assert standing(learner, unit, now + 2 * HOUR) == (80, True)
    assert standing(factories.user(), unit, now) == (None, False)


def test_a_unit_stays_mastered_when_a_key_changes_or_the_check_is_another(
    learner: User, instructor: User, unit: Unit, check: Quiz, now: datetime
) -> None:
    attempt = factories.attempt(learner, check, now=now, right=4, submit=True)
    answer = attempt.answers.get(slot=1)
    grading.override(answer, fraction=0, reason="Wrong key", actor=instructor, now=now)  # type: ignore[arg-type]
    assert standing(learner, unit, now) == (60, True)
    Unit.objects.update(check_quiz=factories.quiz(2))
    assert standing(learner, Unit.objects.get(pk=unit.pk), now) == (None, True)


@pytest.mark.parametrize("feedback", ["practice", "survey"])
def test_practice_masters_nothing(learner: User, unit: Unit, check: Quiz, now: datetime, feedback: str) -> None:
    Quiz.objects.update(feedback=feedback)
    check.refresh_from_db()
    factories.attempt(learner, check, now=now, right=5, submit=True)
    assert not standing(learner, unit, now)[1]


def test_an_exam_tells_of_mastery_when_its_results_are_out(
    client: Client, learner: User, classroom: Classroom, unit: Unit, check: Quiz, now: datetime
) -> None:
    given = factories.assignment(classroom, check, feedback="exam", closes_at=now + 5 * HOUR)
    factories.attempt(learner, check, now=now, right=5, submit=True, assignment=given)
    assert standing(learner, unit, now + HOUR) == (None, False)
    client.force_login(learner)
    assert "mastered" not in page(client, unit.get_absolute_url(), now + HOUR).replace("0 of 1 mastered", "")
    assert standing(learner, unit, now + 6 * HOUR) == (100, True)


def test_a_check_that_a_unit_gets_later_counts_what_was_done_before(
    learner: User, unit: Unit, check: Quiz, now: datetime
) -> None:
    Unit.objects.update(check_quiz=None)
    factories.attempt(learner, check, now=now, right=5, submit=True)
    assert not Mastery.objects.exists()
    Unit.objects.update(check_quiz=check)
    assert [one.name for one in invariants.mastered(now)] == ["I15"]
    awarding.award_all(unit)
    assert Mastery.objects.get().at == now
    assert list(invariants.mastered(now)) == []


def test_the_check_of_a_class_is_opened_where_its_date_stands(
    client: Client, learner: User, classroom: Classroom, unit: Unit, check: Quiz, now: datetime
) -> None:
    factories.assignment(classroom, check, due_at=now + HOUR)
    client.force_login(learner)
    text = page(client, unit.get_absolute_url(), now)
    assert "Your class has this check" in text
    assert f'href="/quizzes/{check.slug}/"' in text


def test_an_instructor_copies_a_unit_and_assigns_its_check(
    client: Client, instructor: User, classroom: Classroom, unit: Unit, check: Quiz, now: datetime
) -> None:
    client.force_login(instructor)
    text = page(client, unit.get_absolute_url(), now)
    assert f"{reverse('quizzes:assignment_create', args=[classroom.pk])}?quiz={check.pk}" in text
    response = client.post(reverse("quizzes:study_unit_copy", args=[unit.slug]))
    made = Unit.objects.get(owner=instructor)
    assert response["Location"] == reverse("admin:quizzes_unit_change", args=[made.pk])
    assert (made.status, made.position, made.title) == ("draft", 2, "Who decides? (copy)")
    assert made.check_quiz is not None
    assert (made.check_quiz.owner, made.check_quiz.status) == (instructor, "draft")
    [note] = StudyNote.objects.filter(unit=made)
    assert (note.owner, note.places.count()) == (instructor, 1)
    form = client.get(response["Location"])
    fields = {"title": "Mine", "slug": made.slug, "position": 2, "emblem": 1, "mastery_mark": 75, "status": "draft"}
    fields |= {"visibility": "private", "check_quiz": made.check_quiz_id, "notes-TOTAL_FORMS": 1}
    fields |= {"notes-INITIAL_FORMS": 1, "notes-0-id": note.pk, "notes-0-unit": made.pk, "notes-0-position": 40}
    assert client.post(response["Location"], fields).status_code == 302
    note.refresh_from_db()
    made.refresh_from_db()
    assert (made.title, made.mastery_mark, note.position) == ("Mine", 75, 40)
    assert "in the order of their positions" in form.content.decode()


def test_a_unit_takes_no_check_that_is_not_counted(admin_client: Client, unit: Unit) -> None:
    practice = factories.quiz(1, feedback="practice")
    address = reverse("admin:quizzes_unit_change", args=[unit.pk])
    fields: dict[str, Any] = {"title": "W", "slug": "unit", "position": 1, "emblem": 1, "mastery_mark": 80}
    fields |= {"status": "published", "visibility": "use", "check_quiz": practice.pk}
    fields |= {"notes-TOTAL_FORMS": 0, "notes-INITIAL_FORMS": 0}
    assert "practice and surveys master nothing" in admin_client.post(address, fields).content.decode()


def test_the_path_asks_no_more_often_for_nine_units_than_for_one(
    client: Client, learner: User, unit: Unit, now: datetime
) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, address, now)
        return len(captured)

    client.force_login(learner)
    addresses = ("/learn/", unit.get_absolute_url())
    factories.attempt(learner, unit.check_quiz, now=now, right=5, submit=True)
    before = [queries(address) for address in addresses]
    for number in range(2, 10):
        quiz = factories.quiz(2)
        Unit.objects.create(
            slug=f"u{number}", title="U", position=number, status="published", check_quiz=quiz, review_quiz=quiz
        )
        attempts.start(learner, quiz, now=now)
        factories.attempt(learner, factories.quiz(2), now=now, right=2, submit=True)
    assert all(queries(address) <= most for address, most in zip(addresses, before, strict=True))
    assert max(before) <= 16
