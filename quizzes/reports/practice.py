"""How much there is to practice of what a learner wants. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quizzes import entitlements
from quizzes.entitlements import Wish
from quizzes.models import Attempt, Quiz, StudyNote, User


@dataclass(frozen=True)
class Choice:
    """How many questions match, how many of them are asked, and the practice that runs (its start ends it)."""

    matches: int
    asked: int
    running: Attempt | None
    note: StudyNote | None


def choice(learner: User, wish: Wish, *, now: datetime) -> Choice:
    """Return what a start would do (at most 12 queries, however much the learner has done)."""
    matches = entitlements.pool(learner, wish, now=now).count
    running = Attempt.objects.taken_by(learner).in_progress().filter(quiz__slug=Quiz.OWN_PRACTICE).first()
    note = StudyNote.objects.readable_by(learner).filter(slug=wish.note).first() if wish.note else None
    return Choice(matches, min(matches, wish.number), running, note)
