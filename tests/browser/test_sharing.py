"""A quiz on its way to a colleague, by a code and as a file: nothing for axe to find on the way."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.admin import cast
from tests.browser.test_accessibility import WIDE, expect_clean
from tests.browser.watching import Watch

Enter = Callable[..., Page]


def test_the_pages_of_a_code_and_of_an_export_are_for_everyone(enter: Enter, database: None, watch: Watch) -> None:
    watch.allow("404: GET")  # a code that opens nothing
    ada, bea = cast.instructor("ada"), cast.instructor("bea")
    quiz = cast.quiz(ada, cast.question(owner=ada, visibility="private"), title="Midterm", visibility="private")
    page = enter(ada, viewport=WIDE)
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/share/")
    page.get_by_role("button", name="Make a code").click()
    code = page.locator(".share-code").inner_text()
    expect_clean(page, narrow=True)
    page.goto(f"/admin/quizzes/question/export/?quiz={quiz.pk}&as=kahoot")
    expect_clean(page, narrow=True)
    page = enter(bea, viewport=WIDE)
    page.goto("/admin/quizzes/quiz/shared/AAAABBBBCCCC/")
    expect(page.get_by_role("alert")).to_contain_text("That code opens no quiz.")
    expect_clean(page, narrow=True)
    page.get_by_label("Code").fill(code.lower())
    page.get_by_role("button", name="Show the quiz").click()
    expect(page.get_by_role("heading", name="Midterm")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Copy to my quizzes").click()
    expect(page.get_by_text("This is your copy")).to_be_visible()
