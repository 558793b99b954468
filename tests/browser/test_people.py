"""An administrator removes somebody's personal data: the pages on the way are usable by everybody, and it is done once."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from quizzes import clock
from quizzes.models import User
from tests import factories
from tests.browser.looking import expect_clean

Enter = Callable[..., Page]


def somebody() -> User:
    """A student of two classes with an attempt handed in, one with and one without a deadline."""
    now = clock.now()
    ines = factories.user("ines.costa", first_name="Ines", last_name="Costa", email="ines.costa@example.org")
    teacher = factories.user("teacher", is_staff=True)
    for name in ("10B", "Peacekeeping, evening course"):
        room = factories.classroom(instructor=teacher, students=[ines], name=name)
    assignment = factories.assignment(room, factories.quiz(2, title="Organs"))
    factories.attempt(ines, assignment.quiz, assignment=assignment, now=now, right=1, submit=True)
    factories.attempt(ines, factories.quiz(2, title="Mandates", time_limit=40), now=now)
    factories.attempt(ines, factories.quiz(2, title="Finance"), now=now)
    return ines


def administrator() -> User:
    return factories.user("root", is_staff=True, is_superuser=True)


def test_from_the_page_that_does_not_delete_to_the_person_who_was_removed(enter: Enter, database: None) -> None:
    ines, page = somebody(), enter(administrator())
    page.goto(f"/admin/quizzes/user/{ines.pk}/delete/")
    expect_clean(page, narrow=True)
    page.get_by_role("link", name="Remove personal data…").click()
    expect_clean(page, narrow=True)
    page.get_by_label("User name").fill("ines")
    page.get_by_role("button", name="Remove personal data").click()
    expect(page.get_by_text("That isn't this person's user name. Nothing was removed.")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_label("User name").fill("ines.costa")
    page.get_by_role("button", name="Remove personal data").click()
    expect(page.get_by_text(f"What they did is kept under “Removed person {ines.pk}”.")).to_be_visible()
    expect_clean(page, narrow=True)
    ines.refresh_from_db()
    assert ines.is_anonymised
