"""The doors of the workshop, a draft with errors and the list of questions in Chromium: by keyboard, without a fault of axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.admin import cast
from tests.browser.looking import NARROW, expect_fits, faults, resize

Enter = Callable[..., Page]


@pytest.mark.parametrize("path", ["/admin/", "/admin/records/", "/admin/quizzes/question/?whose=mine"])
def test_the_ways_in_are_usable_by_everybody(enter: Enter, database: None, path: str) -> None:
    ada = cast.instructor("ada")
    cast.question(owner=ada, status="draft")
    page = enter(ada)
    page.goto(path)
    assert faults(page) == []
    resize(page, NARROW)
    assert faults(page) == []
    expect_fits(page)


def test_the_summary_of_errors_leads_to_the_field(enter: Enter, database: None) -> None:
    page = enter(cast.instructor("ada"))
    page.goto("/admin/quizzes/question/add/?type=single_choice")
    page.get_by_label("Stem").fill("Who decides?")
    page.get_by_label("Feedback").first.fill("Only feedback.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="Fix before publishing")).to_be_visible()
    expect(page.locator("[data-problems]")).to_be_focused()
    page.get_by_role("link", name="Option 1, Option").click()
    expect(page.locator("#id_spec-options-0-text")).to_be_focused()
    expect(page.get_by_label("Feedback").first).to_have_value("Only feedback.")
    assert faults(page) == []
