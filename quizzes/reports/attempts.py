"""What a page shows of an attempt: cards of questions, a navigator, the result. Read only; the caller says what is revealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes import terms
from quizzes.models import Answer, Attempt, QuestionSource, QuestionVersion

ASK, REVIEW, REVEAL = "ask", "review", "reveal"


@dataclass(frozen=True)
class Card:
    """One question as a page shows it, in one of three states: ask, review (own answer, unjudged), reveal."""

    slot: int
    state: str
    template: str
    stem: str
    points: Decimal
    instruction: str | Promise
    scoring_note: str | Promise
    card: dict[str, Any]
    revision: int = 0
    is_answered: bool = False
    is_flagged: bool = False
    is_checked: bool = False
    saved_at: Any = None
    marks: Decimal | None = None
    verdict: str = ""  # right, partly, wrong, unanswered, waiting; empty while it may not be said
    explanation: str = ""
    model_answer: str = ""
    comment: str = ""
    places: Sequence[QuestionSource] = field(default=())
    answer_id: int = 0

    @property
    def prefix(self) -> str:
        return f"q{self.slot}-"

    @property
    def stem_id(self) -> str:
        return f"stem-{self.slot}"


@dataclass(frozen=True)
class Place:
    """One entry of the navigator."""

    slot: int
    is_answered: bool
    is_flagged: bool
    is_here: bool
    is_open: bool


@dataclass(frozen=True)
class Overview:
    """The navigator and its counts."""

    places: Sequence[Place]

    @property
    def answered(self) -> int:
        return sum(place.is_answered for place in self.places)

    @property
    def flagged(self) -> int:
        return sum(place.is_flagged for place in self.places)

    @property
    def to_go(self) -> int:
        return len(self.places) - self.answered

    @property
    def unanswered(self) -> list[int]:
        return [place.slot for place in self.places if not place.is_answered]

    @property
    def total(self) -> int:
        return len(self.places)


NAVIGATOR_FIELDS = (
    "slot",
    "response",
    "is_flagged",
    "is_checked",
    "revision",
    "saved_at",
    "points",
    "fraction",
    "marks",
)


def overview(attempt: Attempt, answers: Iterable[Answer], *, here: int = 0) -> Overview:
    """The navigator of an attempt with `here` as the question shown."""
    return Overview(
        [
            Place(
                answer.slot,
                answer.is_answered,
                answer.is_flagged,
                answer.slot == here,
                attempt.reached_slot in (0, answer.slot),
            )
            for answer in answers
        ]
    )


def ask_card(answer: Answer, version: QuestionVersion, layout: list[Any], *, state: str = ASK) -> Card:
    """A card that judges nothing: to answer (ask) or to look over (review)."""
    kind, spec = version.kind, version.parsed
    return Card(
        slot=answer.slot,
        state=state,
        template=f"quizzes/question_types/{kind.key}.html",
        stem=spec.stem,
        points=answer.points,
        instruction=kind.instruction,
        scoring_note=kind.scoring_note(spec),
        card=kind.present(spec, layout, answer.response),
        revision=answer.revision,
        is_answered=answer.is_answered,
        is_flagged=answer.is_flagged,
        is_checked=answer.is_checked,
        saved_at=answer.saved_at,
        answer_id=answer.pk,
    )


def result_cards(attempt: Attempt, revealed: terms.Revealed, *, slots: Iterable[int] | None = None) -> list[Card]:
    """Cards after the fact, showing as much as `revealed` allows (3 queries)."""
    answers = attempt.answers.select_related("version__question")
    if slots is not None:
        answers = answers.filter(slot__in=list(slots))
    rows = list(answers)
    questions = [row.version.question_id for row in rows]
    places: dict[int, list[QuestionSource]] = {}
    latest: dict[int, QuestionVersion] = {}
    if revealed.explanation:
        for place in QuestionSource.objects.filter(question__in=questions).select_related("source"):
            places.setdefault(place.question_id, []).append(place)
        ready = QuestionVersion.objects.ready().filter(question__in=questions).select_related("question")
        latest = {version.question_id: version for version in ready}
    return [_result_card(row, revealed, places, latest) for row in rows]


def _result_card(
    answer: Answer,
    revealed: terms.Revealed,
    places: dict[int, list[QuestionSource]],
    latest: dict[int, QuestionVersion],
) -> Card:
    version, kind = answer.version, answer.version.kind
    shows_key = revealed.right_answer and revealed.correctness
    base = ask_card(answer, version, answer.layout, state=REVEAL if shows_key else REVIEW)
    extra: dict[str, Any] = {}
    if shows_key:
        extra["card"] = kind.reveal(version.parsed, answer.layout, answer.response)
        extra["model_answer"] = kind.model_answer(version.parsed)
    if revealed.marks:
        extra["marks"] = answer.marks
        extra["comment"] = answer.comment
    if revealed.correctness:
        extra["verdict"] = verdict(answer)
    if revealed.explanation:
        source = latest.get(version.question_id, version)
        extra["explanation"] = source.parsed.explanation
        extra["places"] = places.get(version.question_id, [])
    return Card(**{**base.__dict__, **extra})


def verdict(answer: Answer) -> str:
    """One word for how an answer did, for tags and screen readers."""
    if not answer.is_answered:
        return "unanswered"
    if answer.fraction is None:
        return "waiting"
    if answer.fraction == 1:
        return "right"
    return "partly" if answer.fraction > 0 else "wrong"


@dataclass(frozen=True)
class Result:
    """The head of a result page; figures are None while they may not be shown."""

    percent: int | None
    marks: Decimal | None
    max_marks: Decimal
    is_pass: bool | None
    band: str = ""


def result(attempt: Attempt, revealed: terms.Revealed, *, is_pass: bool | None, bands: Iterable[Any]) -> Result:
    """Marks, percent and overall feedback of a graded attempt, if they may be seen."""
    if not revealed.marks or attempt.marks is None:
        return Result(None, None, attempt.max_marks, None)
    percent = int(Fraction(attempt.fraction or 0) * 100 + Fraction(1, 2))
    band = next(
        (row.text for row in sorted(bands, key=lambda row: -row.from_percent) if percent >= row.from_percent), ""
    )
    return Result(percent, attempt.marks, attempt.max_marks, is_pass, band)


def reveal_sentence(preset: str) -> str:
    """When answers are shown, in words for the rules page."""
    return {
        "practice": _("Each answer is checked and explained as soon as you ask for it. Practice is never graded."),
        "homework": _("Marks, right answers and explanations are shown as soon as you submit."),
        "exam": _("Marks, right answers and explanations are shown after the quiz has closed for everybody."),
        "survey": _("This is a survey: there are no marks and no right answers."),
    }[preset]
