"""The site tried without an account: by mouse, without scripts, by touch and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import User
from tests import factories
from tests.browser import acts

Enter = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def bank(database: None) -> None:
    factories.to_try(6)


def verdict(page: Page, words: str) -> None:
    expect(page.get_by_role("status").get_by_text(words, exact=True)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_two_clicks_lead_from_the_first_page_to_a_verdict(visitor: Enter, scripts: bool) -> None:
    page = visitor(java_script_enabled=scripts)
    page.goto("/")
    page.get_by_label("the key").click()
    page.get_by_role("button", name="Check answer").click()
    verdict(page, "Right")
    expect(page.get_by_text("Because the source says so.")).to_be_visible()
    for number in range(2, 7):
        page.get_by_role("link", name="Next question").click()
        expect(page).to_have_url(re.compile(f"/try/{number}/$"))
        page.get_by_label("distractor 1").click()
        page.get_by_role("button", name="Check answer").click()
        verdict(page, "Not quite")
    page.get_by_role("link", name="See how you did").click()
    expect(page.get_by_role("heading", name="1 of 6 right.")).to_be_visible()
    page.get_by_role("link", name="Make a free account").click()
    page.get_by_label("First name").fill("Ines")
    page.get_by_label("Password").fill("blue-helmet-94")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("The questions you tried are in your history.")).to_be_visible()
    assert User.objects.get().first_name == "Ines"


def test_it_is_tried_by_touch_on_a_phone(visitor: Enter) -> None:
    page = visitor(has_touch=True, viewport=PHONE)
    page.goto("/")
    expect(page.get_by_role("button", name="Check answer")).to_be_in_viewport(ratio=1)  # on the first screen
    expect(page.get_by_label("Got a class code?")).to_be_in_viewport(ratio=1)
    page.get_by_label("distractor 1").tap()
    page.get_by_role("button", name="Check answer").tap()
    verdict(page, "Not quite")
    page.get_by_role("link", name="Next question").tap()
    expect(page).to_have_url(re.compile("/try/2/$"))


def test_enter_checks_and_enter_again_goes_on(visitor: Enter) -> None:
    page = visitor()
    page.goto("/")
    page.get_by_label("the key").focus()
    for number in (1, 2):
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        verdict(page, "Right")
        acts.scripts_ran(page)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/try/{number + 1}/$"))
        acts.scripts_ran(page)
        page.get_by_label("the key").focus()
