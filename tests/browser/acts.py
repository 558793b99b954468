"""What people do on the pages of an attempt, and what the database says about it afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from quizzes import clock
from quizzes.models import Answer, Attempt, AttemptEvent, Quiz, User
from quizzes.services import attempts


def started(learner: User, quiz: Quiz, *, now: datetime) -> Attempt:
    """An attempt that has just begun."""
    return attempts.start(learner, quiz, now=now)


def open_question(page: Page, attempt: Attempt, slot: int = 1) -> None:
    page.goto(f"/attempts/{attempt.pk}/questions/{slot}/")


def option(page: Page, text: str) -> Locator:
    name = re.compile(rf"^([A-Z] )?{re.escape(text)}$")  # with its letter before it
    return page.get_by_role("radio", name=name).or_(page.get_by_role("checkbox", name=name))


def choose(page: Page, text: str) -> None:
    option(page, text).check()


def state(page: Page, slot: int | None = None) -> Locator:
    """The line that says whether an answer is saved."""
    return page.locator(".state" if slot is None else f"#question-{slot} .state")


def expect_saved(page: Page, slot: int | None = None) -> None:
    expect(state(page, slot)).to_have_text(re.compile(r"^Saved \d{1,2}:\d\d [ap]\.m\.$"))


def banner(page: Page) -> Locator:
    return page.locator("[data-banner]")


def answer(attempt: Attempt, slot: int = 1) -> Answer:
    return Answer.objects.get(attempt=attempt, slot=slot)


def saves(attempt: Attempt, slot: int = 1) -> int:
    """How often an answer was saved: every save is logged, by a trigger of the database."""
    return AttemptEvent.objects.filter(attempt=attempt, slot=slot, kind=AttemptEvent.Kind.SAVED).count()


def move_deadline(attempt: Attempt, now: datetime, **left: float) -> None:
    """Let the deadline come `left` (seconds, minutes) from now, behind the back of the page."""
    Attempt.objects.filter(pk=attempt.pk).update(due_at=now + timedelta(**left))


def stop_clock(page: Page) -> None:
    """Let the clock of the next page stand: it goes on by `page.clock.run_for` alone, however busy the machine is."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(minutes=1))  # the page that is open now jumps there


def scripts_ran(page: Page) -> None:
    """Wait for the scripts of the page that is shown: before them its keys do nothing."""
    page.wait_for_load_state()


def wait_until(page: Page, is_so: Callable[[], bool], seconds: float = 15) -> None:
    """Let the page go on until something holds outside it, such as in the database."""
    for _try in range(int(seconds * 20)):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come true in time")


def now_is_later(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    """The server's clock, ahead of the real one."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(**later))


def time_passes(page: Page, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let the same time pass for the server and for the page, whose clock is installed."""
    before = clock.now() - datetime.now(UTC)
    now_is_later(monkeypatch, seconds=before.total_seconds() + seconds)
    page.clock.run_for(seconds * 1000)
