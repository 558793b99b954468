"""axe finds nothing against WCAG 2.2 AA on the pages of a learner, light and dark, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from quizzes.entitlements import Wish
from quizzes.models import Attempt, Unit, User
from quizzes.services import attempts, instructors
from tests import factories, saving
from tests.browser import acts, samples
from tests.browser.looking import WIDE, expect_clean, faults, wait_for_rest
from tests.browser.watching import Watch
from tests.reports.rows import graded

Enter = Callable[..., Page]


@pytest.fixture
def attempt(learner: User) -> Attempt:
    """All nine types, in time."""
    return acts.started(learner, samples.quiz(time_limit=60, pass_mark=50), now=datetime.now(UTC))


@pytest.fixture
def page(enter: Enter, learner: User) -> Page:
    return enter(learner, viewport=WIDE)


def test_the_rules_would_notice_a_fault(visitor: Enter) -> None:
    page = visitor()
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('form').append(document.createElement('select'))")
    assert any("select-name" in fault for fault in faults(page))


@pytest.mark.parametrize("path", ["/", "/help/", "/privacy/", "/accounts/signup/", "/accounts/login/"])
def test_pages_before_the_log_in_are_accessible(visitor: Enter, path: str) -> None:
    page = visitor(viewport=WIDE)
    page.goto(path)
    expect_clean(page)


def test_the_answered_question_of_the_first_page_is_accessible(visitor: Enter) -> None:
    page = visitor(viewport=WIDE)
    page.goto("/")
    page.get_by_label("The Secretary-General").check()
    expect(page.get_by_role("status")).to_contain_text("Not quite.")
    expect_clean(page, narrow=True)
    page.get_by_label("The General Assembly").check()
    expect(page.get_by_role("status")).to_contain_text("Right.")
    expect(page.get_by_role("status")).to_contain_text("Uniting for Peace")


def test_the_pages_without_an_account_are_accessible(visitor: Enter) -> None:
    factories.to_try(6)
    page = visitor(viewport=WIDE)
    page.goto("/")
    expect_clean(page, narrow=True)
    for number in range(1, 7):
        page.get_by_label("distractor 1").click()
        page.get_by_role("button", name="Check answer").click()
        expect(page.get_by_role("status")).to_contain_text("Not quite")
        if number == 1:
            expect_clean(page, narrow=True)
        page.locator("[data-check]").click()
        expect(page).to_have_url(re.compile(f"/try/({number + 1}|end)/$"))
    for path in ("/try/end/", "/accounts/signup/", "/"):
        page.goto(path)
        expect_clean(page, narrow=True)


def test_the_ways_in_are_accessible(visitor: Enter, enter: Enter, learner: User, watch: Watch) -> None:
    watch.allow("404: GET")  # two of the pages say that a code or link does not work
    code = factories.classroom(name="10B").join_code
    office = factories.user(is_staff=True, is_superuser=True)
    _row, token = instructors.invite(name="Ada Ley", email="ada@example.org", by=office, now=datetime.now(UTC))
    ways = (f"/classrooms/join/{code}/", "/classrooms/join/XXXX/", f"/instructors/invitation/{token}/")
    own = ("/accounts/password/change/", "/account/data/", "/account/data/delete/", "/goodbye/")
    seen = {
        None: (*ways, "/instructors/invitation/none/", f"/accounts/login/?next={ways[0]}"),
        learner: (*ways, "/account/username/", "/accounts/2fa/", "/accounts/email/", *own),
        office: ("/instructors/",),
    }
    for person, paths in seen.items():
        page = enter(person, viewport=WIDE) if person else visitor(viewport=WIDE)
        for path in paths:
            page.goto(path)
            expect_clean(page, narrow=True)


def test_boards_emblems_and_goals_are_accessible(enter: Enter, learner: User) -> None:
    now, instructor = datetime.now(UTC), factories.user("instructor", is_staff=True)
    room = factories.classroom(instructor=instructor, students=[learner])
    given = factories.assignment(room, factories.quiz(1), opens_at=now - timedelta(days=20))
    for marks, person in enumerate([factories.user(), factories.user(), factories.user(), factories.user(), learner]):
        if person != learner:
            factories.member(room, person, nickname=f"bird {marks}")
        graded(person, given, marks, at=now - timedelta(days=8))
    graded(learner, given, 2, at=now - timedelta(hours=1))
    factories.attempt(learner, factories.quiz(2), now=now - timedelta(hours=2), right=2, submit=True)
    here = f"/classrooms/{room.pk}/"
    page = enter(learner, viewport=WIDE)
    for path in (f"{here}board/", f"{here}board/?all", here, f"{here}me/", "/account/"):
        page.goto(path)
        expect(page.locator("main")).not_to_contain_text("Log in")
        expect_clean(page, narrow=True)
    page.goto("/")
    page.get_by_text("Set a weekly goal").click()
    expect_clean(page, narrow=True)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Change your goal").click()
    expect_clean(page, narrow=True)
    page = enter(instructor, viewport=WIDE)
    for path in (f"{here}settings/", f"{here}projector/"):
        page.goto(path)
        expect_clean(page)


def test_the_list_and_the_rules_of_a_quiz_are_accessible(page: Page, learner: User) -> None:
    quiz = samples.quiz("single_choice", time_limit=10, pass_mark=50, attempts_allowed=3)
    attempts.submit(acts.started(learner, quiz, now=datetime.now(UTC)), now=datetime.now(UTC))
    attempts.start_practice(learner, Wish(), now=datetime.now(UTC))
    asks = ("/practice/", "/practice/running/")
    for path in ("/quizzes/", f"/quizzes/{quiz.slug}/", *asks, "/progress/", "/", "/certificates/?number=1"):
        page.goto(path)
        expect_clean(page)


@pytest.mark.parametrize("slots", [(1, 2, 3), (4, 5, 6), (7, 8, 9)])
def test_a_question_of_every_type_is_accessible(page: Page, attempt: Attempt, slots: tuple[int, ...]) -> None:
    for slot in slots:
        acts.open_question(page, attempt, slot)
        expect(page.locator("html.scripted")).to_have_count(1)
        expect_clean(page, narrow=True)


def test_with_forced_colors_what_is_chosen_here_and_focused_can_be_told_apart(
    enter: Enter, learner: User, attempt: Attempt
) -> None:
    page = enter(learner, viewport=WIDE, forced_colors="active")
    acts.open_question(page, attempt)
    acts.choose(page, "The Security Council")
    acts.expect_saved(page)
    page.keyboard.press("Tab")
    wait_for_rest(page)

    def style(selector: str, *names: str) -> list[str]:
        return page.eval_on_selector(
            selector, "(one, names) => names.map((name) => getComputedStyle(one)[name])", names
        )

    badge, border = ("backgroundColor", "borderTopColor"), ("borderTopWidth",)
    assert style(".opt-input:checked + .letter", *badge) != style(".opt-input:not(:checked) + .letter", *badge)
    assert style(".opt:has(:checked)", *border) != style(".opt:not(:has(:checked))", *border)
    assert style(".dots .done", *border) != style(".dots li:not(.done)", *border)
    assert style(".dots .here", "outlineStyle") != style(".dots li:not(.here)", "outlineStyle")
    assert style(":focus-visible", "outlineStyle") == ["solid"]


@pytest.mark.smoke
def test_all_questions_on_one_page_and_the_summary_are_accessible(page: Page, attempt: Attempt) -> None:
    page.goto(f"/attempts/{attempt.pk}/all/")
    acts.choose(page, "The Security Council")
    acts.expect_saved(page, 1)
    expect_clean(page)
    for path in ("summary/", "unanswered/"):
        page.goto(f"/attempts/{attempt.pk}/{path}")
        expect_clean(page, narrow=True)


def test_what_goes_wrong_is_told_accessibly(
    page: Page, learner: User, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.clock.install()
    acts.move_deadline(attempt, datetime.now(UTC), seconds=90)
    acts.open_question(page, attempt, 4)
    acts.time_passes(page, monkeypatch, 31)
    expect(page.locator("[data-notice]")).to_have_text("1 minute left.")
    saving.save(attempt.pk, learner, slot=4, fields={"text": ["DPPA"]}, revision=1, now=datetime.now(UTC))
    page.get_by_role("textbox").fill("DPO")
    expect(page.get_by_role("button", name="Keep this one")).to_be_visible()
    page.context.set_offline(True)
    expect(acts.banner(page)).to_be_visible()
    expect_clean(page, narrow=True)


def test_result_history_timeline_and_deadline_are_accessible(page: Page, learner: User, attempt: Attempt) -> None:
    now = datetime.now(UTC)
    for slot, fields in (
        (1, {"choice": ["1"]}),
        (2, {"choice": ["1"]}),
        (4, {"text": ["DPPA"]}),
        (9, {"text": ["Consent."]}),
    ):
        saving.save(attempt.pk, learner, slot=slot, fields=fields, revision=1, now=now)
    attempts.submit(attempt, now=now)
    for path in ("result/", "timeline/", "deadline/"):
        page.goto(f"/attempts/{attempt.pk}/{path}")
        expect_clean(page)
    page.goto("/attempts/")
    expect_clean(page)


def test_pages_to_read_are_accessible(page: Page, learner: User) -> None:
    factories.study()
    for path in (
        "",
        "units/unit/",
        "notes/note/?source=source&paragraph=1",
        "glossary/",
        "timeline/",
        "who-does-what/",
    ):
        page.goto(f"/learn/{path}")
        expect_clean(page, narrow=True)


def test_a_unit_with_its_check_and_a_question_on_a_case_are_accessible(page: Page, learner: User) -> None:
    now, facts = datetime.now(UTC), "**The map.** A river.\n\n| When | What |\n| --- | --- |\n| Day 1 | Shots |"
    factories.note("case-hestria", facts, kind="case", title="Case: Hestria")
    on_the_case = factories.single_choice() | {"case": "case-hestria"}
    check = factories.quiz([factories.question(on_the_case), factories.question(on_the_case)], feedback="homework")
    factories.study()
    Unit.objects.update(check_quiz=check)
    won = factories.attempt(learner, check, now=now, right=2, submit=True)
    running = acts.started(learner, check, now=now)
    for path in ("/learn/", "/learn/units/unit/", f"/attempts/{won.pk}/result/", f"/attempts/{running.pk}/all/"):
        page.goto(path)
        expect_clean(page, narrow=True)
