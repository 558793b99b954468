"""What a page shows of an attempt: cards of questions, a navigator, the result. Read only; the caller says what is revealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes import marking, terms
from quizzes.models import Answer, Attempt, FeedbackBand, Question, QuestionSource, QuestionVersion, User, kept
from quizzes.models.prepared import prepared

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

OWN = prepared(
    lambda learner, attempt: Attempt.objects.taken_by(learner).filter(pk=attempt).select_related("quiz", "assignment")
)
OVERDUE = prepared(
    lambda learner, now: Attempt.objects.taken_by(learner).overdue_at(now).select_related("quiz", "assignment")
)
NEWEST = prepared(lambda learner: _history(learner)[: PAGE + 1])
ANSWERS = prepared(
    lambda attempt: (
        Answer.objects.filter(attempt=attempt)
        .order_by("slot")
        .only("slot", "version", "points", "response", "is_flagged", "is_checked", "revision", "saved_at")
    )
)
REVISIONS = prepared(lambda attempt: Answer.objects.filter(attempt=attempt).values_list("slot", "revision"))
# Each with the version whose explanation counts: the one that is ready now.
ANSWERS_AFTERWARDS = prepared(
    lambda attempt: (
        Answer.objects.filter(attempt=attempt)
        .order_by("slot")
        .defer("saved_from", "late_by_ms", "override", "marked_by", "marked_at")
        .annotate(
            latest=Subquery(
                QuestionVersion.objects.ready().filter(question=OuterRef("version__question")).values("pk")[:1]
            )
        )
    )
)
PLACES = prepared(
    lambda attempt: (
        QuestionSource.objects.filter(question__in=Question.objects.filter(versions__answers__attempt=attempt))
        .select_related("source")
        .only(
            "question",
            "paragraph",
            *(f"source__{name}" for name in ("slug", "title", "kind", "date_note", "reliability_note")),
        )
    )
)
BANDS = prepared(
    lambda quiz: FeedbackBand.objects.filter(quiz=quiz).order_by("-from_percent").values_list("from_percent", "text")
)


def _history(learner: User) -> QuerySet[Attempt]:
    return Attempt.objects.taken_by(learner).select_related("quiz", "assignment__classroom")


def own(learner: User, pk: int) -> Attempt:
    """The learner's attempt with quiz and assignment; Http404 when it is not theirs (1 query)."""
    found = own_if_any(learner, pk)
    if found is None:
        raise Http404
    return found


def own_if_any(learner: User, pk: int) -> Attempt | None:
    found = OWN.first(learner=learner, attempt=pk)
    return found and found.with_quiz(found.quiz)


def history(learner: User, number: str | None) -> Page[Any]:
    """A page of the learner's attempts, the newest first (1 query, 2 where there is more than one page)."""
    first = NEWEST(learner=learner)
    page = Paginator(first if len(first) <= PAGE else _history(learner), PAGE).get_page(number)
    page.object_list = [attempt.with_quiz(attempt.quiz) for attempt in page.object_list]
    return page


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
    shown = version.kind.present(version.parsed, layout, answer.response)
    return Card(**_face(answer, version), state=state, card=shown)


def _face(answer: Answer, version: QuestionVersion) -> dict[str, Any]:
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
    """Cards after the fact, showing as much as `revealed` allows (2 queries, 1 more for versions not met before)."""
    rows: list[Any] = [row for row in ANSWERS_AFTERWARDS(attempt=attempt) if slots is None or row.slot in slots]
    versions = kept.versions({pk for row in rows for pk in (row.version_id, row.latest) if pk})
    places: dict[int, list[QuestionSource]] = {}
    if revealed.explanation:
        for place in PLACES(attempt=attempt):
            places.setdefault(place.question_id, []).append(place)
    return [_result_card(row, revealed, places, versions) for row in rows]


def _result_card(
    answer: Any, revealed: terms.Revealed, places: dict[int, list[QuestionSource]], versions: dict[int, QuestionVersion]
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
        shown["marks"] = answer.marks
        shown["comment"] = answer.comment
    if revealed.correctness:
        shown["verdict"] = verdict(answer)
    if kind.is_marked_by_hand and answer.fraction is not None:
        shown["scoring_note"] = ""  # it says that a person will mark it
    if revealed.explanation:
        shown["explanation"] = versions.get(answer.latest, version).parsed.explanation
        shown["places"] = places.get(version.question_id, [])
    return Card(**_face(answer, version) | shown)


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


def result(attempt: Attempt, revealed: terms.Revealed) -> Result:
    """Marks, percent, pass and overall feedback of a graded attempt, as far as they may be seen (1 query where they may)."""
    if not revealed.marks or attempt.marks is None:
        return Result(None, None, attempt.max_marks, None)
    percent = int(Fraction(attempt.fraction or 0) * 100 + Fraction(1, 2))
    band = next((text for from_percent, text in BANDS(quiz=attempt.quiz_id) if percent >= from_percent), "")
    passed = marking.is_pass(attempt.marks, attempt.max_marks, attempt.quiz.pass_fraction)
    return Result(percent, attempt.marks, attempt.max_marks, passed, band)


def reveal_sentence(preset: str) -> str:
    """When answers are shown, in words for the rules page."""
    return {
        "practice": _("Each answer is checked and explained as soon as you ask for it. Practice is never graded."),
        "homework": _("Marks, right answers and explanations are shown as soon as you submit."),
        "exam": _("Marks, right answers and explanations are shown after the quiz has closed for everybody."),
        "survey": _("This is a survey: there are no marks and no right answers."),
    }[preset]
