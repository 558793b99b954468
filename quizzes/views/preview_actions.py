"""What the buttons of a preview's pages do: one address for each verb, as `attempt_actions` has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from quizzes import clock
from quizzes.errors import NotFound
from quizzes.services import previews
from quizzes.views.asked_previews import all_page, question_page, save_answers
from quizzes.views.kept_previews import OpenPreview, keep, open_preview
from quizzes.views.posted_answers import page_of
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed: of which question (0: of none), and on the page of which one (0: of all)."""

    opened: OpenPreview
    slot: int
    page: int

    def at(self, name: str, *arguments: int) -> str:
        return self.opened.at(f"attempt_{name}", *arguments)

    def back(self, part: str = "question") -> str:
        """Return the page it was pressed on, at this part of the question."""
        return self.at("question", self.page) if self.page else f"{self.at('all')}#{part}-{self.slot}"


class Action(Protocol):
    def __call__(self, request: LoggedInRequest, slug: str, slot: int = 0) -> HttpResponse: ...


def button(*, minds_unread: bool = True) -> Callable[[Callable[[Pressed], str]], Action]:
    """Make a view of what a button does, which returns the address to go on at; the answers are kept before that."""

    def decorate(act: Callable[[Pressed], str]) -> Action:
        @never_cache
        @READ_WRITE
        @wraps(act)
        def view(request: LoggedInRequest, slug: str, slot: int = 0) -> HttpResponse:
            now = clock.now()
            opened = open_preview(request, slug, now=now)
            if opened is None or not opened.attempt.is_in_progress or request.method != "POST":
                return redirect("quizzes:quiz_preview_go_on", slug=slug)
            if slot and slot not in opened.paper:
                raise NotFound
            page = page_of(request.POST, slot, opened.paper)
            if opened.preview.reached_slot not in (0, page):
                return redirect(opened.where)
            posted = save_answers(request, opened, page, now=now)
            if posted.stays(minds_unread=minds_unread):
                if page:
                    return question_page(request, opened, page, posted, now=now)
                return all_page(request, opened, posted, now=now)
            where = act(Pressed(opened, slot, page))
            keep(request, opened.quiz, opened.preview)
            return redirect(where)

        return view

    return decorate


@button()
def quiz_preview_turn(pressed: Pressed) -> str:
    return pressed.at("question", pressed.slot)


@button()
def quiz_preview_advance(pressed: Pressed) -> str:
    preview = pressed.opened.preview
    if pressed.slot == len(pressed.opened.paper):
        return pressed.at("summary")
    if preview.reached_slot:
        previews.advance(preview, from_slot=pressed.slot)
    return pressed.at("question", preview.reached_slot or pressed.slot + 1)


@button()
def quiz_preview_review(pressed: Pressed) -> str:
    return pressed.at("summary")


@button()
def quiz_preview_one_page(pressed: Pressed) -> str:
    return pressed.at("all")


@button()
def quiz_preview_check(pressed: Pressed) -> str:
    previews.check(pressed.opened.preview, pressed.opened.paper, pressed.opened.quiz, slot=pressed.slot)
    return pressed.back("verdict")


@button()
def quiz_preview_show(pressed: Pressed) -> str:
    previews.show(pressed.opened.preview, slot=pressed.slot)
    return pressed.back("verdict")


@button()
def quiz_preview_try_again(pressed: Pressed) -> str:
    previews.try_again(pressed.opened.preview, slot=pressed.slot)
    return pressed.back()


@button(minds_unread=False)
def quiz_preview_set_flag(pressed: Pressed) -> str:
    previews.flag(pressed.opened.preview, slot=pressed.slot, is_flagged=True)
    return pressed.back()


@button(minds_unread=False)
def quiz_preview_clear_flag(pressed: Pressed) -> str:
    previews.flag(pressed.opened.preview, slot=pressed.slot, is_flagged=False)
    return pressed.back()
