"""What cannot be read or stored is said at its field, stays whole in it, and never takes the place of what was whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from quizzes.models import Attempt, User
from quizzes.question_types.values import storable
from tests import saving
from tests.browser import acts, samples
from tests.browser.looking import expect_clean
from tests.browser.test_queue import NO_ROOM
from tests.browser.watching import Watch

Enter = Callable[..., Page]
SAVE = re.compile(r"/save/$")
LONGEST = 40_000
TOO_MANY = "3,007 characters too many; this answer may have at most 40,000."
NOT_SAVED = "Not saved as it stands"
NO_MOVING = "export function arrange() {}\nexport function enhance() {}"


@pytest.fixture
def began(learner: User) -> Callable[..., Attempt]:
    """began(*types): an attempt at one small question of each type."""
    return lambda *types, **fields: acts.started(learner, samples.quiz(*types, **fields), now=datetime.now(UTC))


@pytest.fixture
def open_all(enter: Enter, learner: User) -> Callable[[Attempt], Page]:
    def open_page(attempt: Attempt) -> Page:
        page = enter(learner)
        page.goto(f"/attempts/{attempt.pk}/all/")
        return page

    return open_page


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}]")


def expect_said_at(page: Page, name: str, words: str) -> None:
    """The sentence is on the page, and a screen reader reads it with the field."""
    expect(page.locator("[data-remarks]", has_text=words)).to_be_visible()
    expect(field(page, name)).to_have_accessible_description(re.compile(re.escape(words)))
    expect(field(page, name)).to_have_attribute("aria-invalid", "true")


def expect_nothing_said_at(page: Page, name: str) -> None:
    expect(field(page, name)).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-remarks] p")).to_have_count(0)


def paste(page: Page, name: str, text: str) -> None:
    """Insert a text as the clipboard does: limits of the browser itself would cut it here."""
    field(page, name).focus()
    page.keyboard.insert_text(text)


def sent(page: Page) -> list[Any]:
    """The answers that leave the page from now on."""
    found: list[Any] = []
    page.on("request", lambda one: found.append(one.post_data_json["answer"]) if SAVE.search(one.url) else None)
    return found


# Unread --------------------------------------------------------------------------------------------------------------


def test_a_gap_that_cannot_be_read_is_named_when_it_is_saved_and_until_it_is_changed(
    open_all: Callable[..., Page], began: Callable[..., Attempt]
) -> None:
    attempt = began("cloze")
    page = open_all(attempt)
    field(page, "q1-gap-0").fill("UNTSO")
    acts.expect_saved(page, 1)
    field(page, "q1-gap-1").fill("about 1948")
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")
    expect_said_at(page, "q1-gap-1", "Gap 2: Enter the number alone")
    expect(field(page, "q1-gap-0")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-announce]")).to_contain_text("Saved, but can't be read. Gap 2: Enter the number alone")
    assert acts.answer(attempt).response == ["UNTSO", "about 1948", None]

    page.reload()
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")
    expect_said_at(page, "q1-gap-1", "Gap 2: Enter the number alone")
    field(page, "q1-gap-1").fill("1948")
    acts.expect_saved(page, 1)
    expect_nothing_said_at(page, "q1-gap-1")


def test_a_number_typed_further_does_not_leave_its_beginning_behind(
    open_all: Callable[..., Page], began: Callable[..., Attempt]
) -> None:
    attempt = began("numeric")
    page = open_all(attempt)
    field(page, "q1-text").fill("36")
    acts.expect_saved(page, 1)
    field(page, "q1-text").press_sequentially(" or so")
    acts.wait_until(page, lambda: acts.answer(attempt).response == "36 or so")
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")


def test_a_place_typed_where_items_cannot_be_moved_is_told(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("ordering")
    page = enter(learner)
    page.route("**/ordering*.js", lambda route: route.fulfill(content_type="text/javascript", body=NO_MOVING))
    page.goto(f"/attempts/{attempt.pk}/all/")
    expect(page.get_by_text("Number the items from 1 to 4, 1 for the first.")).to_be_visible()
    expect(page.get_by_text("Drag the items into order")).to_be_hidden()
    field(page, "q1-place-2").fill("9")
    field(page, "q1-place-2").press("Tab")
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")
    expect_said_at(page, "q1-place-2", "A place is a whole number from 1 to 4.")
    field(page, "q1-place-2").fill("2")
    field(page, "q1-place-2").press("Tab")
    acts.expect_saved(page, 1)
    expect_nothing_said_at(page, "q1-place-2")


def test_going_on_at_once_is_held_up_once_by_what_cannot_be_read(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("numeric", "true_false")
    page = enter(learner)
    acts.open_question(page, attempt)
    field(page, "q1-text").fill("about 36")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-notice]")).to_contain_text("press again to go on")
    expect(field(page, "q1-text")).to_be_focused()
    expect_said_at(page, "q1-text", "Enter the number alone")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(r"/questions/2/$"))


# Too long ------------------------------------------------------------------------------------------------------------


def test_a_paste_that_is_too_long_stays_and_is_counted_and_the_stored_text_stays(
    open_all: Callable[..., Page], began: Callable[..., Attempt]
) -> None:
    attempt = began("essay")
    page = open_all(attempt)
    field(page, "q1-text").fill("Consent matters.")
    acts.expect_saved(page, 1)
    requests = sent(page)
    text = "Consent matters." + "\n" + "x" * (LONGEST + 3_007 - 17)
    field(page, "q1-text").press("Control+End")
    paste(page, "q1-text", "\n" + "x" * (LONGEST + 3_007 - 17))
    expect_said_at(page, "q1-text", TOO_MANY)
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    expect(field(page, "q1-text")).to_have_value(text)

    page.reload()
    expect_said_at(page, "q1-text", TOO_MANY)
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    expect(field(page, "q1-text")).to_have_value(text)
    assert requests == []
    assert acts.answer(attempt).response == "Consent matters."

    field(page, "q1-text").fill("x" * LONGEST)
    acts.expect_saved(page, 1)
    expect_nothing_said_at(page, "q1-text")
    page.reload()
    expect(field(page, "q1-text")).to_have_value("x" * LONGEST)


def test_a_short_answer_says_at_once_how_many_characters_are_too_many(
    open_all: Callable[..., Page], began: Callable[..., Attempt]
) -> None:
    attempt = began("short_answer")
    page = open_all(attempt)
    page.route(SAVE, lambda route: None)  # said before anything is answered
    field(page, "q1-text").fill("  " + "e\u0301" * 501 + "  ")
    expect_said_at(page, "q1-text", "1 character too many; this answer may have at most 500.")
    field(page, "q1-text").fill("  " + "e\u0301" * 500 + "  ")
    expect_nothing_said_at(page, "q1-text")
    page.unroute(SAVE)
    page.reload()
    acts.expect_saved(page, 1)
    assert acts.answer(attempt).response == "é" * 500


@pytest.mark.parametrize(
    "text",
    [
        "x" * 501,
        "😀" * 501,
        "\u0958" * 251,  # each becomes two
        "x" * 470 + "e" + "\u0301" * 31,  # too many marks to be put together
        "\x1f\u2003" + "x" * 501 + "\u3000 \x85",
        "\ufeff" + "x" * 500,
    ],
)
def test_characters_are_counted_as_the_server_counts_them(
    open_all: Callable[..., Page], began: Callable[..., Attempt], text: str
) -> None:
    page = open_all(began("short_answer"))
    excess = len(storable(text)) - 500
    field(page, "q1-text").evaluate(
        "(one, text) => { one.value = text; one.dispatchEvent(new Event('input', { bubbles: true })) }", text
    )
    told = page.locator("[data-remarks] p")
    words = f"{excess} character{'' if excess == 1 else 's'} too many; this answer may have at most 500."
    expect(told).to_have_text(words)
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")
    expect(told).to_have_text(words)
    page.reload()
    expect(told).to_have_text(words)


def test_what_a_proxy_refuses_stays_in_its_field_over_a_reload(
    open_all: Callable[..., Page], began: Callable[..., Attempt], watch: Watch
) -> None:
    watch.allow("413")
    page = open_all(began("short_answer"))
    page.route(SAVE, lambda route: route.fulfill(status=413, body="too large"))
    field(page, "q1-text").fill("DPO")
    expect(acts.state(page, 1)).to_have_text("Not saved: The answer is too long to send.")
    page.reload()
    expect(acts.state(page, 1)).to_have_text("Not saved: The answer is too long to send.")
    expect(field(page, "q1-text")).to_have_value("DPO")
    page.unroute(SAVE)
    page.reload()
    acts.expect_saved(page, 1)


def test_a_gap_that_is_too_long_keeps_the_others_going(
    open_all: Callable[..., Page], began: Callable[..., Attempt]
) -> None:
    attempt = began("cloze")
    page = open_all(attempt)
    field(page, "q1-gap-0").fill("UNTSO")
    acts.expect_saved(page, 1)
    field(page, "q1-gap-0").fill("x" * (LONGEST + 3_007))
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    field(page, "q1-gap-1").fill("1948")
    acts.wait_until(page, lambda: acts.answer(attempt).response == ["UNTSO", "1948", None])
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    expect_said_at(page, "q1-gap-0", "Gap 1: 42,507 characters too many; this answer may have at most 500.")
    page.reload()
    expect(field(page, "q1-gap-0")).to_have_value("x" * (LONGEST + 3_007))
    expect(field(page, "q1-gap-1")).to_have_value("1948")


def test_at_time_out_the_page_keeps_the_text_and_the_result_gives_it_back(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("essay", time_limit=30)
    page = enter(learner)
    page.goto(f"/attempts/{attempt.pk}/all/")
    field(page, "q1-text").fill("Consent matters.")
    acts.expect_saved(page, 1)
    text = "y" * (LONGEST + 1)
    field(page, "q1-text").fill(text)
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    acts.move_deadline(attempt, datetime.now(UTC), seconds=2)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(acts.banner(page)).to_contain_text("were not saved as they stand here", timeout=20_000)  # after the grace
    expect(field(page, "q1-text")).to_have_value(text)
    page.get_by_role("link", name="See the result").click()
    expect(page.locator("[data-held]")).to_contain_text("what was saved before counts")
    expect(page.get_by_role("textbox", name="Question 1")).to_have_value(text)
    assert acts.answer(attempt).response == "Consent matters."


def test_a_second_press_goes_on_and_the_text_waits_in_its_field(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("essay", "true_false")
    page = enter(learner)
    acts.open_question(page, attempt)
    text = "y" * (LONGEST + 1)
    field(page, "q1-text").fill(text)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-notice]")).to_contain_text("Question 1: not saved as it stands")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(r"/questions/2/$"))
    page.goto(f"/attempts/{attempt.pk}/summary/")
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.locator("[data-notice]")).to_contain_text("Question 1: not saved as it stands")
    acts.open_question(page, attempt)
    expect(field(page, "q1-text")).to_have_value(text)


def test_without_a_script_a_long_paste_comes_back_whole_in_its_field(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("essay", "cloze")
    page = enter(learner, java_script_enabled=False)
    page.goto(f"/attempts/{attempt.pk}/all/")
    text = "line\n" * 8 + "y" * (LONGEST + 3_007 - 40)
    field(page, "q1-text").fill(text)
    field(page, "q2-gap-1").fill("about 1948")
    page.get_by_role("button", name="Save and review").click()
    expect_said_at(page, "q1-text", TOO_MANY)
    expect_said_at(page, "q2-gap-1", "Gap 2: Enter the number alone")
    expect(field(page, "q1-text")).to_have_value(text)


def test_what_is_said_can_be_read_by_everyone(open_all: Callable[..., Page], began: Callable[..., Attempt]) -> None:
    page = open_all(began("cloze", "essay", "numeric"))
    field(page, "q1-gap-1").fill("about 1948")
    field(page, "q2-text").fill("y" * (LONGEST + 3_007))
    field(page, "q3-text").fill("x" * 501)
    expect(acts.state(page, 1)).to_have_text("Saved, but can't be read")
    expect(acts.state(page, 2)).to_have_text(NOT_SAVED)
    expect(acts.state(page, 3)).to_have_text("Saved, but can't be read")
    expect_clean(page, narrow=True)


def test_a_text_that_only_the_page_holds_is_not_left_without_a_question(
    enter: Enter, learner: User, began: Callable[..., Attempt]
) -> None:
    attempt = began("essay", "true_false")
    page = enter(learner)
    page.add_init_script(NO_ROOM)
    acts.open_question(page, attempt)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    field(page, "q1-text").press_sequentially("y")
    field(page, "q1-text").fill("y" * (LONGEST + 1))
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    page.evaluate("setTimeout(() => location.assign('/quizzes/'))")
    acts.wait_until(page, lambda: asked == ["beforeunload"])
    expect(field(page, "q1-text")).to_have_value("y" * (LONGEST + 1))


def test_a_text_overtaken_on_another_device_is_asked_about_once_it_fits(
    open_all: Callable[..., Page], began: Callable[..., Attempt], learner: User
) -> None:
    attempt = began("essay")
    page = open_all(attempt)
    field(page, "q1-text").fill("y" * (LONGEST + 1))
    expect(acts.state(page, 1)).to_have_text(NOT_SAVED)
    saving.save(attempt.pk, learner, slot=1, fields={"text": ["Theirs."]}, revision=1, now=datetime.now(UTC))
    page.reload()
    expect(field(page, "q1-text")).to_have_value("y" * (LONGEST + 1))
    field(page, "q1-text").fill("Mine.")
    expect(page.locator("[data-conflict]")).to_contain_text("Theirs.")
    assert acts.answer(attempt).response == "Theirs."
    page.get_by_role("button", name="Keep this one").click()
    acts.expect_saved(page, 1)
    assert acts.answer(attempt).response == "Mine."
