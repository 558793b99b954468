"""The countdown, the warnings and the end, as the server's clock has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, User
from quizzes.services import deadlines
from tests.browser import acts, samples
from tests.browser.watching import Watch

Enter = Callable[..., Page]
SHIFTED = """(() => { const Real = Date, by = %d; class Shifted extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + by); }
  static now() { return Real.now() + by; } } window.Date = Shifted; })()"""


@pytest.fixture
def attempt(learner: User) -> Attempt:
    return acts.started(learner, samples.quiz("short_answer", "true_false", time_limit=30), now=datetime.now(UTC))


def face(page: Page) -> str:
    return page.locator("[data-clock]").inner_text()


def seconds(text: str) -> int:
    """12:34 in seconds."""
    minutes, rest = text.split(":")
    return int(minutes) * 60 + int(rest)


def left(attempt: Attempt) -> float:
    due_at = Attempt.objects.values_list("due_at", flat=True).get(pk=attempt.pk)
    assert due_at is not None
    return (due_at - datetime.now(UTC)).total_seconds()


def is_right(page: Page, attempt: Attempt) -> bool:
    """Whether the countdown is within a second of the truth, besides the started second that it shows as a whole one."""
    before = left(attempt)
    shown = seconds(face(page))
    return left(attempt) - 1 <= shown <= before + 1 + 1


def asleep(page: Page, milliseconds: int) -> None:
    """The device sleeps: its clocks go on, its timers do not."""
    page.clock.fast_forward(milliseconds)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_device_clock_an_hour_wrong_changes_nothing(
    enter: Enter, learner: User, attempt: Attempt, hours: int
) -> None:
    page = enter(learner)
    page.add_init_script(SHIFTED % (hours * 3_600_000))
    acts.open_question(page, attempt)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    acts.wait_until(page, lambda: is_right(page, attempt))
    page.get_by_role("textbox").fill("DPO")
    acts.expect_saved(page)
    acts.wait_until(page, lambda: is_right(page, attempt))


def test_setting_the_device_clock_in_the_middle_changes_nothing(enter: Enter, learner: User, attempt: Attempt) -> None:
    page = enter(learner)
    acts.open_question(page, attempt)
    with page.expect_response(re.compile("/state/$")):  # the page asks the server whether it slept
        page.evaluate("Date.now = (real => () => real() + 3600000)(Date.now)")
    expect(page.locator("[data-notice]")).to_be_hidden()
    acts.wait_until(page, lambda: is_right(page, attempt))


def test_time_granted_in_the_middle_grows_the_countdown_without_a_reload(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner)
    page.clock.install()
    acts.open_question(page, attempt)
    now = datetime.now(UTC)
    deadlines.extend(attempt, due_at=now + timedelta(minutes=50), reason="a fire drill", actor=learner, now=now)
    page.clock.run_for(21_000)  # the page asks every 20 seconds
    expect(page.locator("[data-notice]")).to_have_text(re.compile(r"^You have more time now: (50:00|49:\d\d) left\.$"))
    assert seconds(face(page)) > 49 * 60


def test_a_deadline_that_is_lifted_takes_the_clock_away(enter: Enter, learner: User, attempt: Attempt) -> None:
    page = enter(learner)
    page.clock.install()
    acts.open_question(page, attempt)
    now = datetime.now(UTC)
    deadlines.extend(attempt, due_at=None, reason="untimed", actor=learner, now=now)
    page.clock.run_for(21_000)
    expect(page.locator("[data-notice]")).to_contain_text("there is no deadline any more")
    expect(page.locator("[data-clock]")).to_have_text("")


def test_five_minutes_before_the_end_are_told_once(
    enter: Enter, learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter(learner)
    page.clock.install()
    acts.move_deadline(attempt, datetime.now(UTC), seconds=360)
    acts.open_question(page, attempt)
    notice, announced = page.locator("[data-notice]"), page.locator("[data-announce]")
    expect(notice).to_be_hidden()
    acts.time_passes(page, monkeypatch, 61)
    expect(notice).to_have_text("5 minutes left.")
    expect(announced).to_have_text("5 minutes left.")
    acts.time_passes(page, monkeypatch, 31)
    expect(notice).to_be_hidden()


def test_a_hidden_clock_stays_hidden_on_the_next_page_until_the_last_minute(
    enter: Enter, learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter(learner)
    page.clock.install()
    acts.open_question(page, attempt)
    page.locator(".timer summary").click()
    page.get_by_role("button", name="Hide timer").click()
    expect(page.locator("[data-clock]")).to_have_text("")
    acts.open_question(page, attempt, 2)
    page.locator(".timer summary").click()
    expect(page.get_by_role("button", name="Show timer")).to_be_visible()
    expect(page.locator("[data-clock]")).to_have_text("")
    acts.move_deadline(attempt, datetime.now(UTC), seconds=110)
    with page.expect_response(re.compile("/state/$")):
        acts.time_passes(page, monkeypatch, 21)
    expect(page.locator("[data-clock]")).to_have_text("")
    acts.time_passes(page, monkeypatch, 30)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^0:\d\d$"))
    expect(page.locator("[data-notice]")).to_have_text("1 minute left.")
    expect(page.locator("[data-hide-clock]")).to_be_hidden()  # what it says would not be done


def test_when_time_is_over_the_last_answer_is_sent_and_the_result_comes(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner)
    acts.open_question(page, attempt)
    page.get_by_role("textbox").press_sequentially("DP")
    acts.expect_saved(page)
    acts.move_deadline(attempt, datetime.now(UTC), seconds=3)
    page.evaluate("dispatchEvent(new Event('focus'))")  # the page asks how long it has
    page.get_by_role("textbox").press_sequentially("O")
    expect(page.locator("[data-notice]")).to_have_text("Time's up. Submitting your answers…")
    expect(page.get_by_role("textbox")).to_be_disabled()
    page.wait_for_url(re.compile("/result/$"), timeout=15_000)
    expect(page.get_by_text("Time ran out on")).to_be_visible()
    attempt.refresh_from_db()
    assert attempt.closed_by == "deadline"
    assert attempt.submitted_at == attempt.due_at
    assert acts.answer(attempt).response == "DPO"


@pytest.mark.smoke
def test_waking_after_the_deadline_leads_to_the_result(enter: Enter, learner: User, attempt: Attempt) -> None:
    page = enter(learner)
    page.clock.install()
    acts.open_question(page, attempt)
    page.get_by_role("textbox").fill("DPO")
    page.clock.run_for(2_000)
    acts.expect_saved(page)
    acts.move_deadline(attempt, datetime.now(UTC), minutes=-5)
    asleep(page, 20 * 60_000)
    page.clock.run_for(2_000)
    expect(acts.banner(page)).to_contain_text(re.compile(r"Time ran out at .*, and your saved answers were submitted."))
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_text("1 of 2 points")).to_be_visible()


def test_answers_that_come_after_the_end_are_listed_as_not_counted(
    enter: Enter, learner: User, attempt: Attempt, watch: Watch
) -> None:
    page = enter(learner)
    page.goto(f"/attempts/{attempt.pk}/all/")
    page.context.set_offline(True)
    page.get_by_role("textbox").fill("DPO")
    expect(acts.banner(page)).to_contain_text("You're offline. 1 answer saved on this device")
    acts.move_deadline(attempt, datetime.now(UTC), seconds=-10)
    page.context.set_offline(False)
    expect(acts.banner(page)).to_contain_text("These answers came too late and don't count:")
    expect(acts.banner(page).get_by_role("listitem")).to_have_text([f"Question 1: {samples.STEMS['short_answer']}"])
    expect(page.get_by_role("textbox")).to_be_disabled()
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_text("0 of 2 points")).to_be_visible()
    expect(page.locator("[data-leftovers]").get_by_role("listitem")).to_have_text(["Question 1: DPO"])
    assert acts.answer(attempt).response is None
    row = Attempt.objects.get(pk=attempt.pk)
    deadlines.reopen(row, due_at=None, reason="no network", actor=learner, now=datetime.now(UTC))
    page.goto(f"/attempts/{attempt.pk}/all/")
    acts.expect_saved(page, 1)
    assert acts.answer(attempt).response == "DPO"


def test_offline_at_the_end_nobody_is_told_to_go_on(enter: Enter, learner: User, attempt: Attempt) -> None:
    page = enter(learner)
    page.clock.install()
    acts.move_deadline(attempt, datetime.now(UTC), seconds=30)
    acts.open_question(page, attempt)
    page.context.set_offline(True)
    page.get_by_role("textbox").fill("DPO")
    expect(acts.banner(page)).to_contain_text("keep answering on this page")
    page.clock.run_for(32_000)
    expect(acts.banner(page)).to_have_text(re.compile("^1 answer waiting, no connection. .* in time.$"))
    expect(page.get_by_role("textbox")).to_be_disabled()


def test_without_scripts_the_server_closes_at_the_deadline(
    enter: Enter, learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = enter(learner, java_script_enabled=False)
    acts.open_question(page, attempt)
    page.get_by_role("textbox").fill("DPO")
    page.get_by_role("button", name="Next").click()
    acts.choose(page, "True")
    acts.now_is_later(monkeypatch, minutes=31)
    page.locator(".turn").get_by_role("button", name="Review and submit").click()
    expect(page).to_have_url(re.compile("/result/$"))
    expect(page.get_by_text("your saved answers were submitted")).to_be_visible()
    expect(page.get_by_text("1 of 2 points")).to_be_visible()


def test_the_page_reloads_itself_at_the_deadline_without_scripts(
    enter: Enter, learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts.move_deadline(attempt, datetime.now(UTC), seconds=2)
    page = enter(learner, java_script_enabled=False)
    acts.open_question(page, attempt)
    acts.now_is_later(monkeypatch, minutes=31)
    page.wait_for_url(re.compile("/result/$"))
