"""The script that makes ordering easier: every way of moving rewrites the number fields and fires `change`."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from quizzes import question_types
from tests.question_types.cards import rendered

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:Session-scoped fixtures defined as instance methods"),  # in a plugin's own code
]
KIND = question_types.get("ordering")
SPEC = KIND.spec({"stem": "S", "elements": [{"text": text} for text in ("alpha", "beta", "gamma", "delta")]})
LAYOUT = [2, 0, 3, 1]  # shown: gamma alpha delta beta
PAGE = """<!doctype html><html lang="en"><title>Card</title><h1 id="stem-3">S</h1><form data-answer>{card}</form>
<script type="module" src="/ordering.js"></script></html>"""
COUNT = """window.changes = 0; window.inputs = 0;
document.querySelector("form").addEventListener("change", () => window.changes++);
document.querySelector("form").addEventListener("input", () => window.inputs++);"""


@pytest.fixture
def card(page: Any) -> Any:
    """The asking card in a page of its own, with the script."""
    html = PAGE.format(card=rendered(KIND, SPEC, LAYOUT, None))
    page.route("http://card.test/", lambda route: route.fulfill(body=html, content_type="text/html"))
    for name in ("ordering.js", "shown.js"):
        script = Path(str(finders.find(f"quizzes/js/{name}"))).read_text()
        page.route(f"http://card.test/{name}", serving(script))
    page.goto("http://card.test/")
    page.evaluate(COUNT)
    return page


def serving(script: str) -> Any:
    return lambda route: route.fulfill(body=script, content_type="text/javascript")


def posted(card: Any) -> Any:
    """The response that the form on the page posts now."""
    fields = card.evaluate(
        "Object.fromEntries([...new FormData(document.querySelector('form'))].map(([k, v]) => [k.replace('q3-', ''), [v]]))"
    )
    return KIND.parse(SPEC, LAYOUT, fields)


def shown(card: Any) -> list[str]:
    return [text.strip() for text in card.locator(".place-text").all_inner_texts()]


def test_nothing_is_answered_before_something_is_moved(card: Any) -> None:
    assert shown(card) == ["gamma", "alpha", "delta", "beta"]
    assert posted(card) is None


def test_a_button_moves_by_one_and_keeps_the_keyboard_on_its_element(card: Any) -> None:
    card.get_by_role("button", name="Move down: gamma").focus()
    for _ in range(3):
        card.keyboard.press("Enter")
    assert shown(card) == ["alpha", "delta", "beta", "gamma"]
    assert posted(card) == [1, 3, 4, 2]
    assert card.evaluate("window.changes") == 3
    assert card.evaluate("document.activeElement.getAttribute('aria-label')") == "Move up: gamma"
    assert card.locator("[data-ordering-status]").inner_text() == "gamma: now in place 4 of 4."


def test_an_order_that_nobody_moved_can_be_confirmed(card: Any) -> None:
    card.get_by_role("button", name="Confirm this order").click()
    assert shown(card) == ["gamma", "alpha", "delta", "beta"]
    assert posted(card) == [2, 4, 1, 3]
    assert card.evaluate("window.changes") == 1
    assert card.get_by_role("button", name="Confirm this order").count() == 0


def test_an_element_can_be_dragged(card: Any) -> None:
    start, end = (card.locator(".place").nth(n).bounding_box() for n in (0, 2))
    handle = card.locator(".place-handle").first.bounding_box()
    card.mouse.move(handle["x"] + 5, handle["y"] + 5)
    card.mouse.down()
    card.mouse.move(handle["x"] + 5, start["y"] + start["height"], steps=3)
    card.mouse.move(handle["x"] + 5, end["y"] + end["height"] - 2, steps=5)
    card.mouse.up()
    assert shown(card) == ["alpha", "delta", "gamma", "beta"]
    assert posted(card) == [1, 4, 3, 2]
    assert card.evaluate("window.changes") == 1
