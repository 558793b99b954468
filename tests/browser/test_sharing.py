"""A quiz on its way to a colleague, by a code and as a file: nothing for axe to find on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quizzes import formats
from tests.admin import cast
from tests.browser.looking import WIDE, expect_clean
from tests.browser.watching import Watch

Enter = Callable[..., Page]


def test_the_pages_of_a_code_and_of_an_export_are_for_everyone(
    enter: Enter, database: None, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(formats.get("kahoot")), "most_in_file", 1)  # so that there are parts
    watch.allow("404: GET")  # a code that opens nothing
    ada, bea = cast.instructor("ada"), cast.instructor("bea")
    asked = [cast.question(owner=ada, visibility="private") for _number in range(2)]
    quiz = cast.quiz(ada, *asked, title="Midterm", visibility="private")
    page = enter(ada, viewport=WIDE)
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/share/")
    page.get_by_role("button", name="Make a code").click()
    code = page.locator(".share-code").inner_text()
    expect_clean(page, narrow=True)
    page.goto(f"/admin/quizzes/question/export/?quiz={quiz.pk}&as=kahoot")
    page.get_by_role("link", name="2–2").click()
    expect(page.get_by_role("button", name="Part 2 only")).to_be_visible()
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
