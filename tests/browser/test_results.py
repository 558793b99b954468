"""A result on a phone: the mistakes are in reach, and what is right takes a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import Attempt, User
from quizzes.services import attempts
from tests import factories, saving
from tests.browser.looking import resize, wait_for_rest

Enter = Callable[..., Page]
SCREEN = 844
LONG = "This reason takes several lines on a phone, as many a reason does that was written with care. " * 4


def question(number: int) -> dict[str, object]:
    options = [{"text": f"option {letter}", "correct": letter == "a", "feedback": LONG} for letter in "abcd"]
    return {"stem": f"Question {number}: which one, and for what reason? " * 3, "options": options, "explanation": LONG}


@pytest.fixture
def attempt(learner: User) -> Attempt:
    """15 questions, 4 of them answered wrongly, all with long feedback."""
    quiz = factories.quiz([factories.question(question(number)) for number in range(1, 16)])
    now = datetime.now(UTC)
    running = factories.attempt(learner, quiz, now=now)
    for answer in running.answers.select_related("version"):
        chosen = 1 if answer.slot in (4, 7, 9, 13) else 0
        posted = answer.version.kind.posted(answer.version.parsed, answer.layout, chosen)
        saving.save(running.pk, learner, slot=answer.slot, fields=posted, revision=1, now=now)
    return attempts.submit(running, now=now)


def test_four_mistakes_of_fifteen_take_at_most_six_screens_of_a_phone(enter: Enter, attempt: Attempt) -> None:
    page = enter(attempt.learner)
    resize(page, {"width": 390, "height": SCREEN})
    page.goto(f"/attempts/{attempt.pk}/result/")
    expect(page.get_by_role("heading", name="4 to look at again")).to_be_visible()
    wait_for_rest(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * SCREEN
    page.get_by_role("link", name="Question 2, Right").click()
    expect(page.locator("#question-2").get_by_text("Right: your answer")).to_be_visible()
