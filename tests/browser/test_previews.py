"""A preview in a browser: the band, the clock, the switch, and nothing for axe to find."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from quizzes.models import Attempt, Quiz
from tests import factories
from tests.browser import samples
from tests.browser.looking import WIDE, expect_clean

Enter = Callable[..., Page]


def test_an_author_takes_a_draft_to_its_result(enter: Enter, database: None) -> None:
    author = factories.user("author", is_staff=True)
    quiz = samples.quiz("single_choice", "ordering", time_limit=10)
    Quiz.objects.filter(pk=quiz.pk).update(owner=author, status="draft", is_open_to_all=False)
    page = enter(author, viewport=WIDE)
    page.goto(f"/quizzes/{quiz.slug}/")
    expect_clean(page, narrow=True)
    page.get_by_role("link", name="Preview").click()
    expect(page.get_by_role("complementary", name="Preview")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Start").click()
    expect(page.locator("[data-clock]")).to_contain_text("9:5")
    page.get_by_text("Right answer (students do not see this)").click()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Hide the answers").click()
    expect(page.get_by_text("Right answer (students do not see this)")).to_have_count(0)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Review and submit").first.click()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit anyway").click()
    expect(page.get_by_text("Marks and answers are hidden in this preview.")).to_be_visible()
    page.get_by_role("button", name="Show the answers").click()
    expect(page.get_by_text("0 of 2 points")).to_be_visible()
    expect_clean(page, narrow=True)
    assert not Attempt.objects.exists()
