"""The story of a class over plain HTTP, as browsers without scripts tell it: from the code to the leaderboard."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, Membership, User
from tests import factories
from tests.clocks import stopped_at
from tests.pages import CONFIRMED, browser, read


@pytest.fixture(autouse=True)
def no_tries_yet() -> None:
    cache.clear()


def take(client: Client, assignment: Assignment, answers: list[str]) -> Attempt:
    """Start from the class's assignment, give these answers, hand in."""
    client.post(f"/quizzes/{assignment.quiz.slug}/start/", {"assignment": str(assignment.pk)})
    attempt = Attempt.objects.in_progress().get()
    for slot, choice in enumerate(answers, start=1):
        fields = {f"q{slot}-choice": choice, f"q{slot}-revision": "0"}
        client.post(f"/attempts/{attempt.pk}/questions/{slot}/", fields)
    client.post(f"/attempts/{attempt.pk}/submit/", CONFIRMED)
    return attempt


def test_a_class_from_its_code_to_its_leaderboard(instructor: User, now: datetime) -> None:
    teacher = browser(instructor)
    quiz = factories.quiz(questions=2, title="Who decides?", is_open_to_all=False, owner=instructor, time_limit=40)
    amara, ben = factories.user("amara", first_name="Amara"), factories.user("ben")
    students = [browser(amara), browser(ben)]

    with stopped_at(now):
        fields = {"name": "10B", "description": "", "time_zone": "Africa/Nairobi"}
        code_page = read(teacher.post("/classrooms/new/", fields, follow=True))
        room = Classroom.objects.get()
        home = f"/classrooms/{room.pk}/"
        assert room.join_code in code_page
        assert "Welcome to 10B!" in read(
            students[0].post("/classrooms/join/", {"code": room.join_code.lower()}, follow=True)
        )
        assert "Welcome to 10B!" in read(students[1].post(f"/classrooms/join/{room.join_code}/", follow=True))
        students[0].post(f"{home}me/", {"nickname": "kestrel", "is_visible": "on"})

        terms = {"quiz": str(quiz.pk), "late_policy": "accept", "feedback": "exam"}
        window = {"opens_at": "2026-03-02T13:00", "closes_at": "2026-03-02T15:00"}  # 10:00 and 12:00 UTC
        assigned = read(teacher.post(f"{home}assignments/new/", terms | window, follow=True))
        assert assigned.count("not started<") == 3  # the figure and two members
        assignment = Assignment.objects.get()
        waiting = read(students[0].get(home))
        assert 'data-opens-in="3601"' in waiting
        assert "Opens Mon, Mar 2, 10:00 a.m." in waiting
        assert students[0].post(f"/quizzes/{quiz.slug}/start/", {"assignment": assignment.pk}).status_code == 403

    with stopped_at(now + timedelta(hours=1)):
        assert f'href="/quizzes/{quiz.slug}/"> Start' in read(students[0].get(home))
        attempt = take(students[0], assignment, ["0", "0"])
        assert "Result available after the quiz closes" in read(students[0].get(home))
        assert "1 not started · 0 working · 1 finished" in read(teacher.get(home))

    with stopped_at(now + timedelta(hours=2)):
        take(students[1], assignment, ["0", "1"])

    with stopped_at(now + timedelta(hours=3)):
        assert "You are 1st of 2" in read(students[0].get(home))
        last = read(students[1].get(home))
        assert "You are 2nd of 2" in last
        assert "kestrel" in last
        assert "Amara" not in last
        assert "1 of 2 points" in last

        seat = Membership.objects.get(user=amara)
        teacher.post(f"{home}members/{seat.pk}/", {"do": "remove", "confirmed": "1"})
        assert students[0].get(home).status_code == 404
        assert students[0].get(f"/attempts/{attempt.pk}/result/").status_code == 200
        alone = read(students[1].get(home))
        assert "You are 1st of 1" in alone
        assert "kestrel" not in alone


def test_a_student_with_more_time_has_it_before_and_during_an_attempt(
    instructor: User, learner: User, now: datetime
) -> None:
    room = factories.classroom(instructor=instructor, students=[learner])
    quiz = factories.quiz(time_limit=40, is_open_to_all=False)
    assignment = factories.assignment(room, quiz, closes_at=now + timedelta(hours=4))
    teacher, student = browser(instructor), browser(learner)
    seat = Membership.objects.get(user=learner)
    with stopped_at(now):
        teacher.post(f"/classrooms/{room.pk}/members/{seat.pk}/", {"do": "time", "time": "1.50"})
        assert "60 minutes" in read(student.get(f"/quizzes/{quiz.slug}/"))
        student.post(f"/quizzes/{quiz.slug}/start/", {"assignment": str(assignment.pk)})
        attempt = Attempt.objects.get()
        assert attempt.due_at == now + timedelta(minutes=60)
    with stopped_at(now + timedelta(minutes=50)):
        exception = {"time_limit": "60", "reason": "fire alarm"}
        teacher.post(f"/assignments/{assignment.pk}/accommodations/{seat.pk}/", exception)
        attempt.refresh_from_db()
        assert attempt.due_at == now + timedelta(minutes=90)
        assert "fire alarm" in read(student.get(f"/attempts/{attempt.pk}/deadline/"))
