"""A quiz of five behind a connection that is slow and loses what it carries (F06): each answer arrives once, the newest counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from playwright.sync_api import Page, Route, expect

from quizzes.models import Attempt, User
from tests.browser import acts, samples

SAVE = re.compile(r"/save/$")
STEP_MS, DELAY_MS, OVERTAKEN_MS = 200, 2_000, 9_000
ARRIVES, REPLY_LOST, REQUEST_LOST, LATE = "arrives", "reply lost", "request lost", "arrives after it was sent again"
# Far more trouble than a connection that loses one in twenty; and always the same.
FATES = [REPLY_LOST, ARRIVES, LATE, REPLY_LOST, ARRIVES, REQUEST_LOST, ARRIVES, LATE, REPLY_LOST, ARRIVES, REPLY_LOST]
Acknowledged = tuple[int, int]  # slot and revision


class BadConnection:
    """Between a page and the server, in the time of the page's own clock: saves take 2 s and meet their fates in turn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.now = 0
        self.fates: Iterator[str] = chain(FATES, repeat(ARRIVES))
        self.under_way: list[tuple[int, Callable[[], None]]] = []
        self.met: list[str] = []
        self.acknowledged: set[Acknowledged] = set()
        page.route(SAVE, self.take)

    def take(self, route: Route) -> None:
        fate = next(self.fates)
        self.met.append(fate)
        self.in_ms(DELAY_MS, lambda: self.carry(route, fate))
        if fate == LATE:
            request = route.request
            headers, body = request.all_headers(), request.post_data
            self.in_ms(OVERTAKEN_MS, lambda: self.note(self.page.request.post(request.url, headers=headers, data=body)))

    def in_ms(self, milliseconds: int, act: Callable[[], None]) -> None:
        self.under_way.append((self.now + milliseconds, act))

    def carry(self, route: Route, fate: str) -> None:
        if fate in (ARRIVES, REPLY_LOST):
            reply = route.fetch()
            self.note(reply)
            if fate == ARRIVES:
                route.fulfill(response=reply)
                return
        route.abort()

    def note(self, reply: Any) -> None:
        if reply.status == 200:
            body = reply.json()
            self.acknowledged.add((body["slot"], body["revision"]))

    def pass_time(self, milliseconds: int) -> None:
        for _step in range(milliseconds // STEP_MS):
            self.page.clock.run_for(STEP_MS)
            self.now += STEP_MS
            due = [one for one in self.under_way if one[0] <= self.now]
            self.under_way = [one for one in self.under_way if one[0] > self.now]
            for _at, act in due:
                act()


def test_behind_a_slow_and_lossy_connection_every_answer_arrives_once_and_the_newest_counts(
    enter: Callable[..., Page], learner: User
) -> None:
    quiz = samples.quiz("single_choice", "true_false", "short_answer", "numeric", "multiple_choice", time_limit=30)
    attempt: Attempt = acts.started(learner, quiz, now=datetime.now(UTC))
    page = enter(learner)
    page.clock.install()
    page.add_init_script("Math.random = () => 0.5;")  # of the pauses between two tries
    page.goto(f"/attempts/{attempt.pk}/all/")
    connection = BadConnection(page)
    text, number = page.locator("#question-3 input[type=text]"), page.locator("#question-4 input").first
    answering = [
        lambda: acts.choose(page, "The Secretariat"),
        lambda: text.fill("DP"),
        lambda: acts.choose(page, "True"),
        lambda: text.fill("DPKO"),
        lambda: acts.choose(page, "The Security Council"),
        lambda: number.fill("35"),
        lambda: acts.choose(page, "Military"),
        lambda: text.fill("DPO"),
        lambda: number.fill("36"),
        lambda: acts.choose(page, "Police"),
    ]
    for act in answering:
        act()
        connection.pass_time(1_200)
    while connection.under_way or page.evaluate("Object.keys(localStorage).length"):
        connection.pass_time(1_000)
        assert connection.now < 180_000, (connection.met, connection.under_way)

    assert set(connection.met[: len(FATES)]) == set(FATES), "every fate must have been met"
    for slot in range(1, 6):
        acts.expect_saved(page, slot)
        times = acts.saves(attempt, slot)
        assert {(slot, revision) for revision in range(1, times + 1)} == {
            one for one in connection.acknowledged if one[0] == slot
        }, "what was sent again must not count again"
        assert acts.answer(attempt, slot).revision == times
    expect(acts.banner(page)).to_be_hidden()
    expect(page.locator("[data-conflict]:visible")).to_have_count(0)
    responses = [json.dumps(acts.answer(attempt, slot).response) for slot in range(1, 6)]
    assert responses == ["1", "true", '"DPO"', '"36"', "[0, 2]"]
