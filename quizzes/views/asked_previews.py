"""The pages of a running preview that ask, as `asked` has them for attempts, and the answers that they post."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse

from quizzes.models.previews import PreviewAnswer
from quizzes.reports import previews as report
from quizzes.reports.cards import Card, scripts_of, with_cases
from quizzes.services import previews
from quizzes.views.kept_previews import Running, frame, keep, page
from quizzes.views.posted_answers import Posted, read_form
from quizzes.views.requests import LoggedInRequest


def save_answers(request: LoggedInRequest, found: Running, slot: int, *, now: datetime) -> Posted:
    """Keep what a form posts, of one question or of all (0); what may be wrong with it is told as in an attempt."""
    if request.method != "POST":
        return Posted()

    def keep_one(answer: PreviewAnswer, response: object, _revision: int) -> None:
        previews.save(answer, response, now=now)

    posted = read_form(request.POST, found.paper, _answers(found, slot), keep_one)
    keep(request, found.quiz, found.preview)
    return posted


def question_page(
    request: LoggedInRequest, found: Running, slot: int, posted: Posted, *, now: datetime
) -> HttpResponse:
    """Show the page of one question; 409 where something that was posted is refused."""
    [here] = _answers(found, slot)
    [card] = _cards(found, [here], posted)
    context = {
        **frame(found, slot, now=now),
        "card": card,
        "scripts": card.scripts,
        "keys": report.key_cards([here], found.paper) if found.shows_answers and not here.is_checked else [],
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not found.preview.reached_slot else None,
        "next": slot + 1 if slot < len(found.paper) else None,
        "conflict": posted.refused.get(slot),
        "unread": posted.unread,
    }
    return page(request, "attempts/question", found.quiz, context, status=409 if posted.refused else 200)


def all_page(request: LoggedInRequest, found: Running, posted: Posted, *, now: datetime) -> HttpResponse:
    """Show the page of all questions; 409 where something that was posted is refused."""
    answers = found.preview.answers
    cards = _cards(found, answers, posted)
    context = {
        **frame(found, 0, now=now),
        "cards": [(card, posted.refused.get(card.slot)) for card in cards],
        "scripts": scripts_of(cards),
        "keys": report.key_cards(answers, found.paper) if found.shows_answers else [],
        "unread": posted.unread,
    }
    return page(request, "attempts/all", found.quiz, context, status=409 if posted.refused else 200)


def _answers(found: Running, slot: int) -> list[PreviewAnswer]:
    return [answer for answer in found.preview.answers if answer.slot == slot or not slot]


def _cards(found: Running, answers: list[PreviewAnswer], posted: Posted) -> list[Card]:
    texts = {slot: conflict.texts for slot, conflict in posted.refused.items()}
    earned = previews.marked(found.preview, found.paper, found.quiz)
    shown = report.ask_cards(answers, found.paper, earned, texts, shows_answers=found.shows_answers)
    return with_cases(shown, at=found.preview.started_at, before=found.paper.case_before(answers[0].slot))
