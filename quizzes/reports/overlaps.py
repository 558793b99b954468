"""What an exam shares with quizzes that can be taken without it: told to the instructor before it is assigned. Read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from quizzes.models import Classroom, Question, Quiz, QuizItem, User
from quizzes.models.quizzes import Preset


@dataclass(frozen=True)
class Sharing:
    """A quiz that asks some of the exam's questions; practice goes on without them, anything else does not start."""

    quiz: Quiz
    questions: int
    is_practice: bool


@dataclass(frozen=True)
class Overlaps:
    """Quizzes that share questions with an exam, and how many of its questions other students can draw in practice."""

    sharing: Sequence[Sharing]
    in_open_bank: int
    drawn: int  # questions behind its own draw rules, secret while it is open
    is_open_to_all: bool  # the quiz itself: its class has no self-study of it

    def __bool__(self) -> bool:
        return bool(self.sharing or self.in_open_bank or self.drawn or self.is_open_to_all)


def of_exam(quiz: Quiz, classroom: Classroom, *, kept_for: User | None) -> Overlaps:
    """Return what the exam shares; with `kept_for`, the questions of that owner are kept for exams from now on (4 queries)."""
    asked = Question.objects.filter(items__quiz=quiz)
    others = Quiz.objects.published().exclude(pk=quiz.pk)
    others = others.filter(Q(is_open_to_all=True) | Q(assignments__classroom=classroom))
    shared = Count("items", filter=Q(items__question__in=asked), distinct=True)
    sharing = [
        Sharing(other, other.shared, other.feedback == Preset.PRACTICE)
        for other in others.annotate(shared=shared).filter(shared__gt=0).order_by("title", "pk")
    ]
    free = asked.filter(is_kept_for_exams=False)
    free = free.exclude(owner=kept_for) if kept_for else free
    rules = QuizItem.objects.filter(question=None).select_related("quiz")
    open_rules = rules.filter(quiz__status=Quiz.Status.PUBLISHED, quiz__is_open_to_all=True).exclude(quiz=quiz)
    own_rules = rules.filter(quiz=quiz)
    in_open_bank = free.filter(_drawn_by(open_rules)).distinct().count()
    return Overlaps(sharing, in_open_bank, _pool(own_rules), quiz.is_open_to_all)


def _drawn_by(rules: QuerySet[QuizItem]) -> Q:
    """The condition that one of the rules may take a question; of no question where there is no rule."""
    by_rule: list[Any] = [Q(pk__in=Question.objects.drawn_by(rule).order_by().values("pk")) for rule in rules]
    return Q(*by_rule, _connector=Q.OR) if by_rule else Q(pk__in=[])


def _pool(rules: QuerySet[QuizItem]) -> int:
    return Question.objects.filter(_drawn_by(rules)).count()
