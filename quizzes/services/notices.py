"""Notices: lines that tell instructors what others did to their work. The only writer of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import Truncator

from quizzes.models import Notice, Question, QuestionVersion, Quiz, QuizItem, User

# What the owner of a question hears of a change, and what the owner of a quiz that has it hears.
HEARD_BY_OWNER = {"published": "published", "retired": "question_retired", "archived": "question_archived"}
HEARD_BY_USERS = {"published": "changed", "retired": "retired", "archived": "archived"}


@transaction.atomic
def tell(
    recipient: User | None,
    kind: str,
    *,
    now: datetime,
    actor: User | None = None,
    question: Question | None = None,
    quiz: Quiz | None = None,
    **details: Any,
) -> None:
    """Leave a line of a kind (see `models.notices.SENTENCES`) for an instructor, who is not told what they did themselves.

    One that waits already and is about the same is brought up to date instead. `details` are words and numbers.
    """
    if recipient is None or recipient == actor or not recipient.is_instructor:
        return
    about = {"recipient": recipient, "kind": kind, "question": question, "quiz": quiz}
    fresh = {"actor": actor, "details": details, "created_at": now}
    is_about_something = question is not None or quiz is not None
    if not (is_about_something and Notice.objects.filter(**about, dismissed_at=None).update(**fresh)):
        Notice.objects.create(**about, **fresh)


def tell_owner(of: Question | Quiz, kind: str, *, now: datetime, actor: User | None = None, **details: Any) -> None:
    """Tell the owner of a question or a quiz; of what is the site's, the administrators."""
    about = {"quiz": of} if isinstance(of, Quiz) else {"question": of}
    owners = [of.owner] if of.owner else User.objects.filter(is_superuser=True, is_active=True)
    for owner in owners:
        tell(owner, kind, now=now, actor=actor, **about, **details)


def tell_of_question(question: Question, change: str, *, actor: User | None, now: datetime) -> None:
    """Tell its owner, and the owners of the quizzes that have it, that it was published, retired or archived."""
    stem = _short(question.shown_version) or str(question)
    tell(question.owner, HEARD_BY_OWNER[change], now=now, actor=actor, question=question, what=stem)
    items = QuizItem.objects.filter(question=question).exclude(quiz__status=Quiz.Status.ARCHIVED)
    for item in items.exclude(quiz__owner=question.owner_id).select_related("quiz__owner", "pinned_version"):
        kind = "newer" if change == "published" and item.pinned_version_id else HEARD_BY_USERS[change]
        what = _short(item.pinned_version) or stem  # what is new may be private by now
        tell(item.quiz.owner, kind, now=now, actor=actor, question=question, quiz=item.quiz, what=what)


def _short(version: QuestionVersion | None) -> str:
    return Truncator(version.stem).chars(80) if version else ""


def dismiss(notice: Notice, *, now: datetime) -> None:
    """Take a line off the page; doing it twice keeps the first instant."""
    Notice.objects.filter(pk=notice.pk, dismissed_at=None).update(dismissed_at=now)
