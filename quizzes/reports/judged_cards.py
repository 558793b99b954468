"""Cards after the fact: how an answer did, as much as may be seen of it. Read only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from quizzes import marking, terms
from quizzes.entitlements import HeldExam, Secrecy
from quizzes.models import Answer, Attempt, QuestionSource, QuestionVersion, version_cache
from quizzes.models.prepared import Prepared, prepared
from quizzes.reports.cards import HELD, REVEAL, REVIEW, Card, face, places_of


class JudgedAnswer(NamedTuple):
    """What a result shows of one answer; `latest` is the ready version, whose explanation counts."""

    pk: int
    slot: int
    points: Decimal
    response: object
    revision: int
    saved_at: datetime | None
    is_flagged: bool
    is_checked: bool
    version_id: int
    layout: list[object]
    exact_fraction: Fraction | None
    exact_marks: Fraction | None
    comment: str
    latest: int | None
    is_kept: bool

    @property
    def is_answered(self) -> bool:
        return self.response is not None


JUDGED_ANSWERS: Prepared[tuple[object, ...]] = prepared(
    lambda attempt: (
        Answer.objects.filter(attempt=attempt)
        .order_by("slot")
        .annotate(
            latest=Subquery(
                QuestionVersion.objects.ready().filter(question=OuterRef("version__question")).values("pk")[:1]
            ),
            is_kept=F("version__question__is_kept_for_exams"),
        )
        .values_list(*JudgedAnswer._fields)
    )
)


def result_cards(
    attempt: Attempt,
    revealed: terms.Revealed,
    *,
    secrecy: Secrecy | None = None,
    slots: Collection[int] | None = None,
) -> list[Card]:
    """Return cards after the fact, as much as `revealed` and `secrecy` allow.

    2 queries, 1 more for versions not met before, and 1 where an exam is held. `with_cases` puts their cases to them.
    """
    judged = [JudgedAnswer._make(row) for row in JUDGED_ANSWERS(attempt=attempt)]
    is_over = revealed.anything or slots is not None
    answers = [
        answer
        for answer in judged
        if (slots is None or answer.slot in slots) and (is_over or attempt.has_reached(answer.slot))
    ]
    versions = version_cache.get_many({pk for answer in answers for pk in (answer.version_id, answer.latest) if pk})
    places = places_of(attempt) if revealed.explanation else {}
    kept_for_exams = {versions[answer.version_id].question_id: answer.is_kept for answer in answers}
    held = secrecy.held_back(kept_for_exams) if secrecy else {}
    return [
        _held_card(answer, held[question], revealed)
        if (question := versions[answer.version_id].question_id) in held
        else result_card(answer, revealed, places, versions)
        for answer in answers
    ]


def _held_card(answer: JudgedAnswer, exam: HeldExam | None, revealed: terms.Revealed) -> Card:
    """Return a card without the question and the answer given to it; `exam` is what it is secret for (None: kept for
    exams)."""
    if exam is None:
        words = _("Held back: this question is kept for exams.")
    else:
        words = _("Held back until after %(end)s.") % {"end": exam.end_words}
    return Card(
        slot=answer.slot,
        state=HELD,
        template="",
        stem=words,
        points=answer.points,
        instruction="",
        scoring_note="",
        card={},
        marks=_marks(answer) if revealed.marks else None,
        answer_id=answer.pk,
    )


def result_card(
    answer: JudgedAnswer,
    revealed: terms.Revealed,
    places: Mapping[int, Sequence[QuestionSource]],
    versions: Mapping[int, QuestionVersion],
) -> Card:
    """Return the card of one answer after the fact, as much as `revealed` allows; `versions` has those it names."""
    version = versions[answer.version_id]
    kind, spec = version.kind, version.parsed
    shown: dict[str, Any] = {"state": REVIEW}
    if revealed.right_answer and revealed.correctness:
        shown["state"] = REVEAL
        shown["card"] = kind.reveal(spec, answer.layout, answer.response)
    else:
        shown["card"] = kind.present(spec, answer.layout, answer.response)
    if revealed.marks:
        shown["marks"] = _marks(answer)
        shown["comment"] = answer.comment
    if revealed.correctness:
        shown["verdict"] = verdict(answer)
        shown["may_be_practiced"] = not (answer.is_kept or kind.is_marked_by_hand)
    if kind.is_marked_by_hand and answer.exact_fraction is not None:
        shown["scoring_note"] = ""  # it says that a person will mark it
    if revealed.explanation:
        shown["explanation"] = versions.get(answer.latest or 0, version).parsed.explanation
        shown["places"] = places.get(version.question_id, [])
    return Card(**face(answer, version) | shown)


def _marks(answer: JudgedAnswer) -> Decimal | None:
    return None if answer.exact_marks is None else marking.shown_marks(answer.exact_marks, answer.points)


def verdict(answer: Answer | JudgedAnswer) -> str:
    """Return one word for how an answer did, for tags and screen readers."""
    if not answer.is_answered:
        return "unanswered"
    if answer.exact_fraction is None:
        return "waiting"
    if answer.exact_fraction == 1:
        return "right"
    return "partly" if answer.exact_fraction > 0 else "wrong"
