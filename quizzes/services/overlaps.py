"""What an exam shares with quizzes that can be taken without it: told to the instructor before it is assigned. Read only.

Which of them would pause is tried, as a student of the class would find it: by the same draw that a start makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.entitlements import HeldExam, Secrecy
from quizzes.models import Assignment, Classroom, Question, Quiz, QuizItem, User
from quizzes.models.draw_cells import in_cells_of
from quizzes.models.quizzes import Preset
from quizzes.services import attempts

TRIED = 100  # quizzes, at a few queries each


@dataclass(frozen=True)
class Sharing:
    """A quiz that asks or draws what the exam asks: it does not start meanwhile, or goes on with fewer questions."""

    quiz: Quiz
    asks: int  # of the exam's fixed questions
    is_paused: bool


@dataclass(frozen=True)
class Overlaps:
    """Quizzes that share questions with an exam, and how many of its questions other students can draw in practice."""

    sharing: Sequence[Sharing]
    in_open_bank: int
    drawn: int  # questions behind its own draw rules, secret while it is open
    is_open_to_all: bool  # the quiz itself: its class has no self-study of it

    def __bool__(self) -> bool:
        return bool(self.sharing or self.in_open_bank or self.drawn or self.is_open_to_all)


def of_exam(quiz: Quiz, classroom: Classroom, *, until: datetime, kept_for: User | None) -> Overlaps:
    """Return what the exam shares; with `kept_for`, the questions of that owner are kept for exams from now on.

    A few queries, and a few for each quiz that might pause.
    """
    questions = Question.objects.filter(items__quiz=quiz)
    rules = QuizItem.objects.filter(question=None).select_related("quiz")
    own_rules = tuple(rules.filter(quiz=quiz))
    free = questions.filter(is_kept_for_exams=False)
    free = free.exclude(owner=kept_for) if kept_for else free
    open_rules = rules.filter(quiz__status=Quiz.Status.PUBLISHED, quiz__is_open_to_all=True).exclude(quiz=quiz)
    secrecy = Secrecy(exams=(HeldExam(quiz.title, quiz.pk, 0, until, own_rules),))
    return Overlaps(
        sharing=_sharing(_open_to(classroom).exclude(pk=quiz.pk), questions, secrecy),
        in_open_bank=free.filter(in_cells_of(open_rules)).distinct().count(),
        drawn=Question.objects.ready().filter(in_cells_of(own_rules)).count(),
        is_open_to_all=quiz.is_open_to_all,
    )


def sentence_of(assignment: Assignment) -> str:
    """Return which quizzes an assigned exam concerns, in one sentence; empty where it is no exam, or concerns none."""
    until = entitlements.close_of(assignment)
    if assignment.preset != Preset.EXAM or until is None:
        return ""
    sharing = of_exam(assignment.quiz, assignment.classroom, until=until, kept_for=None).sharing
    if not sharing:
        return ""
    names = ", ".join(f"“{row.quiz.title}”" for row in sharing)
    words = {"class": assignment.classroom, "names": names}
    return _("Until the results are out, these pause for %(class)s or go on with fewer questions: %(names)s.") % words


def _open_to(classroom: Classroom) -> QuerySet[Quiz]:
    return Quiz.objects.published().filter(Q(is_open_to_all=True) | Q(assignments__classroom=classroom))


def _sharing(others: QuerySet[Quiz], questions: QuerySet[Question], secrecy: Secrecy) -> list[Sharing]:
    asks = Count("items", filter=Q(items__question__in=questions), distinct=True)
    rules = Count("items", filter=Q(items__question=None), distinct=True)
    might_pause = others.annotate(asks=asks, rules=rules).filter(Q(asks__gt=0) | Q(rules__gt=0))
    sentences = []
    for other in might_pause.order_by("-asks", "title", "pk")[:TRIED]:
        outlook = attempts.outlook(other, None, secrecy)
        if outlook.sentences:
            sentences.append(Sharing(other, other.asks, outlook.is_refused))
    return sentences
