"""What the queue of answers does when storage, replies or the browser itself are not what they should be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from quizzes.models import Attempt, User
from quizzes.services import attempts, deadlines
from tests import factories, saving
from tests.browser import acts, samples
from tests.browser.test_saving import SAVE, STATE, kept, text_field
from tests.browser.watching import Watch

Enter = Callable[..., Page]
NO_ROOM = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
)
SAYS_OFFLINE = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false });"
IMPATIENT = "AbortSignal.timeout = ((usual) => (ms) => usual.call(AbortSignal, ms / 20))(AbortSignal.timeout);"
HIDDEN = """Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'hidden' });
document.dispatchEvent(new Event('visibilitychange'));"""
SHOWN_AGAIN = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


@pytest.fixture
def attempt(learner: User) -> Attempt:
    """A choice and a short answer, under way."""
    return acts.started(learner, samples.quiz("single_choice", "short_answer", time_limit=30), now=datetime.now(UTC))


@pytest.fixture
def open_page(enter: Enter, learner: User, attempt: Attempt) -> Callable[..., Page]:
    """open_page(*scripts): both questions on one page, in a browser that runs the scripts first."""

    def open_with(*scripts: str) -> Page:
        page = enter(learner)
        for script in scripts:
            page.add_init_script(script)
        page.goto(f"/attempts/{attempt.pk}/all/")
        return page

    return open_with


@pytest.mark.parametrize("script", [NO_ROOM, NO_STORAGE], ids=["full", "denied"])
def test_without_room_to_keep_answers_they_are_saved_all_the_same(
    open_page: Callable[..., Page], attempt: Attempt, script: str
) -> None:
    page = open_page(script)
    acts.choose(page, "The Security Council")
    text_field(page).fill("DPO")
    acts.expect_saved(page, 1)
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"


def test_an_answer_that_only_the_page_holds_is_not_left_without_a_question(
    open_page: Callable[..., Page], attempt: Attempt
) -> None:
    page = open_page(NO_ROOM)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.route(SAVE, lambda route: route.abort())
    text_field(page).press_sequentially("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    page.evaluate("setTimeout(() => location.assign('/quizzes/'))")
    acts.wait_until(page, lambda: asked == ["beforeunload"])
    page.unroute(SAVE)
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"


def test_what_nobody_understands_in_the_storage_stops_no_answer_that_waits(
    open_page: Callable[..., Page], attempt: Attempt, learner: User
) -> None:
    kept_by_nobody = ["{oops", "null", "7", "[]", '{"answer": {"text": "DPO"}}', '{"answer": {"text": [1]}}']
    entries = dict(zip([1, *range(3, 8)], kept_by_nobody, strict=True))
    entries[2] = json.dumps({"answer": {"text": ["DPO"]}, "revision": 0, "tried": []})
    page = open_page(
        f"if (!sessionStorage.planted) for (const [slot, text] of Object.entries({json.dumps(entries)}))"
        f" localStorage.setItem('quizsite:attempt:{attempt.pk}:{learner.pk}:' + slot, text); sessionStorage.planted = 1;"
    )
    acts.expect_saved(page, 2)
    acts.choose(page, "The Security Council")
    acts.expect_saved(page, 1)
    assert (acts.answer(attempt, 1).response, acts.answer(attempt, 2).response) == (1, "DPO")


def test_a_question_about_the_state_that_is_never_answered_is_given_up(
    open_page: Callable[..., Page], attempt: Attempt
) -> None:
    page = open_page(IMPATIENT)
    asked: list[Route] = []

    def hold_the_first(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route(STATE, hold_the_first)
    page.context.clear_cookies(name="csrftoken")
    text_field(page).fill("DPO")  # needs a new token, which comes with the state
    acts.expect_saved(page, 2)
    assert len(asked) == 2


def test_a_page_that_comes_back_from_the_browsers_memory_shows_what_was_answered_since(
    open_page: Callable[..., Page], attempt: Attempt, learner: User
) -> None:
    page = open_page()
    text_field(page).fill("DPO")
    acts.expect_saved(page, 2)
    saving.save(attempt.pk, learner, slot=2, fields={"text": ["DPPA"]}, revision=2, now=datetime.now(UTC))
    page.evaluate(SHOWN_AGAIN)
    expect(text_field(page)).to_have_value("DPPA")


def test_a_browser_that_wrongly_says_offline_lets_one_go_on(open_page: Callable[..., Page], attempt: Attempt) -> None:
    page = open_page(SAYS_OFFLINE)
    text_field(page).fill("DPO")
    acts.expect_saved(page, 2)
    page.get_by_role("button", name="Save and review").click()
    expect(page.get_by_role("heading", name="Ready to submit?")).to_be_visible()


def test_what_was_just_typed_is_kept_when_the_page_is_hidden(open_page: Callable[..., Page], attempt: Attempt) -> None:
    page = open_page()
    acts.stop_clock(page)
    page.reload()
    page.route(SAVE, lambda route: route.abort())
    text_field(page).fill("DPO")  # and no timer has run since
    page.evaluate(HIDDEN)
    assert kept(page) == [{"text": ["DPO"]}]


def test_somebody_who_types_without_a_pause_is_saved_all_the_same(
    open_page: Callable[..., Page], attempt: Attempt
) -> None:
    page = open_page()
    acts.stop_clock(page)
    page.reload()
    for _letter in range(15):
        text_field(page).press("x")
        page.clock.run_for(500)  # less than the pause that is waited for
    acts.wait_until(page, lambda: bool(acts.saves(attempt, 2)))


def test_a_request_too_large_for_a_proxy_is_told_and_not_sent_for_ever(
    open_page: Callable[..., Page], attempt: Attempt
) -> None:
    page = open_page()
    page.route(SAVE, lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>Too large</h1>"))
    text_field(page).fill("DPO")
    expect(acts.state(page, 2)).to_have_text("Not saved: The answer is too long to send.")
    assert kept(page) == []


def test_a_server_that_asks_for_a_pause_gets_it(open_page: Callable[..., Page], attempt: Attempt, watch: Watch) -> None:
    watch.allow("503")
    page = open_page()
    acts.stop_clock(page)
    page.reload()
    tries: list[Route] = []
    busy = {"status": 503, "content_type": "application/json", "body": "{}", "headers": {"Retry-After": "30"}}

    def refuse(route: Route) -> None:
        tries.append(route)
        route.fulfill(**busy)

    page.route(SAVE, refuse)
    text_field(page).fill("DPO")
    page.clock.run_for(1_000)
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    with page.expect_response(STATE):
        page.evaluate("dispatchEvent(new Event('focus'))")  # the server answers this one
    page.clock.run_for(25_000)
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    assert len(tries) == 1
    page.unroute(SAVE)
    page.clock.run_for(10_000)
    acts.expect_saved(page, 2)


def test_answers_that_waited_beyond_the_end_are_named_on_the_result_and_sent_if_it_is_opened_again(
    open_page: Callable[..., Page], attempt: Attempt, learner: User
) -> None:
    page = open_page()
    acts.choose(page, "The Security Council")
    acts.expect_saved(page, 1)
    page.route(SAVE, lambda route: route.abort())
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    attempts.submit(Attempt.objects.get(pk=attempt.pk), now=datetime.now(UTC))
    page.unroute(SAVE)
    page.goto(f"/attempts/{attempt.pk}/result/")
    note = page.locator("[data-leftovers]")
    expect(note).to_contain_text("These answers came too late and don't count")
    expect(note.get_by_role("listitem")).to_have_text(re.compile("^Question 2: DPO$"))
    boss, row = factories.user("boss", is_staff=True), Attempt.objects.get(pk=attempt.pk)
    deadlines.reopen(row, due_at=None, reason="no network", actor=boss, now=datetime.now(UTC))
    page.goto(f"/attempts/{attempt.pk}/all/")
    acts.expect_saved(page, 2)
    assert acts.answer(attempt, 2).response == "DPO"


def test_an_answer_that_another_device_overtook_is_kept_by_the_result_for_the_person_to_choose(
    open_page: Callable[..., Page], attempt: Attempt, learner: User
) -> None:
    page = open_page()
    page.route(SAVE, lambda route: route.abort())
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    row = attempts.submit(Attempt.objects.get(pk=attempt.pk), now=datetime.now(UTC))
    page.unroute(SAVE)
    page.goto(f"/attempts/{attempt.pk}/result/")
    expect(page.locator("[data-leftovers]")).to_be_visible()

    def reopened_and_answered_elsewhere(route: Route) -> None:
        boss = factories.user("boss", is_staff=True)
        deadlines.reopen(row, due_at=None, reason="no network", actor=boss, now=datetime.now(UTC))
        saving.save(attempt.pk, learner, slot=2, fields={"text": ["DPPA"]}, revision=5, now=datetime.now(UTC))
        route.continue_()

    page.route(SAVE, reopened_and_answered_elsewhere, times=1)
    with page.expect_response(SAVE) as refusal:
        page.reload()
    assert refusal.value.status == 409
    page.goto(f"/attempts/{attempt.pk}/all/")
    expect(page.locator("[data-conflict]:visible")).to_contain_text("DPPA")
    assert kept(page) == [{"text": ["DPO"]}]


def test_an_answer_whose_reply_was_lost_is_not_named_as_late(
    open_page: Callable[..., Page], attempt: Attempt, learner: User
) -> None:
    page = open_page()
    page.route(SAVE, lambda route: (route.fetch(), route.abort()))
    text_field(page).fill("DPO")
    expect(acts.banner(page)).to_contain_text("1 answer waiting.")
    attempts.submit(Attempt.objects.get(pk=attempt.pk), now=datetime.now(UTC))
    page.unroute(SAVE)
    page.goto(f"/attempts/{attempt.pk}/result/")
    acts.wait_until(page, lambda: not kept(page))
    expect(page.locator("[data-leftovers]")).to_be_hidden()
