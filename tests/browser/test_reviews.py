"""The review deck in a browser: by keyboard, by touch, and its pages by the rules of accessibility."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from quizzes.models import ReviewLog, ReviewSettings, User
from quizzes.services import reviews
from tests import factories
from tests.browser import acts, samples
from tests.browser.looking import NARROW, WIDE, expect_clean

Enter = Callable[..., Page]


def due(learner: User, *kinds: str) -> None:
    """A card of each of these types, to be asked in this order."""
    now = datetime.now(UTC)
    for number, item in enumerate(samples.quiz(*kinds).items.order_by("position"), start=1):
        reviews.add(learner, item.question, now=now - timedelta(minutes=20 - number))


def grade() -> int:
    return int(ReviewLog.objects.latest("pk").grade)


def test_a_session_by_keyboard(enter: Enter, learner: User) -> None:
    due(learner, "single_choice", "true_false")
    page = enter(learner, viewport=WIDE)
    page.goto("/review/")
    page.get_by_role("link", name="Start reviewing").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first option, and with it the way of Enter
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_focused()
    acts.scripts_ran(page)
    suggested = page.locator("[data-given]")
    page.keyboard.press("2" if grade() != 2 else "3")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    assert grade() in (2, 3)
    page.get_by_role("button", name="I don't know").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The answer")
    expect(suggested).to_contain_text("Again")
    acts.scripts_ran(page)
    page.keyboard.press("Enter")  # as suggested
    expect(page).to_have_url(re.compile("/review/next/$"))
    assert grade() == 1


def test_an_option_and_unsure_are_each_one_key(enter: Enter, learner: User) -> None:
    due(learner, "single_choice")
    page = enter(learner, viewport=WIDE)
    page.goto("/review/next/")
    expect(page.get_by_text("Keys: 1–9 choose")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator(".opt-input").nth(1)).to_be_checked()
    page.keyboard.press("u")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_focused()
    log = ReviewLog.objects.get()
    assert (log.response is not None, log.is_sure) == (True, False)


def test_keys_that_are_turned_off_do_nothing(enter: Enter, learner: User) -> None:
    due(learner, "single_choice")
    ReviewSettings.objects.create(learner=learner, has_keys=False)
    page = enter(learner, viewport=WIDE)
    page.goto("/review/next/")
    page.keyboard.press("1")
    expect(page.locator(".opt-input:checked")).to_have_count(0)
    page.get_by_role("button", name="I don't know").click()
    expect(page.get_by_role("status")).to_be_focused()
    acts.scripts_ran(page)
    page.keyboard.press("4")
    page.locator("[data-given]").click()  # as suggested; a grade by its key would have gone before
    expect(page).to_have_url(re.compile("/review/next/$"))
    assert grade() == 1


def test_a_session_by_touch_and_without_a_script(enter: Enter, learner: User) -> None:
    due(learner, "single_choice")
    page = enter(learner, viewport=NARROW, has_touch=True, java_script_enabled=False)
    page.goto("/review/next/")
    acts.option(page, "The Security Council").tap(force=True)
    page.get_by_role("radio", name="Unsure").tap()
    page.get_by_role("button", name="Check answer").tap()
    expect(page.locator(".grades [name=grade]")).to_have_count(4)
    page.get_by_role("button", name="Easy").tap()
    expect(page.get_by_role("heading", name="Done for today")).to_be_visible()
    assert grade() == 4
    page.get_by_role("button", name="Undo the last answer").tap()
    expect(page.get_by_text("Your last answer is taken back.")).to_be_visible()


def test_the_pages_of_the_deck_are_accessible(enter: Enter, learner: User) -> None:
    page = enter(learner, viewport=WIDE)
    page.goto("/review/")
    expect_clean(page)
    due(learner, "single_choice", "matching", "cloze")
    for path in ("/review/", "/review/next/", "/review/settings/"):
        page.goto(path)
        expect_clean(page, narrow=True)
    page.goto("/review/next/")
    page.get_by_role("button", name="I don't know").click()
    expect(page.get_by_role("status")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Don't ask this again").click()
    expect(page).to_have_url(re.compile("/review/next/$"))
    page.goto("/review/suspended/")
    expect_clean(page)


def test_the_end_of_a_day_and_what_a_class_remembers_are_accessible(enter: Enter, learner: User) -> None:
    now, instructor = datetime.now(UTC), factories.user(is_staff=True)
    students = [learner, *(factories.user() for _number in range(4))]
    room = factories.classroom(instructor=instructor, students=students)
    quiz = factories.quiz(1)
    given = factories.assignment(room, quiz, opens_at=now - timedelta(days=9))
    question = quiz.items.get().question
    for student in students:
        factories.attempt(student, quiz, assignment=given, now=now - timedelta(days=8), submit=True)
        for days in (7, 3, 0):
            factories.reviewed(student, question, now=now - timedelta(days=days))
    page = enter(learner, viewport=WIDE)
    page.goto("/review/next/")
    expect(page.get_by_role("heading", name="Done for today")).to_be_visible()
    expect_clean(page, narrow=True)
    page = enter(instructor, viewport=WIDE)
    page.goto(f"/classrooms/{room.pk}/memory/")
    expect(page.get_by_text("Remembered least")).to_be_visible()
    expect_clean(page, narrow=True)
