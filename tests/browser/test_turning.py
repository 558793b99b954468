"""Pages of an attempt are turned in place: at once, with the same answers, addresses and focus as pages that are loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from quizzes.models import Attempt, User
from tests import saving
from tests.browser import acts, samples
from tests.browser.looking import expect_clean
from tests.browser.test_saving import kept
from tests.browser.watching import Watch

Enter = Callable[..., Page]
SAVE = re.compile(r"/save/$")


@pytest.fixture
def attempt(learner: User) -> Attempt:
    quiz = samples.quiz("single_choice", "ordering", "short_answer", time_limit=30)
    return acts.started(learner, quiz, now=datetime.now(UTC))


@pytest.fixture
def page(enter: Enter, learner: User, attempt: Attempt) -> Page:
    """The first question, with its neighbor fetched, in a document that knows whether it was loaded again."""
    page = enter(learner)
    with page.expect_response(re.compile(r"/questions/2/$")):
        acts.open_question(page, attempt)
    page.evaluate("window.isTheSame = true")
    return page


def turn(page: Page, name: str = "Next") -> None:
    page.locator(".turn").get_by_role("button", name=name).click()


def open_menu(page: Page) -> Locator:
    timer = page.locator("#timer")
    timer.locator("summary").click()
    return timer


def seconds(words: str) -> int:
    """Of "29:58"."""
    minutes, rest = words.split(":")
    return int(minutes) * 60 + int(rest)


def expect_question(page: Page, slot: int, *, is_same: bool = True, is_focused: bool = True) -> None:
    """A question is shown, in the document of before, with its address, title and focus."""
    expect(page.get_by_text(f"Question {slot} of 3")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/questions/{slot}/$"))
    expect(page).to_have_title(re.compile(f"^Question {slot} ·"))
    if is_focused:
        expect(page.locator(".question .stem")).to_be_focused()
    expect(page.locator("[data-dot].here")).to_have_text(str(slot))
    expect(page.locator("[aria-current=step]")).to_have_text(str(slot))
    assert bool(page.evaluate("window.isTheSame")) == is_same


def test_a_turned_page_has_all_that_a_loaded_one_has(page: Page, attempt: Attempt) -> None:
    acts.choose(page, "The Security Council")
    turn(page)
    expect_question(page, 2)
    acts.wait_until(page, lambda: acts.answer(attempt, 1).response == 1)
    expect(page.get_by_role("button", name="Question 1, answered")).to_be_visible()
    expect(page.locator("[data-announce]")).to_have_text(re.compile("^Question 2 ·"))
    page.locator(".move-down").first.click()  # the script of this type came with it
    acts.expect_saved(page, 2)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Flagged", exact=True)).to_have_attribute("aria-pressed", "true")

    turn(page)
    expect_question(page, 3)
    page.get_by_role("textbox").fill("DPO")
    page.go_back()
    expect_question(page, 2)
    expect(page.get_by_role("button", name="Flagged", exact=True)).to_be_visible()
    acts.wait_until(page, lambda: acts.answer(attempt, 3).response == "DPO")
    page.go_back()
    expect_question(page, 1)
    expect(acts.option(page, "The Security Council")).to_be_checked()
    page.go_forward()
    page.go_forward()
    expect_question(page, 3)
    expect(page.get_by_role("textbox")).to_have_value("DPO")
    expect(page.locator("[data-counts]")).to_have_text("3 answered, 1 flagged, 0 to go")

    page.reload()
    expect_question(page, 3, is_same=False)
    page.get_by_role("button", name="Question 1, answered").click()
    expect(acts.option(page, "The Security Council")).to_be_checked()


def test_a_turned_page_is_accessible_and_its_clock_goes_on(page: Page) -> None:
    clock = page.locator("[data-clock]")
    before = seconds(clock.inner_text())
    open_menu(page).get_by_role("button", name="Hide timer").click()
    expect(clock).to_have_text("")
    turn(page)
    expect_question(page, 2)
    expect_clean(page, narrow=True)
    expect_question(page, 2)
    open_menu(page).get_by_role("button", name="Show timer").click()
    assert before - 300 < seconds(clock.inner_text()) <= before
    page.go_back()
    expect_question(page, 1)
    expect_clean(page, narrow=True)
    assert before - 300 < seconds(clock.inner_text()) <= before


def test_a_page_is_turned_while_its_choice_is_still_on_the_way(page: Page, attempt: Attempt) -> None:
    saves: list[Route] = []
    page.route(SAVE, lambda route: saves.append(route))
    acts.choose(page, "The Security Council")
    turn(page)
    expect_question(page, 2)
    expect(page.get_by_role("button", name="Question 1, not saved yet")).to_be_visible()
    assert kept(page) == [{"choice": ["1"]}]
    acts.wait_until(page, lambda: bool(saves))
    saves[0].continue_()
    expect(page.get_by_role("button", name="Question 1, answered")).to_be_visible()
    expect(page.locator("[data-announce]")).to_have_text(re.compile("^Question 2 ·"))  # not drowned by "Saved"
    assert kept(page) == []
    assert acts.answer(attempt, 1).response == 1


def test_a_choice_that_does_not_arrive_after_its_page_was_turned_is_marked_and_sent_again(
    page: Page, attempt: Attempt, watch: Watch
) -> None:
    watch.allow("503", "ERR_FAILED")
    page.route(SAVE, lambda route: route.fulfill(status=503, content_type="application/json", body="{}"))
    acts.choose(page, "The Security Council")
    turn(page)
    expect_question(page, 2)
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    expect(page.get_by_role("button", name="Question 1, not saved yet")).to_be_visible()
    page.go_back()
    expect_question(page, 1)
    expect(acts.option(page, "The Security Council")).to_be_checked()
    expect(acts.state(page)).to_have_text("Not saved yet. Retrying…")
    page.reload()  # and it survives one
    expect(acts.option(page, "The Security Council")).to_be_checked()
    page.unroute(SAVE)
    acts.expect_saved(page)
    assert acts.answer(attempt, 1).response == 1
    assert kept(page) == []


def test_a_choice_that_another_device_overtook_is_asked_about_after_its_page_was_turned(
    page: Page, learner: User, attempt: Attempt
) -> None:
    saving.save(attempt.pk, learner, slot=1, fields={"choice": ["0"]}, revision=1, now=datetime.now(UTC))
    acts.choose(page, "The Security Council")
    turn(page)
    expect_question(page, 2, is_focused=False)
    box = page.locator(".conflict:visible")
    expect(box).to_contain_text("Question 1: This answer was changed in another tab or on another device")
    turn(page)
    expect(page.locator("[data-notice]")).to_have_text("Choose which answer to keep first.")
    box.get_by_role("button", name="Keep this one").click()
    acts.wait_until(page, lambda: acts.answer(attempt, 1).response == 1)
    turn(page)
    expect_question(page, 3)


def test_a_page_is_fetched_once_for_each_time_it_is_read(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(re.compile(r"/questions/3/$")):
        turn(page)
    expect_question(page, 2)
    turn(page)
    expect_question(page, 3)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "/questions/" in url] == [page.url]


def test_an_answer_changed_on_another_device_after_its_page_was_fetched_is_not_overwritten(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner)
    acts.stop_clock(page)  # a page that was fetched long ago is looked at again
    acts.open_question(page, attempt, 2)
    page.evaluate("window.isTheSame = true")
    with page.expect_response(re.compile(r"/questions/3/$")):
        page.clock.run_for(1_000)
    saving.save(attempt.pk, learner, slot=3, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    turn(page)
    expect_question(page, 3)
    page.get_by_role("textbox").fill("DPO")
    page.clock.run_for(1_000)
    expect(page.locator("[data-conflict]")).to_contain_text("DPPA")
    assert acts.answer(attempt, 3).response == "DPPA"


def test_a_page_that_was_fetched_long_ago_shows_what_was_answered_since(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner)
    page.clock.install()
    acts.open_question(page, attempt, 2)
    with page.expect_response(re.compile(r"/questions/3/$")):
        page.clock.run_for(1_000)
    saving.save(attempt.pk, learner, slot=3, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    page.clock.run_for(6_000)
    turn(page)
    expect(page.get_by_role("textbox")).to_have_value("DPPA")


def test_without_a_connection_the_page_stays_and_loses_nothing(page: Page, attempt: Attempt, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page.route(re.compile(r"/(save/|questions/1/)$"), lambda route: route.abort())
    turn(page)
    expect_question(page, 2)
    page.locator(".move-down").first.click()
    page.go_back()
    expect(page.locator("[data-notice]")).to_contain_text("Can't load the next page yet.")
    expect(page).to_have_url(re.compile("/questions/2/$"))
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    page.unroute_all()
    acts.expect_saved(page, 2)
    page.go_back()
    expect_question(page, 1)


def test_a_page_whose_script_did_not_come_is_loaded_by_the_browser(
    enter: Enter, learner: User, attempt: Attempt, watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = enter(learner)
    page.route("**/ordering*.js", lambda route: route.abort())
    with page.expect_request("**/ordering*.js"):
        acts.open_question(page, attempt)
    page.evaluate("window.isTheSame = true")
    turn(page)
    expect_question(page, 2, is_same=False)


def test_without_a_way_back_no_question_is_fetched_before_the_one_before_it_is_left(
    enter: Enter, learner: User
) -> None:
    quiz = samples.quiz("single_choice", "ordering", "short_answer", navigation="sequential")
    attempt: Attempt = acts.started(learner, quiz, now=datetime.now(UTC))
    page = enter(learner)
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.url))
    acts.open_question(page, attempt)
    acts.choose(page, "The Security Council")
    acts.expect_saved(page)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/questions/2/" in url]
    turn(page)
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
