"""How much there is to practice of what a learner wants, and the practice that runs. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from quizzes import entitlements
from quizzes.entitlements import Wish, pools
from quizzes.errors import Text
from quizzes.models import Attempt, Quiz, StudyNote, User
from quizzes.reports import practice_names

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

HINTS: dict[str, Text] = {
    pools.MISSED: _("No question matches. You have missed none of these: choose “all questions”, or something wider."),
    pools.UNSEEN: _("No question matches. None of these is new to you: choose “all questions”, or something wider."),
    pools.FLAGGED: _("No question matches. Flag a question while you answer it, and you find it here."),
}


class AttemptCounts(TypedDict):
    """How far an attempt is, which a query counts."""

    questions: int
    answered: int


@dataclass(frozen=True)
class Running:
    """Practice in progress, with how far it is: what was answered, or given up and shown."""

    attempt: Attempt
    answered: int
    questions: int


@dataclass(frozen=True)
class Choice:
    """How many questions match, how many of them are asked, and the practice that runs."""

    matches: int
    asked: int
    running: Running | None
    note: StudyNote | None
    only: str = ""

    @property
    def hint(self) -> Text:
        """What to do where nothing matches."""
        return HINTS.get(self.only, _("No question matches. Choose something wider."))


def choice(learner: User, wish: Wish, *, now: datetime) -> Choice:
    """Return what a start would do (at most 15 queries, however much the learner has done)."""
    matches = entitlements.pool(learner, wish, now=now).count
    note = StudyNote.objects.readable_by(learner).filter(slug=wish.note).first() if wish.note else None
    return Choice(matches, min(matches, wish.number), running(learner), note, wish.only)


def running(learner: User) -> Running | None:
    """Return the practice that the learner put together and has not handed in, with its name (1 query, up to 3 more)."""
    attempts = (
        Attempt.objects.taken_by(learner).in_progress().filter(quiz__slug=Quiz.OWN_PRACTICE).select_related("quiz")
    )
    is_done = Count("answers", filter=Q(answers__response__isnull=False) | Q(answers__is_checked=True))
    counted = attempts.annotate(questions=Count("answers"), answered=is_done)
    attempt = cast("WithAnnotations[Attempt, AttemptCounts] | None", counted.first())
    if attempt is None:
        return None
    practice_names.name([attempt])
    return Running(attempt, attempt.answered, attempt.questions)
