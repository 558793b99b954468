"""The first page and the frame of every page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from quizzes.models import Attempt, Classroom, Topic, User
from quizzes.reports import home as report
from quizzes.reports.student_assignments import AssignmentStatus
from tests import factories
from tests.clocks import Clock
from tests.pages import nothing_inline, policy

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("clock")


def page(client: Client, user: User | None = None) -> str:
    if user is not None:
        client.force_login(user)
    response = client.get("/")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


# Strangers ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_stranger_reads_what_this_is_and_how_to_enter(client: Client) -> None:
    text = page(client)
    assert "Who sends the blue helmets" in text
    assert 'href="/accounts/login/"' in text
    assert 'href="/accounts/signup/"' in text


@pytest.mark.django_db
def test_a_stranger_is_offered_no_page_that_needs_an_account(client: Client) -> None:
    text = page(client)
    assert "/attempts/" not in text
    assert "Log out" not in text


@pytest.mark.django_db
def test_the_first_page_answers_reading_only(client: Client) -> None:
    assert client.post("/").status_code == 405


# Learners -------------------------------------------------------------------------------------------------------------


def test_somebody_new_is_told_what_to_do_first(client: Client, stranger: User) -> None:
    text = page(client, stranger)
    assert "Ready for your first quiz?" in text
    assert "You haven't joined a class yet." in text


def test_an_open_attempt_can_be_continued_from_the_first_page(client: Client, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(3, time_limit=20), now=now, right=1)
    text = page(client, learner)
    assert f'href="/attempts/{attempt.pk}/"' in text
    assert "1 of 3 answered" in text


def test_an_attempt_whose_time_is_over_is_closed_by_the_look(client: Client, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(time_limit=20), now=now - DAY)
    text = page(client, learner)
    attempt.refresh_from_db()
    assert attempt.submitted_at == now - DAY + timedelta(minutes=20)
    assert "Continue" not in text


def test_an_attempt_in_its_transport_grace_is_neither_open_nor_closed(
    client: Client, learner: User, now: datetime
) -> None:
    attempt = factories.attempt(learner, factories.quiz(time_limit=20), now=now - timedelta(minutes=20, seconds=2))
    text = page(client, learner)
    attempt.refresh_from_db()
    assert attempt.is_in_progress
    assert "Continue" not in text


def test_an_assignment_of_a_class_is_shown_with_its_times(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.assignment(classroom, factories.quiz(title="Diplomacy"), due_at=now + DAY, closes_at=now + 2 * DAY)
    text = page(client, learner)
    assert "Diplomacy" in text
    assert "due Tue, Mar 3, 9:00 a.m." in text
    assert "closes Wed, Mar 4, 9:00 a.m." in text


def test_what_is_late_but_still_counts_says_so(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.assignment(classroom, factories.quiz(), due_at=now - HOUR)
    assert "was due Mon, Mar 2, 8:00 a.m.; late work is accepted" in page(client, learner)


def test_what_was_due_before_one_joined_is_not_late(
    client: Client, classroom: Classroom, stranger: User, now: datetime
) -> None:
    factories.member(classroom, stranger, joined_at=now)
    factories.assignment(classroom, factories.quiz(), due_at=now - HOUR, closes_at=now + DAY)
    for address in ("/", f"/classrooms/{classroom.pk}/"):
        client.force_login(stranger)
        text = client.get(address).content.decode()
        assert "was due Mon, Mar 2, 8:00 a.m., before you joined; closes Tue, Mar 3, 9:00 a.m." in text
        assert ">late<" not in text


def test_an_exception_says_when_it_is_due(client: Client, classroom: Classroom, learner: User, now: datetime) -> None:
    closing, due = (factories.assignment(classroom, factories.quiz(), due_at=now - HOUR) for _number in range(2))
    factories.accommodation(closing, learner, now=now, closes_at=now + 3 * DAY)
    factories.accommodation(due, learner, now=now, due_at=now + DAY)
    for address in ("/", f"/classrooms/{classroom.pk}/"):
        client.force_login(learner)
        text = client.get(address).content.decode()
        assert "due Thu, Mar 5, 9:00 a.m.; closes Thu, Mar 5, 9:00 a.m." in text
        assert "due Tue, Mar 3, 9:00 a.m." in text
        assert ">late<" not in text


def titles(tasks: list[AssignmentStatus]) -> list[str]:
    return [task.assignment.quiz.title for task in tasks]


def given(classroom: Classroom, title: str, **times: datetime) -> None:
    factories.assignment(classroom, factories.quiz(title=title, is_open_to_all=False), **times)


def test_tasks_are_those_open_now_the_most_urgent_first(classroom: Classroom, learner: User, now: datetime) -> None:
    given(classroom, "whenever")
    given(classroom, "next week", due_at=now + 7 * DAY)
    given(classroom, "tomorrow", closes_at=now + DAY)
    given(classroom, "closed now", closes_at=now)
    given(classroom, "not yet", opens_at=now + HOUR)
    found = report.for_learner(learner, now=now)
    assert titles(found.tasks) == ["tomorrow", "next week", "whenever"]
    assert titles(found.calendar.upcoming) == ["not yet"]


def test_an_assignment_leaves_the_list_once_it_is_begun(classroom: Classroom, learner: User, now: datetime) -> None:
    assignment = factories.assignment(classroom, factories.quiz())
    assert titles(report.for_learner(learner, now=now).tasks)
    factories.attempt(learner, assignment.quiz, now=now, assignment=assignment)
    assert not report.for_learner(learner, now=now).tasks


def test_an_exception_keeps_a_closed_assignment_on_the_list(classroom: Classroom, learner: User, now: datetime) -> None:
    assignment = factories.assignment(classroom, factories.quiz(), closes_at=now - HOUR)
    factories.accommodation(assignment, learner, now=now, closes_at=now + HOUR)
    assert [task.terms.closes_at for task in report.for_learner(learner, now=now).tasks] == [now + HOUR]


def test_assignments_of_others_drafts_and_archived_classes_are_no_tasks(
    classroom: Classroom, instructor: User, learner: User, stranger: User, now: datetime
) -> None:
    given(classroom, "ours")
    assert not report.for_learner(stranger, now=now).tasks
    assert not report.for_learner(instructor, now=now).tasks
    factories.assignment(classroom, factories.quiz(title="draft", status="draft"))
    assert titles(report.for_learner(learner, now=now).tasks) == ["ours"]
    Classroom.objects.update(archived_at=now)
    assert not report.for_learner(learner, now=now).tasks


# What there is to do, on every page alike -----------------------------------------------------------------------------


@pytest.fixture
def all_done(classroom: Classroom, learner: User, now: datetime) -> None:
    """Three assignments handed in: one could bring more, one is perfect, one allows no other attempt."""
    for title, right, fields in (
        ("Who decides?", 1, {"closes_at": now + 2 * DAY}),
        ("Perfect", 2, {}),
        ("Only once", 1, {"attempts_allowed": 1}),
    ):
        given = factories.assignment(classroom, factories.quiz(2, title=title, is_open_to_all=False), **fields)
        factories.attempt(learner, given.quiz, now=now - HOUR, right=right, submit=True, assignment=given)


@pytest.mark.usefixtures("all_done")
def test_what_is_done_and_can_be_improved_is_told_alike_on_every_page(
    client: Client, classroom: Classroom, learner: User
) -> None:
    client.force_login(learner)
    home, tiles, room = (
        re.sub(r"\s+", " ", client.get(address).content.decode())
        for address in ("/", "/classrooms/", f"/classrooms/{classroom.pk}/")
    )
    assert "You're all caught up." in home
    assert "all 3 done · you can still improve 1" in tiles
    for text in (home, room):
        assert "All 3 done." in text
        improvable = text.split("You can still improve:", 1)[1].split("</ul>", 1)[0]
        assert "Who decides?" in improvable
        assert "closes Wed, Mar 4, 9:00 a.m." in improvable
        assert "1 of 2 points" in improvable
        assert "Perfect" not in improvable
        assert "Only once" not in improvable


def test_what_is_to_do_is_counted_alike_on_every_page(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    for title in ("one", "two"):
        given(classroom, title, closes_at=now + DAY)
    given(classroom, "closed now", closes_at=now)
    client.force_login(learner)
    assert "2 quizzes are waiting for you." in client.get("/").content.decode()
    assert "2 quizzes to do" in client.get("/classrooms/").content.decode()
    room = client.get(f"/classrooms/{classroom.pk}/").content.decode()
    assert len(re.findall(r"Start\s*<", room)) == 2


def test_an_examination_can_be_improved_whatever_its_hidden_marks_are(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    exam = factories.quiz(2, title="Exam", feedback="exam", is_open_to_all=False)
    perfect = factories.assignment(classroom, exam, closes_at=now + DAY)
    factories.attempt(learner, exam, now=now - HOUR, right=2, submit=True, assignment=perfect)
    text = page(client, learner)
    assert "You can still improve:" in text
    assert "of 2 points" not in text


def test_marks_are_shown_once_they_may_be(client: Client, learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(2), now=now, right=1, submit=True)
    assert "1 of 2 points" in page(client, learner)


@pytest.mark.parametrize(("ahead", "is_shown"), [(1, False), (0, True)])
def test_marks_of_an_examination_wait_for_its_close(
    client: Client,
    classroom: Classroom,
    learner: User,
    now: datetime,
    clock: Clock,
    ahead: int,
    is_shown: bool,
) -> None:
    quiz = factories.quiz(2, feedback="exam")
    assignment = factories.assignment(classroom, quiz, closes_at=now + HOUR)
    factories.attempt(learner, quiz, now=now, right=2, submit=True, assignment=assignment)
    clock.move_to(now + HOUR - timedelta(seconds=ahead))
    text = page(client, learner)
    assert ("of 2 points" in text) is is_shown
    assert ("Result available after the quiz closes" in text) is not is_shown


def test_a_survey_has_no_marks(client: Client, learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(feedback="survey"), now=now, submit=True)
    text = page(client, learner)
    assert "Survey, no marks" in text
    assert "points" not in text


def test_an_attempt_that_a_person_must_mark_says_so(client: Client, learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(), now=now, submit=True)
    Attempt.objects.filter(pk=attempt.pk).update(status=Attempt.Status.AWAITING_MARKING)
    assert "Waiting for marking" in page(client, learner)


def test_quizzes_to_try_are_open_to_all_and_not_taken(learner: User, now: datetime) -> None:
    factories.attempt(learner, factories.quiz(title="taken"), now=now, submit=True)
    factories.quiz(title="for classes", is_open_to_all=False)
    factories.quiz(title="draft", status="draft")
    factories.quiz(title="over", closes_at=now)
    factories.quiz(3, title="to try")
    (suggestion,) = report.for_learner(learner, now=now).suggested
    assert (suggestion.quiz.title, suggestion.size.questions) == ("to try", 3)


def test_a_quiz_given_to_ones_class_is_not_suggested_as_well(
    classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.assignment(classroom, factories.quiz(is_open_to_all=True))
    assert not report.for_learner(learner, now=now).suggested


def test_the_number_of_queries_does_not_grow_with_classes_and_assignments(
    learner: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(4):
        room = factories.classroom(students=[learner])
        for _other in range(3):
            factories.assignment(room, factories.quiz(), due_at=now + DAY)
    factories.attempt(learner, factories.quiz(), now=now)
    with django_assert_max_num_queries(11):
        report.for_learner(learner, now=now)


def test_the_whole_page_of_a_learner_takes_few_queries(
    client: Client,
    classroom: Classroom,
    learner: User,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _number in range(3):
        quiz = factories.quiz()
        assignment = factories.assignment(classroom, quiz, closes_at=now + DAY)
        factories.attempt(learner, quiz, now=now, submit=True, assignment=assignment)
    client.force_login(learner)
    with django_assert_max_num_queries(28):
        client.get("/")


# Instructors ----------------------------------------------------------------------------------------------------------


def test_an_instructor_sees_their_classes_and_what_waits_in_them(
    client: Client, classroom: Classroom, instructor: User, learner: User, now: datetime
) -> None:
    theirs = factories.classroom(name="Somebody else's", students=[learner])
    for room in (classroom, theirs):
        assignment = factories.assignment(room, factories.quiz(title=f"Essay of {room.name}", is_open_to_all=False))
        attempt = factories.attempt(learner, assignment.quiz, now=now, submit=True, assignment=assignment)
        Attempt.objects.filter(pk=attempt.pk).update(status=Attempt.Status.AWAITING_MARKING)
    text = page(client, instructor)
    assert classroom.name in text
    assert "1 student, 1 open assignment" in text
    assert f"Essay of {classroom.name}" in text
    assert "Somebody else" not in text


def test_an_instructor_without_a_class_is_told_what_to_do_first(client: Client, instructor: User) -> None:
    assert "No class yet." in page(client, instructor)


def test_the_report_of_an_instructor_takes_three_queries(
    classroom: Classroom, instructor: User, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        report.for_instructor(instructor, now=now)


# The frame ------------------------------------------------------------------------------------------------------------


def test_the_workshop_is_offered_to_instructors_only(client: Client, instructor: User, learner: User) -> None:
    assert 'href="/admin/"' in page(client, instructor)
    assert 'href="/admin/"' not in page(client, learner)


def test_the_main_links_say_where_one_is(client: Client, learner: User) -> None:
    factories.quiz()
    assert '<a href="/" aria-current="page">Today</a>' in page(client, learner)
    assert b'<a href="/quizzes/" aria-current="page">' in client.get("/quizzes/").content


def test_logging_out_is_a_form(client: Client, learner: User) -> None:
    assert '<form method="post" action="/accounts/logout/">' in page(client, learner)


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_so_and_leads_home(client: Client, learner: User) -> None:
    client.force_login(learner)
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert b"Page not found" in response.content
    assert b'href="/"' in response.content
    assert not nothing_inline(response)


@pytest.mark.django_db
def test_pages_carry_a_strict_policy_and_nothing_that_breaks_it(
    client: Client, instructor: User, learner: User, now: datetime
) -> None:
    factories.attempt(learner, factories.quiz(), now=now)
    for user in (None, learner, instructor):
        client.logout()
        if user:
            client.force_login(user)
        response = client.get("/")
        rules = policy(response)
        assert rules["script-src"] == rules["style-src"] == "'self'"
        assert rules["default-src"] == rules["object-src"] == rules["frame-ancestors"] == "'none'"
        assert not nothing_inline(response)


@pytest.mark.django_db
def test_every_style_and_script_of_the_frame_exists(client: Client) -> None:
    text = page(client)
    named = re.findall(r'(?:href|src)="/static/([^"]+)"', text)
    assert "quizzes/css/base.css" in named
    assert not [name for name in named if finders.find(name) is None]


def test_every_static_file_that_a_template_names_exists() -> None:
    named = {
        name
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html")
        for name in re.findall(r"{% static ['\"]([^'\"]+)['\"]", path.read_text(encoding="utf-8"))
    }
    assert not [name for name in named if finders.find(name) is None]


# The next step --------------------------------------------------------------------------------------------------------


def step_of(client: Client, user: User) -> str:
    """The band of the first page."""
    return page(client, user).partition("next-step")[2].partition("</section>")[0]


def test_the_next_step_is_what_is_in_progress_then_what_is_due_then_something_new(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.quiz(title="Something new")
    assert "Something new" in step_of(client, learner)
    given(classroom, "Next week", due_at=now + 7 * DAY)
    given(classroom, "Tomorrow", due_at=now + DAY)
    assert "Tomorrow" in step_of(client, learner)
    attempt = factories.attempt(learner, factories.quiz(title="Begun", time_limit=20), now=now)
    step = step_of(client, learner)
    assert "Begun" in step
    assert f'href="/attempts/{attempt.pk}/"' in step
    assert "20 min left, until 9:20 a.m." in step


def test_practice_that_was_left_comes_after_what_has_an_end(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    factories.attempt(learner, factories.quiz(title="Left practice", feedback="practice"), now=now)
    assert "Left practice" in step_of(client, learner)
    given(classroom, "Tomorrow", due_at=now + DAY)
    assert "Tomorrow" in step_of(client, learner)
    assert page(client, learner).count("Left practice") == 1  # also in progress
    factories.attempt(learner, factories.quiz(title="Untimed"), now=now)
    assert "Untimed" in step_of(client, learner)
    factories.attempt(learner, factories.quiz(title="Begun", time_limit=20), now=now)
    assert "Begun" in step_of(client, learner)


def test_a_newcomer_begins_with_the_first_unit_and_goes_on_with_it(
    client: Client, learner: User, now: datetime
) -> None:
    check = factories.quiz(5, slug="check-1", title="Check: Who decides?")
    unit = factories.study().unit
    assert unit is not None
    unit.check_quiz = check
    unit.save()
    client.force_login(learner)
    page = client.get("/").content.decode()
    assert f'<a class="btn" href="{unit.get_absolute_url()}">' in page
    assert check.title not in page  # its unit leads to it
    assert check.title not in client.get("/quizzes/").content.decode()
    factories.attempt(learner, check, now=now, right=2, submit=True)
    home = client.get("/").content.decode()
    assert "On with your unit." in home  # and not what stands beside it
    assert "Best so far 40%; 80% masters it." in home


def test_what_is_the_next_step_is_not_listed_again(
    client: Client, classroom: Classroom, learner: User, now: datetime
) -> None:
    given(classroom, "Only once", due_at=now + DAY)
    assert page(client, learner).count("Only once") == 1


def test_the_next_step_wears_the_color_of_its_topic(client: Client, learner: User) -> None:
    factories.quiz([factories.question(topic=Topic.objects.create(slug="un-organs", name="UN organs"))])
    assert page(client, learner).count('class="next-step unit-2"') == 1
