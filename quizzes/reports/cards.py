"""Cards: one question of an attempt as a page shows it. Read only; the caller says what is revealed, and what is secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quizzes.errors import Text
from quizzes.models import Answer, Attempt, AttemptEvent, Question, QuestionSource, QuestionVersion
from quizzes.models.papers import PaperQuestion
from quizzes.models.previews import PreviewAnswer
from quizzes.models.study import with_notes
from quizzes.question_types.base import Remark, Shown
from quizzes.reports import cases
from quizzes.reports.attempts import AnswerState
from quizzes.reports.cases import CaseText

ASK, REVIEW, REVEAL, HELD = "ask", "review", "reveal", "held"


@dataclass(frozen=True)
class Card:
    """One question as a page shows it, in one of four states: ask, review (own answer, unjudged), reveal, held (nothing of it)."""

    slot: int
    state: str
    template: str
    stem: str
    points: Decimal
    instruction: Text
    scoring_note: Text
    card: Shown
    revision: int = 0
    is_answered: bool = False
    is_flagged: bool = False
    is_checked: bool = False
    saved_at: datetime | None = None
    marks: Decimal | None = None
    verdict: str = ""  # right, partly, wrong, unanswered, waiting; empty while it may not be said
    explanation: str = ""
    comment: str = ""
    places: Sequence[QuestionSource] = field(default=())
    answer_id: int = 0
    case_slug: str = ""  # the short name of its page of facts
    case: CaseText | None = None
    is_case_known: bool = False  # the question before it has the same case
    scripts: Sequence[str] = ()
    is_secret: bool = False  # another exam asks it: it can be answered, and is not checked or revealed now
    may_be_practiced: bool = False

    @property
    def prefix(self) -> str:
        return f"q{self.slot}-"

    @property
    def is_unread(self) -> bool:
        """Whether some of the answer does not count as it stands."""
        return any(remark["is_unread"] for remark in self.card.get("remarks", {}).values())

    @property
    def stem_id(self) -> str:
        return f"stem-{self.slot}"

    @property
    def is_tried(self) -> bool:
        """Whether practice has checked the answer and has not shown the right one."""
        return self.state == ASK and bool(self.verdict)

    @property
    def is_locked(self) -> bool:
        """Whether the answer cannot be changed before it is tried again."""
        return self.is_checked or self.is_tried

    @property
    def verdict_words(self) -> str:
        return _verdict_words()[self.verdict]


def _verdict_words() -> dict[str, str]:
    return {
        "right": _("Right"),
        "partly": _("Partly right"),
        "wrong": _("Wrong"),
        "unanswered": _("Not answered"),
        "waiting": _("Waiting for marking"),
    }


class AskedRow(Protocol):
    """What a card says of the saving of an answer: a row of any of the tables and queries that have it."""

    @property
    def pk(self) -> int: ...
    @property
    def slot(self) -> int: ...
    @property
    def points(self) -> Decimal: ...
    @property
    def revision(self) -> int: ...
    @property
    def saved_at(self) -> datetime | None: ...
    @property
    def is_answered(self) -> bool: ...
    @property
    def is_flagged(self) -> bool: ...
    @property
    def is_checked(self) -> bool: ...


class RefusedText(NamedTuple):
    """A text that was not stored: of which field, as it was typed, and why."""

    where: str
    text: str
    message: str


def places_of(attempt: Attempt) -> dict[int, list[QuestionSource]]:
    """Return the places that its questions rest on, by question (1 query)."""
    return places_for(Question.objects.filter(versions__answers__attempt=attempt))


def places_for(questions: QuerySet[Question]) -> dict[int, list[QuestionSource]]:
    """Return the places that these questions rest on, by question, each with `note`: a slug, or None (1 query)."""
    places: dict[int, list[QuestionSource]] = {}
    rows = QuestionSource.objects.filter(question__in=questions).select_related("source").defer("source__paragraphs")
    for place in with_notes(rows):
        places.setdefault(place.question_id, []).append(place)
    return places


def ask_card(
    answer: Answer | AnswerState | PreviewAnswer,
    question: PaperQuestion,
    *,
    is_secret: bool = False,
    refused: Sequence[RefusedText] = (),
    verdict: str = "",
) -> Card:
    """Return a card to answer; one that `is_secret` has no check, one that was tried in practice its `verdict`.

    Texts that were `refused` stand in their fields again, in place of what is stored there.
    """
    version = question.version
    shown = version.kind.present(version.parsed, question.layout, answer.response)
    if refused:
        remarks = {one.where: vars(Remark(one.where, version.kind.at_field(one.where, one.message))) for one in refused}
        shown["remarks"] = dict(
            sorted((shown.get("remarks", {}) | remarks).items(), key=lambda one: (len(one[0]), one[0]))
        )
        shown["typed"] = {one.where: one.text for one in refused}
    return Card(**face(answer, version), state=ASK, card=shown, is_secret=is_secret, verdict=verdict)


def tried(attempt: Attempt, answers: Sequence[AnswerState]) -> dict[int, str]:
    """Return how the answers did that practice has checked as they stand and left open, by slot (1 query)."""
    open_ones = {answer.slot: answer for answer in answers if not answer.is_checked}
    checks = AttemptEvent.objects.filter(attempt=attempt, kind=AttemptEvent.Kind.CHECKED, slot__in=open_ones)
    return {
        answer.slot: tried_verdict(answer.is_answered, float(details.get("fraction") or 0))
        for slot, revision, details in checks.values_list("slot", "revision", "details")
        if (answer := open_ones.get(slot or 0)) and revision == answer.revision
    }


def tried_verdict(is_answered: bool, fraction: float) -> str:
    if not is_answered:
        return "unanswered"
    return "partly" if fraction > 0 else "wrong"


def face(answer: AskedRow, version: QuestionVersion) -> dict[str, Any]:
    """Return what a card says of its question and of the saving of its answer, whatever its state."""
    kind, spec = version.kind, version.parsed
    return {
        "slot": answer.slot,
        "template": f"quizzes/question_types/{kind.key}.jinja",
        "stem": spec.stem,
        "points": answer.points,
        "instruction": kind.instruction,
        "scoring_note": kind.scoring_note(spec),
        "revision": answer.revision,
        "is_answered": answer.is_answered,
        "is_flagged": answer.is_flagged,
        "is_checked": answer.is_checked,
        "saved_at": answer.saved_at,
        "answer_id": answer.pk,
        "case_slug": spec.case,
        "scripts": kind.scripts,
    }


def with_cases(shown: Sequence[Card], *, at: datetime, before: str = "") -> list[Card]:
    """Return the cards, each with its page of facts as it stood then (2 queries, none where no question has a case).

    `before` is the case of the question that comes before the first.
    """
    texts = cases.texts({card.case_slug for card in shown if card.case_slug}, at=at)
    previous = [before, *(card.case_slug for card in shown)]
    return [
        replace(card, case=texts.get(card.case_slug), is_case_known=card.case_slug == last) if card.case_slug else card
        for card, last in zip(shown, previous, strict=False)
    ]


def scripts_of(cards: Iterable[Card]) -> list[str]:
    """Return the names of the scripts that these cards need, each once."""
    return sorted({name for card in cards for name in card.scripts})
