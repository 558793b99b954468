"""Two people at once: the instructor moves a deadline or opens an attempt again, and the learner's page follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, Classroom, User
from quizzes.services import attempts, deadlines
from tests import factories
from tests.browser import acts, samples
from tests.browser.looking import WIDE, expect_clean

Enter = Callable[..., Page]
ASKS_EVERY_MS = 20_000


@pytest.fixture
def instructor(database: None) -> User:
    return factories.user("instructor", is_staff=True)


@pytest.fixture
def classroom(instructor: User, learner: User) -> Classroom:
    return factories.classroom(instructor=instructor, students=[learner])


@pytest.fixture
def attempt(classroom: Classroom, learner: User) -> Attempt:
    """Two questions in 30 minutes, given to the class."""
    given = factories.assignment(classroom, samples.quiz("short_answer", "true_false", time_limit=30))
    return attempts.start(learner, given.quiz, assignment=given, now=datetime.now(UTC))


def give_minutes(page: Page, minutes: int) -> None:
    """Fill the form and confirm."""
    page.get_by_role("spinbutton", name="Minutes").fill(str(minutes))
    page.get_by_label("Reason").fill("a fire drill")
    page.get_by_role("button", name="Continue").click()
    page.locator("button[name=confirmed]").click()


def test_the_countdown_grows_when_the_instructor_gives_more_time(
    enter: Enter, learner: User, instructor: User, attempt: Attempt
) -> None:
    page, desk = enter(learner), enter(instructor, viewport=WIDE)
    page.clock.install()
    acts.open_question(page, attempt)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    page.get_by_role("textbox").fill("DPO")
    desk.goto(f"/assignments/{attempt.assignment_id}/progress/")
    desk.get_by_role("link", name="Change deadline").click()
    give_minutes(desk, 20)
    expect(desk.get_by_text("Deadline of learner changed")).to_be_visible()
    page.clock.run_for(ASKS_EVERY_MS + 1_000)
    expect(page.locator("[data-notice]")).to_contain_text("You have more time now")
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^49:\d\d$"))
    expect(page.get_by_role("textbox")).to_have_value("DPO")


def test_a_page_that_was_closed_goes_on_and_sends_what_came_too_late(
    enter: Enter, learner: User, instructor: User, attempt: Attempt
) -> None:
    page, desk = enter(learner), enter(instructor, viewport=WIDE)
    acts.open_question(page, attempt)
    page.context.set_offline(True)
    page.get_by_role("textbox").fill("DPO")
    acts.move_deadline(attempt, datetime.now(UTC), seconds=-10)
    page.context.set_offline(False)
    expect(acts.banner(page)).to_contain_text("These answers came too late and don't count:")
    desk.goto(f"/attempts/{attempt.pk}/result/")
    desk.get_by_role("link", name="Reopen").click()
    give_minutes(desk, 15)
    expect(desk.get_by_text("Attempt of learner reopened")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-notice]")).to_have_text("This attempt is open again. You can go on.")
    expect(acts.banner(page)).to_be_hidden()
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^(15:00|14:\d\d)$"))
    expect(page.get_by_role("textbox")).to_be_enabled()
    acts.expect_saved(page)
    assert acts.answer(attempt).response == "DPO"


def test_a_result_that_is_being_read_says_that_the_attempt_is_open_again(
    enter: Enter, learner: User, instructor: User, attempt: Attempt
) -> None:
    now = datetime.now(UTC)
    attempts.submit(attempt, now=now)
    page = enter(learner)
    page.goto(f"/attempts/{attempt.pk}/result/")
    note = page.get_by_text("Your instructor reopened this attempt.")
    expect(note).to_be_hidden()
    deadlines.reopen(attempt, due_at=now + timedelta(minutes=15), reason="x", actor=instructor, now=now)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(note).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    expect(page).to_have_url(re.compile(f"/attempts/{attempt.pk}/questions/1/$"))


def test_the_pages_are_accessible(enter: Enter, instructor: User, attempt: Attempt) -> None:
    page = enter(instructor, viewport=WIDE)

    def look_at(path: str) -> None:
        page.goto(f"/attempts/{attempt.pk}/{path}")
        expect_clean(page, narrow=True)
        page.get_by_label("Reason").fill("a fire drill")
        page.get_by_role("radio", name="until a date and time").check()
        page.locator("[name=due_at]").fill("2001-10-28T02:30" if path == "reopen/" else "")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".invalid-feedback").first).to_be_visible()
        expect_clean(page, narrow=True)  # with what is wrong
        page.get_by_role("radio", name=re.compile("minutes")).check()
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("button[name=confirmed]")).to_be_visible()
        expect_clean(page, narrow=True)

    look_at("deadline/change/")
    attempts.submit(attempt, now=datetime.now(UTC))
    look_at("reopen/")
