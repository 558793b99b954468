"""Pages of those who teach: a class, its gradebook and board, and the lists and forms of the workshop, for everybody to use."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quizzes.models import StudyNote
from tests import factories
from tests.admin import cast
from tests.browser.looking import WIDE, expect_clean

Enter = Callable[..., Page]


def test_the_pages_of_a_class_are_accessible_for_both_sides(enter: Enter, database: None) -> None:
    ada, sam = cast.instructor("ada"), cast.learner("sam")
    asked = cast.question(owner=ada)
    room = cast.classroom(ada, sam)
    made = cast.attempt(sam, cast.assignment(room, cast.quiz(ada, asked)), {1: {"choice": ["1"]}})
    own = f"/classrooms/{room.pk}/"
    both = [own, f"{own}board/", f"/topics/{asked.topic.slug}/", f"/attempts/{made.pk}/result/"]
    instructors = [
        f"{own}{page}/" for page in ("gradebook", "members", "memory", "code", "projector", "slips", "archive")
    ]
    for person, paths in ((ada, [*both, *instructors, "/marking/"]), (sam, [*both, f"{own}me/", "/classrooms/"])):
        page = enter(person, viewport=WIDE)
        for path in paths:
            page.goto(path)
            expect_clean(page, narrow=True)


@pytest.mark.parametrize("kind", ["question", "quiz", "unit", "studynote", "glossaryterm"])
def test_lists_and_forms_of_the_workshop_are_accessible(enter: Enter, database: None, kind: str) -> None:
    ada = cast.instructor("ada")
    cast.quiz(ada, cast.question(owner=ada))
    factories.study()
    StudyNote.objects.update(owner=ada)
    page = enter(factories.user(is_staff=True, is_superuser=True), viewport=WIDE)
    page.goto(f"/admin/quizzes/{kind}/")
    expect_clean(page)
    page.locator("#result_list tbody th a").first.click()
    expect(page).to_have_url(re.compile("/change/"))
    expect_clean(page)
