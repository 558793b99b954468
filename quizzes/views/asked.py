"""The questions of a running attempt as its pages ask them; in practice with what was said of those that were checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from quizzes import entitlements
from quizzes.models import Attempt, Question, User
from quizzes.models.papers import Paper
from quizzes.reports import attempts as report
from quizzes.reports import cards
from quizzes.views.posted_answers import Conflict


def cards_to_answer(
    mine: Attempt,
    paper: Paper,
    answers: list[report.AnswerState],
    learner: User,
    refused: Mapping[int, Conflict],
    *,
    now: datetime,
) -> list[cards.Card]:
    """Cards to answer; in practice those of checked answers say what was right, but for questions that are secret now."""
    texts = {slot: conflict.texts for slot, conflict in refused.items()}
    if mine.preset != "practice":
        return [cards.ask_card(one, paper[one.slot], refused=texts.get(one.slot, ())) for one in answers]
    secrecy = entitlements.secrecy_of(learner, now=now)
    held = secrecy.held_back(Question.objects.kept_flags(paper[answer.slot].version.question_id for answer in answers))
    secret = {answer.slot for answer in answers if paper[answer.slot].version.question_id in held}
    tried = cards.tried(mine, [answer for answer in answers if answer.slot not in secret])
    done: dict[int, cards.Card] = {}
    if checked := [answer.slot for answer in answers if answer.is_checked and answer.slot not in secret]:
        revealed = entitlements.revealed(mine, learner, now=now, is_checked=True)
        done = {card.slot: card for card in cards.result_cards(mine, revealed, slots=checked)}
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
