"""What a learner sees of quizzes: the list with own results, and the rules of one before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count

from quizzes import question_types, terms
from quizzes.models import Attempt, QuestionVersion, Quiz, QuizItem, User


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
    """One quiz in the list: its size, the learner's counted attempts and open attempt."""

    quiz: Quiz
    size: Size
    attempts: int
    best: Attempt | None
    open_attempt: Attempt | None


def sizes(quizzes: Sequence[Quiz]) -> dict[int, Size]:
    """Sizes by quiz pk (2 queries, one more when a limit is computed)."""
    items: dict[int, list[QuizItem]] = {}
    for item in QuizItem.objects.filter(quiz__in=quizzes):
        items.setdefault(item.quiz_id, []).append(item)
    needs_pool = any(quiz.time_rule == Quiz.TimeRule.COMPUTED for quiz in quizzes)
    expected = _expected_seconds() if needs_pool else Fraction(0)
    return {quiz.pk: _size(quiz, items.get(quiz.pk, []), expected) for quiz in quizzes}


def _size(quiz: Quiz, items: Sequence[QuizItem], expected: Fraction) -> Size:
    questions = sum(item.draw_count or 1 for item in items)
    points = sum((item.points * (item.draw_count or 1) for item in items), Decimal(0))
    if quiz.time_rule == Quiz.TimeRule.FIXED:
        return Size(questions, points, timedelta(minutes=quiz.time_limit or 0))
    if quiz.time_rule == Quiz.TimeRule.COMPUTED:
        limit = terms.computed_limit([(expected * questions, "")]) if questions else None
        return Size(questions, points, limit, is_estimate=True)
    return Size(questions, points, None)


def _expected_seconds() -> Fraction:
    """Mean seconds a question of the bank needs, thinking included (1 query)."""
    seconds, count = Fraction(0), 0
    rows = QuestionVersion.objects.ready().values("question__type", "question__bloom").annotate(number=Count("pk"))
    for row in rows:
        needed = Fraction(question_types.get(row["question__type"]).seconds)
        if row["question__bloom"] in terms.THINKING_LEVELS:
            needed *= terms.THINKING_SHARE
        seconds += needed * row["number"]
        count += row["number"]
    return seconds / count if count else Fraction(60)


def listing(learner: User, quizzes: Sequence[Quiz]) -> list[Row]:
    """The rows of the quiz list; whether `best` may be shown is decided by the caller."""
    by_quiz: dict[int, list[Attempt]] = {}
    mine = Attempt.objects.taken_by(learner).filter(quiz__in=quizzes).select_related("assignment", "quiz")
    for attempt in mine:
        by_quiz.setdefault(attempt.quiz_id, []).append(attempt)
    found = sizes(quizzes)
    rows = []
    for quiz in quizzes:
        own = by_quiz.get(quiz.pk, [])
        graded = [attempt for attempt in own if attempt.is_graded and attempt.fraction is not None]
        best = max(graded, key=lambda attempt: attempt.fraction or 0, default=None)
        still_open = next((attempt for attempt in own if attempt.is_in_progress), None)
        rows.append(Row(quiz, found[quiz.pk], len(own), best, still_open))
    return rows
