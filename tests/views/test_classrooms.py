"""The pages of classrooms: list, create, join, the page of a class, members, the code, settings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quizzes.models import Classroom, Membership, User
from tests import factories
from tests.pages import nothing_inline

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("quizzes.clock.now", lambda: now)
    cache.clear()  # tries of other tests do not count


@pytest.fixture
def assistant(classroom: Classroom) -> User:
    person = factories.user("assistant")
    factories.member(classroom, person, role="assistant")
    return person


@pytest.fixture
def seat(classroom: Classroom, learner: User) -> Membership:
    """The learner's membership."""
    return Membership.objects.get(classroom=classroom, user=learner)


def text_of(response: Any, code: int = 200) -> str:
    assert response.status_code == code, response.content[:2000]
    assert not nothing_inline(response)
    return re.sub(r"\s+", " ", response.content.decode())


def page(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return text_of(client.get(address))


def done(client: Client, user: User, address: str, fields: dict[str, str] | None = None) -> str:
    """Post as this person and read the page it leads to."""
    client.force_login(user)
    return text_of(client.post(address, fields or {}, follow=True))


# The list -------------------------------------------------------------------------------------------------------------


def test_somebody_in_no_class_is_told_to_join_one(client: Client, stranger: User) -> None:
    text = page(client, stranger, "/classrooms/")
    assert "You haven't joined a class yet" in text
    assert 'href="/classrooms/join/"' in text
    assert "/classrooms/new/" not in text


def test_an_instructor_without_a_class_is_told_to_create_one(client: Client, instructor: User) -> None:
    assert 'href="/classrooms/new/"' in page(client, instructor, "/classrooms/")


def test_the_list_names_ones_classes_with_role_students_and_what_is_open(
    client: Client, classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    factories.classroom(name="Somebody else's")
    factories.member(classroom, factories.user(), status="removed")
    factories.assignment(classroom, factories.quiz())
    factories.assignment(classroom, factories.quiz(), opens_at=now + HOUR)
    text = page(client, instructor, "/classrooms/")
    assert "you teach · 1 student </p> </div> <p> 1 assignment open" in text
    assert "Somebody else" not in text
    assert "you teach" not in page(client, learner, "/classrooms/")


def test_archived_classes_have_a_list_of_their_own(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    Classroom.objects.update(archived_at=now)
    assert classroom.name not in page(client, learner, "/classrooms/")
    assert classroom.name in page(client, learner, "/classrooms/?archived")


def test_the_list_asks_the_database_the_same_for_one_class_and_for_many(
    client: Client, learner: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(learner)
    for _number in range(5):
        factories.assignment(factories.classroom(students=[learner]), factories.quiz())
    # person, roles, classes with their counts, assignments, exceptions, attempts, invitations, whether any is archived, reviews
    with django_assert_max_num_queries(9):
        client.get("/classrooms/")


# Creating -------------------------------------------------------------------------------------------------------------


def test_a_created_class_leads_to_its_code(client: Client, instructor: User) -> None:
    fields = {"name": "History 9A", "description": "room 4", "time_zone": "Africa/Nairobi"}
    text = done(client, instructor, "/classrooms/new/", fields)
    room = Classroom.objects.get()
    assert (room.name, room.time_zone) == ("History 9A", "Africa/Nairobi")
    assert room.memberships.get().user == instructor
    assert room.join_code in text
    assert "“History 9A” is ready" in text


def test_only_instructors_create_classes(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert client.get("/classrooms/new/").status_code == 404
    assert client.post("/classrooms/new/", {"name": "Mine", "time_zone": "UTC"}).status_code == 404
    assert not Classroom.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 101}, {"time_zone": "Mars/Phobos"}, {"description": "x" * 301}]
)
def test_a_class_with_wrong_fields_is_not_created(client: Client, instructor: User, wrong: dict[str, str]) -> None:
    client.force_login(instructor)
    text = text_of(client.post("/classrooms/new/", {"name": "History", "time_zone": "UTC", **wrong}))
    assert "invalid-feedback" in text
    assert not Classroom.objects.exists()


# Joining --------------------------------------------------------------------------------------------------------------


def test_a_code_in_small_letters_with_spaces_opens_the_class(
    client: Client, classroom: Classroom, stranger: User
) -> None:
    code = classroom.join_code.lower()
    text = done(client, stranger, "/classrooms/join/", {"code": f" {code[:4]} - {code[4:]} "})
    assert f"Welcome to {classroom.name}!" in text
    assert Membership.objects.get(user=stranger).role == "student"


def test_wrong_closed_full_and_archived_codes_get_one_answer(
    client: Client, stranger: User, learner: User, now: datetime
) -> None:
    closed = factories.classroom(is_join_open=False)
    full = factories.classroom(students=[learner], capacity=1)
    archived = factories.classroom(archived_at=now)
    barred = factories.classroom()
    factories.member(barred, stranger, status="removed")
    codes = [room.join_code for room in (closed, full, archived, barred)] + ["AAAAAAAA", "short", "ÄÖ☃"]
    client.force_login(stranger)
    answers = set()
    for code in codes:
        response = client.post("/classrooms/join/", {"code": code})
        answers.add(text_of(response).replace(code, "…").partition('name="csrfmiddlewaretoken"')[0])
        assert "We couldn&#x27;t find a class with that code." in response.content.decode()
    assert len(answers) == 1
    assert not Membership.objects.active().filter(user=stranger).exists()


def test_the_link_asks_first_and_joins_by_post(client: Client, classroom: Classroom, stranger: User) -> None:
    address = f"/classrooms/join/{classroom.join_code}/"
    assert f"You are invited to {classroom.name}" in page(client, stranger, address)
    assert not Membership.objects.filter(user=stranger).exists()
    assert f"Welcome to {classroom.name}!" in done(client, stranger, address)


def test_the_eleventh_try_within_a_minute_has_to_wait(
    client: Client, classroom: Classroom, stranger: User, learner: User
) -> None:
    client.force_login(stranger)
    for _try in range(5):
        client.post("/classrooms/join/", {"code": "AAAAAAAA"})
        client.post("/classrooms/join/AAAAAAAA/")
    for address in ("/classrooms/join/", f"/classrooms/join/{classroom.join_code}/"):
        response = client.post(address, {"code": classroom.join_code})
        assert response.status_code == 429
        assert response["Retry-After"] == "60"
        assert "Wait 1 min" in response.content.decode()
    assert not Membership.objects.filter(user=stranger).exists()
    client.force_login(factories.user())
    assert client.post("/classrooms/join/", {"code": classroom.join_code}).status_code == 302


def test_a_whole_class_joins_from_one_address_at_once(client: Client) -> None:
    room = factories.classroom()
    for _student in range(35):
        client.force_login(factories.user())
        assert client.post(f"/classrooms/join/{room.join_code}/").status_code == 302
    assert room.memberships.count() == 35


# The page of a class --------------------------------------------------------------------------------------------------


def test_a_student_reads_their_rank(
    client: Client, classroom: Classroom, learner: User, stranger: User, now: datetime
) -> None:
    factories.member(classroom, stranger)
    assignment = factories.assignment(classroom, factories.quiz(2))
    factories.attempt(learner, assignment.quiz, now=now - HOUR, right=1, submit=True, assignment=assignment)
    factories.attempt(stranger, assignment.quiz, now=now - HOUR, right=2, submit=True, assignment=assignment)
    assert "You are 2nd of 2" in page(client, learner, f"/classrooms/{classroom.pk}/")


def section(text: str, title: str) -> str:
    """The part of the page under this heading."""
    found = re.search(rf"<h2[^>]*>{title}</h2>(.*?)</section>", text)
    return found.group(1) if found else ""


def test_assignments_are_open_upcoming_or_done(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    for title, times in {
        "tomorrow": {"closes_at": now + DAY},
        "today": {"due_at": now + HOUR},
        "soon": {"opens_at": now + HOUR},
        "over": {"closes_at": now},
    }.items():
        factories.assignment(classroom, factories.quiz(title=title), **times)
    taken = factories.assignment(classroom, factories.quiz(title="taken"), attempts_allowed=1)
    factories.attempt(learner, taken.quiz, now=now - HOUR, right=2, submit=True, assignment=taken)
    text = page(client, learner, f"/classrooms/{classroom.pk}/")
    assert re.findall(r"<h3>(?: <a[^>]*>)?(\w+)", section(text, "Open now")) == ["today", "tomorrow"]
    assert 'data-opens-in="3601"' in section(text, "Upcoming")
    done = section(text, "Done")
    assert "taken</a>" in done
    assert "2 of 2 points" in done
    assert "closed Mon, Mar 2, 9:00 a.m.; not taken" in done
    assert "Try again" not in done


def test_start_leads_to_the_rules_and_continue_to_the_attempt(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    fresh = factories.assignment(classroom, factories.quiz())
    begun = factories.assignment(classroom, factories.quiz())
    attempt = factories.attempt(learner, begun.quiz, now=now, assignment=begun)
    text = section(page(client, learner, f"/classrooms/{classroom.pk}/"), "Open now")
    assert f'href="/quizzes/{fresh.quiz.slug}/"> Start' in text
    assert f'href="/attempts/{attempt.pk}/"> Continue' in text


def test_marks_of_an_examination_are_not_on_the_page_before_its_last_close(
    client: Client, classroom: Classroom, learner: User, stranger: User, now: datetime
) -> None:
    factories.member(classroom, stranger)
    exam = factories.assignment(classroom, factories.quiz(2, feedback="exam"), closes_at=now)
    factories.attempt(learner, exam.quiz, now=now - HOUR, right=2, submit=True, assignment=exam)
    exception = factories.accommodation(exam, stranger, now=now, closes_at=now + HOUR)
    assert "Result available after the quiz closes" in page(client, learner, f"/classrooms/{classroom.pk}/")
    exception.closes_at = now
    exception.save()
    assert "2 of 2 points" in page(client, learner, f"/classrooms/{classroom.pk}/")


def test_an_exception_moves_the_window_of_one_student(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    over = factories.assignment(classroom, factories.quiz(title="over"), closes_at=now - HOUR)
    factories.accommodation(over, learner, now=now, closes_at=now + HOUR)
    assert "closes Mon, Mar 2, 10:00 a.m." in section(page(client, learner, f"/classrooms/{classroom.pk}/"), "Open now")


def test_an_attempt_whose_time_is_over_is_closed_by_the_look(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz(time_limit=20))
    attempt = factories.attempt(learner, given.quiz, now=now - HOUR, assignment=given)
    text = page(client, learner, f"/classrooms/{classroom.pk}/")
    assert "0 of 2 points" in section(text, "Open now").split("You can still improve:")[1]
    attempt.refresh_from_db()
    assert attempt.submitted_at == now - timedelta(minutes=40)


def test_an_archived_class_can_be_read_but_starts_nothing(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.assignment(classroom, factories.quiz())
    Classroom.objects.update(archived_at=now)
    text = page(client, learner, f"/classrooms/{classroom.pk}/")
    assert "was archived on Mon, Mar 2" in text
    assert "Start" not in section(text, "Open now")


def test_instructors_read_how_many_are_where(
    client: Client, classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    people = [factories.user() for _number in range(3)]
    for person in people:
        factories.member(classroom, person)
    given = factories.assignment(classroom, factories.quiz(time_limit=20))
    factories.attempt(learner, given.quiz, now=now, assignment=given)
    factories.attempt(people[0], given.quiz, now=now, submit=True, assignment=given)
    factories.attempt(people[1], given.quiz, now=now - HOUR, assignment=given)  # its time is over
    gone = factories.user()
    factories.member(classroom, gone, status="removed")
    text = page(client, instructor, f"/classrooms/{classroom.pk}/")
    assert "1 not started · 1 working · 2 finished" in text


def test_instructors_see_assignments_in_the_zone_of_the_class(
    client: Client, classroom: Classroom, instructor: User, now: datetime
) -> None:
    Classroom.objects.update(time_zone="Africa/Nairobi")
    factories.assignment(classroom, factories.quiz(), due_at=now + HOUR)
    text = page(client, instructor, f"/classrooms/{classroom.pk}/")
    assert "due Mon, Mar 2, 1:00 p.m." in text
    assert "All times in Africa/Nairobi." in text


def test_assistants_see_but_are_offered_no_change(
    client: Client, classroom: Classroom, assistant: User, seat: Membership
) -> None:
    room = f"/classrooms/{classroom.pk}/"
    text = page(client, assistant, room)
    assert f'href="{room}members/"' in text
    for address in (f"{room}settings/", f"{room}assignments/new/"):
        assert address not in text
    assert "<form" not in section(page(client, assistant, f"{room}code/"), "Join code")
    assert "Remove" not in page(client, assistant, f"{room}members/{seat.pk}/")


def test_a_student_is_offered_nothing_that_is_for_instructors(
    client: Client, classroom: Classroom, learner: User
) -> None:
    text = page(client, learner, f"/classrooms/{classroom.pk}/")
    assert not re.findall(rf'href="/classrooms/{classroom.pk}/(?:members|code|settings|gradebook|projector)', text)


@pytest.mark.parametrize("who", ["learner", "instructor"])
def test_the_page_asks_the_database_the_same_for_one_assignment_and_for_many(
    client: Client,
    classroom: Classroom,
    learner: User,
    who: str,
    now: datetime,
    request: pytest.FixtureRequest,
    django_assert_max_num_queries: Any,
) -> None:
    client.force_login(request.getfixturevalue(who))
    for number in range(6):
        given = factories.assignment(classroom, factories.quiz(), closes_at=now + DAY, opens_at=now - DAY)
        if number % 2:
            factories.attempt(learner, given.quiz, now=now, right=1, submit=True, assignment=given)
    # session, person, classroom, membership; the board's version and 2 for the board; then overdue, assignments, exceptions, attempts, what was
    # late — or the number of students and the assignments
    with django_assert_max_num_queries(12 if who == "learner" else 9):
        client.get(f"/classrooms/{classroom.pk}/")


# Oneself in a class ---------------------------------------------------------------------------------------------------


def test_a_nickname_and_hiding_hold_at_once(
    client: Client, classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz())
    factories.attempt(learner, given.quiz, now=now - HOUR, submit=True, assignment=given)
    me, room = f"/classrooms/{classroom.pk}/me/", f"/classrooms/{classroom.pk}/"
    assert "You appear as “kestrel”." in done(client, learner, me, {"nickname": " kestrel ", "is_visible": "on"})
    assert "kestrel" in section(page(client, instructor, room), "Leaderboard")
    assert "You are now hidden on the leaderboard." in done(client, learner, me, {"nickname": "kestrel"})
    assert "kestrel" not in section(page(client, instructor, room), "Leaderboard")


def test_a_nickname_that_is_too_long_is_refused(client: Client, classroom: Classroom, learner: User) -> None:
    client.force_login(learner)
    text = text_of(client.post(f"/classrooms/{classroom.pk}/me/", {"nickname": "x" * 41}))
    assert "at most 40" in text
    assert not Membership.objects.get(user=learner).nickname


def test_leaving_asks_first_and_keeps_the_results(
    client: Client, classroom: Classroom, learner: User, seat: Membership, now: datetime
) -> None:
    given = factories.assignment(classroom, factories.quiz())
    attempt = factories.attempt(learner, given.quiz, now=now - HOUR, submit=True, assignment=given)
    address = f"/classrooms/{classroom.pk}/me/"
    assert f"Leave “{classroom.name}”?" in done(client, learner, address, {"do": "leave"})
    seat.refresh_from_db()
    assert seat.status == "active"
    assert "You have left" in done(client, learner, address, {"do": "leave", "confirmed": "1"})
    seat.refresh_from_db()
    assert seat.status == "left"
    assert client.get(f"/classrooms/{classroom.pk}/").status_code == 404
    assert client.get(f"/attempts/{attempt.pk}/result/").status_code == 200


def test_the_last_instructor_cannot_leave(client: Client, classroom: Classroom, instructor: User) -> None:
    text = done(client, instructor, f"/classrooms/{classroom.pk}/me/", {"do": "leave", "confirmed": "1"})
    assert "Not done:" in text
    assert "needs an instructor" in text
    assert Membership.objects.get(user=instructor).status == "active"


def test_who_teaches_is_not_asked_how_to_appear(
    client: Client, classroom: Classroom, instructor: User, assistant: User, learner: User, seat: Membership
) -> None:
    address = f"/classrooms/{classroom.pk}/"
    assert f"{address}me/" not in page(client, instructor, address)
    assert f"{address}me/" in page(client, assistant, address)
    assert f"{address}me/" in page(client, learner, address)


# Members --------------------------------------------------------------------------------------------------------------


def test_members_are_found_by_any_part_of_their_name(client: Client, classroom: Classroom, instructor: User) -> None:
    person = factories.user("amara", first_name="Amara", last_name="Okafor", email="amara@example.org")
    factories.member(classroom, person, nickname="quartz")
    members = f"/classrooms/{classroom.pk}/members/"
    for words in ("okaf", "AMARA oka", "amara@example", "quartz"):
        text = page(client, instructor, f"{members}?q={words}")
        assert "Amara Okafor" in text
        assert "learner" not in text
    assert "Nobody here is called “&lt;b&gt;”" in page(client, instructor, f"{members}?q=<b>")


def test_former_members_are_listed_apart(
    client: Client, classroom: Classroom, instructor: User, seat: Membership, now: datetime
) -> None:
    Membership.objects.filter(pk=seat.pk).update(status="removed", ended_at=now)
    members = f"/classrooms/{classroom.pk}/members/"
    assert "learner" not in page(client, instructor, members)
    assert "removed" in page(client, instructor, f"{members}?former")


def test_the_list_of_members_asks_the_database_the_same_for_few_and_for_many(
    client: Client, classroom: Classroom, instructor: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(instructor)
    for _number in range(60):
        factories.member(classroom, factories.user())
    # person, classroom, may change, may see addresses, number, page, invitations, reviews
    with django_assert_max_num_queries(8):
        text = client.get(f"/classrooms/{classroom.pk}/members/").content.decode()
    assert "Page 1 of 2" in text


@pytest.mark.parametrize(
    ("chosen", "expected"), [("1.25", ("1.25", False)), ("2.00", ("2.00", False)), ("untimed", ("1.00", True))]
)
def test_a_time_factor_is_set_and_a_running_attempt_follows(
    client: Client,
    classroom: Classroom,
    instructor: User,
    learner: User,
    seat: Membership,
    now: datetime,
    chosen: str,
    expected: tuple[str, bool],
) -> None:
    given = factories.assignment(classroom, factories.quiz(time_limit=40))
    attempt = factories.attempt(learner, given.quiz, now=now, assignment=given)
    fields = {"do": "time", "time": chosen}
    text = done(client, instructor, f"/classrooms/{classroom.pk}/members/{seat.pk}/", fields)
    assert "Extra time of learner saved." in text
    seat.refresh_from_db()
    assert (str(seat.time_factor), seat.is_untimed) == expected
    attempt.refresh_from_db()
    minutes = None if attempt.due_at is None else (attempt.due_at - now) / timedelta(minutes=1)
    assert minutes == {"1.25": 50, "2.00": 80, "untimed": None}[chosen]


def test_a_factor_set_elsewhere_can_be_kept(
    client: Client, classroom: Classroom, instructor: User, seat: Membership
) -> None:
    Membership.objects.filter(pk=seat.pk).update(time_factor="1.75")
    text = page(client, instructor, f"/classrooms/{classroom.pk}/members/{seat.pk}/")
    assert '<option value="1.75" selected>× 1.75</option>' in text


@pytest.mark.parametrize("fields", [{"do": "time", "time": "9"}, {"do": "role", "role": "king"}, {"do": "x"}, {}])
def test_what_a_member_page_cannot_do_changes_nothing(
    client: Client, classroom: Classroom, instructor: User, seat: Membership, fields: dict[str, str]
) -> None:
    before = Membership.objects.filter(pk=seat.pk).values().get()
    text = done(client, instructor, f"/classrooms/{classroom.pk}/members/{seat.pk}/", fields)
    assert "Not done:" in text
    assert Membership.objects.filter(pk=seat.pk).values().get() == before


def test_a_role_is_changed_and_the_last_instructor_stays(
    client: Client, classroom: Classroom, instructor: User, seat: Membership
) -> None:
    member = f"/classrooms/{classroom.pk}/members/"
    done(client, instructor, f"{member}{seat.pk}/", {"do": "role", "role": "assistant"})
    seat.refresh_from_db()
    assert seat.role == "assistant"
    own = Membership.objects.get(user=instructor)
    text = done(client, instructor, f"{member}{own.pk}/", {"do": "role", "role": "student"})
    assert "needs an instructor" in text
    own.refresh_from_db()
    assert own.role == "instructor"


def test_removing_asks_first_and_can_be_taken_back(
    client: Client, classroom: Classroom, instructor: User, seat: Membership
) -> None:
    address = f"/classrooms/{classroom.pk}/members/{seat.pk}/"
    assert "Remove learner?" in done(client, instructor, address, {"do": "remove"})
    seat.refresh_from_db()
    assert seat.status == "active"
    assert "learner was removed." in done(client, instructor, address, {"do": "remove", "confirmed": "1"})
    seat.refresh_from_db()
    assert seat.status == "removed"
    assert "learner is back" in done(client, instructor, address, {"do": "restore"})
    seat.refresh_from_db()
    assert seat.status == "active"


@pytest.mark.parametrize(
    ("fields", "noted"),
    [
        ({"do": "role", "role": "assistant"}, "Role of learner saved. (assistant, active, × 1.00)"),
        ({"do": "time", "time": "1.50"}, "Running attempts follow at once. (student, active, × 1.50)"),
        ({"do": "time", "time": "untimed"}, "Running attempts follow at once. (student, active, no time limit)"),
        ({"do": "remove", "confirmed": "1"}, "learner was removed. Attempts and results are kept. (student, removed"),
    ],
)
def test_who_changed_a_member_and_how_is_kept(
    client: Client,
    classroom: Classroom,
    instructor: User,
    seat: Membership,
    fields: dict[str, str],
    noted: str,
) -> None:
    done(client, instructor, f"/classrooms/{classroom.pk}/members/{seat.pk}/", fields)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (instructor, seat)
    assert noted in entry.change_message


def test_what_was_refused_is_not_kept_as_done(client: Client, classroom: Classroom, instructor: User) -> None:
    own = classroom.memberships.get(user=instructor)
    done(client, instructor, f"/classrooms/{classroom.pk}/members/{own.pk}/", {"do": "role", "role": "student"})
    assert not LogEntry.objects.exists()


def test_assistants_change_no_member(client: Client, classroom: Classroom, assistant: User, seat: Membership) -> None:
    client.force_login(assistant)
    address = f"/classrooms/{classroom.pk}/members/{seat.pk}/"
    assert client.get(address).status_code == 200
    for fields in ({"do": "remove", "confirmed": "1"}, {"do": "role", "role": "instructor"}):
        assert client.post(address, fields).status_code == 404
    seat.refresh_from_db()
    assert (seat.status, seat.role) == ("active", "student")


def test_a_member_of_another_class_is_not_found_here(client: Client, classroom: Classroom, instructor: User) -> None:
    other = factories.member(factories.classroom(), factories.user())
    client.force_login(instructor)
    address = f"/classrooms/{classroom.pk}/members/{other.pk}/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"do": "remove", "confirmed": "1"}).status_code == 404


# The code -------------------------------------------------------------------------------------------------------------


def test_the_code_page_has_code_link_and_picture(client: Client, classroom: Classroom, instructor: User) -> None:
    text = page(client, instructor, f"/classrooms/{classroom.pk}/code/")
    assert f'<span class="code">{classroom.join_code}</span>' in text
    assert f"http://testserver/classrooms/join/{classroom.join_code}/" in text
    assert f'src="/classrooms/{classroom.pk}/qr.svg' in text


def test_the_picture_is_an_image_that_may_not_be_kept(client: Client, classroom: Classroom, instructor: User) -> None:
    client.force_login(instructor)
    response = client.get(f"/classrooms/{classroom.pk}/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b"<?xml")
    assert b"<script" not in response.content


def test_renewing_asks_first_and_the_old_code_stops_working(
    client: Client, classroom: Classroom, instructor: User, stranger: User
) -> None:
    old, address = classroom.join_code, f"/classrooms/{classroom.pk}/code/"
    assert "Make a new code?" in done(client, instructor, address, {"do": "renew"})
    classroom.refresh_from_db()
    assert classroom.join_code == old
    text = done(client, instructor, address, {"do": "renew", "confirmed": "1"})
    classroom.refresh_from_db()
    assert classroom.join_code != old
    assert classroom.join_code in text
    assert "find a class with that code" in done(client, stranger, "/classrooms/join/", {"code": old})
    assert "Welcome to" in done(client, stranger, "/classrooms/join/", {"code": classroom.join_code})


def test_a_class_is_closed_and_opened_to_its_code(
    client: Client, classroom: Classroom, instructor: User, stranger: User
) -> None:
    address = f"/classrooms/{classroom.pk}/code/"
    assert "Nobody can join with the code now" in done(client, instructor, address, {"do": "close"})
    assert "find a class with that code" in done(client, stranger, "/classrooms/join/", {"code": classroom.join_code})
    assert "Students can join again." in done(client, instructor, address, {"do": "open"})
    assert "Welcome to" in done(client, stranger, "/classrooms/join/", {"code": classroom.join_code})


# Settings and the archive ---------------------------------------------------------------------------------------------


def test_settings_are_saved_and_said(client: Client, classroom: Classroom, instructor: User) -> None:
    fields = {
        "name": "New name",
        "description": "",
        "time_zone": "Europe/Berlin",
        "capacity": "31",
        "names_shown": "names",
        "metric": "first",
        "speed_breaks_ties": "on",
    }
    assert "The settings of “New name” are saved." in done(
        client, instructor, f"/classrooms/{classroom.pk}/settings/", fields
    )
    classroom.refresh_from_db()
    assert (classroom.capacity, classroom.names_shown, classroom.metric) == (31, "names", "first")
    assert classroom.speed_breaks_ties


@pytest.mark.parametrize("capacity", ["0", "5001", "-1", "many", ""])
def test_a_number_of_places_out_of_range_is_refused(
    client: Client, classroom: Classroom, instructor: User, capacity: str
) -> None:
    fields = {"name": "x", "time_zone": "UTC", "names_shown": "names", "metric": "best", "capacity": capacity}
    client.force_login(instructor)
    assert "invalid-feedback" in text_of(client.post(f"/classrooms/{classroom.pk}/settings/", fields))
    classroom.refresh_from_db()
    assert classroom.capacity == 200


def test_archiving_asks_first_and_can_be_taken_back(
    client: Client, classroom: Classroom, instructor: User, now: datetime
) -> None:
    address = f"/classrooms/{classroom.pk}/archive/"
    assert f"Archive “{classroom.name}”?" in page(client, instructor, address)
    done(client, instructor, address, {"do": "archive"})
    classroom.refresh_from_db()
    assert classroom.archived_at is None
    assert "is archived." in done(client, instructor, address, {"do": "archive", "confirmed": "1"})
    classroom.refresh_from_db()
    assert classroom.archived_at == now
    assert "back from the archive" in done(client, instructor, address, {"do": "unarchive"})
    classroom.refresh_from_db()
    assert classroom.archived_at is None


@pytest.mark.parametrize("who", ["learner", "assistant", "stranger"])
@pytest.mark.parametrize("part", ["settings/", "archive/"])
def test_only_instructors_change_a_class(
    client: Client, classroom: Classroom, who: str, part: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    address = f"/classrooms/{classroom.pk}/{part}"
    assert client.get(address).status_code == 404
    fields = {"do": "archive", "confirmed": "1", "name": "mine", "time_zone": "UTC"}
    assert client.post(address, fields).status_code == 404
    unchanged = Classroom.objects.get(pk=classroom.pk)
    assert (unchanged.name, unchanged.archived_at) == (classroom.name, None)


def test_classrooms_that_are_not_there_are_not_found(client: Client, instructor: User) -> None:
    client.force_login(instructor)
    for part in ("", "me/", "members/", "members/1/", "code/", "qr.svg", "settings/", "archive/"):
        for pk in (0, 1, 99999999999999999999):
            assert client.get(f"/classrooms/{pk}/{part}").status_code == 404


# Rosters --------------------------------------------------------------------------------------------------------------

ROSTER = "email;first name;last name\nnew@example.org;Inês;Costa\nlearner@example.org;Sam;Rivers\nnobody;;\n"


def report(client: Client, user: User, room: Classroom, text: str = ROSTER, name: str = "class.csv") -> str:
    client.force_login(user)
    file = SimpleUploadedFile(name, text.encode())
    return text_of(client.post(f"/classrooms/{room.pk}/roster/", {"file": file}))


def carried(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(carried|carried_name)" value="([^"]*)"', text))


@pytest.mark.usefixtures("mail_is_sent")
def test_a_roster_is_reported_on_before_anything_is_written(
    client: Client, classroom: Classroom, instructor: User, learner: User
) -> None:
    User.objects.filter(pk=learner.pk).update(email="learner@example.org")
    text = report(client, instructor, classroom)
    assert "Inês Costa" in text
    assert "gets an account and an e-mail" in text
    assert "in the class already" in text
    assert "row 4" in text
    assert "Add 1 person" in text
    assert not User.objects.filter(email="new@example.org").exists()
    assert classroom.memberships.count() == 2


@pytest.mark.usefixtures("mail_is_sent")
def test_a_confirmed_roster_brings_its_people_in_and_twice_changes_nothing(
    client: Client, classroom: Classroom, instructor: User, django_capture_on_commit_callbacks: Any
) -> None:
    fields = carried(report(client, instructor, classroom, ROSTER.replace("learner@", "other@")))
    with django_capture_on_commit_callbacks(execute=True):
        text = done(client, instructor, f"/classrooms/{classroom.pk}/roster/", fields)
    assert "2 people were added." in text
    assert classroom.memberships.count() == 4
    assert sorted(message.to[0] for message in mail.outbox) == ["new@example.org", "other@example.org"]
    again = done(client, instructor, f"/classrooms/{classroom.pk}/roster/", fields)
    assert "Everyone on the list was in the class already." in again
    assert classroom.memberships.count() == 4


@pytest.mark.parametrize(
    "fields", [{}, {"carried": "not base64 ☃"}, {"carried": "AAAA", "carried_name": "x.csv"}, {"carried_name": "x.csv"}]
)
def test_a_roster_that_is_lost_on_the_way_is_refused_with_a_sentence(
    client: Client, classroom: Classroom, instructor: User, fields: dict[str, str]
) -> None:
    assert 'class="note bad"' in done(client, instructor, f"/classrooms/{classroom.pk}/roster/", fields)
    assert classroom.memberships.count() == 2


def test_a_roster_that_is_too_large_is_refused(client: Client, classroom: Classroom, instructor: User) -> None:
    text = report(client, instructor, classroom, "email\n" + "x" * 1_000_000)
    assert "larger than 1 MB" in text


def test_a_file_that_is_no_list_is_refused(client: Client, classroom: Classroom, instructor: User) -> None:
    assert 'class="note bad"' in report(client, instructor, classroom, "GIF89a", "picture.gif")


@pytest.mark.parametrize("who", ["learner", "assistant", "stranger"])
def test_only_instructors_upload_rosters(
    client: Client, classroom: Classroom, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    address = f"/classrooms/{classroom.pk}/roster/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"file": SimpleUploadedFile("a.csv", ROSTER.encode())}).status_code == 404
    assert classroom.memberships.count() in (2, 3)
