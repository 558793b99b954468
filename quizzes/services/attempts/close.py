"""The end of an attempt: handed in by the learner, or closed at its deadline. Closed first, then graded.

Race, and what decides it: two submits, a submit and the sweep, the sweep and an extension, the conditional update of
`_store_closing`: the deadline that counts is the one in the row, not the one that was read before.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from quizzes.errors import AttemptClosed
from quizzes.models import Attempt, AttemptEvent
from quizzes.services import events, grading
from quizzes.services.retrying import retried

Kind = AttemptEvent.Kind
CLOSING_FIELDS = ["submitted_at", "closed_by", *grading.RESULT]


def submit(attempt: Attempt, *, now: datetime) -> Attempt:
    """Hand the attempt in; after the deadline it is recorded there. A second call finds it closed and changes nothing."""
    if not (_close(attempt, Attempt.ClosedBy.LEARNER, now=now) or _close(attempt, Attempt.ClosedBy.DEADLINE, now=now)):
        attempt.refresh_from_db(fields=CLOSING_FIELDS)
    return attempt


def close_if_overdue(attempt: Attempt, *, now: datetime) -> bool:
    """Close the attempt when its time and the transport grace are over; whether it did. Recorded at the deadline.

    Until the grace has passed it stays open for answers on their way: a look at it must not shut them out.
    """
    if not attempt.is_past_grace_at(now):
        return False
    closed = _close(attempt, Attempt.ClosedBy.DEADLINE, now=now)
    if not closed:  # closed or extended by another request since the row was read
        attempt.refresh_from_db(fields=["due_at", *CLOSING_FIELDS])
    return closed


def refuse_if_closed(attempt: Attempt, *, now: datetime) -> None:
    """Raise AttemptClosed from the deadline on; the transport grace is for answers that are under way, nothing else."""
    close_if_overdue(attempt, now=now)
    if not attempt.is_in_progress or attempt.is_overdue_at(now):
        raise AttemptClosed(_("This attempt is closed. Your saved answers count."))


def _close(attempt: Attempt, by: Attempt.ClosedBy, *, now: datetime) -> bool:
    """Close and grade, if the attempt is still open and the stored deadline agrees; whether it did."""
    if not _store_closing(attempt, by, now=now):
        return False
    graded = grading.grade_or_leave(attempt, now=now)  # closed first: the sweep repairs a crash between the two
    for name in CLOSING_FIELDS:
        setattr(attempt, name, getattr(graded, name))
    return True


@retried
@transaction.atomic
def _store_closing(attempt: Attempt, by: Attempt.ClosedBy, *, now: datetime) -> bool:
    may_close, ended_at = _condition(by, now)
    open_row = Attempt.objects.in_progress().filter(may_close, pk=attempt.pk)
    if not open_row.update(status=Attempt.Status.SUBMITTED, submitted_at=ended_at, closed_by=by):
        return False
    is_own = by == Attempt.ClosedBy.LEARNER
    end = now if is_own else Attempt.objects.values_list("submitted_at", flat=True).get(pk=attempt.pk) or now
    attempt.status, attempt.submitted_at, attempt.closed_by = Attempt.Status.SUBMITTED, end, by
    kind, actor_id = (Kind.SUBMITTED, attempt.learner_id) if is_own else (Kind.CLOSED, None)
    events.record(attempt.pk, kind, at=end, actor_id=actor_id)
    return True


def _condition(by: Attempt.ClosedBy, now: datetime) -> tuple[Q, datetime | F]:
    """Return under which condition on its deadline an attempt closes, and the end that is recorded."""
    if by == Attempt.ClosedBy.LEARNER:
        return Q(due_at=None) | Q(due_at__gt=now), now
    return Q(due_at__lte=now), F("due_at")
