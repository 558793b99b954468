"""A list of a school in, slips out, and a student who logs in with one: accessible on the way, eight slips to a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from quizzes.models import Classroom, User
from tests import factories
from tests.browser.looking import expect_clean, resize

Enter = Callable[..., Page]
NEW = "peace-and-quiet-9"
A4: ViewportSize = {"width": 794, "height": 1123}
LIST = "Klasse 10B\r\nNr;Nachname, Vorname\r\n" + "".join(f"{n};Müller, Kind {chr(64 + n)}\r\n" for n in range(1, 10))


@pytest.fixture
def instructor(database: None) -> User:
    return factories.user("instructor", is_staff=True)


@pytest.fixture
def sheet(enter: Enter, classroom: Classroom, instructor: User) -> Page:
    """The slips of nine students whose list came from Excel."""
    page = enter(instructor)
    page.goto(f"/classrooms/{classroom.pk}/roster/")
    file = {"name": "class.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")}
    page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Columns left out: “Nr”")).to_be_visible()
    expect_clean(page)
    page.get_by_role("button", name="Add 9 people").click()
    expect(page.get_by_role("heading", name="Log-in slips")).to_be_visible()
    return page


def test_eight_slips_fit_on_a_page(sheet: Page) -> None:
    expect_clean(sheet)
    sheet.emulate_media(media="print")
    resize(sheet, A4)
    boxes = [slip.bounding_box() for slip in sheet.locator(".slip").all()]
    ends = [box["y"] + box["height"] for box in boxes if box]
    assert len(ends) == 9
    assert ends[7] <= A4["height"] - 75 < ends[8]  # what is left are the margins of a printer


def test_a_student_logs_in_with_a_slip_and_chooses_a_password(sheet: Page, visitor: Enter) -> None:
    name, password = (sheet.locator(".slip dd").nth(number).inner_text() for number in (0, 1))
    page = visitor()
    page.goto("/accounts/login/")
    page.get_by_label(re.compile("User name or e-mail", re.IGNORECASE)).fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    expect_clean(page)
    page.locator("[name=new_password1]").fill(NEW)
    page.locator("[name=new_password2]").fill(NEW)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("Your password is saved.")).to_be_visible()


def test_choosing_who_gets_a_slip_is_accessible(enter: Enter, classroom: Classroom, instructor: User) -> None:
    page = enter(instructor)
    page.goto(f"/classrooms/{classroom.pk}/slips/")
    expect(page.get_by_text("has never logged in")).to_be_visible()
    for path in ("slips/", f"members/{classroom.memberships.get(user__username='learner').pk}/"):
        page.goto(f"/classrooms/{classroom.pk}/{path}")
        expect_clean(page)
