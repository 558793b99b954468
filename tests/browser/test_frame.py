"""The frame in a real browser: the reader's time zone, light and dark, menus."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from quizzes.models import User
from tests.admin import cast

OpenPage = Callable[..., Page]


def expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


def test_the_second_page_shows_times_in_the_zone_of_the_browser(visitor: OpenPage) -> None:
    page = visitor(timezone_id="Africa/Nairobi")
    page.goto("/")
    page.goto("/accounts/login/")
    expect(page.get_by_text("Times shown in Nairobi time.")).to_be_visible()


def test_the_system_decides_the_theme_until_the_reader_does(visitor: OpenPage) -> None:
    page = visitor(color_scheme="dark")
    page.goto("/")
    expect_theme(page, "dark")
    page.get_by_role("button", name="Light").click()
    expect_theme(page, "light")
    page.goto("/accounts/login/")
    expect_theme(page, "light")
    page.get_by_role("button", name="System").click()
    expect_theme(page, "dark")


def test_without_scripts_a_page_follows_the_system(visitor: OpenPage) -> None:
    page = visitor(color_scheme="dark", java_script_enabled=False)
    page.goto("/")
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 27)")


def test_the_account_menu_opens_and_closes_by_keyboard(enter: OpenPage, learner: User) -> None:
    page = enter(learner)
    page.goto("/")
    summary = page.locator("details.menu summary")
    summary.press("Enter")
    expect(page.get_by_role("link", name="Profile and settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Profile and settings")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(enter: OpenPage, learner: User) -> None:
    page = enter(learner)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_on_a_phone_the_entry_of_this_page_is_in_view(enter: OpenPage, database: None) -> None:
    page = enter(cast.instructor("ada"), viewport={"width": 390, "height": 844})
    page.goto("/admin/")
    expect(page.locator(".top nav [aria-current]")).to_be_in_viewport(ratio=0.99)  # but for a fraction of a pixel
    assert page.evaluate("scrollY") == 0
