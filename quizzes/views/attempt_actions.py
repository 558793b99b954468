"""What the buttons of an attempt's pages do: one address for each verb. Every one saves the answers of its form first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from quizzes import clock
from quizzes.errors import NotFound
from quizzes.models import Answer, Attempt, papers
from quizzes.models.papers import Paper
from quizzes.services import attempts, missed, reviews
from quizzes.views.asked import all_page, question_page
from quizzes.views.posted_answers import page_of, save_form
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE, own_attempt


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed: of which question (0: of none), and on the page of which one (0: of all)."""

    attempt: Attempt
    paper: Paper
    slot: int
    page: int
    now: datetime

    def at(self, name: str, *arguments: int) -> str:
        return reverse(f"quizzes:attempt_{name}", args=[self.attempt.pk, *arguments])

    def back(self, part: str = "question") -> str:
        """Return the page it was pressed on, at this part of the question."""
        return self.at("question", self.page) if self.page else f"{self.at('all')}#{part}-{self.slot}"


class Action(Protocol):
    def __call__(self, request: LoggedInRequest, pk: int, slot: int = 0) -> HttpResponse: ...


def button(*, minds_unread: bool = True) -> Callable[[Callable[[Pressed], str]], Action]:
    """Make a view of what a button does, which returns the address to go on at.

    Before that the answers of the form are saved. Where one is refused, or one that was saved just now cannot all be
    read, the page comes back once with remarks instead; a second press changes nothing, so it goes on.
    """

    def decorate(act: Callable[[Pressed], str]) -> Action:
        @never_cache
        @READ_WRITE
        @wraps(act)
        def view(request: LoggedInRequest, pk: int, slot: int = 0) -> HttpResponse:
            now = clock.now()
            attempt = own_attempt(request.user, pk, now=now)
            if not attempt.is_in_progress:
                return redirect(attempt)
            if request.method != "POST":  # a learner came back to the address of a page with remarks
                return redirect("quizzes:attempt_question", pk=pk, slot=slot) if slot else redirect(attempt)
            paper = papers.of_attempt(pk, request.user.pk)
            if slot and slot not in paper:
                raise NotFound
            page = page_of(request.POST, slot, paper)
            if attempt.reached_slot not in (0, page):
                return redirect(attempt)
            posted = save_form(request, paper, [page] if page else paper.questions, now=now)
            if posted.stays(minds_unread=minds_unread):
                if page:
                    return question_page(request, attempt, paper, page, posted, now=now)
                return all_page(request, attempt, paper, posted, now=now)
            return redirect(act(Pressed(attempt, paper, slot, page, now)))

        return view

    return decorate


# Turning pages --------------------------------------------------------------------------------------------------------


@button()
def attempt_turn(pressed: Pressed) -> str:
    """Go to the page of another question."""
    return pressed.at("question", pressed.slot)


@button()
def attempt_advance(pressed: Pressed) -> str:
    """Leave a question for the next one, without a way back where the quiz has none."""
    if pressed.slot == len(pressed.paper):
        return pressed.at("summary")
    if not pressed.attempt.reached_slot:
        return pressed.at("question", pressed.slot + 1)
    return pressed.at("question", attempts.advance(pressed.attempt, from_slot=pressed.slot, now=pressed.now))


@button()
def attempt_review(pressed: Pressed) -> str:
    return pressed.at("summary")


@button()
def attempt_one_page(pressed: Pressed) -> str:
    return pressed.at("all")


# Practice -------------------------------------------------------------------------------------------------------------


@button()
def attempt_check(pressed: Pressed) -> str:
    _keep_missed(pressed, attempts.check(pressed.paper, slot=pressed.slot, now=pressed.now))
    return pressed.back("verdict")


@button()
def attempt_show(pressed: Pressed) -> str:
    _keep_missed(pressed, attempts.show(pressed.paper, slot=pressed.slot, now=pressed.now))
    return pressed.back("verdict")


def _keep_missed(pressed: Pressed, answer: Answer) -> None:
    """Make review cards of what was not right."""
    if answer.exact_fraction is not None and answer.exact_fraction < 1:
        missed.of_practice(pressed.attempt, now=pressed.now)


@button()
def attempt_to_deck(pressed: Pressed) -> str:
    reviews.add_from(pressed.attempt, slot=pressed.slot, now=pressed.now)
    return pressed.back("verdict")


@button()
def attempt_try_again(pressed: Pressed) -> str:
    attempts.try_again(pressed.paper, slot=pressed.slot, now=pressed.now)
    return pressed.back()


# Flags ----------------------------------------------------------------------------------------------------------------


@button(minds_unread=False)
def attempt_set_flag(pressed: Pressed) -> str:
    attempts.flag(pressed.attempt, slot=pressed.slot, is_flagged=True, now=pressed.now)
    return pressed.back()


@button(minds_unread=False)
def attempt_clear_flag(pressed: Pressed) -> str:
    attempts.flag(pressed.attempt, slot=pressed.slot, is_flagged=False, now=pressed.now)
    return pressed.back()
