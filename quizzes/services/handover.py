"""Handing over: what a person made gets another owner, as a whole. Only administrators do it.

Race, and what decides it: the receiver's row; a receiver who is forgotten in the same moment is refused.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.errors import NotYours, QuizError
from quizzes.models import Question, Quiz, Source, User, Visibility
from quizzes.models.reference import STUDY_MODELS
from quizzes.models.study import StudyContent
from quizzes.services import notices

OWNED: tuple[type[Question | Quiz | Source | StudyContent], ...] = (Question, Quiz, Source, *STUDY_MODELS)


def count_of(person: User) -> int:
    """Return how many questions, quizzes, sources and texts for study a person owns (8 queries)."""
    return sum(model.objects.filter(owner=person).count() for model in OWNED)


@transaction.atomic
def hand_over(person: User, receiver: User | None, *, by: User, now: datetime) -> int:
    """Make everything that a person owns the receiver's, or the site's (None); returns how many rows that were.

    The receiver is told. Raises QuizError for a receiver who does not teach, or is the person themselves.
    """
    if not by.is_superuser:
        raise NotYours
    if receiver is None:
        return sum(model.objects.filter(owner=person).update(owner=None, visibility=Visibility.USE) for model in OWNED)
    locked = User.objects.select_for_update(no_key=True).get(pk=receiver.pk)
    if locked.pk == person.pk or not locked.is_instructor:
        raise QuizError(_("Choose another instructor, who can go on with the work."), where="receiver")
    count = sum(model.objects.filter(owner=person).update(owner=locked) for model in OWNED)
    if count:
        notices.tell(locked, "handed_over", now=now, actor=by, count=count)
    return count
