"""What the pages of a preview show, by the same cards and words as those of an attempt. Read only.

Whether answers are shown is their author's switch: without it nothing of a key is in any card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from quizzes import marking, terms
from quizzes.marking import Earned
from quizzes.models import Attempt, Question, QuestionSource, QuestionVersion, Quiz, User
from quizzes.models.papers import Paper
from quizzes.models.previews import Preview, PreviewAnswer
from quizzes.reports import cards, judged_cards
from quizzes.reports.cards import Card, RefusedText
from quizzes.reports.judged_cards import JudgedAnswer

Earnings = Mapping[int, Earned]  # by slot


def attempt_of(preview: Preview, quiz: Quiz, viewer: User, *, now: datetime, earned: Earnings | None = None) -> Attempt:
    """Return the preview as the attempt that it would be, never saved; with what its answers earned once it has ended."""
    attempt = Attempt(
        pk=0,
        learner=viewer,
        quiz=quiz,
        number=1,
        started_at=preview.started_at,
        due_at=preview.due_at,
        limit=preview.limit,
        max_marks=sum((answer.points for answer in preview.answers), Decimal(0)),
        reached_slot=preview.reached_slot,
        submitted_at=preview.ended_at(now),
    )
    if attempt.submitted_at is not None:
        is_by_hand = preview.submitted_at is not None
        attempt.closed_by = Attempt.ClosedBy.LEARNER if is_by_hand else Attempt.ClosedBy.DEADLINE
        marks = [result.marks for result in (earned or {}).values()]
        known = [mark for mark in marks if mark is not None]
        attempt.status = Attempt.Status.GRADED if len(known) == len(marks) else Attempt.Status.AWAITING_MARKING
        attempt.exact_marks = marking.total(known) if attempt.is_graded else None
    return attempt


def revealed(preset: str, *, shows_answers: bool) -> terms.Revealed:
    """Return what a result shows: all at once, whenever students see it; of a survey nothing, as ever."""
    return terms.EVERYTHING if shows_answers and preset != "survey" else terms.NOTHING


def ask_cards(
    answers: Sequence[PreviewAnswer],
    paper: Paper,
    earned: Earnings,
    refused: Mapping[int, Sequence[RefusedText]],
    *,
    shows_answers: bool,
) -> list[Card]:
    """Return cards to answer; those that were checked in practice say what was right, where answers are shown."""
    checked = [answer for answer in answers if answer.is_checked and shows_answers]
    done = {card.slot: card for card in result_cards(checked, paper, earned, terms.EVERYTHING)}
    return [
        done.get(answer.slot)
        or cards.ask_card(
            answer,
            paper[answer.slot],
            refused=refused.get(answer.slot, ()),
            verdict=_tried(answer, earned) if answer.is_tried and shows_answers else "",
        )
        for answer in answers
    ]


def _tried(answer: PreviewAnswer, earned: Earnings) -> str:
    return cards.tried_verdict(answer.is_answered, float(earned.get(answer.slot, Earned()).fraction or 0))


def result_cards(answers: Sequence[PreviewAnswer], paper: Paper, earned: Earnings, shown: terms.Revealed) -> list[Card]:
    """Return cards after the fact, as much as `shown` allows (1 query where explanations are)."""
    versions = {paper[answer.slot].version.pk: paper[answer.slot].version for answer in answers}
    places = _places(versions) if answers and shown.explanation else {}
    return [
        judged_cards.result_card(_judged(answer, earned.get(answer.slot, Earned())), shown, places, versions)
        for answer in answers
    ]


def key_cards(answers: Sequence[PreviewAnswer], paper: Paper) -> list[Card]:
    """Return the right answers of questions that are still asked, for their author alone; slots of their own, as ids
    differ."""
    blank = [replace(answer, response=None, is_checked=False, is_tried=False) for answer in answers]
    shown = result_cards(blank, paper, {}, terms.EVERYTHING)
    return [replace(card, slot=card.slot + len(paper)) for card in shown]


def _places(versions: Mapping[int, QuestionVersion]) -> dict[int, list[QuestionSource]]:
    return cards.places_for(Question.objects.filter(pk__in={version.question_id for version in versions.values()}))


def _judged(answer: PreviewAnswer, earned: Earned) -> JudgedAnswer:
    return JudgedAnswer(
        pk=0,
        slot=answer.slot,
        points=answer.points,
        response=answer.response,
        revision=answer.revision,
        saved_at=answer.saved_at,
        is_flagged=answer.is_flagged,
        is_checked=answer.is_checked,
        version_id=answer.version_id,
        layout=answer.layout,
        exact_fraction=earned.fraction,
        exact_marks=earned.marks,
        comment="",
        latest=answer.version_id,
        is_kept=False,
    )
