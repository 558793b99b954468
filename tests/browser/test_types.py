"""Every type of question answered as people do it: what they did is what is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, User
from quizzes.question_types.essay import word_count
from tests.browser import acts, samples

Enter = Callable[..., Page]


def names(page: Page) -> list[str]:
    """The elements in the order shown."""
    return [text.strip() for text in page.locator(".place-text").all_inner_texts()]


def drag_to_the_end(page: Page, name: str) -> None:
    grip = page.locator(".place-handle").nth(names(page).index(name)).bounding_box()
    last = page.locator(".place").last.bounding_box()
    assert grip
    assert last
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(last["x"] + 5, last["y"] + 5, steps=4)
    page.mouse.move(last["x"] + 5, last["y"] + last["height"] + 20, steps=4)
    page.mouse.up()


def put_in_order(page: Page) -> None:
    """The elements come shuffled: the last two by dragging, the first two by buttons."""
    for name in ("UNTAG", "UNTAET"):
        drag_to_the_end(page, name)
    for place, name in enumerate(("UNTSO", "UNEF I")):
        while names(page).index(name) > place:
            page.get_by_role("button", name=f"Move up: {name}").click()
    page.get_by_role("button", name="Move down: UNTSO").click()


def select(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label)
    field.select_option(value=field.locator("option", has_text=text).get_attribute("value"))


def match(page: Page) -> None:
    select(page, "Security Council", "Authorises missions")
    select(page, "General Assembly", "Votes the budget")
    select(page, "Member states", "Send troops")


def fill_gaps(page: Page) -> None:
    page.get_by_label("Gap 1").fill("UNTSO")
    page.get_by_label("Gap 2").fill("1948")
    select(page, "Gap 3", "Security Council")


def tick(page: Page, *texts: str) -> None:
    for text in texts:
        acts.choose(page, text)


ACTS: dict[str, tuple[Callable[[Page], Any], Any]] = {
    "single_choice": (lambda page: tick(page, "The Security Council"), 1),
    "multiple_choice": (lambda page: tick(page, "Military", "Police"), [0, 2]),
    "true_false": (lambda page: tick(page, "True"), True),
    "short_answer": (lambda page: page.get_by_role("textbox").press_sequentially("DPO"), "DPO"),
    "numeric": (lambda page: page.get_by_role("textbox").fill("36"), "36"),
    "matching": (match, [0, 1, 2]),
    "ordering": (put_in_order, [2, 1, 3, 4]),
    "cloze": (fill_gaps, ["UNTSO", "1948", 1]),
    "essay": (
        lambda page: page.get_by_role("textbox").fill("Consent is needed.\nAlways."),
        "Consent is needed.\nAlways.",
    ),
}


@pytest.mark.parametrize("type", ACTS)
def test_what_was_done_on_the_page_is_stored_and_comes_back(enter: Enter, learner: User, type: str) -> None:
    attempt = acts.started(learner, samples.quiz(type), now=datetime.now(UTC))
    act, response = ACTS[type]
    page = enter(learner)
    acts.open_question(page, attempt)
    expect(page.locator("html.scripted")).to_have_count(1)
    act(page)
    acts.wait_until(page, lambda: acts.answer(attempt).response == response)
    acts.expect_saved(page)
    revision = acts.answer(attempt).revision
    page.reload()
    page.locator(".turn").get_by_role("button", name="Review and submit").click()
    expect(page.get_by_text("Every question is answered.")).to_be_visible()
    assert acts.answer(attempt).revision == revision


def test_an_order_that_another_device_changed_is_shown_in_its_places(enter: Enter, learner: User) -> None:
    attempt: Attempt = acts.started(learner, samples.quiz("ordering"), now=datetime.now(UTC))
    page, phone = enter(learner), enter(learner, viewport={"width": 390, "height": 844})
    for one in (page, phone):
        acts.open_question(one, attempt)
    phone.locator(".move-down").first.click()
    acts.expect_saved(phone)
    page.locator(".move-down").nth(1).click()
    mine = names(page)
    page.get_by_role("button", name="Use that answer").click()
    assert names(page) == names(phone) != mine


def test_the_words_of_an_essay_are_counted_while_it_is_written_as_the_server_counts_them(
    enter: Enter, learner: User
) -> None:
    attempt = acts.started(learner, samples.quiz("essay"), now=datetime.now(UTC))
    page = enter(learner)
    acts.open_question(page, attempt)
    expect(page.get_by_text("0 of 5–400 words")).to_be_visible()
    text = "The host’s well-meant consent, 1948–1949: naïve? הסכמה היא תנאי शान्ति के लिए\n_x_ … 3.5"
    page.get_by_role("textbox").fill(text)
    expect(page.get_by_text(f"{word_count(text)} of 5–400 words")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_accessible_description(f"{word_count(text)} of 5–400 words")
