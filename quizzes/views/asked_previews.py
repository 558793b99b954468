"""The pages of a running preview that ask, as `asked` has them for attempts, and the answers that they post."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse

from quizzes.models.previews import PreviewAnswer
from quizzes.reports import previews as report
from quizzes.reports.cards import Card, scripts_of, with_cases
from quizzes.services import previews
from quizzes.views.kept_previews import OpenPreview, frame, keep, page
from quizzes.views.posted_answers import Posted, read_form
from quizzes.views.requests import LoggedInRequest


def save_answers(request: LoggedInRequest, opened: OpenPreview, slot: int, *, now: datetime) -> Posted:
    """Keep what a form posts, of one question or of all (0); what may be wrong with it is told as in an attempt."""
    if request.method != "POST":
        return Posted()

    def keep_one(answer: PreviewAnswer, response: object, _revision: int) -> None:
        previews.save(answer, response, now=now)

    posted = read_form(request.POST, opened.paper, _answers(opened, slot), keep_one)
    keep(request, opened.quiz, opened.preview)
    return posted


def question_page(
    request: LoggedInRequest, opened: OpenPreview, slot: int, posted: Posted, *, now: datetime
) -> HttpResponse:
    """Show the page of one question; 409 where something that was posted is refused."""
    [here] = _answers(opened, slot)
    [card] = _cards(opened, [here], posted)
    context = {
        **frame(opened, slot, now=now),
        "card": card,
        "scripts": card.scripts,
        "keys": report.key_cards([here], opened.paper) if opened.shows_answers and not here.is_checked else [],
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not opened.preview.reached_slot else None,
        "next": slot + 1 if slot < len(opened.paper) else None,
        "conflict": posted.refused.get(slot),
        "unread": posted.unread,
    }
    return page(request, "attempts/question", opened.quiz, context, status=409 if posted.refused else 200)


def all_page(request: LoggedInRequest, opened: OpenPreview, posted: Posted, *, now: datetime) -> HttpResponse:
    """Show the page of all questions; 409 where something that was posted is refused."""
    answers = opened.preview.answers
    cards = _cards(opened, answers, posted)
    context = {
        **frame(opened, 0, now=now),
        "cards": [(card, posted.refused.get(card.slot)) for card in cards],
        "scripts": scripts_of(cards),
        "keys": report.key_cards(answers, opened.paper) if opened.shows_answers else [],
        "unread": posted.unread,
    }
    return page(request, "attempts/all", opened.quiz, context, status=409 if posted.refused else 200)


def _answers(opened: OpenPreview, slot: int) -> list[PreviewAnswer]:
    return [answer for answer in opened.preview.answers if answer.slot == slot or not slot]


def _cards(opened: OpenPreview, answers: list[PreviewAnswer], posted: Posted) -> list[Card]:
    texts = {slot: conflict.texts for slot, conflict in posted.refused.items()}
    earned = previews.marked(opened.preview, opened.paper, opened.quiz)
    shown = report.ask_cards(answers, opened.paper, earned, texts, shows_answers=opened.shows_answers)
    return with_cases(shown, at=opened.preview.started_at, before=opened.paper.case_before(answers[0].slot))
