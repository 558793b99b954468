"""The review deck: its cards, and every answer given there. A question that is secret now is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import F, OuterRef, Subquery

from quizzes.models import QuestionVersion, ReviewCard, ReviewLog, version_cache
from quizzes.models.reviews import GRADES, STAGES
from quizzes.reports.own_data.parts import AT_ONCE, Reader, Row, batches, held_words

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class CardAnnotations(TypedDict):
    """The version that a card shows, and whether its question is kept for exams."""

    latest: int | None
    is_kept: bool


class LogAnnotations(TypedDict):
    """The question that was answered, and whether it is kept for exams."""

    question: int
    is_kept: bool


STAGE, GRADE = dict(STAGES), dict(GRADES)
CARD = [
    "id",
    "question",
    "stage",
    "stability_days",
    "difficulty",
    "reviews",
    "reviewed_at",
    "due_at",
    "added_at",
    "missed_at",
    "suspended",
    "put_off_until",
    "held_back",
]


def review_cards(reader: Reader) -> Iterator[Row]:
    ready = QuestionVersion.objects.ready().filter(question=OuterRef("question")).values("pk")[:1]
    cards = ReviewCard.objects.of(reader.person).order_by("pk")
    cards = cards.annotate(latest=Subquery(ready), is_kept=F("question__is_kept_for_exams"))
    rows = cast("Iterable[WithAnnotations[ReviewCard, CardAnnotations]]", cards.iterator(chunk_size=AT_ONCE))
    for some in batches(rows):
        versions = version_cache.get_many({card.latest for card in some if card.latest})
        held = _held_back({card.question_id: card.is_kept for card in some}, reader)
        for card in some:
            version = versions.get(card.latest) if card.latest else None
            yield dict.fromkeys(CARD) | _card(card) | _question(card.question_id, version, held)


def _card(card: ReviewCard) -> Row:
    return {
        "id": card.pk,
        "stage": str(STAGE[card.stage]),
        "stability_days": card.stability,
        "difficulty": card.difficulty,
        "reviews": card.reviews,
        "reviewed_at": card.reviewed_at,
        "due_at": card.due_at,
        "added_at": card.created_at,
        "missed_at": card.missed_at,
        "suspended": card.is_suspended,
        "put_off_until": card.buried_until,
    }


ANSWER = [
    "card",
    "answer_number",
    "at",
    "question",
    "your_answer",
    "right",
    "sure",
    "grade",
    "stage_before",
    "due_at_before",
    "stability_days_before",
    "difficulty_before",
    "reviewed_at_before",
    "held_back",
]


def review_answers(reader: Reader) -> Iterator[Row]:
    logs = ReviewLog.objects.filter(learner=reader.person).order_by("pk")
    logs = logs.annotate(question=F("version__question"), is_kept=F("version__question__is_kept_for_exams"))
    rows = cast("Iterable[WithAnnotations[ReviewLog, LogAnnotations]]", logs.iterator(chunk_size=AT_ONCE))
    for some in batches(rows):
        versions = version_cache.get_many({log.version_id for log in some})
        held = _held_back({log.question: log.is_kept for log in some}, reader)
        for log in some:
            version = versions[log.version_id]
            row = dict.fromkeys(ANSWER) | _log(log) | _question(log.question, version, held)
            yield row if row["held_back"] else row | _given(log, version)


def _log(log: ReviewLog) -> Row:
    return {
        "card": log.card_id,
        "answer_number": log.number,
        "at": log.at,
        "grade": str(GRADE[log.grade]),
        "stage_before": str(STAGE[log.stage]),
        "due_at_before": log.due_at,
        "stability_days_before": log.stability,
        "difficulty_before": log.difficulty,
        "reviewed_at_before": log.reviewed_at,
    }


def _given(log: ReviewLog, version: QuestionVersion) -> Row:
    words = None if log.response is None else version.kind.response_words(version.parsed, log.response)
    return {"your_answer": words, "right": log.is_right, "sure": log.is_sure}


def _held_back(kept: Mapping[int, bool], reader: Reader) -> dict[int, str]:
    """Return why questions stay out (1 query where an exam is held)."""
    return {question: held_words(exam) for question, exam in reader.secrecy.held_back(kept).items()}


def _question(question: int, version: QuestionVersion | None, held: Mapping[int, str]) -> Row:
    if question in held:
        return {"held_back": held[question]}
    return {"question": version.stem if version else None}
