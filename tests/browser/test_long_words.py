"""Names and titles as long as the tables take them break; nothing is pushed out of sight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from quizzes.models import Assignment, User
from tests import factories
from tests.browser.looking import wait_for_rest

Enter = Callable[..., Page]
LONG = "Wolfeschlegelsteinhausenbergerdorff-Maximilianus"
OUTSIDE = """() => {
  const isOut = (one) => one.scrollWidth > one.clientWidth + 1;
  const boxes = [document.documentElement, ...document.querySelectorAll(".card, h1")];
  return boxes.filter(isOut).map((one) => one.className || one.localName);
}"""


@pytest.fixture
def instructor(database: None) -> User:
    return factories.user("instructor", is_staff=True)


@pytest.fixture
def assignment(instructor: User, learner: User) -> Assignment:
    """One whose learner, with a long name, is in the middle of it."""
    learner.first_name, learner.last_name = LONG, LONG
    learner.save()
    room = factories.classroom(instructor=instructor, students=[learner])
    given = factories.assignment(room, factories.quiz(title=f"{LONG} {LONG}", time_limit=40))
    factories.attempt(learner, given.quiz, now=datetime.now(UTC), assignment=given)
    return given


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_long_name_breaks_on_the_pages_of_an_instructor(
    enter: Enter, instructor: User, learner: User, assignment: Assignment, width: int
) -> None:
    page = enter(instructor, viewport={"width": width, "height": 900})
    member = learner.memberships.get()
    attempt = learner.attempts.get()
    for path in (
        f"/assignments/{assignment.pk}/",
        f"/assignments/{assignment.pk}/accommodations/{member.pk}/",
        f"/attempts/{attempt.pk}/timeline/",
        f"/attempts/{attempt.pk}/deadline/change/",
    ):
        page.goto(path)
        wait_for_rest(page)
        assert page.evaluate(OUTSIDE) == [], path


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_title_breaks_on_the_pages_of_an_attempt(
    enter: Enter, learner: User, assignment: Assignment, width: int
) -> None:
    page = enter(learner, viewport={"width": width, "height": 900})
    attempt = learner.attempts.get()
    for path in (f"/quizzes/{assignment.quiz.slug}/", "/attempts/", f"/attempts/{attempt.pk}/questions/1/"):
        page.goto(path)
        wait_for_rest(page)
        assert page.evaluate(OUTSIDE) == [], path
