"""Editing points in the workshop after attempts: the choice for each assignment, by keyboard and without a fault of axe."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from quizzes.models import QuizItem
from tests.admin import cast
from tests.browser.looking import NARROW, WIDE, expect_fits, faults, resize

Enter = Callable[..., Page]


def test_an_instructor_re_marks_one_class_by_new_points(enter: Enter, database: None) -> None:
    ada, sam = cast.instructor("ada"), cast.learner("sam")
    quiz = cast.quiz(ada, cast.question(owner=ada))
    given = [cast.assignment(cast.classroom(ada, sam, name=name), quiz) for name in ("10B", "11C")]
    made = [cast.attempt(sam, each, {1: {"choice": ["0"]}}) for each in given]
    QuizItem.objects.update(points=5)
    page = enter(ada)
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/points/")
    expect(page.get_by_label("10B")).to_have_value("keep")
    assert faults(page) == []
    resize(page, NARROW)
    assert faults(page) == []
    expect_fits(page)
    page.get_by_label("11C").select_option("remark")
    page.get_by_label("Reason").fill("It weighs more.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 attempt re-marked.")).to_be_visible()
    for row in made:
        row.refresh_from_db()
    assert [row.marks for row in made] == [1, 5]


def test_the_choices_of_a_draw_rule_can_be_read_on_a_laptop(enter: Enter, database: None) -> None:
    ada = cast.instructor("ada")
    quiz = cast.quiz(ada, cast.question(owner=ada))
    page = enter(ada)
    resize(page, WIDE)
    page.goto(f"/admin/quizzes/quiz/{quiz.pk}/compose/")
    choices = page.locator(".ws-cell").first.get_by_role("combobox").all()
    widths = [box["width"] for choice in choices if (box := choice.bounding_box())]
    assert len(widths) == 6
    assert min(widths) > 100
    expect_fits(page)
