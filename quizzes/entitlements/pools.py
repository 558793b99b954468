"""Which questions a learner may practice who puts practice together: by topic, source, unit, note, difficulty; what they
missed, have not met, or flagged. Nothing that is kept for exams, secret now, or asked by an attempt of theirs that runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from quizzes import terms
from quizzes.entitlements.record import Shown, record_of
from quizzes.entitlements.results import unreleased
from quizzes.entitlements.secrecy import secrecy_of
from quizzes.models import Answer, Assignment, Attempt, NotePlace, Question, QuestionSource, Quiz, QuizItem, User
from quizzes.models.bank import MARKED_BY_HAND
from quizzes.models.classification import Difficulty
from quizzes.models.draw_cells import in_cells_of

TAPPED = ("single_choice", "multiple_choice", "true_false")  # answered by a tap, without a word on how
MISSED, UNSEEN, FLAGGED = "missed", "unseen", "flagged"
USUAL, MOST = 10, 50


@dataclass(frozen=True)
class Wish:
    """What a learner wants to practice; places by their slugs, empty for any. `attempt` takes what they missed in one."""

    topic: str = ""
    source: str = ""
    unit: str = ""
    note: str = ""
    difficulty: str = ""
    only: str = ""
    attempt: int | None = None
    number: int = USUAL


@dataclass(frozen=True)
class Pool:
    """The questions that match, and what the learner did with theirs."""

    questions: QuerySet[Question]
    record: list[Shown]

    @property
    def count(self) -> int:
        """How many match (1 query)."""
        return self.questions.count()

    def candidates(self) -> list[tuple[int, int]]:
        """Return each with its ready version: those met longest ago last, those never met first (1 query)."""
        latest = {shown.question: shown.at.timestamp() for shown in self.record}
        rows = list(self.questions.order_by("?").values_list("pk", "versions"))
        return sorted(rows, key=lambda row: latest.get(row[0], 0.0))


def pool(learner: User, wish: Wish, *, now: datetime) -> Pool:
    """Return the questions that match (what the record and secrecy need; the questions are not read yet)."""
    record = record_of(learner, now=now)
    return Pool(matching(learner, wish, record, now=now), record)


def matching(learner: User, wish: Wish, record: list[Shown], *, now: datetime) -> QuerySet[Question]:
    """Return the same, where the record is known."""
    questions = _at_its_place(practicable(learner, {shown.question for shown in record}, now=now), wish)
    if wish.difficulty:
        questions = questions.filter(difficulty=wish.difficulty)
    return _by_record(questions, wish, record)


def pool_of_guests(*, now: datetime) -> QuerySet[Question]:
    """Return what may be tried without an account: questions of the site, not the hardest, answered by a tap (1 query here).

    A guest may be anybody who takes an exam. So of an exam whose results are not out the fixed items are held back, and,
    from its opening on, all that its draw rules may take.
    """
    exams = unreleased(Assignment.objects.all(), now=now).order_by()
    is_open = Q(*(Q(**{f"{of}opens_at": None}) | Q(**{f"{of}opens_at__lte": now}) for of in ("", "quiz__")))
    rules = QuizItem.objects.filter(quiz__in=exams.filter(is_open).values("quiz"), question=None)
    alone = Q(quiz__feedback__in=terms.WAITING_FOR_THE_END, quiz__status=Quiz.Status.PUBLISHED)
    secret_items = QuizItem.objects.filter(Q(quiz__in=exams.values("quiz")) | alone, question__isnull=False)
    questions = Question.objects.ready().filter(owner=None, is_kept_for_exams=False, type__in=TAPPED)
    questions = questions.exclude(difficulty=Difficulty.HARD).exclude(pk__in=secret_items.order_by().values("question"))
    drawn = list(rules.select_related("quiz"))
    return questions.exclude(in_cells_of(drawn)) if drawn else questions


def practicable(learner: User, met: Collection[int], *, now: datetime) -> QuerySet[Question]:
    """Return what the learner may practice at all now; `met` are the keys of questions that they were asked before."""
    return secrecy_of(learner, now=now).without_secret(in_use(learner.pk, met))


def in_use(learner: int, met: Collection[int] | QuerySet[Any]) -> QuerySet[Question]:
    """Return the same with what is secret now, for those who know that already; `learner` is a key."""
    is_open = Q(owner=None) | Q(owner=learner) | Q(pk__in=met)
    may_be_asked = Question.objects.ready().filter(is_open, is_kept_for_exams=False)
    return may_be_asked.exclude(type__in=MARKED_BY_HAND).exclude(pk__in=_asked_now(learner))


def missed_now(learner: User, record: list[Shown], *, now: datetime) -> set[int]:
    """Return what the learner missed and can practice now, as "those I missed" counts it (1 query, and what secrecy needs;
    none where nothing was missed)."""
    if not missed_in(record):
        return set()
    return set(matching(learner, Wish(only=MISSED), record, now=now).order_by().values_list("pk", flat=True))


def _asked_now(learner: int) -> QuerySet[Answer]:
    """Return the questions of attempts of theirs that run and count."""
    running = {"attempt__learner": learner, "attempt__status": Attempt.Status.IN_PROGRESS, "attempt__is_counted": True}
    return Answer.objects.filter(**running).order_by().values("version__question")  # type: ignore[return-value]


def _at_its_place(questions: QuerySet[Question], wish: Wish) -> QuerySet[Question]:
    if wish.topic:
        questions = questions.filter(topic__slug=wish.topic)
    if wish.source:
        places = QuestionSource.objects.filter(source__slug=wish.source)
        questions = questions.filter(pk__in=places.order_by().values("question"))
    if wish.unit:
        of_unit = Q(note__unit__slug=wish.unit, note__unit__status="published", note__kind="note")
        questions = questions.filter(pk__in=resting_on(of_unit))
    if wish.note:
        questions = questions.filter(pk__in=resting_on(Q(note__slug=wish.note)))
    return questions


def resting_on(notes: Q) -> QuerySet[QuestionSource]:
    """Return the keys of questions that rest on a paragraph on which published notes rest too; `notes` is about their
    places."""
    there = NotePlace.objects.filter(notes, source=OuterRef("source"), paragraph=OuterRef("paragraph"))
    places = QuestionSource.objects.filter(Exists(there.filter(note__status="published")))
    return places.order_by().values("question")  # type: ignore[return-value]


def _by_record(questions: QuerySet[Question], wish: Wish, record: list[Shown]) -> QuerySet[Question]:
    if wish.attempt is not None:
        of_it = (shown for shown in record if shown.attempt == wish.attempt)
        return questions.filter(pk__in={shown.question for shown in of_it if shown.in_the_end < 1})
    if wish.only == UNSEEN:
        return questions.exclude(pk__in={shown.question for shown in record})
    if wish.only == FLAGGED:
        return questions.filter(pk__in={shown.question for shown in last_of_each(record) if shown.is_flagged})
    return questions.filter(pk__in=missed_in(record)) if wish.only == MISSED else questions


def missed_in(record: Iterable[Shown]) -> set[int]:
    """Return the questions that were not right when they were last answered."""
    return {shown.question for shown in last_of_each(record) if shown.is_missed}


def last_of_each(record: Iterable[Shown]) -> Iterable[Shown]:
    """Return the last answer to each question; the record has the oldest first."""
    return {shown.question: shown for shown in record}.values()
