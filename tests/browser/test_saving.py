"""Answers reach the server once, whatever the connection does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from quizzes.models import Attempt, User
from tests import factories, saving
from tests.browser import acts, samples
from tests.browser.conftest import log_in
from tests.browser.watching import Watch

Enter = Callable[..., Page]
SAVE, STATE = re.compile(r"/save/$"), re.compile(r"/state/$")


@pytest.fixture
def attempt(learner: User) -> Attempt:
    """A choice and a short answer, under way."""
    quiz = samples.quiz("single_choice", "short_answer", time_limit=30)
    return acts.started(learner, quiz, now=datetime.now(UTC))


@pytest.fixture
def page(enter: Enter, learner: User, attempt: Attempt) -> Page:
    """The page with both questions, in the learner's browser."""
    page = enter(learner)
    page.goto(f"/attempts/{attempt.pk}/all/")
    return page


def text_field(page: Page) -> Any:
    return page.get_by_role("textbox")


def kept(page: Page) -> list[Any]:
    """The answers that wait in the storage of the browser."""
    entries = page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('quizsite:attempt:'))")
    return [json.loads(value)["answer"] for _name, value in sorted(entries)]


def test_what_is_typed_while_a_save_is_under_way_is_saved_after_it(page: Page, attempt: Attempt) -> None:
    held: list[Route] = []
    page.route(SAVE, lambda route: held.append(route))
    text_field(page).fill("D")
    acts.wait_until(page, lambda: len(held) == 1)
    text_field(page).fill("DPO")
    acts.wait_until(page, lambda: kept(page) == [{"text": ["DPO"]}])
    held[0].continue_()
    acts.wait_until(page, lambda: len(held) == 2)
    held[1].continue_()
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"
    assert acts.answer(attempt, 2).revision == 2
    assert kept(page) == []


def test_nothing_is_called_saved_while_more_has_been_typed(page: Page, attempt: Attempt) -> None:
    acts.stop_clock(page)
    page.reload()
    held: list[Route] = []
    page.route(SAVE, lambda route: held.append(route))
    text_field(page).fill("D")
    page.clock.run_for(1_000)
    acts.wait_until(page, lambda: len(held) == 1)
    text_field(page).fill("DPO")
    with page.expect_response(SAVE):
        held[0].continue_()
    acts.wait_until(page, lambda: not kept(page))  # the page knows that "D" is saved
    expect(acts.state(page, 2)).to_have_text("Saving…")
    page.clock.run_for(1_000)
    acts.wait_until(page, lambda: len(held) == 2)
    held[1].continue_()
    acts.expect_saved(page, 2)


def test_leaving_a_field_unchanged_saves_nothing_again(page: Page, attempt: Attempt) -> None:
    text_field(page).fill("DPO")
    acts.expect_saved(page, 2)
    text_field(page).press("Tab")
    acts.choose(page, "The Security Council")
    acts.expect_saved(page, 1)
    assert acts.saves(attempt, 2) == 1


@pytest.mark.smoke
def test_offline_one_goes_on_and_all_is_sent_on_return(page: Page, attempt: Attempt, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    expect(acts.banner(page)).to_contain_text("You're offline.")
    acts.choose(page, "The Security Council")
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("You're offline. 2 answers saved on this device")
    expect(acts.state(page, 1)).to_have_text("Not saved yet. Retrying…")
    assert len(kept(page)) == 2
    assert acts.saves(attempt, 1) == 0

    page.context.set_offline(False)
    expect(acts.banner(page)).to_be_hidden()
    acts.expect_saved(page, 1)
    acts.expect_saved(page, 2)
    assert (acts.answer(attempt, 1).response, acts.answer(attempt, 2).response) == (1, "DPO")
    assert (acts.saves(attempt, 1), acts.saves(attempt, 2)) == (1, 1)
    assert kept(page) == []


def test_sixty_seconds_offline_lose_nothing(enter: Enter, learner: User, attempt: Attempt, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = enter(learner)
    page.clock.install()
    page.goto(f"/attempts/{attempt.pk}/all/")
    page.context.set_offline(True)
    for second in range(6):
        text_field(page).fill("DPO"[: 1 + second % 3])
        page.clock.run_for(10_000)
    expect(acts.banner(page)).to_contain_text("You're offline. 1 answer saved on this device")
    page.context.set_offline(False)
    page.clock.run_for(1_000)
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"
    assert acts.saves(attempt, 2) == 1


def test_a_reload_while_offline_keeps_the_answers_for_the_next_page(page: Page, attempt: Attempt, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("You're offline. 1 answer saved on this device")
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    page.context.set_offline(False)
    acts.open_question(page, attempt, 1)  # another question: the waiting answer needs no page of its own
    acts.wait_until(page, lambda: not kept(page))
    assert acts.answer(attempt, 2).response == "DPO"


def test_a_kept_answer_comes_back_into_its_field(page: Page, attempt: Attempt) -> None:
    page.route(SAVE, lambda route: route.abort())
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    page.reload()
    expect(text_field(page)).to_have_value("DPO")
    page.unroute(SAVE)
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"


def test_leaving_at_once_still_sends_the_last_answer(page: Page, attempt: Attempt) -> None:
    text_field(page).fill("DPO")
    page.goto("/quizzes/")
    acts.wait_until(page, lambda: acts.answer(attempt, 2).response == "DPO")


def test_a_server_that_is_down_is_tried_again_and_gets_the_answer_once(
    page: Page, attempt: Attempt, watch: Watch
) -> None:
    watch.allow("503")
    down = {"status": 503, "content_type": "application/json", "body": "{}", "headers": {"Retry-After": "0"}}
    tries: list[str] = []
    page.route(SAVE, lambda route: (tries.append(route.request.url), route.fulfill(**down))[1])
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("Can't reach the server. Retrying…")
    acts.wait_until(page, lambda: len(tries) > 1)
    page.unroute(SAVE)
    acts.expect_saved(page, 2)
    expect(acts.banner(page)).to_be_hidden()
    assert acts.answer(attempt, 2).response == "DPO"
    assert acts.saves(attempt, 2) == 1


def test_a_reply_of_something_in_between_is_not_taken_for_an_acknowledgement(page: Page, attempt: Attempt) -> None:
    page.route(SAVE, lambda route: route.fulfill(status=200, content_type="text/html", body="<p>Accept our terms</p>"))
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    expect(acts.state(page, 2)).to_have_text("Not saved yet. Retrying…")
    page.unroute(SAVE)
    acts.expect_saved(page, 2)


def lose_reply(route: Route) -> None:
    route.fetch()  # the server gets it and saves
    route.abort()


@pytest.mark.parametrize("typed_later", ["", "DPO, I think"])
def test_a_lost_reply_is_no_conflict(page: Page, attempt: Attempt, typed_later: str) -> None:
    page.route(SAVE, lose_reply)
    text_field(page).fill("DPO ")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    assert acts.answer(attempt, 2).response == "DPO"
    if typed_later:
        text_field(page).fill(typed_later)
    page.unroute(SAVE)
    acts.expect_saved(page, 2)
    expect(page.locator("[data-conflict]").nth(1)).to_be_hidden()
    assert acts.answer(attempt, 2).response == (typed_later or "DPO")
    assert acts.saves(attempt, 2) == (2 if typed_later else 1)


@pytest.mark.parametrize(
    ("choice", "kept_answer"),
    [("Use that answer", "DPPA"), pytest.param("Keep this one", "DPO", marks=pytest.mark.smoke)],
)
def test_a_tab_that_was_overtaken_is_told_and_asks_which_answer_counts(
    page: Page, enter: Enter, learner: User, attempt: Attempt, choice: str, kept_answer: str
) -> None:
    phone = enter(learner, viewport={"width": 390, "height": 844})
    acts.open_question(phone, attempt, 2)
    text_field(phone).fill("DPPA")
    acts.expect_saved(phone)

    text_field(page).fill("DPO")
    box = page.locator("[data-conflict]").nth(1)
    expect(box).to_contain_text("This answer was changed in another tab or on another device")
    expect(box).to_contain_text("DPPA")
    assert acts.answer(attempt, 2).response == "DPPA"
    box.get_by_role("button", name=choice).click()
    acts.expect_saved(page, 2)
    expect(box).to_be_hidden()
    expect(text_field(page)).to_have_value(kept_answer)
    assert acts.answer(attempt, 2).response == kept_answer
    assert kept(page) == []


def test_nobody_leaves_a_page_with_an_open_conflict_unawares(page: Page, learner: User, attempt: Attempt) -> None:
    saving.save(attempt.pk, learner, slot=2, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    text_field(page).fill("DPO")
    expect(page.get_by_role("button", name="Keep this one")).to_be_visible()
    page.get_by_role("button", name="Save and review").click()
    expect(page.locator("[data-notice]")).to_have_text("Choose which answer to keep first.")
    expect(page.get_by_role("button", name="Use that answer")).to_be_focused()


def test_a_conflict_of_another_page_is_settled_before_submitting(page: Page, learner: User, attempt: Attempt) -> None:
    page.route(SAVE, lambda route: route.abort())
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    saving.save(attempt.pk, learner, slot=2, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    page.goto(f"/attempts/{attempt.pk}/summary/")
    page.unroute(SAVE)
    box = page.locator("#attempt > .conflict")
    expect(box).to_contain_text("Question 2: This answer was changed in another tab")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("[data-notice]")).to_have_text("Choose which answer to keep first.")
    box.get_by_role("button", name="Keep this one").click()
    acts.wait_until(page, lambda: not kept(page))
    assert acts.answer(attempt, 2).response == "DPO"


def test_an_ended_session_keeps_the_answers_until_the_log_in(
    page: Page, learner: User, attempt: Attempt, server: str
) -> None:
    learner.set_password("a very long sentence 9")
    learner.save()
    text_field(page).fill("DPO")  # the change of the password has ended the session
    expect(acts.banner(page)).to_contain_text("You're logged out. Your answers are saved on this device")
    assert acts.saves(attempt, 2) == 0
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in a new tab").click()
    form = opened.value
    form.get_by_label("User name or e-mail").fill("learner")
    form.get_by_label("Password").fill("a very long sentence 9")
    form.get_by_role("button", name="Log in").click()
    form.wait_for_url(re.compile(r"/attempts/\d+/"))
    form.close()
    page.bring_to_front()
    acts.expect_saved(page, 2)
    expect(acts.banner(page)).to_be_hidden()
    assert acts.answer(attempt, 2).response == "DPO"
    page.get_by_role("button", name="Save and review").click()  # with the token of the new session
    expect(page.get_by_role("heading", name="Ready to submit?")).to_be_visible()


def test_another_account_in_the_same_browser_gets_nothing_and_loses_nothing(
    page: Page, attempt: Attempt, server: str, watch: Watch
) -> None:
    watch.allow("404")
    log_in(page.context, factories.user("sister"), server)
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("You're logged in with another account.")
    assert len(kept(page)) == 1
    log_in(page.context, attempt.learner, server)
    acts.expect_saved(page, 2)
    assert Session.objects.count() == 3


def test_a_rotated_token_is_renewed_without_a_word(page: Page, attempt: Attempt) -> None:
    page.context.clear_cookies(name="csrftoken")
    text_field(page).fill("DPO")
    acts.expect_saved(page, 2)
    assert acts.saves(attempt, 2) == 1
    page.context.clear_cookies(name="csrftoken")
    text_field(page).fill("DPKO")
    acts.wait_until(page, lambda: acts.answer(attempt, 2).response == "DPKO")


def test_an_answer_the_server_refuses_is_told_and_not_retried(page: Page, attempt: Attempt) -> None:
    page.evaluate("document.querySelector('[name=q1-choice]').value = '7'")
    page.get_by_role("radio").first.check()
    expect(acts.state(page, 1)).to_contain_text("Not saved:")
    assert kept(page) == []
    assert acts.answer(attempt, 1).response is None


def test_an_answer_given_before_the_script_runs_is_saved_when_it_does(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner)
    held: list[Route] = []
    page.route("**/attempt*.js", lambda route: held.append(route))
    page.goto(f"/attempts/{attempt.pk}/all/", wait_until="commit")
    acts.choose(page, "The Security Council")
    acts.wait_until(page, lambda: bool(held))
    held[0].continue_()
    acts.expect_saved(page, 1)
    assert acts.answer(attempt, 1).response == 1


def test_with_the_script_blocked_the_plain_form_saves(enter: Enter, learner: User, attempt: Attempt) -> None:
    page = enter(learner)
    page.route("**/attempt*.js", lambda route: route.abort())
    page.goto(f"/attempts/{attempt.pk}/all/")
    acts.choose(page, "The Security Council")
    text_field(page).fill("DPO")
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_text("Every question is answered.")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("2 of 2 points")).to_be_visible()


def test_without_scripts_an_answer_that_was_overtaken_is_shown_beside_the_other(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner, java_script_enabled=False)
    acts.open_question(page, attempt, 2)
    saving.save(attempt.pk, learner, slot=2, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    text_field(page).fill("DPO")
    page.locator(".turn").get_by_role("button", name="Review and submit").click()
    expect(page.get_by_role("alert")).to_contain_text("You entered: DPO")
    expect(text_field(page)).to_have_value("DPPA")


def test_two_tabs_of_one_browser_keep_their_waiting_answers_apart(page: Page, attempt: Attempt) -> None:
    other = page.context.new_page()
    other.goto(f"/attempts/{attempt.pk}/all/")
    other.route(SAVE, lambda route: route.abort())
    text_field(other).fill("DPO")
    expect(acts.banner(other)).to_contain_text("1 answer waiting.")
    acts.choose(page, "The Security Council")
    acts.expect_saved(page, 1)
    assert kept(other) == [{"text": ["DPO"]}]
