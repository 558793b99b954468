"""Nothing typed in the workshop is lost by a slip: leaving asks, buttons that act wait, a row that was removed comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Dialog, Page, expect

from quizzes.models import Quiz, User
from quizzes.services import attempts
from tests.admin import cast
from tests.browser.acts import wait_until
from tests.browser.looking import NARROW, expect_fits, faults, resize

Enter = Callable[..., Page]


@pytest.fixture
def ada(database: None) -> User:
    return cast.instructor("ada")


@pytest.fixture
def quiz(ada: User) -> Quiz:
    return cast.quiz(ada, cast.question(owner=ada))


def asks(page: Page, *, stay: bool = True) -> list[str]:
    """The kinds of the questions that the browser asks from now on; each is answered at once."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if stay else dialog.accept()

    page.on("dialog", answer)
    return asked


def open_quiz(page: Page, quiz: Quiz) -> None:
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/change/")
    page.wait_for_load_state("load")


def test_leaving_with_unsaved_edits_asks_first(enter: Enter, ada: User, quiz: Quiz) -> None:
    page = enter(ada)
    open_quiz(page, quiz)
    asked = asks(page)
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("link", name="Today").first.click()
    wait_until(page, lambda: bool(asked))
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Title")).to_have_value("Another title")


def test_saving_and_leaving_unchanged_pages_ask_nothing(enter: Enter, ada: User, quiz: Quiz) -> None:
    page = enter(ada)
    open_quiz(page, quiz)
    asked = asks(page)
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully").first).to_be_visible()
    page.goto("/admin/")
    assert asked == []
    quiz.refresh_from_db()
    assert quiz.title == "Another title"


def test_buttons_that_act_are_off_with_a_reason_while_the_form_is_changed(enter: Enter, ada: User, quiz: Quiz) -> None:
    page = enter(ada)
    open_quiz(page, quiz)
    archive, reason = page.get_by_role("button", name="Archive"), page.locator("#save-first")
    expect(reason).to_be_hidden()
    page.get_by_label("Title").fill("Another title")
    expect(archive).to_have_attribute("aria-disabled", "true")
    expect(archive).to_have_accessible_description("Save your changes first; these buttons act on what is stored.")
    archive.click(force=True)
    expect(reason).to_be_visible()
    assert faults(page) == []
    resize(page, NARROW)
    expect_fits(page)
    page.get_by_label("Title").fill(quiz.title)
    expect(archive).not_to_have_attribute("aria-disabled", "true")
    archive.click()
    expect(page.get_by_text("Archived. Attempts and results stay.")).to_be_visible()


def test_an_option_that_was_removed_comes_back_by_keyboard(enter: Enter, ada: User) -> None:
    page = enter(ada)
    page.goto("/admin/quizzes/question/add/?type=single_choice")
    row = page.locator("[data-rows] [data-row]").first
    row.locator("textarea, input[type=text]").first.fill("The Security Council")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_be_hidden()
    undo = page.get_by_role("button", name="Undo: ")
    expect(undo).to_be_focused()
    expect(page.locator("[data-say]").first).to_contain_text("Removed")
    assert faults(page) == []
    page.keyboard.press("Enter")
    expect(row).to_be_visible()
    expect(row.locator("textarea, input[type=text]").first).to_have_value("The Security Council")
    expect(undo).to_have_count(0)


def test_the_form_of_an_assignment_is_guarded_as_well(enter: Enter, ada: User, quiz: Quiz) -> None:
    given = cast.assignment(cast.classroom(ada, cast.learner("sam"), name="10B"), quiz)
    page = enter(ada)
    page.goto(f"/assignments/{given.pk}/edit/")
    page.wait_for_load_state("load")
    asked = asks(page)
    page.get_by_label("Time limit in minutes").fill("37")
    page.get_by_role("link", name="Cancel").click()
    wait_until(page, lambda: bool(asked))
    assert asked == ["beforeunload"]


def test_the_choice_of_a_kind_is_accessible_and_its_settings_count_as_unsaved(
    enter: Enter, ada: User, quiz: Quiz
) -> None:
    page = enter(ada)
    page.goto("/admin/quizzes/quiz/add/")
    assert faults(page) == []
    resize(page, NARROW)
    expect_fits(page)
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/change/?kind=exam")
    expect(page.get_by_role("button", name="Archive")).to_have_attribute("aria-disabled", "true")
    assert faults(page) == []


def test_nothing_sticky_covers_the_question_before_submitting(enter: Enter, ada: User, quiz: Quiz) -> None:
    sam = cast.learner("sam")
    given = cast.assignment(cast.classroom(ada, sam, name="10B"), quiz)
    attempt = attempts.start(sam, quiz, assignment=given, now=datetime.now(UTC))
    page = enter(sam)
    resize(page, NARROW)
    page.goto(f"/attempts/{attempt.pk}/summary/")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 1 questions is unanswered. Submit anyway?")
    button = page.get_by_role("button", name="Submit anyway")
    warning = page.locator("[data-left]")
    assert warning.bounding_box()["y"] < button.bounding_box()["y"] < 844  # type: ignore[index]
    button.click(trial=True)  # nothing lies over it
    button.click()
    expect(page).to_have_url(re.compile("/result/$"))
