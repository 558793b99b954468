"""What a learner sees of quizzes: the list with own results, and the rules of one before it starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, Sum, When

from quizzes import question_types, terms
from quizzes.errors import NotFound
from quizzes.models import Assignment, Attempt, Classroom, QuestionVersion, Quiz, User
from quizzes.models.prepared import Prepared, columns, instance, prepared
from quizzes.models.quizzes import QuizQuerySet

PAGE, NEWEST, MOST_CLASSES = 24, 20, 4
SECONDS_OF_BANK = "quizzes.seconds_of_bank"  # in the cache: looking through the whole bank grows with it
SHOWN = ("id", "slug", "title", "description", "feedback", "time_rule", "time_limit", "closes_at", "pass_mark")
SIZE = ("question_count", "point_count")
VISIBLE: Prepared[tuple[Any, ...]] = prepared(
    lambda learner, slug: (
        Quiz.objects.visible_to(learner).filter(slug=slug).sized().order_by().values_list(*columns(Quiz), *SIZE)
    )
)


def _listed(learner: User) -> QuizQuerySet:
    return Quiz.objects.visible_to(learner).sized().order_by("pk")


def _sized(row: Sequence[Any], names: Sequence[str]) -> Quiz:
    """Return a row of a quiz and its size as the quiz, `sized`."""
    quiz: Any = instance(Quiz, row[: len(names)], names)
    quiz.question_count, quiz.point_count = row[len(names) :]
    return cast(Quiz, quiz)


@dataclass(frozen=True)
class Size:
    """How much a quiz asks: questions, points, and what its time rule gives (None: untimed)."""

    questions: int
    points: Decimal
    limit: timedelta | None
    is_estimate: bool = False  # the limit follows from the questions drawn, this is the expectation

    @property
    def minutes(self) -> int | None:
        return None if self.limit is None else int(self.limit.total_seconds() // 60)


@dataclass(frozen=True)
class Row:
    """One quiz in the list: its size, the learner's best result and open attempt."""

    quiz: Quiz
    size: Size
    best: Attempt | None
    open_attempt: Attempt | None


@dataclass(frozen=True)
class AttemptHistory:
    """A learner's attempts at one quiz: the newest, and how many there are by assignment (None: on their own)."""

    newest: list[Attempt]
    used: Counter[int | None]

    @property
    def is_complete(self) -> bool:
        return len(self.newest) < NEWEST


def sizes(quizzes: Sequence[Any]) -> dict[int, Size]:
    """Sizes by quiz pk, of quizzes that come `sized` (1 query where a limit is computed)."""
    needs_bank = any(quiz.time_rule == Quiz.TimeRule.COMPUTED for quiz in quizzes)
    expected = _limit_by_number(_expected_seconds()) if needs_bank else None
    return {quiz.pk: _size(quiz, expected) for quiz in quizzes}


def _size(quiz: Any, expected: Callable[[int], timedelta] | None) -> Size:
    questions, points = quiz.question_count, quiz.point_count
    if quiz.time_rule == Quiz.TimeRule.FIXED:
        return Size(questions, points, timedelta(minutes=quiz.time_limit or 0))
    if quiz.time_rule == Quiz.TimeRule.COMPUTED:
        return Size(questions, points, expected(questions) if expected and questions else None, is_estimate=True)
    return Size(questions, points, None)


@lru_cache(maxsize=8)
def _limit_by_number(seconds: Fraction) -> Callable[[int], timedelta]:
    """The limit of so many questions that need `seconds` each in the mean; exact sums are slow, and few are different."""
    return lru_cache(maxsize=256)(lambda questions: terms.computed_limit([(seconds * questions, "")]))


def _expected_seconds() -> Fraction:
    """Mean seconds a question of the bank needs, thinking included; as old as a minute (else 1 query)."""
    seconds, thinking, count = cache.get_or_set(SECONDS_OF_BANK, _seconds_of_bank, timeout=60) or (0, 0, 0)
    return (seconds + (thinking or 0) * (terms.THINKING_SHARE - 1)) / count if count else Fraction(60)


def _seconds_of_bank() -> tuple[int, int | None, int]:
    """Of all questions that can be asked: seconds by type, those of them that ask to think, how many (1 query)."""
    by_type = Case(
        *(When(question__type=kind.key, then=kind.seconds) for kind in question_types.all_types()),
        output_field=IntegerField(),
    )
    ready = QuestionVersion.objects.ready().order_by().values("status")
    row = ready.annotate(
        seconds=Sum(by_type),
        thinking=Sum(by_type, filter=Q(question__bloom__in=sorted(terms.THINKING_LEVELS))),
        number=Count("pk"),
    ).values_list("seconds", "thinking", "number")
    return next(iter(row), (0, 0, 0))


def page_of(learner: User, number: str | None) -> Page[Any]:
    """Return a page of the quizzes that the learner may open (1 query, 3 where there is more than one page)."""
    first = [
        _sized(row, SHOWN) for row in _listed(learner).values_list(*SHOWN, *SIZE)[: PAGE + 1]
    ]  # one page needs no count
    return Paginator(first if len(first) <= PAGE else _listed(learner), PAGE).get_page(number)


def listing(learner: User, quizzes: Sequence[Quiz]) -> list[Row]:
    """The rows of the quiz list (1 query and that of `sizes`); whether `best` may be shown is decided by the caller."""
    known = {quiz.pk: quiz for quiz in quizzes}
    best: dict[int, Attempt] = {}
    still_open: dict[int, Attempt] = {}
    for attempt in Attempt.objects.taken_by(learner).best_or_open().order_by().select_related("assignment"):
        if attempt.quiz_id in known:
            attempt.known_with(known[attempt.quiz_id], attempt.assignment)
            (still_open if attempt.is_in_progress else best)[attempt.quiz_id] = attempt
    found = sizes(quizzes)
    return [Row(quiz, found[quiz.pk], best.get(quiz.pk), still_open.get(quiz.pk)) for quiz in quizzes]


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
    quiz: Quiz | None = Quiz.objects.previewed_by(person).filter(slug=slug).sized().first()
    if quiz is None:
        raise NotFound
    return quiz


@dataclass(frozen=True)
class Manage:
    """What its page offers those who may preview a quiz; `classrooms` are those they teach, so many as fit."""

    may_edit: bool
    classrooms: list[Classroom]
    has_more: bool


def manage(person: User, quiz: Quiz) -> Manage | None:
    """What the page of the quiz offers instructors; None where it is nothing (1 query where it is something)."""
    may_edit = quiz.is_editable_by(person)
    is_of_the_site = quiz.owner_id is None and quiz.status == Quiz.Status.PUBLISHED and person.is_instructor
    if not may_edit and not is_of_the_site:
        return None
    taught = Classroom.objects.live().taught_by(person).order_by("name", "pk")[: MOST_CLASSES + 1]
    return Manage(may_edit, list(taught)[:MOST_CLASSES], len(taught) > MOST_CLASSES)


def history_of(learner: User, quiz: Quiz) -> AttemptHistory:
    """Return what the learner has done at the quiz so far (1 query, 2 for more attempts than a page shows)."""
    own = Attempt.objects.taken_by(learner).filter(quiz=quiz)
    newest = [
        attempt.known_with(quiz, attempt.assignment) for attempt in own.select_related("assignment__classroom")[:NEWEST]
    ]
    if len(newest) < NEWEST:
        return AttemptHistory(newest, Counter(attempt.assignment_id for attempt in newest))
    used = own.order_by().values_list("assignment").annotate(used=Count("pk"))
    return AttemptHistory(newest, Counter(dict(used)))


def given(learner: User, quiz: Quiz) -> list[Assignment]:
    """Return the assignments by which the learner may take the quiz (1 query)."""
    assignments = list(Assignment.objects.given_to(learner).filter(quiz=quiz).select_related("classroom"))
    for assignment in assignments:
        assignment.quiz = quiz
    return assignments
