"""Boards that follow by themselves, in Chromium: they ask every two seconds, hidden tabs and restarts included."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from quizzes import clock
from quizzes.models import Assignment, Classroom, User
from quizzes.services import attempts
from tests import factories, saving
from tests.browser import acts

LogIn = Callable[..., Page]
TWO_SECONDS = 2_000
LATEST = 15_000  # 1.8 s until the script asks, a second that the answer may be old, the rest for a busy machine


@pytest.fixture
def assignment(learner: User) -> Assignment:
    classroom = factories.classroom(instructor=factories.user("instructor", is_staff=True), students=[learner])
    learner.memberships.update(nickname="blue heron")  # type: ignore[attr-defined]
    assignment = factories.assignment(classroom, factories.quiz(4), opens_at=clock.now() - timedelta(hours=1))
    hand_in(learner, assignment, right=2)
    return assignment


def hand_in(person: User, assignment: Assignment, *, right: int) -> None:
    factories.attempt(person, assignment.quiz, assignment=assignment, right=right, now=clock.now(), submit=True)


def joined(assignment: Assignment, nickname: str) -> User:
    person = factories.user()
    factories.member(assignment.classroom, person, nickname=nickname)
    return person


class Asked(list[str]):
    """What the script of a board has asked."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.under_way: set[Request] = set()
        page.on("request", self.began)
        page.on("response", lambda response: self.under_way.discard(response.request))
        page.on("requestfailed", lambda request: self.under_way.discard(request))

    def began(self, request: Request) -> None:
        if is_of_script(request):
            self.append(request.url)
            self.under_way.add(request)

    def let_pass(self, seconds: int, *, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass for the script of a page whose clock stands, twenty times as fast; at most until it is so."""
        for _second in range(seconds):
            if until():
                return
            self.page.clock.run_for(1_000)
            self.page.wait_for_timeout(50)  # the server keeps a board for a second
            acts.wait_until(self.page, lambda: not self.under_way)


def is_of_script(request: Request) -> bool:
    return request.headers.get("x-requested-with") == "fetch"


def watched(page: Page, address: str) -> Asked:
    """Open a board and collect what its script asks."""
    asked = Asked(page)
    page.goto(address)
    expect(page.get_by_text("Updates live.")).to_be_visible()
    return asked


def board_of(assignment: Assignment) -> str:
    return f"/classrooms/{assignment.classroom_id}/board/"


def hide(page: Page, *, hidden: bool) -> None:
    """Say that the tab is hidden, or shown again, as the browser would."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_board_asks_again_within_every_two_seconds(enter: LogIn, learner: User, assignment: Assignment) -> None:
    page = enter(learner)
    acts.stop_clock(page)
    watched(page, board_of(assignment))
    for _time in range(4):
        with page.expect_response(f"**{board_of(assignment)}"):
            page.clock.run_for(TWO_SECONDS)


def test_a_result_shows_by_itself_and_is_said_once(enter: LogIn, learner: User, assignment: Assignment) -> None:
    page = enter(learner)
    acts.stop_clock(page)  # what is new stands out for two seconds
    asked = watched(page, board_of(assignment))
    expect(page.locator("tr.me")).to_contain_text("you (blue heron)")
    said = page.locator("[data-live-say]")
    expect(said).to_be_empty()

    hand_in(joined(assignment, "kestrel"), assignment, right=4)
    asked.let_pass(60, until=page.get_by_role("cell", name="kestrel").is_visible)
    expect(page.locator("[data-summary]")).to_contain_text("You are 2nd of 2.")
    expect(said).to_contain_text("You are 2nd of 2.")
    expect(page.locator("tr.changed")).not_to_have_count(0)
    page.clock.run_for(TWO_SECONDS)
    expect(page.locator("tr.changed")).to_have_count(0)

    said.evaluate("node => { node.textContent = ''; }")
    hand_in(joined(assignment, "wren"), assignment, right=1)  # behind: neither the rank nor the leader changes
    wren = page.get_by_role("cell", name="wren")
    asked.let_pass(60, until=wren.is_visible)
    expect(wren).to_be_visible()
    expect(said).to_be_empty()


def test_after_something_new_a_board_is_asked_for_less_often(
    enter: LogIn, learner: User, assignment: Assignment
) -> None:
    page = enter(learner)
    acts.stop_clock(page)
    asked = watched(page, board_of(assignment))
    hand_in(joined(assignment, "kestrel"), assignment, right=4)
    asked.let_pass(60, until=page.get_by_role("cell", name="kestrel").is_visible)
    before = len(asked)
    asked.let_pass(3)
    assert len(asked) == before
    asked.let_pass(60, until=lambda: len(asked) > before)
    assert len(asked) > before


def test_a_hidden_tab_does_not_ask_and_asks_at_once_when_it_is_shown(
    enter: LogIn, learner: User, assignment: Assignment
) -> None:
    page = enter(learner)
    acts.stop_clock(page)
    asked = watched(page, board_of(assignment))
    asked.let_pass(60, until=lambda: bool(asked))
    assert asked
    hide(page, hidden=True)
    before = len(asked)
    asked.let_pass(4)
    assert len(asked) == before
    hand_in(joined(assignment, "kestrel"), assignment, right=4)
    with page.expect_response(f"**{board_of(assignment)}"):
        hide(page, hidden=False)
    came = page.get_by_role("cell", name="kestrel")
    asked.let_pass(60, until=came.is_visible)  # the answer may be one of a second ago
    expect(came).to_be_visible()


def test_a_server_that_is_away_is_asked_less_often_and_found_again(
    enter: LogIn, learner: User, assignment: Assignment
) -> None:
    page = enter(learner)
    acts.stop_clock(page)
    asked = watched(page, board_of(assignment))
    page.context.route(f"**{board_of(assignment)}", lambda route: route.abort("connectionrefused"))
    away = page.get_by_text("Can't reach the server")
    asked.let_pass(20, until=away.is_visible)
    expect(away).to_be_visible()
    expect(page.get_by_role("link", name="Refresh")).to_be_visible()
    expect(page.locator("tr.me")).to_be_visible()  # what came last stays
    began = len(asked)
    asked.let_pass(8)
    assert len(asked) - began <= 3
    page.context.unroute_all()
    asked.let_pass(60, until=away.is_hidden)
    expect(away).to_be_hidden()
    hand_in(joined(assignment, "kestrel"), assignment, right=4)
    came = page.get_by_role("cell", name="kestrel")
    asked.let_pass(60, until=came.is_visible)
    expect(came).to_be_visible()


@pytest.mark.parametrize("end", ["removed", "logged out"])
def test_somebody_who_may_no_longer_look_is_told_and_it_stops(
    enter: LogIn, watch: object, learner: User, assignment: Assignment, end: str
) -> None:
    page = enter(learner)
    watch.allow("404")  # type: ignore[attr-defined]
    acts.stop_clock(page)
    asked = watched(page, board_of(assignment))
    if end == "removed":
        learner.memberships.update(status="removed")  # type: ignore[attr-defined]
    else:
        page.context.clear_cookies()
    told = page.get_by_text("Updates have stopped.")
    asked.let_pass(60, until=told.is_visible)
    expect(told).to_be_visible()
    expect(page.get_by_role("link", name="Refresh")).to_be_visible()
    before = len(asked)
    asked.let_pass(4)
    assert len(asked) == before


@pytest.mark.parametrize("way", ["keys", "touch"])
def test_an_emblem_is_chosen_by_keys_or_touch_and_open_boards_show_it(
    enter: LogIn, learner: User, assignment: Assignment, way: str
) -> None:
    other = joined(assignment, "kestrel")
    hand_in(other, assignment, right=4)
    learner.memberships.update(emblem=4)  # type: ignore[attr-defined]
    board = enter(other)
    watched(board, board_of(assignment))
    row = board.get_by_role("row", name="blue heron")
    expect(row.locator("img[src*=emblem-4]")).to_be_visible()

    page = enter(learner, has_touch=True, viewport={"width": 390, "height": 844})
    page.goto(f"/classrooms/{assignment.classroom_id}/me/")
    expect(page.get_by_role("radio", name="Helmet")).to_be_checked()
    if way == "keys":
        page.get_by_label("Nickname").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    else:
        page.locator("label", has_text="Lifebuoy").locator("img").tap()
        page.get_by_role("button", name="Save").tap()
    expect(page.get_by_text("You appear as “blue heron”.")).to_be_visible()
    expect(row.locator("img[src*=emblem-5]")).to_be_visible(timeout=LATEST)


def test_a_goal_is_set_and_refused_without_scripts(enter: LogIn, learner: User, assignment: Assignment) -> None:
    page = enter(learner, java_script_enabled=False)
    page.goto("/")
    page.get_by_text("Set a weekly goal").click()
    page.get_by_label("Questions a week").fill("8")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("of 8 questions")).to_be_visible()
    page.get_by_text("Change your goal").click()
    page.get_by_role("button", name="No goal").click()
    expect(page.get_by_text("You have no weekly goal.")).to_be_visible()
    expect(page.get_by_text("Set a weekly goal")).to_have_count(0)


def test_without_scripts_there_is_a_link_to_look_again(enter: LogIn, learner: User, assignment: Assignment) -> None:
    page = enter(learner, java_script_enabled=False)
    page.goto(board_of(assignment))
    expect(page.get_by_text("Updates live.")).to_be_hidden()
    hand_in(joined(assignment, "kestrel"), assignment, right=4)
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("cell", name="kestrel")).to_be_visible()


def test_progress_counts_answers_as_they_are_saved_and_the_time_runs(
    enter: LogIn, learner: User, assignment: Assignment
) -> None:
    timed = factories.assignment(assignment.classroom, factories.quiz(4, time_limit=20))
    attempt = factories.attempt(learner, timed.quiz, assignment=timed, now=clock.now())
    page = enter(User.objects.get(username="instructor"))
    watched(page, f"/assignments/{timed.pk}/progress/")
    row = page.get_by_role("row", name="learner")
    expect(row).to_contain_text("0 of 4")
    expect(row).to_contain_text(re.compile(r"19:\d\d"))
    saving.save(attempt.pk, learner, slot=1, fields=factories.RIGHT, revision=1, now=clock.now())
    expect(row).to_contain_text("1 of 4")
    attempts.submit(attempt, now=clock.now())
    expect(row).to_contain_text("finished")


def test_the_projector_follows_as_well(enter: LogIn, learner: User, assignment: Assignment) -> None:
    page = enter(User.objects.get(username="instructor"), viewport={"width": 1280, "height": 800})
    watched(page, f"/classrooms/{assignment.classroom_id}/projector/")
    expect(page.get_by_text("1 of 1 finished")).to_be_visible()
    expect(page.get_by_text(Classroom.objects.get().join_code)).to_be_visible()
    late = joined(assignment, "kestrel")
    expect(page.get_by_text("1 of 2 finished")).to_be_visible(timeout=LATEST)
    hand_in(late, assignment, right=4)
    expect(page.get_by_text("2 of 2 finished")).to_be_visible(timeout=LATEST)
    acts.wait_until(page, lambda: page.evaluate("document.querySelector('.qr').naturalWidth") > 0)
