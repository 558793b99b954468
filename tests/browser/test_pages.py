"""Starting, turning pages, flags, keys, submitting: with doubled clicks, by keyboard, with the Back button."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, AttemptEvent, User, papers
from quizzes.services import attempts
from tests.browser import acts, samples

Enter = Callable[..., Page]
Kind = AttemptEvent.Kind


@pytest.fixture
def attempt(learner: User) -> Attempt:
    quiz = samples.quiz("single_choice", "multiple_choice", "short_answer", time_limit=30)
    return acts.started(learner, quiz, now=datetime.now(UTC))


@pytest.fixture
def page(enter: Enter, learner: User) -> Page:
    return enter(learner)


def heading(page: Page, slot: int) -> None:
    expect(page.get_by_text(f"Question {slot} of 3")).to_be_visible()


def ready(page: Page) -> None:
    """The script listens."""
    expect(page.locator("html")).to_have_class(re.compile("scripted"))


def tab_to(page: Page, name: str) -> None:
    """Reach a control by the Tab key alone."""
    for _press in range(40):
        page.keyboard.press("Tab")
        focused = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
        if page.evaluate(focused) == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


def test_a_double_click_on_start_gives_one_attempt(page: Page, learner: User) -> None:
    quiz = samples.quiz("true_false", time_limit=5, attempts_allowed=1)
    page.goto(f"/quizzes/{quiz.slug}/")
    page.get_by_role("button", name="Start").dblclick()
    expect(page.get_by_role("heading", name=samples.STEMS["true_false"])).to_be_visible()
    assert Attempt.objects.filter(learner=learner).count() == 1


def test_a_double_click_on_submit_gives_one_submission(page: Page, attempt: Attempt) -> None:
    page.goto(f"/attempts/{attempt.pk}/summary/")
    ready(page)
    page.get_by_role("button", name="Submit", exact=True).dblclick()
    expect(page).to_have_url(re.compile("/unanswered/$"))
    ready(page)
    page.get_by_role("button", name="Submit anyway").dblclick()
    expect(page).to_have_url(re.compile("/result/$"))
    assert attempt.events.filter(kind=Kind.SUBMITTED).count() == 1


def test_a_double_click_on_next_turns_one_page(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    ready(page)
    page.locator(".turn").get_by_role("button", name="Next").dblclick()
    heading(page, 2)
    page.wait_for_load_state("networkidle")
    heading(page, 2)


def test_back_after_submitting_leads_to_the_result(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    acts.choose(page, "The Security Council")
    acts.expect_saved(page)
    page.goto(f"/attempts/{attempt.pk}/summary/")
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit anyway").click()
    expect(page).to_have_url(re.compile("/result/$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/result/$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/result/$"))
    page.reload()
    assert attempt.events.filter(kind=Kind.SUBMITTED).count() == 1


def test_a_page_out_of_the_back_forward_cache_asks_where_the_attempt_stands(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    ready(page)
    attempts.submit(attempt, now=datetime.now(UTC))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page).to_have_url(re.compile("/result/$"))


def test_a_tab_left_open_after_submitting_elsewhere_says_so(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    attempts.submit(attempt, now=datetime.now(UTC))
    acts.choose(page, "The Security Council")
    expect(acts.banner(page)).to_contain_text(
        re.compile(r"This attempt was submitted at \d{1,2}:\d\d [ap]\.m\. and is closed")
    )
    expect(page.get_by_role("radio").first).to_be_disabled()
    expect(page.get_by_role("link", name="See the result")).to_be_visible()


@pytest.mark.smoke
def test_a_quiz_can_be_taken_by_keys_alone(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    ready(page)
    page.keyboard.press("2")
    acts.expect_saved(page)
    page.keyboard.press("f")
    expect(page.locator("button.flag")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    heading(page, 2)
    ready(page)
    page.keyboard.press("1")
    page.keyboard.press("3")
    acts.expect_saved(page)
    page.keyboard.press("ArrowLeft")
    heading(page, 1)
    ready(page)
    page.keyboard.press("ArrowRight")
    heading(page, 2)
    ready(page)
    page.keyboard.press("ArrowRight")
    heading(page, 3)
    page.get_by_role("textbox").focus()
    page.keyboard.type("f1 DPO")  # in a text field keys are letters
    expect(page.locator("button.flag")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")  # saves and goes on
    expect(page.get_by_role("heading", name="Ready to submit?")).to_be_visible()
    tab_to(page, "Submit")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/result/$"))
    assert [row.response for row in attempt.answers.order_by("slot")] == [1, [0, 2], "f1 DPO"]


def test_single_keys_can_be_turned_off_for_good(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    page.get_by_role("button", name="Turn off shortcuts").click()
    page.reload()
    expect(page.get_by_role("button", name="Turn on shortcuts")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("f")
    expect(acts.option(page, "The Security Council")).not_to_be_checked()
    page.get_by_role("button", name="Turn on shortcuts").click()
    page.keyboard.press("2")
    acts.expect_saved(page)
    expect(page.locator("button.flag")).to_have_attribute("aria-pressed", "false")


def test_enter_in_a_text_field_saves_and_goes_on_without_scripts_too(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner, java_script_enabled=False)
    acts.open_question(page, attempt, 3)
    page.get_by_role("textbox").fill("DPO")
    page.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("heading", name="Ready to submit?")).to_be_visible()
    assert acts.answer(attempt, 3).response == "DPO"
    assert not acts.answer(attempt, 3).is_flagged


def test_the_navigator_follows_answers_and_flags_at_once(page: Page, attempt: Attempt) -> None:
    page.goto(f"/attempts/{attempt.pk}/all/")
    acts.choose(page, "Military")
    page.locator("#question-3").get_by_role("button", name="Flag").click()
    expect(page.locator("[data-counts]")).to_have_text("1 answered, 1 flagged, 2 to go")
    expect(page.get_by_role("link", name="Question 2, answered")).to_be_visible()
    expect(page.get_by_role("link", name="Question 3, flagged")).to_be_visible()
    acts.option(page, "Military").uncheck()
    expect(page.locator("[data-counts]")).to_have_text("0 answered, 1 flagged, 3 to go")


def test_a_flag_that_cannot_be_set_says_so(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    page.route("**/flag/", lambda route: route.abort())
    page.get_by_role("button", name="Flag", exact=True).click()
    expect(page.locator("[data-notice]")).to_contain_text("the flag was not saved")
    expect(page.locator("button.flag")).to_have_attribute("aria-pressed", "false")


def test_offline_the_page_stays_instead_of_turning_into_an_error(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    page.context.set_offline(True)
    page.locator(".turn").get_by_role("button", name="Next").click()
    expect(acts.banner(page)).to_contain_text("You're offline.")
    expect(page.locator("[data-notice]")).to_contain_text("Can't load the next page yet.")
    heading(page, 1)
    page.context.set_offline(False)
    expect(acts.banner(page)).to_be_hidden()
    page.locator(".turn").get_by_role("button", name="Next").click()
    heading(page, 2)


def test_a_page_that_waits_for_a_slow_server_says_so(page: Page, attempt: Attempt) -> None:
    acts.open_question(page, attempt)
    page.route("**/save/", lambda route: None)  # under way, with no reply
    acts.choose(page, "The Security Council")
    page.locator(".turn").get_by_role("button", name="Next").click()
    heading(page, 2)
    page.locator(".turn").get_by_role("button", name="Next").click()  # nobody gets further ahead than by one page
    expect(page.locator("[data-notice]")).to_contain_text("Can't load the next page yet.")
    heading(page, 2)
    page.unroute_all(behavior="ignoreErrors")


def test_offline_submitting_says_that_it_is_not_done(page: Page, attempt: Attempt) -> None:
    page.goto(f"/attempts/{attempt.pk}/summary/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("[data-notice]")).to_contain_text("Not submitted yet.")
    attempt.refresh_from_db()
    assert attempt.is_in_progress
    page.context.set_offline(False)
    expect(acts.banner(page)).to_be_hidden()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Submit anyway").click()
    expect(page).to_have_url(re.compile(r"/result/$"))


def test_questions_one_after_the_other_have_no_way_back(page: Page, learner: User) -> None:
    quiz = samples.quiz("single_choice", "multiple_choice", "short_answer", navigation="sequential")
    attempt = acts.started(learner, quiz, now=datetime.now(UTC))
    acts.open_question(page, attempt)
    expect(page.get_by_text("You can't come back to this question")).to_be_visible()
    acts.choose(page, "The Security Council")
    page.locator(".turn").get_by_role("button", name="Next").click()
    heading(page, 2)
    expect(page.get_by_role("button", name="Back")).to_have_count(0)
    acts.open_question(page, attempt, 1)
    heading(page, 2)
    assert acts.answer(attempt, 1).response == 1


# Practice -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
def test_practice_explains_at_once_and_lets_one_try_again(enter: Enter, learner: User, scripts: bool) -> None:
    attempt = acts.started(learner, samples.quiz("single_choice", feedback="practice"), now=datetime.now(UTC))
    page = enter(learner, java_script_enabled=scripts)
    acts.open_question(page, attempt)
    acts.choose(page, "The Secretariat")
    page.get_by_role("button", name="Check answer").click()
    expect(page.get_by_role("status").get_by_text("Not quite")).to_be_visible()
    expect(page.get_by_text(samples.WHY)).to_have_count(0)
    page.get_by_role("button", name="Show the answer").click()
    expect(page.get_by_text("It carries the mandate out.")).to_be_visible()
    expect(page.get_by_text(samples.WHY)).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    acts.choose(page, "The Security Council")
    page.get_by_role("button", name="Check answer").click()
    expect(page.get_by_role("status").get_by_text("Right", exact=True)).to_be_visible()
    page.locator(".turn").get_by_role("button", name="Review and submit").click()
    page.get_by_role("button", name="Submit", exact=True).click()
    expect(page).to_have_url(re.compile("/result/$"))
    attempt.refresh_from_db()
    assert not attempt.is_counted


def test_an_answer_checked_in_another_tab_is_no_end_of_the_attempt(page: Page, learner: User) -> None:
    quiz = samples.quiz("single_choice", "true_false", feedback="practice")
    attempt = acts.started(learner, quiz, now=datetime.now(UTC))
    page.goto(f"/attempts/{attempt.pk}/all/")
    attempts.show(papers.of_attempt(attempt.pk, learner.pk), slot=1, now=datetime.now(UTC))
    acts.choose(page, "The Security Council")
    expect(acts.state(page, 1)).to_contain_text("This answer was checked already.")
    acts.choose(page, "True")
    acts.expect_saved(page, 2)
