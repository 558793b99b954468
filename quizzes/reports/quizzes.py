"""What a learner sees of quizzes: the list with own results, and the rules of one before it starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When

from quizzes import entitlements, marking
from quizzes.errors import NotFound
from quizzes.models import Attempt, Classroom, Quiz, User, shown
from quizzes.models.prepared import Prepared, columns, instance, prepared
from quizzes.models.quiz_items import sized
from quizzes.models.quizzes import Preset, QuizQuerySet

PAGE, NEWEST, MOST_CLASSES, MOST_WORDS = 24, 20, 4, 8
NEW, RUNNING, PASSED, PRACTICE, EXAM = (
    "new",
    "running",
    "passed",
    "practice",
    "exam",
)  # what the list can be narrowed to
SHOWN = (
    "id",
    "slug",
    "title",
    "description",
    "feedback",
    "time_rule",
    "time_limit",
    "computed_limit",
    "closes_at",
    "pass_mark",
)
SIZE = ("question_count", "point_count")
VISIBLE: Prepared[tuple[object, ...]] = prepared(
    lambda learner, slug: (
        sized(Quiz.objects.visible_to(learner).filter(slug=slug)).order_by().values_list(*columns(Quiz), *SIZE)
    )
)


def _listed(learner: User) -> QuizQuerySet:
    """Return those the learner may open, practice first; the checks of units stand with their units."""
    place = Case(When(feedback=Preset.PRACTICE, then=Value(0)), default=Value(1))
    visible = Quiz.objects.visible_to(learner).exclude(pk__in=Quiz.objects.checks().order_by().values("pk"))
    return sized(visible).order_by(place, "pk")


def _sized(row: Sequence[object], names: Sequence[str]) -> Quiz:
    """Return a row of a quiz and its size as the quiz, `sized`."""
    quiz = instance(Quiz, row[: len(names)], names)
    vars(quiz).update(zip(SIZE, row[len(names) :], strict=True))
    return quiz


@dataclass(frozen=True)
class Size:
    """How much a quiz asks: questions, points, and the minutes its time rule gives (None: untimed, or not known yet)."""

    questions: int
    points: Decimal
    minutes: int | None
    is_timed: bool = False


@dataclass(frozen=True)
class QuizRow:
    """One quiz in the list: its size, the learner's best result and open attempt."""

    quiz: Quiz
    size: Size
    best: Attempt | None
    open_attempt: Attempt | None
    shows_marks: bool = False

    @property
    def percent(self) -> int | None:
        """Of the best result, where its marks may be shown."""
        share = self.best.share if self.best and self.shows_marks and self.best.preset != Preset.SURVEY else None
        return None if share is None else shown.percent(self.quiz, share, ())

    @property
    def is_passed(self) -> bool:
        return self.best is not None and self.shows_marks and _is_pass(self.best)


@dataclass(frozen=True)
class AttemptHistory:
    """A learner's attempts at one quiz: the newest, and how many there are by assignment (None: on their own)."""

    newest: list[Attempt]
    used: Counter[int | None]

    @property
    def is_complete(self) -> bool:
        return len(self.newest) < NEWEST


def size_of(quiz: Any) -> Size:
    """Return the size of a quiz that comes `sized`."""
    return Size(quiz.question_count, quiz.point_count, quiz.minutes, is_timed=quiz.time_rule != Quiz.TimeRule.UNTIMED)


@dataclass(frozen=True)
class ListFilter:
    """What the list is narrowed to: words in a title or description, and one of the groups above."""

    words: str = ""
    group: str = ""


def page_of(learner: User, number: str | None, wanted: ListFilter | None = None, *, now: datetime) -> Page[Quiz]:
    """Return a page of the quizzes that the learner may open (1 query, 3 where there is more than one page).

    For those passed up to 3 queries more.
    """
    quizzes = _listed(learner) if wanted is None else _narrowed(_listed(learner), learner, wanted, now)
    first = [_sized(row, SHOWN) for row in quizzes.values_list(*SHOWN, *SIZE)[: PAGE + 1]]  # one page needs no count
    return Paginator(first if len(first) <= PAGE else quizzes, PAGE).get_page(number)


def _narrowed(quizzes: QuizQuerySet, learner: User, wanted: ListFilter, now: datetime) -> QuizQuerySet:
    for word in wanted.words.split()[:MOST_WORDS]:
        quizzes = quizzes.filter(Q(title__icontains=word) | Q(description__icontains=word))
    attempts = Attempt.objects.taken_by(learner).filter(quiz=OuterRef("pk"))
    if wanted.group == NEW:
        return quizzes.filter(~Exists(attempts))
    if wanted.group == RUNNING:
        return quizzes.filter(Exists(attempts.in_progress()))
    if wanted.group == PASSED:
        return quizzes.filter(pk__in=_passed(learner, now))
    return quizzes.filter(feedback=wanted.group) if wanted.group in (PRACTICE, EXAM) else quizzes


def _passed(learner: User, now: datetime) -> list[int]:
    """Return the pks of quizzes that the learner passed, as far as their marks may be shown: a filter must not tell more."""
    best = Attempt.objects.taken_by(learner).best_or_open().order_by().select_related("quiz", "assignment")
    with_result = [attempt for attempt in best if not attempt.is_in_progress]
    revealed = entitlements.revealed_each(with_result, learner, now=now)
    return [attempt.quiz_id for attempt, seen in revealed if seen.marks and _is_pass(attempt)]


def _is_pass(attempt: Attempt) -> bool:
    return bool(marking.is_pass(attempt.exact_marks, attempt.max_marks, attempt.quiz.pass_fraction))


def listing(learner: User, quizzes: Sequence[Quiz]) -> list[QuizRow]:
    """Return the rows of the quiz list (1 query); whether `best` may be shown is decided by the caller."""
    known = {quiz.pk: quiz for quiz in quizzes}
    best: dict[int, Attempt] = {}
    still_open: dict[int, Attempt] = {}
    for attempt in Attempt.objects.taken_by(learner).best_or_open().order_by().select_related("assignment"):
        if attempt.quiz_id in known:
            attempt.known_with(known[attempt.quiz_id], attempt.assignment)
            (still_open if attempt.is_in_progress else best)[attempt.quiz_id] = attempt
    return [QuizRow(quiz, size_of(quiz), best.get(quiz.pk), still_open.get(quiz.pk)) for quiz in quizzes]


def visible(learner: User, slug: str) -> Quiz:
    """Return the quiz, `sized`; raises NotFound for what the learner may not open (1 query)."""
    row = VISIBLE.first(learner=learner, slug=slug)
    if row is None:
        raise NotFound
    return _sized(row, columns(Quiz))


def seen(person: User, slug: str) -> Quiz:
    """Return a quiz that the person may open as a learner or preview, `sized`; else NotFound (1 query, 2 for instructors)."""
    row = VISIBLE.first(learner=person, slug=slug)
    return previewed(person, slug) if row is None else _sized(row, columns(Quiz))


def previewed(person: User, slug: str) -> Quiz:
    """Return a quiz that the person may preview, draft or not, `sized`; raises NotFound for any other (1 query at most)."""
    quiz: Quiz | None = sized(Quiz.objects.previewed_by(person).filter(slug=slug)).first()
    if quiz is None:
        raise NotFound
    return quiz


@dataclass(frozen=True)
class ManageOptions:
    """What its page offers those who may preview a quiz; `classrooms` are those they teach, so many as fit."""

    may_edit: bool
    classrooms: list[Classroom]
    has_more: bool


def manage(person: User, quiz: Quiz) -> ManageOptions | None:
    """Return what the page of the quiz offers instructors; None where it is nothing (1 query where it is something)."""
    may_edit = quiz.is_editable_by(person)
    is_of_the_site = quiz.owner_id is None and quiz.status == Quiz.Status.PUBLISHED and person.is_instructor
    if not may_edit and not is_of_the_site:
        return None
    taught = Classroom.objects.live().taught_by(person).order_by("name", "pk")[: MOST_CLASSES + 1]
    return ManageOptions(may_edit, list(taught)[:MOST_CLASSES], len(taught) > MOST_CLASSES)


def history_of(learner: User, quiz: Quiz) -> AttemptHistory:
    """Return what the learner has done at the quiz so far (1 query, 2 for more attempts than a page shows)."""
    attempts = Attempt.objects.taken_by(learner).filter(quiz=quiz)
    newest = [
        attempt.known_with(quiz, attempt.assignment)
        for attempt in attempts.select_related("assignment__classroom")[:NEWEST]
    ]
    if len(newest) < NEWEST:
        return AttemptHistory(newest, Counter(attempt.assignment_id for attempt in newest))
    used = attempts.order_by().values_list("assignment").annotate(used=Count("pk"))
    return AttemptHistory(newest, Counter(dict(used)))
