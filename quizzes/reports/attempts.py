"""What a page shows of an attempt: cards of questions, a navigator, the result. Read only; the caller says what is revealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes import marking, terms
from quizzes.errors import NotFound
from quizzes.models import (
    Answer,
    Assignment,
    Attempt,
    FeedbackBand,
    Question,
    QuestionSource,
    QuestionVersion,
    Quiz,
    User,
    shown,
    version_cache,
)
from quizzes.models.papers import PaperQuestion
from quizzes.models.prepared import Prepared, columns, instance, prepared

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
    def total(self) -> int:
        return len(self.places)


PAGE = 30


OWN: Prepared[tuple[Any, ...]] = prepared(
    lambda learner, attempt: (
        Attempt.objects.taken_by(learner)
        .filter(pk=attempt)
        .values_list(*columns(Attempt), *columns(Quiz, "quiz__"), *columns(Assignment, "assignment__"))
    )
)


class AnswerState(NamedTuple):
    """What the pages of a running attempt show of one answer."""

    pk: int
    slot: int
    points: Decimal
    response: Any
    revision: int
    saved_at: datetime | None
    is_flagged: bool
    is_checked: bool

    @property
    def is_answered(self) -> bool:
        return self.response is not None


ANSWER_STATES: Prepared[tuple[Any, ...]] = prepared(
    lambda attempt: Answer.objects.filter(attempt=attempt).order_by("slot").values_list(*AnswerState._fields)
)


class JudgedAnswer(NamedTuple):
    """What a result shows of one answer; `latest` is the ready version, whose explanation counts."""

    pk: int
    slot: int
    points: Decimal
    response: Any
    revision: int
    saved_at: datetime | None
    is_flagged: bool
    is_checked: bool
    version_id: int
    layout: list[Any]
    exact_fraction: Fraction | None
    exact_marks: Fraction | None
    comment: str
    latest: int | None

    @property
    def is_answered(self) -> bool:
        return self.response is not None


JUDGED_ANSWERS: Prepared[tuple[Any, ...]] = prepared(
    lambda attempt: (
        Answer.objects.filter(attempt=attempt)
        .order_by("slot")
        .annotate(
            latest=Subquery(
                QuestionVersion.objects.ready().filter(question=OuterRef("version__question")).values("pk")[:1]
            )
        )
        .values_list(*JudgedAnswer._fields)
    )
)


def answer_states(attempt: Attempt) -> list[AnswerState]:
    """Return the answers of a running attempt in their order (1 query)."""
    return [AnswerState(*row) for row in ANSWER_STATES(attempt=attempt)]


def revisions(attempt: Attempt) -> dict[int, int]:
    """Return the revision of each answer by slot (1 query)."""
    return dict(Answer.objects.filter(attempt=attempt).values_list("slot", "revision"))


def places_of(attempt: Attempt) -> dict[int, list[QuestionSource]]:
    """Return the places that its questions rest on, by question (1 query)."""
    asked = Question.objects.filter(versions__answers__attempt=attempt)
    places: dict[int, list[QuestionSource]] = {}
    for place in QuestionSource.objects.filter(question__in=asked).select_related("source").defer("source__paragraphs"):
        places.setdefault(place.question_id, []).append(place)
    return places


def own(learner: User, pk: int) -> Attempt:
    """Return the learner's attempt with quiz and assignment; raises NotFound when it is not theirs (1 query)."""
    attempt = own_if_any(learner, pk)
    if attempt is None:
        raise NotFound
    return attempt


def own_if_any(learner: User, pk: int) -> Attempt | None:
    """Return the learner's attempt with quiz and assignment, or None (1 query)."""
    row = OWN.first(learner=learner, attempt=pk)
    if row is None:
        return None
    of_attempt, of_quiz = len(columns(Attempt)), len(columns(Attempt)) + len(columns(Quiz))
    attempt, quiz = instance(Attempt, row[:of_attempt]), instance(Quiz, row[of_attempt:of_quiz])
    assignment = instance(Assignment, row[of_quiz:]) if attempt.assignment_id else None
    return attempt.known_with(quiz, assignment)


def history(learner: User, number: str | None) -> Page[Any]:
    """Return a page of the learner's attempts, the newest first (1 query, 3 where there is more than one page)."""
    attempts = Attempt.objects.taken_by(learner).select_related("quiz", "assignment__quiz", "assignment__classroom")
    first = list(attempts[: PAGE + 1])
    return Paginator(first if len(first) <= PAGE else attempts, PAGE).get_page(number)


def overview(attempt: Attempt, answers: Iterable[AnswerState], *, here: int = 0) -> Overview:
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


def ask_card(answer: Answer | AnswerState, question: PaperQuestion) -> Card:
    """Return a card to answer, which judges nothing."""
    version = question.version
    shown = version.kind.present(version.parsed, question.layout, answer.response)
    return Card(**_face(answer, version), state=ASK, card=shown)


def _face(answer: Answer | AnswerState | JudgedAnswer, version: QuestionVersion) -> dict[str, Any]:
    """What a card says of its question and of the saving of its answer, whatever its state."""
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
    }


def result_cards(attempt: Attempt, revealed: terms.Revealed, *, slots: Collection[int] | None = None) -> list[Card]:
    """Return cards after the fact, as much as `revealed` allows (2 queries, 1 more for versions not met before)."""
    judged = [JudgedAnswer(*row) for row in JUDGED_ANSWERS(attempt=attempt)]
    answers = [answer for answer in judged if slots is None or answer.slot in slots]
    versions = version_cache.get_many({pk for answer in answers for pk in (answer.version_id, answer.latest) if pk})
    places = places_of(attempt) if revealed.explanation else {}
    return [_result_card(answer, revealed, places, versions) for answer in answers]


def _result_card(
    answer: JudgedAnswer,
    revealed: terms.Revealed,
    places: dict[int, list[QuestionSource]],
    versions: dict[int, QuestionVersion],
) -> Card:
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
    if kind.is_marked_by_hand and answer.exact_fraction is not None:
        shown["scoring_note"] = ""  # it says that a person will mark it
    if revealed.explanation:
        shown["explanation"] = versions.get(answer.latest or 0, version).parsed.explanation
        shown["places"] = places.get(version.question_id, [])
    return Card(**_face(answer, version) | shown)


def _marks(answer: JudgedAnswer) -> Decimal | None:
    return None if answer.exact_marks is None else marking.shown_marks(answer.exact_marks, answer.points)


def verdict(answer: Answer | JudgedAnswer) -> str:
    """One word for how an answer did, for tags and screen readers."""
    if not answer.is_answered:
        return "unanswered"
    if answer.exact_fraction is None:
        return "waiting"
    if answer.exact_fraction == 1:
        return "right"
    return "partly" if answer.exact_fraction > 0 else "wrong"


@dataclass(frozen=True)
class Result:
    """The head of a result page; figures are None while they may not be shown."""

    percent: int | None
    marks: Decimal | None
    max_marks: Decimal
    is_pass: bool | None
    band: str = ""


def result(attempt: Attempt, revealed: terms.Revealed) -> Result:
    """Marks, percent, pass and overall feedback of a graded attempt, as far as they may be seen (1 query where they may)."""
    if not revealed.marks or attempt.exact_marks is None or attempt.share is None:
        return Result(None, None, attempt.max_marks, None)
    quiz, bands = attempt.quiz, list(attempt.quiz.bands.all())
    percent = shown.percent(quiz, attempt.share, bands)
    passed = marking.is_pass(attempt.exact_marks, attempt.max_marks, quiz.pass_fraction)
    return Result(percent, attempt.shown_marks, attempt.max_marks, passed, _feedback(bands, attempt.share))


def _feedback(bands: Sequence[FeedbackBand], share: Fraction) -> str:
    """The text of the highest band that the exact share reaches; `bands` come with the highest first."""
    return next((band.text for band in bands if share * 100 >= band.from_percent), "")


def reveal_sentence(preset: str) -> str:
    """When answers are shown, in words for the rules page."""
    return {
        "practice": _("Each answer is checked and explained as soon as you ask for it. Practice is never graded."),
        "homework": _("Marks, right answers and explanations are shown as soon as you submit."),
        "exam": _("Marks, right answers and explanations are shown after the quiz has closed for everybody."),
        "survey": _("This is a survey: there are no marks and no right answers."),
    }[preset]
