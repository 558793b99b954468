"""The pages of assignments: assign, change, withdraw, who is where, exceptions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Membership, Question, Quiz, QuizItem, User
from tests import factories
from tests.pages import nothing_inline

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def classroom(instructor: User, learner: User) -> Classroom:
    return factories.classroom(instructor=instructor, students=[learner], time_zone="Europe/Berlin")


@pytest.fixture
def assistant(classroom: Classroom) -> User:
    person = factories.user("assistant")
    factories.member(classroom, person, role="assistant")
    return person


@pytest.fixture
def quiz(db: None) -> Quiz:
    return factories.quiz(title="Diplomacy", time_limit=40)


@pytest.fixture
def given(classroom: Classroom, quiz: Quiz, now: datetime) -> Assignment:
    return factories.assignment(classroom, quiz, opens_at=now - DAY, closes_at=now + DAY)


@pytest.fixture
def running(given: Assignment, learner: User, now: datetime) -> Attempt:
    """The learner's attempt: 40 minutes from now."""
    return factories.attempt(learner, given.quiz, now=now, assignment=given)


def text_of(response: Any, code: int = 200) -> str:
    assert response.status_code == code, response.content[:2000]
    assert not nothing_inline(response)
    return re.sub(r"\s+", " ", response.content.decode())


def page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return text_of(client.get(address))


def done(client: Client, user: User, address: str, fields: dict[str, Any] | None = None) -> str:
    client.force_login(user)
    return text_of(client.post(address, fields or {}, follow=True))


def assign(client: Client, user: User, room: Classroom, of: Quiz, **fields: str) -> str:
    """Post the form; the page it leads to."""
    filled: dict[str, Any] = {"quiz": str(of.pk), "late_policy": "accept", "told": ["answers_away"], **fields}
    return done(client, user, f"/classrooms/{room.pk}/assignments/new/", filled)


# Assigning ------------------------------------------------------------------------------------------------------------


def test_times_are_typed_in_the_zone_of_the_class(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz
) -> None:
    text = assign(
        client,
        instructor,
        classroom,
        quiz,
        opens_at="2026-03-03T09:00",
        due_at="2026-04-01T09:00",
        closes_at="2026-04-02T09:00",
        time_limit="30",
        attempts_allowed="2",
        feedback="exam",
        is_told="yes",
    )
    assert f"“Diplomacy” is assigned to {classroom.name}." in text
    row = Assignment.objects.get()
    assert row.opens_at == datetime(2026, 3, 3, 8, tzinfo=UTC)  # winter
    assert row.due_at == datetime(2026, 4, 1, 7, tzinfo=UTC)  # summer
    assert (row.time_limit, row.attempts_allowed, row.feedback) == (30, 2, "exam")
    assert "Tue, Mar 3, 9:00 a.m." in text


def test_what_is_left_empty_is_as_the_quiz_says(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz
) -> None:
    assign(client, instructor, classroom, quiz)
    row = Assignment.objects.get()
    assert (row.opens_at, row.due_at, row.closes_at) == (None, None, None)
    assert (row.time_limit, row.attempts_allowed, row.feedback) == (None, None, "")


def test_a_time_that_the_clocks_skip_is_refused_with_a_sentence(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz
) -> None:
    text = assign(client, instructor, classroom, quiz, opens_at="2026-03-29T02:30")
    assert "02:30 does not exist on that day in Europe/Berlin; the clocks go forward." in text
    assert 'value="2026-03-29T02:30"' in text
    assert not Assignment.objects.exists()


def test_a_time_that_happens_twice_is_asked_about(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz
) -> None:
    assert "Which of the two?" not in page(client, instructor, f"/classrooms/{classroom.pk}/assignments/new/")
    text = assign(client, instructor, classroom, quiz, opens_at="2026-10-25T02:30")
    assert "happens twice" in text
    assert text.count('name="opens_at_which"') == 2
    assert 'name="due_at_which"' not in text
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_the_answer_decides_which_of_two_times_is_meant(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz, which: str, hour: int
) -> None:
    assign(client, instructor, classroom, quiz, opens_at="2026-10-25T02:30", opens_at_which=which)
    assert Assignment.objects.get().opens_at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"opens_at": "tomorrow"}, "Give a date and a time"),
        ({"opens_at": "2026-03-03T09:00+01:00"}, "Give a date and a time"),
        ({"closes_at": "9999-01-01T00:00"}, "The year must be"),
        (
            {"opens_at": "2026-03-05T09:00", "closes_at": "2026-03-04T09:00"},
            "closing time must be after the opening time",
        ),
        ({"opens_at": "2026-03-05T09:00", "due_at": "2026-03-04T09:00"}, "due date must be after the opening time"),
        ({"due_at": "2026-03-05T09:00", "closes_at": "2026-03-04T09:00"}, "due date must be before the closing time"),
        ({"closes_at": "2026-03-01T09:00"}, "over already"),
        ({"feedback": "exam"}, "Set a closing time"),
        ({"late_policy": "refuse"}, "Set a due date"),
        ({"late_policy": "sometimes"}, "not one of the available choices"),
        ({"time_limit": "0"}, "1 to 1,440 minutes"),
        ({"time_limit": "1.5"}, "1 to 1,440 minutes"),
        ({"attempts_allowed": "1001"}, "1 to 1,000"),
        ({"quiz": "0"}, "not one of the available choices"),
        ({"quiz": "99999999999999999999"}, "not one of the available choices"),
    ],
)
def test_what_cannot_hold_is_refused_with_a_sentence(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in assign(client, instructor, classroom, quiz, **fields)
    assert not Assignment.objects.exists()


def test_only_published_quizzes_that_one_may_use_are_offered(
    client: Client, classroom: Classroom, instructor: User, stranger: User
) -> None:
    factories.quiz(title="mine", owner=instructor, is_open_to_all=False)
    factories.quiz(title="shared", is_open_to_all=False)
    factories.quiz(title="draft", status="draft")
    theirs = factories.quiz(title="somebody's", owner=stranger, is_open_to_all=False)
    text = page(client, instructor, f"/classrooms/{classroom.pk}/assignments/new/")
    assert re.findall(r'<option value="\d+">([^<]+)<', text) == ["mine", "shared"]
    assert "not one of the available choices" in assign(client, instructor, classroom, theirs)


def test_nothing_is_assigned_to_an_archived_class(
    client: Client, classroom: Classroom, instructor: User, quiz: Quiz, now: datetime
) -> None:
    Classroom.objects.update(archived_at=now)
    client.force_login(instructor)
    assert client.get(f"/classrooms/{classroom.pk}/assignments/new/").status_code == 404


# Changing -------------------------------------------------------------------------------------------------------------


def edit(client: Client, user: User, row: Assignment, **fields: str) -> str:
    """Post the form as it is shown, with these fields changed."""
    form = {"late_policy": row.late_policy, "opens_at": "2026-03-01T10:00", "closes_at": "2026-03-03T10:00", **fields}
    return done(client, user, f"/assignments/{row.pk}/edit/", form)


def test_the_form_starts_with_what_holds(client: Client, instructor: User, given: Assignment) -> None:
    text = page(client, instructor, f"/assignments/{given.pk}/edit/")
    assert 'value="2026-03-01T10:00"' in text
    assert 'name="quiz"' not in text


def test_what_is_not_touched_stays_to_the_second(
    client: Client, instructor: User, given: Assignment, now: datetime
) -> None:
    opens, closes = now - DAY + timedelta(seconds=17), datetime(2026, 10, 25, 1, 30, 5, tzinfo=UTC)
    Assignment.objects.update(opens_at=opens, closes_at=closes)
    text = page(client, instructor, f"/assignments/{given.pk}/edit/")
    assert re.search(r'value="second"[^>]*checked|checked[^>]*value="second"', text)
    fields = {"closes_at": "2026-10-25T02:30", "closes_at_which": "second", "due_at": "2026-03-02T12:00"}
    assert "changes saved" in edit(client, instructor, given, **fields)
    given.refresh_from_db()
    assert (given.opens_at, given.closes_at) == (opens, closes)
    assert given.due_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(("fields", "minutes"), [({}, 40), ({"apply_to_running": "on"}, 20)])
def test_less_time_reaches_a_running_attempt_only_if_asked(
    client: Client,
    instructor: User,
    given: Assignment,
    running: Attempt,
    now: datetime,
    fields: dict[str, str],
    minutes: int,
) -> None:
    assert "changes saved" in edit(client, instructor, given, time_limit="20", **fields)
    running.refresh_from_db()
    assert running.due_at == now + timedelta(minutes=minutes)


def test_more_time_reaches_a_running_attempt_at_once(
    client: Client, instructor: User, given: Assignment, running: Attempt, now: datetime
) -> None:
    edit(client, instructor, given, time_limit="60")
    running.refresh_from_db()
    assert running.due_at == now + timedelta(minutes=60)


def test_withdrawing_asks_first(client: Client, instructor: User, given: Assignment) -> None:
    address = f"/assignments/{given.pk}/edit/"
    assert "Withdraw “Diplomacy”?" in done(client, instructor, address, {"do": "withdraw"})
    assert Assignment.objects.exists()
    assert "was withdrawn" in done(client, instructor, address, {"do": "withdraw", "confirmed": "1"})
    assert not Assignment.objects.exists()


def test_what_was_begun_is_not_withdrawn(client: Client, instructor: User, given: Assignment, running: Attempt) -> None:
    text = done(client, instructor, f"/assignments/{given.pk}/edit/", {"do": "withdraw", "confirmed": "1"})
    assert "Not done:" in text
    assert "Students have started" in text
    assert Assignment.objects.exists()


# Who is where ---------------------------------------------------------------------------------------------------------


def test_the_page_says_who_is_where(
    client: Client, classroom: Classroom, instructor: User, given: Assignment, running: Attempt, now: datetime
) -> None:
    late, ready = factories.user("nora"), factories.user("omar")
    for person in (late, ready):
        factories.member(classroom, person)
    factories.attempt(ready, given.quiz, now=now, submit=True, assignment=given)
    text = page(client, instructor, f"/assignments/{given.pk}/")
    places = {name: text.index(name) for name in ("learner", "nora", "omar")}
    assert places["learner"] < places["nora"] < places["omar"]  # in the middle, not started, done
    for words in ("not started", "working", "finished", "Tue, Mar 3, 10:00 a.m.", "All times in Europe/Berlin."):
        assert words in text


def test_the_page_asks_the_database_the_same_for_few_and_for_many(
    client: Client,
    classroom: Classroom,
    instructor: User,
    given: Assignment,
    now: datetime,
    django_assert_max_num_queries: Any,
) -> None:
    for _number in range(5):
        person = factories.user()
        factories.member(classroom, person)
        factories.attempt(person, given.quiz, now=now, assignment=given)
        factories.accommodation(given, person, now=now, time_limit=60)
    client.force_login(instructor)
    # person, assignment, members, attempts, may change, exceptions
    with django_assert_max_num_queries(7):
        client.get(f"/assignments/{given.pk}/")


def test_assistants_read_and_are_offered_no_change(client: Client, assistant: User, given: Assignment) -> None:
    text = page(client, assistant, f"/assignments/{given.pk}/")
    assert "/edit/" not in text
    assert "/accommodations/" not in text
    assert client.get(f"/assignments/{given.pk}/edit/").status_code == 404


# Exceptions -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def address(given: Assignment, learner: User) -> str:
    seat = Membership.objects.get(user=learner)
    return f"/assignments/{given.pk}/accommodations/{seat.pk}/"


def test_an_exception_is_given_and_a_running_attempt_follows(
    client: Client, instructor: User, address: str, running: Attempt, now: datetime
) -> None:
    text = done(client, instructor, address, {"time_limit": "60", "reason": "a broken arm"})
    assert "Exception for learner saved." in text
    assert "<q>a broken arm</q>" in text
    row = Accommodation.objects.get()
    assert (row.time_limit, row.granted_by, row.granted_at) == (60, instructor, now)
    running.refresh_from_db()
    assert running.due_at == now + timedelta(minutes=60)


def test_an_exception_is_changed_in_place(client: Client, instructor: User, address: str) -> None:
    done(client, instructor, address, {"closes_at": "2026-03-10T10:00", "reason": "ill"})
    assert 'value="2026-03-10T10:00"' in page(client, instructor, address)
    done(client, instructor, address, {"due_at": "2026-03-03T10:00", "reason": "ill"})
    assert "due Tue, Mar 3, 10:00 a.m. <q>ill</q>" in page(client, instructor, address.split("accommodations")[0])
    done(client, instructor, address, {"attempts_allowed": "3", "reason": "ill again"})
    row = Accommodation.objects.get()
    assert (row.closes_at, row.attempts_allowed, row.reason) == (None, 3, "ill again")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"time_limit": "60"}, "Give a reason"),
        ({"time_limit": "60", "reason": "  "}, "Give a reason"),
        ({"reason": "x" * 301, "time_limit": "60"}, "at most 300"),
        ({"reason": "ill"}, "Nothing is different yet"),
        (
            {"reason": "ill", "opens_at": "2026-03-05T09:00", "closes_at": "2026-03-04T09:00"},
            "closing time must be after the opening time",
        ),
        (
            {"reason": "ill", "due_at": "2026-03-05T09:00", "closes_at": "2026-03-04T09:00"},
            "due date must be before the closing time",
        ),
        ({"reason": "ill", "due_at": "2026-03-05T09:00"}, "Set a later closing time as well."),
        ({"reason": "ill", "closes_at": "2026-03-29T02:30"}, "does not exist on that day"),
    ],
)
def test_an_exception_that_cannot_hold_is_refused(
    client: Client, instructor: User, address: str, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in done(client, instructor, address, fields)
    assert not Accommodation.objects.exists()


def test_taking_an_exception_back_asks_first(
    client: Client, instructor: User, address: str, running: Attempt, now: datetime
) -> None:
    done(client, instructor, address, {"time_limit": "60", "reason": "ill"})
    assert "Remove the exception for learner?" in done(client, instructor, address, {"do": "revoke"})
    assert Accommodation.objects.exists()
    assert "Exception for learner removed." in done(client, instructor, address, {"do": "revoke", "confirmed": "1"})
    assert not Accommodation.objects.exists()
    running.refresh_from_db()
    assert running.due_at == now + timedelta(minutes=40)


@pytest.mark.parametrize("who", ["learner", "assistant", "stranger"])
def test_only_instructors_assign_change_and_make_exceptions(
    client: Client, classroom: Classroom, given: Assignment, address: str, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    before = Assignment.objects.values().get()
    fields = {"do": "withdraw", "confirmed": "1", "reason": "me", "time_limit": "90", "late_policy": "accept"}
    for place in (f"/classrooms/{classroom.pk}/assignments/new/", f"/assignments/{given.pk}/edit/", address):
        assert client.get(place).status_code == 404
        assert client.post(place, fields).status_code == 404
    assert Assignment.objects.values().get() == before
    assert not Accommodation.objects.exists()


def test_a_member_of_another_class_gets_no_exception_here(
    client: Client, instructor: User, given: Assignment, stranger: User
) -> None:
    other = factories.member(factories.classroom(instructor=instructor), stranger)
    client.force_login(instructor)
    assert client.get(f"/assignments/{given.pk}/accommodations/{other.pk}/").status_code == 404


# When the results of an examination come out ---------------------------------------------------------------------------


def test_an_examination_says_when_everybody_sees_the_results_and_who_holds_them_back(
    client: Client, given: Assignment, instructor: User, running: Attempt, now: datetime
) -> None:
    Assignment.objects.filter(pk=given.pk).update(feedback="exam")
    address = f"/assignments/{given.pk}/"
    assert "visible to everyone from Tue, Mar 3, 10:00 a.m." in page(client, instructor, address)

    late = factories.user("late", first_name="Lara", last_name="Late")
    factories.member(given.classroom, late)
    factories.accommodation(given, late, now=now, closes_at=now + 2 * DAY)
    text = page(client, instructor, address)
    assert "visible to everyone from Wed, Mar 4, 10:00 a.m." in text
    assert "Lara Late · until Wed, Mar 4, 10:00 a.m." in text

    Attempt.objects.filter(pk=running.pk).update(due_at=None)
    text = page(client, instructor, address)
    assert "hidden: an attempt has no end" in text
    assert f'<a href="/attempts/{running.pk}/deadline/change/">learner</a> · without an end' in text


def test_an_assistant_reads_who_holds_the_results_back_but_is_offered_no_change(
    client: Client, given: Assignment, assistant: User, running: Attempt
) -> None:
    Assignment.objects.filter(pk=given.pk).update(feedback="exam")
    Attempt.objects.filter(pk=running.pk).update(due_at=None)
    text = page(client, assistant, f"/assignments/{given.pk}/")
    assert "<li> learner · without an end" in text


def test_a_homework_does_not_speak_of_when_results_come_out(
    client: Client, given: Assignment, instructor: User
) -> None:
    assert "<dt>Results</dt>" not in page(client, instructor, f"/assignments/{given.pk}/")


# Exams ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def exam(quiz: Quiz) -> dict[str, str]:
    """The form of an exam as an instructor fills it in."""
    return {"quiz": str(quiz.pk), "late_policy": "accept", "feedback": "exam", "closes_at": "2026-03-06T11:00"}


def new(classroom: Classroom) -> str:
    return f"/classrooms/{classroom.pk}/assignments/new/"


def test_before_an_exam_is_assigned_the_form_says_what_it_shares_and_what_pauses(
    client: Client, instructor: User, classroom: Classroom, quiz: Quiz, exam: dict[str, str]
) -> None:
    asked = [item.question for item in quiz.items.select_related("question")]
    factories.quiz([asked[0], factories.question()], title="Warm-up", feedback="practice")
    factories.quiz(asked, title="Homework 2", feedback="homework")
    factories.quiz([asked[0]], title="Of another class", is_open_to_all=False)
    QuizItem.objects.create(quiz=factories.quiz(0, feedback="practice"), draw_count=5)
    client.force_login(instructor)
    told = text_of(client.post(new(classroom), exam))
    assert not Assignment.objects.exists()
    assert "is secret for the students of" in told
    assert "Fri, Mar 6, 11:00 a.m." in told
    assert "“Warm-up” asks 1 of its questions. It goes on without them until then." in told
    assert "“Homework 2” asks 2 of its questions. They cannot start it until then." in told
    assert "“Of another class”" not in told
    assert "2 of its questions are drawn by quizzes open to all" in told
    client.post(new(classroom), exam | {"is_told": "yes"})
    assert Assignment.objects.get().feedback == "exam"


def test_an_exam_that_shares_nothing_is_assigned_at_once(
    client: Client, instructor: User, classroom: Classroom, exam: dict[str, str]
) -> None:
    client.force_login(instructor)
    assert "cannot take it on their own until then" in text_of(client.post(new(classroom), exam))
    Quiz.objects.update(is_open_to_all=False)
    assert client.post(new(classroom), exam).status_code == 302


def test_an_exam_without_an_end_is_refused(
    client: Client, instructor: User, classroom: Classroom, exam: dict[str, str]
) -> None:
    client.force_login(instructor)
    told = text_of(client.post(new(classroom), exam | {"closes_at": ""}))
    assert "Set a closing time." in told
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_ones_own_questions_are_kept_for_exams_unless_the_tick_is_taken_away(
    client: Client, instructor: User, classroom: Classroom, quiz: Quiz, exam: dict[str, str], ticked: bool
) -> None:
    own, foreign = (item.question for item in quiz.items.select_related("question"))
    Question.objects.filter(pk=own.pk).update(owner=instructor)
    assert 'name="keeps_questions"' in page(client, instructor, new(classroom))
    client.post(new(classroom), exam | {"is_told": "yes"} | ({"keeps_questions": "on"} if ticked else {}))
    kept = Question.objects.filter(is_kept_for_exams=True)
    assert list(kept) == ([own] if ticked else [])
    assert foreign not in kept


def test_an_assignment_that_becomes_an_exam_says_what_it_shares(
    client: Client, instructor: User, given: Assignment
) -> None:
    asked = [item.question for item in given.quiz.items.select_related("question")]
    factories.quiz(asked, title="Warm-up", feedback="practice")
    fields = {"late_policy": "accept", "feedback": "exam", "closes_at": "2026-03-06T11:00"}
    client.force_login(instructor)
    told = text_of(client.post(f"/assignments/{given.pk}/edit/", fields))
    assert "“Warm-up” asks 2 of its questions." in told
    assert Assignment.objects.get().feedback == ""
    client.post(f"/assignments/{given.pk}/edit/", fields | {"is_told": "yes"})
    assert Assignment.objects.get().feedback == "exam"
