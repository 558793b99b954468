"""What the page of a result says, to the learner and to their instructor."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from quizzes.models import Attempt, User
from quizzes.services import attempts
from tests import factories, saving
from tests.browser import samples
from tests.pages import browser, read


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
    assert "The answer given." in page
    assert not re.search(r"[Yy]our answer|[Yy]our place|[Yy]ou (gave|did)", page)
    assert "Awaiting marking" not in page
    assert "/marking/answers/" not in page  # marks of a running attempt cannot be changed
    assert "of 1 point" not in page


def test_an_instructor_may_change_marks_once_it_is_handed_in(instructor: User, running: Attempt, now: datetime) -> None:
    attempts.submit(running, now=now)
    client = browser(instructor)
    links = re.findall(r"/marking/answers/\d+/", read(client.get(f"/attempts/{running.pk}/result/")))
    assert len(links) == 9
    marking = read(client.get(links[0]))
    assert "The answer given" in marking
    assert "0 of 1 point<" in marking


def test_where_points_are_missing_a_result_says_how_they_are_given(
    learner: User, running: Attempt, now: datetime
) -> None:
    attempts.submit(running, now=now)
    page = read(browser(learner).get(f"/attempts/{running.pk}/result/"))
    assert f'<p class="print-only">{learner.full_name}</p>' in page  # on paper nobody else says whose it is
    assert "Your answer." in page
    assert "Each wrong choice takes away what a right one adds" in page
    assert "The longest series of elements in the right order counts" in page
    assert "Marked by a person" not in page  # the tag says that it waits


def test_a_time_factor_without_a_time_limit_is_explained_too(learner: User, instructor: User, now: datetime) -> None:
    room = factories.classroom(instructor=instructor)
    factories.member(room, learner, time_factor="1.5")
    given = factories.assignment(room, factories.quiz(), closes_at=now + timedelta(hours=1))
    attempt = attempts.start(learner, given.quiz, assignment=given, now=now)
    page = read(browser(learner).get(f"/attempts/{attempt.pk}/deadline/"))
    assert "Closes 2 Mar 2026, 10:00" in page
    assert "Time factor" not in page  # nothing that it would extend


def test_a_choice_that_was_not_made_is_said_before_anything_may_be_revealed(learner: User, now: datetime) -> None:
    attempt = factories.attempt(learner, factories.quiz(1, feedback="survey"), now=now, submit=True)
    assert "No answer." in read(browser(learner).get(f"/attempts/{attempt.pk}/result/"))
