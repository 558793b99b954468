"""The pages on which an instructor moves the deadline of an attempt, or opens it again: asked twice, with a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, Quiz, User
from quizzes.services import attempts, deadlines
from tests import factories
from tests.clocks import Clock
from tests.pages import nothing_inline

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FIRE = {"how": "more", "minutes": "20", "reason": "a fire drill"}


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def classroom(instructor: User, learner: User) -> Classroom:
    return factories.classroom(instructor=instructor, students=[learner], time_zone="Europe/Berlin")


@pytest.fixture
def quiz(db: None) -> Quiz:
    return factories.quiz(title="Diplomacy", time_limit=40)


@pytest.fixture
def given(classroom: Classroom, quiz: Quiz, now: datetime) -> Assignment:
    return factories.assignment(classroom, quiz, opens_at=now - 2 * HOUR)


@pytest.fixture
def running(given: Assignment, learner: User, now: datetime) -> Attempt:
    """The learner's attempt: 40 minutes from now, to 10:40 in Berlin."""
    return factories.attempt(learner, given.quiz, now=now, assignment=given)


@pytest.fixture
def closed(given: Assignment, learner: User, now: datetime) -> Attempt:
    """Closed by the deadline half an hour ago, one of two questions right."""
    row = factories.attempt(learner, given.quiz, now=now - 70 * MINUTE, right=1, assignment=given)
    attempts.close_if_overdue(row, now=now)
    return row


@pytest.fixture
def client(client: Client, instructor: User) -> Client:
    client.force_login(instructor)
    return client


def words(response: Any, code: int = 200) -> str:
    assert response.status_code == code, response.content[:2000]
    assert not nothing_inline(response)
    return re.sub(r"\s+", " ", response.content.decode())


def extend(client: Client, attempt: Attempt, fields: dict[str, str], **more: str) -> Any:
    seen = {"seen": attempt.due_at.isoformat() if attempt.due_at else ""}
    return client.post(f"/attempts/{attempt.pk}/deadline/change/", seen | fields | more, follow=True)


def reopen(client: Client, attempt: Attempt, fields: dict[str, str], **more: str) -> Any:
    return client.post(f"/attempts/{attempt.pk}/reopen/", fields | more, follow=True)


def due(attempt: Attempt) -> datetime | None:
    return Attempt.objects.values_list("due_at", flat=True).get(pk=attempt.pk)


# The deadline of an attempt that runs ---------------------------------------------------------------------------------


def test_the_way_there_leads_from_timeline_result_progress_and_workshop(
    client: Client, running: Attempt, given: Assignment
) -> None:
    there = f'href="/attempts/{running.pk}/deadline/change/'
    for address in (
        f"/attempts/{running.pk}/timeline/",
        f"/attempts/{running.pk}/deadline/",
        f"/attempts/{running.pk}/result/",
        f"/assignments/{given.pk}/progress/",
        f"/assignments/{given.pk}/",
        f"/admin/quizzes/attempt/{running.pk}/change/",
    ):
        assert there in client.get(address).content.decode(), address


def test_an_assistant_and_the_learner_see_no_way_there(
    client: Client, running: Attempt, given: Assignment, learner: User
) -> None:
    assistant = factories.user("assistant")
    factories.member(given.classroom, assistant, role="assistant")
    for person, addresses in (
        (assistant, ["timeline/", "deadline/", "result/"]),
        (learner, ["timeline/", "deadline/"]),
    ):
        client.force_login(person)
        for address in addresses:
            page = words(client.get(f"/attempts/{running.pk}/{address}"))
            assert "deadline/change/" not in page
    client.force_login(assistant)
    assert "deadline/change/" not in words(client.get(f"/assignments/{given.pk}/progress/"))


def test_what_was_and_what_will_be_is_shown_before_anything_changes(
    client: Client, running: Attempt, now: datetime
) -> None:
    page = words(extend(client, running, FIRE))
    assert "<dd>10:40 a.m.</dd>" in page
    assert '<strong>11:00 a.m.</strong> <span class="muted">(20 min more)</span>' in page
    assert "Europe/Berlin" in page
    assert "<q>a fire drill</q>" in page
    assert due(running) == now + 40 * MINUTE


def test_where_something_is_due_it_is_said_that_it_moves_with_time_that_is_given(
    client: Client, running: Attempt, closed: Attempt, given: Assignment, now: datetime
) -> None:
    sentence = "It is not marked late until then"
    assert sentence not in words(extend(client, running, FIRE))
    Assignment.objects.filter(pk=given.pk).update(due_at=now + 40 * MINUTE)
    assert sentence in words(extend(client, running, FIRE))
    earlier = {"how": "until", "due_at": "2026-03-02T10:20", "reason": "x"}
    assert sentence not in words(extend(client, running, earlier))
    attempts.submit(running, now=now)
    assert sentence in words(reopen(client, closed, FIRE))


def test_afterwards_one_is_back_where_one_came_from(client: Client, running: Attempt, given: Assignment) -> None:
    address, fields = f"/attempts/{running.pk}/deadline/change/", {**FIRE, "confirmed": "1"}
    seen = {"seen": running.due_at.isoformat() if running.due_at else ""}
    assert client.post(address, fields | seen).headers["Location"] == f"/assignments/{given.pk}/"
    running.refresh_from_db()
    seen = {"seen": running.due_at.isoformat() if running.due_at else ""}
    back = client.post(f"{address}?back=result", fields | seen)
    assert back.headers["Location"] == f"/attempts/{running.pk}/result/"


def test_once_confirmed_the_deadline_is_moved_and_both_can_read_why(
    client: Client, running: Attempt, instructor: User, learner: User, now: datetime
) -> None:
    page = words(extend(client, running, FIRE, confirmed="1"))
    assert "Deadline of learner changed from 10:40 a.m. to 11:00 a.m. (" in page
    assert due(running) == now + 60 * MINUTE
    event = running.events.get(kind="extended")
    assert (event.actor, event.details["reason"], event.new_end) == (instructor, "a fire drill", now + 60 * MINUTE)
    client.force_login(learner)
    for address in ("timeline/", "deadline/"):
        page = words(client.get(f"/attempts/{running.pk}/{address}"))
        assert "<q>a fire drill</q>" in page
        assert "until Mon, Mar 2, 10:00:00 a.m." in page  # the learner reads in UTC
        assert "instructor" in page
    assert client.get(f"/attempts/{running.pk}/state/").json()["seconds_left"] == 3600


def test_the_way_back_from_the_confirmation_keeps_what_was_written(client: Client, running: Attempt) -> None:
    page = words(extend(client, running, FIRE, back="1"))
    assert 'value="a fire drill"' in page
    assert 'value="20"' in page
    assert "alert" not in page


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"how": "until", "due_at": "2026-03-02T10:30"}, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ({"how": "until", "due_at": "2026-03-03T08:00"}, datetime(2026, 3, 3, 7, 0, tzinfo=UTC)),
        ({"how": "untimed", "minutes": "no number", "due_at": "no time"}, None),
    ],
    ids=["earlier", "tomorrow", "never"],
)
def test_another_end_is_a_time_in_the_zone_of_the_class_or_none(
    client: Client, running: Attempt, fields: dict[str, str], expected: datetime | None
) -> None:
    extend(client, running, fields | {"reason": "agreed"}, confirmed="1")
    assert due(running) == expected


def test_taking_time_away_is_warned_of(client: Client, running: Attempt) -> None:
    page = words(extend(client, running, {"how": "until", "due_at": "2026-03-02T10:30", "reason": "agreed"}))
    assert "10 min less" in page
    assert "This takes time away" in page


def test_an_attempt_without_a_deadline_gets_one_from_now(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(1))
    running = factories.attempt(learner, given.quiz, now=now - HOUR, assignment=given)
    assert 'value="untimed"' not in words(client.get(f"/attempts/{running.pk}/deadline/change/"))
    assert "no deadline" in words(extend(client, running, FIRE))
    extend(client, running, FIRE, confirmed="1")
    assert due(running) == now + 20 * MINUTE


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"how": "more", "minutes": "20", "reason": "  "}, "Give a reason"),
        ({"how": "more", "minutes": "", "reason": "x"}, "Give 1 to 1,440 minutes."),
        ({"how": "more", "minutes": "0", "reason": "x"}, "Give 1 to 1,440 minutes."),
        ({"how": "more", "minutes": "1441", "reason": "x"}, "Give 1 to 1,440 minutes."),
        ({"how": "until", "due_at": "", "reason": "x"}, "Give a date and a time"),
        ({"how": "until", "due_at": "soon", "reason": "x"}, "Give a date and a time"),
        ({"how": "until", "due_at": "2026-03-02T10:00", "reason": "x"}, "must be in the future"),
        ({"how": "until", "due_at": "2026-03-02T10:40", "reason": "x"}, "This is the deadline already."),
        ({"how": "until", "due_at": "2101-03-02T10:40", "reason": "x"}, "The year must be from 1970 to 2100."),
        ({"how": "until", "due_at": "2026-03-29T02:30", "reason": "x"}, "02:30 does not exist on that day"),
        ({"how": "until", "due_at": "2026-10-25T02:30", "reason": "x"}, "02:30 happens twice on that day"),
        ({"how": "", "reason": "x"}, "This field is required."),
        ({"how": "for_ever", "reason": "x"}, "not one of the available choices"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_a_sentence(
    client: Client, running: Attempt, fields: dict[str, str], sentence: str, now: datetime
) -> None:
    assert sentence in words(extend(client, running, fields, confirmed="1"))
    assert due(running) == now + 40 * MINUTE


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_a_time_that_happens_twice_is_asked_about(client: Client, running: Attempt, which: str, hour: int) -> None:
    twice = {"how": "until", "due_at": "2026-10-25T02:30", "reason": "x"}
    assert 'name="due_at_which"' in words(extend(client, running, twice))
    page = words(extend(client, running, twice, due_at_which=which))
    assert f'name="due_at_which" value="{which}"' in page  # kept for the confirmation
    extend(client, running, twice, due_at_which=which, confirmed="1")
    assert due(running) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_two_instructors_do_not_both_add_time_without_knowing(
    client: Client, running: Attempt, classroom: Classroom, now: datetime
) -> None:
    other = factories.user("ada", first_name="Ada")
    factories.member(classroom, other, role="instructor")
    deadlines.extend(running, due_at=now + 50 * MINUTE, reason="a fire drill", actor=other, now=now)
    page = words(extend(client, running, FIRE, confirmed="1"))
    assert "Changed by Ada" in page
    assert due(running) == now + 50 * MINUTE
    running.refresh_from_db()
    assert f'name="seen" value="{due(running).isoformat()}"' in page  # type: ignore[union-attr]
    extend(client, running, FIRE, confirmed="1")
    assert due(running) == now + 70 * MINUTE


def test_an_attempt_that_closed_meanwhile_leads_to_opening_it_again(client: Client, closed: Attempt) -> None:
    response = extend(client, closed, FIRE, confirmed="1")
    assert response.redirect_chain == [(f"/attempts/{closed.pk}/reopen/", 302)]
    assert "so its deadline can&#39;t be changed. You can reopen it." in words(response)


def test_an_attempt_whose_time_is_over_is_closed_before_it_can_be_moved(
    client: Client, running: Attempt, now: datetime, clock: Clock
) -> None:
    clock.move_to(now + 41 * MINUTE)
    assert "You can reopen it." in words(extend(client, running, FIRE, confirmed="1"))
    running.refresh_from_db()
    assert (running.status, running.submitted_at) == ("graded", now + 40 * MINUTE)


def test_within_the_grace_the_deadline_is_not_moved_any_more(
    client: Client, running: Attempt, now: datetime, clock: Clock
) -> None:
    clock.move_to(now + 40 * MINUTE)
    extend(client, running, FIRE, confirmed="1")
    assert due(running) == now + 40 * MINUTE


# A closed attempt -----------------------------------------------------------------------------------------------------


def test_the_way_to_opening_again_leads_from_timeline_result_gradebook_and_workshop(
    client: Client, closed: Attempt, classroom: Classroom
) -> None:
    assert f'href="/attempts/{closed.pk}/result/"' in words(client.get(f"/classrooms/{classroom.pk}/gradebook/"))
    for address in (
        f"/attempts/{closed.pk}/timeline/",
        f"/attempts/{closed.pk}/result/",
        f"/admin/quizzes/attempt/{closed.pk}/change/",
    ):
        assert f'href="/attempts/{closed.pk}/reopen/' in client.get(address).content.decode(), address


def test_what_opening_again_does_is_said_before(client: Client, closed: Attempt) -> None:
    page = words(client.get(f"/attempts/{closed.pk}/reopen/"))
    for sentence in (
        "Time ran out on Mon, Mar 2, 9:30 a.m. (Europe/Berlin time).",
        "The 1 of 2 points are taken back. It is graded again",
        "The result is hidden until it is closed again",
        "It does not count as another attempt.",
    ):
        assert sentence in page
    page = words(reopen(client, closed, FIRE))
    assert "closed since 9:30 a.m." in page
    assert "<strong>10:20 a.m.</strong>" in page
    assert "The student may have read the right answers" in page
    closed.refresh_from_db()
    assert closed.status == "graded"


def test_once_confirmed_the_attempt_is_open_and_its_result_hidden(
    client: Client, closed: Attempt, learner: User, now: datetime
) -> None:
    page = words(reopen(client, closed, FIRE, confirmed="1"))
    assert "Attempt of learner reopened; deadline: 10:20 a.m. (" in page
    closed.refresh_from_db()
    assert (closed.status, closed.due_at, closed.reopened_at, closed.marks) == (
        "in_progress",
        now + 20 * MINUTE,
        now,
        None,
    )
    client.force_login(learner)
    assert client.get(f"/attempts/{closed.pk}/result/").status_code == 302
    assert "Continue" in words(client.get("/attempts/"))
    assert "Reopened · until Mon, Mar 2, 9:20:00 a.m. · <q>a fire drill</q>" in words(
        client.get(f"/attempts/{closed.pk}/timeline/")
    )


def test_an_examination_says_that_the_class_waits(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(1, feedback="exam"), closes_at=now + 10 * MINUTE)
    closed = factories.attempt(learner, given.quiz, now=now - HOUR, assignment=given, submit=True)
    page = words(reopen(client, closed, FIRE))
    assert "For the class it closes Mon, Mar 2, 10:10 a.m.; only this attempt continues." in page
    assert "nobody in the class sees marks and answers" in page
    assert "may have read the right answers" not in page
    assert "nobody in the class" not in words(reopen(client, closed, FIRE | {"minutes": "10"}))


def test_where_there_is_no_way_back_it_goes_on_at_the_question_reached(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(3, navigation="sequential"))
    row = factories.attempt(learner, given.quiz, now=now, assignment=given)
    attempts.advance(row, from_slot=1, now=now)
    attempts.submit(row, now=now)
    assert "It continues at question 2" in words(client.get(f"/attempts/{row.pk}/reopen/"))


def test_beside_another_attempt_that_runs_it_is_not_opened(
    client: Client, closed: Attempt, learner: User, now: datetime
) -> None:
    attempts.start(learner, closed.quiz, assignment=closed.assignment, now=now)
    sentence = "The student has another attempt at this quiz running."
    assert sentence in words(client.get(f"/attempts/{closed.pk}/reopen/", follow=True))
    assert sentence in words(reopen(client, closed, FIRE, confirmed="1"))
    closed.refresh_from_db()
    assert closed.status == "graded"


def test_another_attempt_whose_time_is_over_is_no_obstacle(
    client: Client, closed: Attempt, learner: User, now: datetime, clock: Clock
) -> None:
    attempts.start(learner, closed.quiz, assignment=closed.assignment, now=now)
    clock.move_to(now + 41 * MINUTE)
    reopen(client, closed, FIRE, confirmed="1")
    closed.refresh_from_db()
    assert closed.status == "in_progress"


def test_an_attempt_in_progress_leads_to_its_deadline(client: Client, running: Attempt) -> None:
    response = reopen(client, running, FIRE, confirmed="1")
    assert response.redirect_chain == [(f"/attempts/{running.pk}/deadline/change/", 302)]
    assert not running.events.filter(kind="reopened").exists()


def test_practice_is_not_opened_again(client: Client, classroom: Classroom, learner: User, now: datetime) -> None:
    given = factories.assignment(classroom, factories.quiz(1, feedback="practice"))
    done = factories.attempt(learner, given.quiz, now=now, assignment=given, submit=True)
    assert "Practice can&#39;t be reopened" in words(reopen(client, done, FIRE, confirmed="1"))
    assert "/reopen/" not in words(client.get(f"/attempts/{done.pk}/result/"))


def test_opening_again_needs_a_reason(client: Client, closed: Attempt) -> None:
    assert "Give a reason" in words(reopen(client, closed, FIRE | {"reason": ""}, confirmed="1"))
    closed.refresh_from_db()
    assert closed.marks == Decimal("1.00")
