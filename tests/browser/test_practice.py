"""Practice by keyboard, and practice that is put together: the count follows the choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from quizzes.models import User
from tests import factories
from tests.browser import acts, samples

Enter = Callable[..., Page]


def test_enter_checks_and_enter_again_goes_on(enter: Enter, learner: User) -> None:
    quiz = samples.quiz("single_choice", "true_false", "short_answer", feedback="practice")
    attempt = acts.started(learner, quiz, now=datetime.now(UTC))
    page = enter(learner)
    acts.open_question(page, attempt)
    for slot, (option, verdict) in enumerate((("The Security Council", "Right"), ("False", "Not quite")), start=1):
        expect(page.get_by_text(f"Question {slot} of 3")).to_be_visible()
        acts.choose(page, option)
        acts.expect_saved(page)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").get_by_text(verdict, exact=True)).to_be_visible()
        acts.scripts_ran(page)
        page.keyboard.press("Enter")
    expect(page.get_by_text("Question 3 of 3")).to_be_visible()


def test_enter_checks_an_option_that_was_chosen_by_its_key(enter: Enter, learner: User) -> None:
    attempt = acts.started(learner, samples.quiz("true_false", feedback="practice"), now=datetime.now(UTC))
    page = enter(learner)
    acts.open_question(page, attempt)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict-band")).to_be_focused()
    expect(page.get_by_text("Question 1 of 1")).to_be_visible()


def test_the_number_of_matches_follows_the_choices(enter: Enter, learner: User) -> None:
    for topic, count in (("council", 3), ("budget", 12)):
        for _number in range(count):
            factories.question(topic=factories.topic(topic))
    page = enter(learner)
    page.goto("/practice/")
    expect(page.get_by_text("15 questions match.")).to_be_visible()
    expect(page.get_by_role("button", name="Count again")).to_be_hidden()
    page.get_by_label("Topic").select_option("Council")
    expect(page.get_by_text("Only 3 questions match.")).to_be_visible()
    page.get_by_label("Which questions").select_option("missed")
    expect(page.get_by_text("No question matches.")).to_be_visible()
    page.get_by_label("Which questions").select_option("")
    page.get_by_role("button", name="Practice 3 questions").click()
    expect(page).to_have_url(re.compile(r"/attempts/\d+/questions/1/$"))


def test_without_scripts_a_button_counts_again(enter: Enter, learner: User) -> None:
    factories.published(2)
    page = enter(learner, java_script_enabled=False)
    page.goto("/practice/")
    page.get_by_label("Difficulty").select_option("hard")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_text("No question matches.")).to_be_visible()
    expect(page.get_by_label("Difficulty")).to_have_value("hard")
