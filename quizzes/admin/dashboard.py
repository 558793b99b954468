"""What waits for an instructor: the first thing the workshop shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from quizzes.models import Attempt, Question, QuestionVersion, Quiz, User
from quizzes.reports import marking_queue


@dataclass(frozen=True)
class Waiting:
    """One kind of work: how many, what, and where it is done."""

    count: int
    what: str | Promise
    url: str


def waiting_for(user: User, *, now: datetime) -> list[Waiting]:
    """Work that waits for the person, kinds without any included (4 queries)."""
    if not user.is_instructor:
        return []
    attempts = reverse("admin:quizzes_attempt_changelist")
    return [
        Waiting(marking_queue.waiting(user).count(), _("answers to mark by hand"), reverse("quizzes:marking_queue")),
        Waiting(
            Attempt.objects.managed_by(user).awaiting_grading().count(),
            _("attempts closed but not graded"),
            f"{attempts}?status__exact={Attempt.Status.SUBMITTED}",
        ),
        Waiting(
            QuestionVersion.objects.filter(
                status=QuestionVersion.Status.DRAFT, question__in=Question.objects.live().editable_by(user)
            ).count(),
            _("drafts of questions"),
            reverse("admin:quizzes_question_changelist") + "?state=draft",
        ),
        Waiting(
            Quiz.objects.editable_by(user).filter(status=Quiz.Status.DRAFT).count(),
            _("quizzes not published"),
            reverse("admin:quizzes_quiz_changelist") + f"?status__exact={Quiz.Status.DRAFT}",
        ),
    ]
