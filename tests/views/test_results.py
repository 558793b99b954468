"""What the page of a result says, to the learner and to their instructor."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from quizzes.models import Assignment, Attempt, Classroom, User
from quizzes.services import attempts, deadlines
from tests import factories, saving
from tests.browser import samples
from tests.clocks import stopped_at
from tests.pages import browser, read

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def running(instructor: User, learner: User, now: datetime) -> Attempt:
    """All types, each answered wrongly or in part where that can be said in one line; given to a class."""
    room = factories.classroom(instructor=instructor, students=[learner])
    given = factories.assignment(room, samples.quiz())
    attempt = attempts.start(learner, given.quiz, assignment=given, now=now)
    for slot, fields in (
        (1, {"choice": ["0"]}),
        (2, {"choice": ["0"]}),
        (4, {"text": ["DPPA"]}),
        (6, {"left-0": ["0"]}),
        (7, {"place-0": ["1"], "place-1": ["2"]}),
        (8, {"gap-0": ["UNTSO"]}),
        (9, {"text": ["Consent is what a mission stands on."]}),
    ):
        saving.save(attempt.pk, learner, slot=slot, fields=fields, revision=1, now=now)
    return attempt


def test_an_instructor_reads_of_a_running_attempt_what_was_given_so_far(instructor: User, running: Attempt) -> None:
    page = read(browser(instructor).get(f"/attempts/{running.pk}/result/"))
    assert "The answer given" in page
    assert not re.search(r"[Yy]our answer|[Yy]our place|[Yy]ou (gave|did)", page)
    assert "Waiting for marking" not in page
    assert "/marking/answers/" not in page  # marks of a running attempt cannot be changed
    assert "of 1 point" not in page


def test_an_instructor_may_change_marks_once_it_is_handed_in(instructor: User, running: Attempt, now: datetime) -> None:
    attempts.submit(running, now=now)
    client = browser(instructor)
    links = re.findall(r"/marking/answers/\d+/", read(client.get(f"/attempts/{running.pk}/result/")))
    assert len(links) == 9
    marking = read(client.get(links[0]))
    assert "The answer given" in marking
    assert re.search(r"0 of 1\s+point\s", marking)


def test_where_points_are_missing_a_result_says_how_they_are_given(
    learner: User, running: Attempt, now: datetime
) -> None:
    attempts.submit(running, now=now)
    page = read(browser(learner).get(f"/attempts/{running.pk}/result/"))
    assert f'<p class="print-only">{learner.full_name}</p>' in page  # on paper nobody else says whose it is
    assert "Your answer: wrong" in page
    assert "A wrong choice cancels a right one" in page
    assert "Partial credit for the longest run" in page
    assert "Your instructor marks this question" not in page  # the tag says that it waits


def test_a_time_factor_without_a_time_limit_is_explained_too(learner: User, instructor: User, now: datetime) -> None:
    room = factories.classroom(instructor=instructor)
    factories.member(room, learner, time_factor="1.5")
    given = factories.assignment(room, factories.quiz(), closes_at=now + timedelta(hours=1))
    attempt = attempts.start(learner, given.quiz, assignment=given, now=now)
    page = read(browser(learner).get(f"/attempts/{attempt.pk}/deadline/"))
    assert "Closes Mon, Mar 2, 10:00 a.m." in page
    assert "Time factor" not in page  # nothing that it would extend


def given_until(classroom: Classroom, due_at: datetime, now: datetime) -> Assignment:
    """20 minutes."""
    return factories.assignment(classroom, factories.quiz(1, time_limit=20), due_at=due_at, closes_at=now + HOUR)


@pytest.mark.parametrize(("factor", "is_late"), [("1", True), ("1.5", False)])
def test_a_result_and_the_page_of_the_class_say_late_where_it_is(
    factor: str, is_late: bool, classroom: Classroom, learner: User, now: datetime
) -> None:
    classroom.memberships.filter(user=learner).update(time_factor=factor)
    given = given_until(classroom, now + 10 * MINUTE, now)
    attempt = factories.attempt(learner, given.quiz, now=now, assignment=given)
    attempts.submit(attempt, now=now + 12 * MINUTE)
    tag = '<span class="tag warn">late</span>'
    with stopped_at(now + HOUR):
        for address in (f"/attempts/{attempt.pk}/result/", f"/classrooms/{classroom.pk}/"):
            assert (tag in read(browser(learner).get(address))) is is_late


def test_the_deadlines_page_explains_until_when_it_is_in_time(
    classroom: Classroom, learner: User, instructor: User, now: datetime
) -> None:
    given = given_until(classroom, now + 10 * MINUTE, now)
    factories.accommodation(given, learner, now=now, due_at=now + 15 * MINUTE, reason="was ill")
    classroom.memberships.filter(user=learner).update(time_factor="2")
    attempt = factories.attempt(learner, given.quiz, now=now, assignment=given)
    with stopped_at(now):
        page = read(browser(learner).get(f"/attempts/{attempt.pk}/deadline/"))
    assert "Due Mon, Mar 2, 9:10 a.m." in page
    assert re.search(r"Due Mon, Mar 2, 9:15 a.m. <span class=\"muted\">\(\s*an exception: was ill\s*\)", page)
    assert "On time until Mon, Mar 2, 9:30:00 a.m., late after that" in page
    deadlines.extend(attempt, due_at=now + 50 * MINUTE, reason="a fire drill", actor=instructor, now=now)
    with stopped_at(now):
        page = read(browser(learner).get(f"/attempts/{attempt.pk}/deadline/"))
    assert "On time until Mon, Mar 2, 9:50:00 a.m., late after that" in page


def test_the_rules_of_a_quiz_say_when_it_is_due_for_this_learner(
    classroom: Classroom, learner: User, stranger: User, now: datetime
) -> None:
    given = given_until(classroom, now - HOUR, now)
    factories.accommodation(given, learner, now=now, due_at=now + 15 * MINUTE)
    factories.member(classroom, stranger, joined_at=now)
    address = f"/quizzes/{given.quiz.slug}/"
    assert "<dd>Mon, Mar 2, 9:15 a.m.</dd>" in read(browser(learner).get(address))
    assert "<dd>Mon, Mar 2, 8:00 a.m., before you joined</dd>" in read(browser(stranger).get(address))


def test_a_choice_that_was_not_made_is_said_before_anything_may_be_revealed(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(1, feedback="survey"), now=now, submit=True)
    assert "No answer" in read(browser(learner).get(f"/attempts/{attempt.pk}/result/"))


def test_a_text_that_is_too_long_comes_back_whole_without_a_script(
    client: Client, learner: User, now: datetime
) -> None:
    essay = factories.question({"stem": "Why?"}, type="essay")
    with stopped_at(now):
        row = factories.attempt(learner, factories.quiz([essay], layout="all"), now=now)
        client.force_login(learner)
        text = "word " * 9_000 + "the end"
        page = client.post(f"/attempts/{row.pk}/all/", {"q1-text": text, "q1-revision": "0"})
    assert page.status_code == 409
    assert "characters too many" in page.content.decode()
    assert text in page.content.decode()


REASONS = {
    "stem": "Who directs a mission day by day?",
    "options": [
        {"text": "The department", "correct": True, "feedback": "It directs."},
        {"text": "The Council", "feedback": "The Council writes <em>the mandate</em>."},
        {"text": "The Assembly", "feedback": "It votes the budget."},
    ],
    "explanation": "Who writes a mandate does not carry it out.",
}


def test_a_mistake_says_its_own_reason_and_folds_the_others(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz([factories.question(REASONS)]), now=now)
    answer = attempt.answers.get()
    posted = answer.version.kind.posted(answer.version.parsed, answer.layout, 1)
    saving.save(attempt.pk, learner, slot=1, fields=posted, revision=1, now=now)
    attempts.submit(attempt, now=now)
    page = read(browser(learner).get(f"/attempts/{attempt.pk}/result/"))
    is_open, folded = page.split('<details class="rest">')
    assert "The Council writes" in is_open
    assert "Right answer" in is_open
    assert not any(text in is_open for text in ("It directs.", "It votes the budget.", "does not carry it out"))
    assert all(text in folded for text in ("It directs.", "It votes the budget.", "does not carry it out"))
    assert "&lt;" not in folded


def test_without_a_reason_of_its_own_the_explanation_stands_open(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz([factories.question(REASONS)]), now=now, submit=True)
    is_open, folded = read(browser(learner).get(f"/attempts/{attempt.pk}/result/")).split('<details class="rest">')
    assert "does not carry it out" in is_open
    assert "It votes the budget." in folded
