"""What a page shows of an attempt: a navigator, the answers so far, the result. The caller says what is revealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from quizzes import entitlements, marking, terms
from quizzes.errors import NotFound
from quizzes.models import (
    Answer,
    Assignment,
    Attempt,
    FeedbackBand,
    Quiz,
    User,
    shown,
)
from quizzes.models.prepared import Prepared, columns, instance, prepared
from quizzes.models.previews import Preview, PreviewAnswer
from quizzes.reports import practice_names


@dataclass(frozen=True)
class NavigatorEntry:
    """One entry of the navigator."""

    slot: int
    is_answered: bool
    is_flagged: bool
    is_here: bool
    is_open: bool


@dataclass(frozen=True)
class Overview:
    """The navigator and its counts."""

    places: Sequence[NavigatorEntry]

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
    def unanswered(self) -> list[NavigatorEntry]:
        return [place for place in self.places if not place.is_answered]

    @property
    def flags(self) -> list[NavigatorEntry]:
        return [place for place in self.places if place.is_flagged]

    @property
    def total(self) -> int:
        return len(self.places)


PAGE = 30


OWN: Prepared[tuple[object, ...]] = prepared(
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
    response: object
    revision: int
    saved_at: datetime | None
    is_flagged: bool
    is_checked: bool

    @property
    def is_answered(self) -> bool:
        return self.response is not None


ANSWER_STATES: Prepared[tuple[object, ...]] = prepared(
    lambda attempt: Answer.objects.filter(attempt=attempt).order_by("slot").values_list(*AnswerState._fields)
)


def answer_states(attempt: Attempt) -> list[AnswerState]:
    """Return the answers of a running attempt in their order (1 query)."""
    return [AnswerState._make(row) for row in ANSWER_STATES(attempt=attempt)]


def has_unanswered(attempt: Attempt) -> bool:
    """Return whether a question of the attempt has no answer yet (1 query)."""
    return Answer.objects.filter(attempt=attempt, response__isnull=True).exists()


def revisions(attempt: Attempt) -> dict[int, int]:
    """Return the revision of each answer by slot (1 query)."""
    return dict(Answer.objects.filter(attempt=attempt).values_list("slot", "revision"))


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


def attempts_left(attempt: Attempt) -> int | None:
    """Return how many attempts the learner has after this one, None for as many as they like (up to 3 queries)."""
    agreed = entitlements.terms_for(attempt.learner, attempt.quiz, attempt.assignment, limit=None)
    if agreed.attempts_allowed is None:
        return None
    used = Attempt.objects.filter(learner=attempt.learner_id, quiz=attempt.quiz_id, assignment=attempt.assignment_id)
    return max(0, agreed.attempts_allowed - used.count())


def history(learner: User, number: str | None) -> Page[Attempt]:
    """Return a page of the learner's attempts, the newest first (1 query, 3 where there is more than one page, and what the
    names of practice need). Practice that ended without one answer is left out: “0 of 10 points” would say nothing of them."""
    in_progress = Q(status=Attempt.Status.IN_PROGRESS)
    mine = Attempt.objects.taken_by(learner).filter(Q(is_counted=True) | in_progress | Exists(_given()))
    attempts = mine.select_related("quiz", "assignment__quiz", "assignment__classroom")
    first = list(attempts[: PAGE + 1])
    page = Paginator(first if len(first) <= PAGE else attempts, PAGE).get_page(number)
    practice_names.name(page.object_list)
    return page


def _given() -> QuerySet[Answer]:
    """Return the answers of an attempt that were given, or given up and shown."""
    return Answer.objects.filter(Q(response__isnull=False) | Q(is_checked=True), attempt=OuterRef("pk")).order_by()


def overview(attempt: Attempt | Preview, answers: Iterable[AnswerState | PreviewAnswer], *, here: int = 0) -> Overview:
    """Return the navigator of an attempt with `here` as the question shown."""
    return Overview(
        [
            NavigatorEntry(
                answer.slot,
                answer.is_answered,
                answer.is_flagged,
                answer.slot == here,
                attempt.reached_slot in (0, answer.slot),
            )
            for answer in answers
        ]
    )


@dataclass(frozen=True)
class SoFar:
    """What is earned of the questions that are marked, of an attempt that waits for the others."""

    marks: Decimal
    possible: Decimal
    waiting: Sequence[int]  # slots
    waiting_points: Decimal


@dataclass(frozen=True)
class Result:
    """The head of a result page; figures are None while they may not be shown."""

    percent: int | None
    marks: Decimal | None
    max_marks: Decimal
    is_pass: bool | None
    band: str = ""
    so_far: SoFar | None = None


def result(attempt: Attempt, revealed: terms.Revealed) -> Result:
    """Return marks, percent, pass and overall feedback of a graded attempt, as far as they may be seen (1 query where
    they may)."""
    if not revealed.marks or attempt.exact_marks is None or attempt.share is None:
        return Result(None, None, attempt.max_marks, None, so_far=_so_far(attempt) if revealed.marks else None)
    quiz, bands = attempt.quiz, list(attempt.quiz.bands.all())
    percent = shown.percent(quiz, attempt.share, bands)
    passed = marking.is_pass(attempt.exact_marks, attempt.max_marks, quiz.pass_fraction)
    return Result(percent, attempt.shown_marks, attempt.max_marks, passed, _feedback(bands, attempt.share))


def _so_far(attempt: Attempt) -> SoFar | None:
    """Return what is known of an attempt that waits for marking (1 query); None for one in any other state, and for a
    preview."""
    if attempt.status != Attempt.Status.AWAITING_MARKING or attempt.pk is None:
        return None
    rows = list(Answer.objects.filter(attempt=attempt).order_by("slot").values_list("slot", "points", "exact_marks"))
    known = [(points, marks) for _slot, points, marks in rows if marks is not None]
    possible = sum((points for points, _marks in known), Decimal())
    waiting = [(slot, points) for slot, points, marks in rows if marks is None]
    return SoFar(
        marks=marking.shown_marks(marking.total([marks for _points, marks in known]), possible),
        possible=possible,
        waiting=[slot for slot, _points in waiting],
        waiting_points=sum((points for _slot, points in waiting), Decimal()),
    )


def _feedback(bands: Sequence[FeedbackBand], share: Fraction) -> str:
    """Return the text of the highest band that the exact share reaches; `bands` come with the highest first."""
    return next((band.text for band in bands if share * 100 >= band.from_percent), "")


def reveal_sentence(preset: str) -> str:
    """Return when answers are shown, in words for the rules page."""
    return {
        "practice": _("Check each answer as you go and see why. Practice is never graded."),
        "homework": _("You see your marks, the right answers and why as soon as you submit."),
        "exam": _("You see your marks, the right answers and why after the exam has closed for everyone."),
        "survey": _("A survey has no marks and no right answers."),
    }[preset]
