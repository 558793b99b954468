"""The pages of a running attempt that ask: one question, or all on one page. In practice with what was said of those checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render

from quizzes import entitlements
from quizzes.models import Attempt, Question, User
from quizzes.models.papers import Paper
from quizzes.question_types.fields import MAX_ANSWER
from quizzes.reports import attempts as report
from quizzes.reports import cards, judged_cards, practice_names, review_cards
from quizzes.views.posted_answers import Conflict, Posted
from quizzes.views.requests import LoggedInRequest


def question_page(
    request: LoggedInRequest, attempt: Attempt, paper: Paper, slot: int, posted: Posted, *, now: datetime
) -> HttpResponse:
    """Show the page of one question; 409 where something that was posted is refused, and stands in it with the reason."""
    answers = report.answer_states(attempt)
    here = next(answer for answer in answers if answer.slot == slot)
    card = cards_to_answer(attempt, paper, [here], request.user, posted.refused, now=now)[0]
    context = {
        **page_context(attempt, answers, slot, now=now),
        "card": card,
        "scripts": card.scripts,
        "in_deck": review_cards.in_deck(attempt) if card.is_checked else {},
        "slot": slot,
        "previous": slot - 1 if slot > 1 and not attempt.reached_slot else None,
        "next": slot + 1 if slot < len(answers) else None,
        "conflict": posted.refused.get(slot),
        "unread": posted.unread,
    }
    return render(request, "quizzes/attempts/question.jinja", context, status=409 if posted.refused else 200)


def all_page(
    request: LoggedInRequest, attempt: Attempt, paper: Paper, posted: Posted, *, now: datetime
) -> HttpResponse:
    """Show the page of all questions; 409 where something that was posted is refused, and stands in it with the reason."""
    answers = report.answer_states(attempt)
    shown = cards_to_answer(attempt, paper, answers, request.user, posted.refused, now=now)
    context = {
        **page_context(attempt, answers, 0, now=now),
        "cards": [(card, posted.refused.get(card.slot)) for card in shown],
        "scripts": cards.scripts_of(shown),
        "in_deck": review_cards.in_deck(attempt) if any(card.is_checked for card in shown) else {},
        "unread": posted.unread,
    }
    return render(request, "quizzes/attempts/all.jinja", context, status=409 if posted.refused else 200)


def page_context(attempt: Attempt, answers: list[report.AnswerState], here: int, *, now: datetime) -> dict[str, object]:
    """Return what every page of a running attempt shows around the questions."""
    practice_names.name([attempt])
    return {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "overview": report.overview(attempt, answers, here=here),
        "seconds_left": attempt.seconds_left(now),
        "is_practice": attempt.preset == "practice",
        "has_marks": attempt.preset != "survey",
        "may_switch": not attempt.reached_slot,
        "longest": MAX_ANSWER,
    }


def cards_to_answer(
    attempt: Attempt,
    paper: Paper,
    answers: list[report.AnswerState],
    learner: User,
    refused: Mapping[int, Conflict],
    *,
    now: datetime,
) -> list[cards.Card]:
    """Return cards to answer, with their cases; in practice those of checked answers say what was right, but for questions that
    are secret now.
    """
    texts = {slot: conflict.texts for slot, conflict in refused.items()}
    if attempt.preset == "practice":
        shown = _practice_cards(attempt, paper, answers, learner, texts, now=now)
    else:
        shown = [cards.ask_card(answer, paper[answer.slot], refused=texts.get(answer.slot, ())) for answer in answers]
    return cards.with_cases(shown, at=attempt.started_at, before=paper.case_before(answers[0].slot))


def _practice_cards(
    attempt: Attempt,
    paper: Paper,
    answers: list[report.AnswerState],
    learner: User,
    texts: Mapping[int, Sequence[cards.RefusedText]],
    *,
    now: datetime,
) -> list[cards.Card]:
    secrecy = entitlements.secrecy_of(learner, now=now)
    held = secrecy.held_back(Question.objects.kept_flags(paper[answer.slot].version.question_id for answer in answers))
    secret = {answer.slot for answer in answers if paper[answer.slot].version.question_id in held}
    tried = cards.tried(attempt, [answer for answer in answers if answer.slot not in secret])
    done: dict[int, cards.Card] = {}
    if checked := [answer.slot for answer in answers if answer.is_checked and answer.slot not in secret]:
        revealed = entitlements.revealed(attempt, learner, now=now, is_checked=True)
        done = {card.slot: card for card in judged_cards.result_cards(attempt, revealed, slots=checked)}
    return [
        done.get(one.slot)
        or cards.ask_card(
            one,
            paper[one.slot],
            is_secret=one.slot in secret,
            refused=texts.get(one.slot, ()),
            verdict=tried.get(one.slot, ""),
        )
        for one in answers
    ]
