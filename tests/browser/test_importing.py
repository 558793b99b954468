"""From a colleague's export to a quiz that can be played, in at most six clicks, and nothing for axe to find on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from quizzes import formats
from quizzes.models import Question, QuestionVersion
from quizzes.services import exchange
from quizzes.services.imports import drafts
from tests.admin import cast
from tests.browser.looking import WIDE, expect_clean

Enter = Callable[..., Page]


@pytest.fixture
def export(database: None, tmp_path: Path) -> Path:
    """What a colleague sends: a Moodle XML file of a dozen questions, from another site."""
    specs = [{**cast.SPEC, "stem": f"Which organ gives mission {number} its mandate?"} for number in range(12)]
    for spec in specs:
        cast.question(spec=spec, owner=None)
    file = tmp_path / "organs.xml"
    file.write_bytes(formats.get("moodle_xml").write(exchange.export(Question.objects.all())))
    QuestionVersion.objects.all().delete()
    Question.objects.all().delete()
    return file


def test_from_an_export_to_a_quiz_in_six_clicks(enter: Enter, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "SLICE", 0.01)  # so that the page goes on by itself
    page = enter(cast.instructor("ada"), viewport=WIDE)
    clicks = 0

    def click(what: Locator) -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    page.goto("/admin/")
    click(page.get_by_role("link", name="Import questions"))
    with page.expect_file_chooser() as chooser:
        click(page.get_by_label("File", exact=True))
    chooser.value.set_files(export)
    click(page.get_by_role("button", name="Look it over"))
    page.get_by_label("Make a quiz of them").fill("Organs")
    click(page.get_by_role("button", name="Import the ticked questions"))
    expect(page.get_by_text("A quiz of 12 questions. It is published.")).to_be_visible()
    click(page.get_by_role("link", name="Try it as a student"))
    click(page.get_by_role("button", name="Start"))
    expect(page.get_by_text("Which organ gives mission").first).to_be_visible()
    assert clicks <= 6


def test_the_pages_of_an_import_are_for_everyone(enter: Enter, export: Path, tmp_path: Path) -> None:
    page = enter(cast.instructor("ada"), viewport=WIDE)
    page.goto("/admin/quizzes/question/import/")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("Choose a file, or paste some text.")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_label("Or paste text").fill("1. Which one?\na) this\n*b) that\n\n2. And which is never closed?\na) x\n")
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="What is not imported")).to_be_visible()
    page.get_by_text("Right answer").first.click()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Import the ticked questions").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    expect_clean(page, narrow=True)
