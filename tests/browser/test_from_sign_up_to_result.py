"""The whole way of a new learner, in a browser with scripts and in one without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt
from tests import factories
from tests.browser import acts, samples

Visitor = Callable[..., Page]


def sign_up(page: Page, name: str) -> None:
    page.goto("/accounts/signup/")
    fill_in(page, name)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text(f"Your user name is {name.lower()}. Write it down;")).to_be_visible()


def fill_in(page: Page, name: str) -> None:
    page.get_by_label("First name").fill(name)
    page.locator("[name=password1]").fill("a very long sentence 9")


def begin(page: Page, title: str) -> None:
    page.get_by_role("link", name="Quizzes").first.click()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("15 minutes")).to_be_visible()
    page.get_by_role("button", name="Start").click()


def go(page: Page, name: str) -> None:
    page.locator(".turn").get_by_role("button", name=name).click()


def take(page: Page) -> None:
    """Answer the first and the third question rightly and leave the second out."""
    acts.choose(page, "The Security Council")
    go(page, "Next")
    expect(page.get_by_role("heading", level=1)).to_have_text(samples.STEMS["multiple_choice"])
    go(page, "Next")
    acts.choose(page, "True")
    go(page, "Review and submit")
    expect(page.get_by_text("1 question is still unanswered.")).to_be_visible()


def result_of(username: str) -> tuple[str, list[bool]]:
    attempt = Attempt.objects.get(learner__username=username)
    return f"{attempt.marks} of {attempt.max_marks}", [row.is_answered for row in attempt.answers.all()]


@pytest.mark.smoke
def test_a_new_learner_takes_a_quiz_and_reads_why(visitor: Visitor) -> None:
    quiz = samples.quiz("single_choice", "multiple_choice", "true_false", time_limit=15, pass_mark=60)
    page = visitor()
    sign_up(page, "Ada")
    begin(page, quiz.title)

    acts.choose(page, "The Security Council")
    acts.expect_saved(page)
    expect(page.locator("[data-counts]")).to_have_text("1 answered, 0 flagged, 2 to go")
    page.get_by_role("button", name="Flag", exact=True).click()
    expect(page.get_by_role("button", name="Flagged", exact=True)).to_have_attribute("aria-pressed", "true")
    go(page, "Next")
    go(page, "Back")
    expect(acts.option(page, "The Security Council")).to_be_checked()
    expect(page.get_by_role("button", name="Flagged", exact=True)).to_be_visible()
    take(page)
    expect(page.get_by_text("1 question flagged.")).to_be_visible()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit anyway").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\s*Passed\."))
    expect(page.get_by_text("2 of 3 points")).to_be_visible()
    page.locator("details.fold > summary").first.click()
    expect(page.get_by_text("Mandates come from the Council.")).to_be_visible()
    expect(page.get_by_text(samples.WHY).first).to_be_visible()
    expect(page.locator(".src").first).to_have_text(re.compile(r"Source\s+1,\s+paragraph 3"))
    assert result_of("ada") == ("2.00 of 3.00", [True, False, True])
    assert acts.saves(Attempt.objects.get(), slot=1) == 1  # turning pages saved nothing anew


@pytest.mark.smoke
def test_without_scripts_the_same_answers_give_the_same_marks(visitor: Visitor) -> None:
    quiz = samples.quiz("single_choice", "multiple_choice", "true_false", time_limit=15, pass_mark=60)
    page = visitor(java_script_enabled=False)
    sign_up(page, "Bob")
    begin(page, quiz.title)
    expect(page.locator(".timer")).to_contain_text("until")
    refresh = page.locator("meta[http-equiv=refresh]").get_attribute("content") or ""
    assert re.fullmatch(rf"(8\d\d|90[01]);url=/attempts/{Attempt.objects.get().pk}/", refresh)

    page.get_by_role("button", name="Flag", exact=True).click()
    expect(page.get_by_role("button", name="Flagged", exact=True)).to_be_visible()
    take(page)
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit anyway").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\s*Passed\."))
    assert result_of("bob") == ("2.00 of 3.00", [True, False, True])


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_link_of_a_class_to_its_first_question_in_three_presses(visitor: Visitor, scripts: bool) -> None:
    """The link, its one form, the class, the rules, the question: three presses and four pages before it."""
    quiz = samples.quiz("single_choice")
    given = factories.assignment(factories.classroom(name="10B"), quiz)
    page = visitor(java_script_enabled=scripts)
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    page.goto(f"/classrooms/join/{given.classroom.join_code}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are invited to 10B")
    fill_in(page, "Ada")
    page.get_by_role("button", name="Sign up and join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("10B")
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(samples.STEMS["single_choice"])
    assert len(pages) == 4


def test_a_password_is_shown_on_demand_and_its_fault_next_to_it(visitor: Visitor) -> None:
    page = visitor()
    page.goto("/accounts/signup/")
    fill_in(page, "Ada")
    password = page.locator("[name=password1]")
    page.get_by_role("button", name="Show").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide").click()
    expect(password).to_have_attribute("type", "password")
    password.fill("12")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("This password is too short")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Ada")
