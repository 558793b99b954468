"""One attempt, as an instructor changes it by hand: another deadline, or open again. Always with a reason, always logged.

Races, and what decides them: a change against a submit or the sweep, the lock on the attempt's row; opening again against
a start of the same learner, the queue of their starts.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import EditConflict, QuizError
from quizzes.models import Attempt, AttemptEvent, User
from quizzes.services import attempts, events, grading


@transaction.atomic
def extend(
    attempt: Attempt,
    *,
    due_at: datetime | None,
    reason: str,
    actor: User,
    now: datetime,
    seen: tuple[datetime | None] | None = None,
    by_terms: bool = False,
) -> Attempt:
    """Move the deadline of an attempt in progress, outwards or inwards; the learner's countdown follows by itself.

    A deadline of exactly `now` ends it. `by_terms` says that terms changed for all who have them: time given by hand moves
    the due date of the attempt as well. `seen` holds the deadline that the person saw; raises EditConflict when it was
    moved since.
    """
    _refuse_without_reason(reason)
    if due_at is not None and due_at < now:
        raise QuizError(IN_THE_FUTURE, where="due_at")
    locked = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    attempts.refuse_if_closed(locked, now=now)
    if seen is not None and seen[0] != locked.due_at:
        last = locked.events.filter(kind=AttemptEvent.Kind.EXTENDED).select_related("actor").order_by("at", "pk").last()
        raise EditConflict(last.actor.full_name if last and last.actor else "", last.at if last else None)
    before, locked.due_at = locked.due_at, due_at
    locked.save(update_fields=["due_at"])
    events.record(
        locked.pk,
        AttemptEvent.Kind.EXTENDED,
        at=now,
        actor_id=actor.pk,
        details={"from": before, "to": due_at, "reason": reason.strip()} | ({"by_terms": True} if by_terms else {}),
    )
    return locked


@transaction.atomic
def reopen(attempt: Attempt, *, due_at: datetime | None, reason: str, actor: User, now: datetime) -> Attempt:
    """Open a closed attempt again until `due_at`, with a reason; grades go until it is submitted again.

    It is graded again at its new end; marks given by hand stay with answers that are not changed until then.
    """
    _refuse_without_reason(reason)
    if due_at is not None and due_at <= now:
        raise QuizError(IN_THE_FUTURE, where="due_at")
    attempts.lock_history(attempt.learner, attempt.quiz)  # a start of the same learner comes wholly before, or waits
    locked = Attempt.objects.select_for_update(no_key=True, of=("self",)).select_related("quiz").get(pk=attempt.pk)
    refuse_unless_reopenable(locked, now=now)
    before = locked.submitted_at
    locked.status, locked.submitted_at, locked.closed_by = Attempt.Status.IN_PROGRESS, None, ""
    locked.exact_marks = locked.marks = locked.fraction = None
    locked.due_at, locked.reopened_at = due_at, now
    locked.save()
    locked.answers.update(**grading.NOT_MARKED)
    events.record(
        locked.pk,
        AttemptEvent.Kind.REOPENED,
        at=now,
        actor_id=actor.pk,
        details={"submitted": before, "due": due_at, "reason": reason.strip()},
    )
    return locked


def refuse_unless_reopenable(attempt: Attempt, *, now: datetime) -> None:
    """Raise QuizError with a sentence for what runs, for practice, and next to another attempt that runs."""
    if not attempt.is_counted:
        raise QuizError(_("Practice can't be reopened: it is never graded, and the student can start again."))
    if attempt.is_in_progress:
        raise QuizError(_("This attempt is running already."))
    if attempts.open_attempt_of(attempt.learner, attempt.quiz, now=now) is not None:
        raise QuizError(_("The student has another attempt at this quiz running."))


IN_THE_FUTURE = gettext_lazy("The new deadline must be in the future.")


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise QuizError(_("Give a reason; it is saved with the change."), where="reason")
