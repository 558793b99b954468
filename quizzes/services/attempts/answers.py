"""Answers on the way: saved by one guarded statement, acknowledged only after its commit; flagged; left behind.

Save against submit, save against save and the deadline are all decided by the conditions of that statement, with the lock
on the attempt's row inside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from quizzes import terms
from quizzes.errors import AttemptClosed, BadAnswer, NotFound, StaleAnswer
from quizzes.models import Answer, Attempt, AttemptEvent
from quizzes.models.papers import Paper
from quizzes.services import events
from quizzes.services.attempts.close import close_if_overdue, refuse_if_closed
from quizzes.services.retrying import retried


@dataclass(frozen=True)
class Saved:
    """An acknowledged save: it is committed."""

    slot: int
    revision: int
    saved_at: datetime
    due_at: datetime | None
    late_by_ms: int = 0


def save(paper: Paper, *, slot: int, response: object, revision: int, now: datetime, device: str = "") -> Saved:
    """Save the response to one question; returns only after the commit.

    Raises AttemptClosed after the end and StaleAnswer when the stored revision is not older, both with the stored answer;
    BadAnswer for a question that is not open.
    """
    row = _guarded_update(paper, slot, response, revision, now, device)
    if row is not None:
        return Saved(slot, revision, now, due_at=row[0], late_by_ms=row[1])
    return _explain_refusal(paper, slot, response, revision, now)


GUARDED_UPDATE = """
UPDATE quizzes_answer
SET response = {response}, revision = %(revision)s, saved_at = %(now)s, saved_from = %(device)s, late_by_ms = {late}
WHERE slot = %(slot)s AND revision < %(revision)s AND NOT is_checked AND attempt_id = (
    SELECT id FROM quizzes_attempt
    WHERE id = %(attempt)s AND learner_id = %(learner)s AND status = 'in_progress'
      AND (reached_slot = 0 OR reached_slot = %(slot)s) AND (due_at IS NULL OR due_at >= %(now_less_grace)s)
    {lock}
)
RETURNING (SELECT due_at FROM quizzes_attempt WHERE id = attempt_id), late_by_ms
"""
# FOR SHARE makes a concurrent submit wait for this commit, or this statement see that submit: an acknowledged answer is
# either in before the attempt closes, and graded, or refused. On SQLite the one writer at a time gives the same.
DIALECTS = {
    "sqlite": {
        "response": "%(response)s",
        "lock": "",
        "late": "COALESCE((SELECT MAX(0, CAST(ROUND((julianday(%(now)s) - julianday(due_at)) * 86400000) AS INTEGER))"
        " FROM quizzes_attempt WHERE id = attempt_id), 0)",
    },
    "postgresql": {
        "response": "%(response)s::jsonb",
        "lock": "FOR SHARE",
        "late": "COALESCE((SELECT GREATEST(0, ROUND(EXTRACT(EPOCH FROM (%(now)s - due_at)) * 1000))::integer"
        " FROM quizzes_attempt WHERE id = attempt_id), 0)",
    },
}
GUARDED_UPDATES = {vendor: GUARDED_UPDATE.format(**dialect) for vendor, dialect in DIALECTS.items()}


@retried
def _guarded_update(
    paper: Paper, slot: int, response: object, revision: int, now: datetime, device: str
) -> tuple[datetime | None, int] | None:
    """Return (deadline, ms after it) of the save, or None where the conditions refuse it."""
    at = connection.ops.adapt_datetimefield_value
    values = {
        "response": None if response is None else json.dumps(response),
        "revision": revision,
        "now": at(now),
        "now_less_grace": at(now - terms.grace()),
        "device": device,
        "slot": slot,
        "attempt": paper.attempt_id,
        "learner": paper.learner_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(GUARDED_UPDATES[connection.vendor], values)
        row = cursor.fetchone()
    return None if row is None else (_aware(row[0]), row[1])


def _aware(value: datetime | str | None) -> datetime | None:
    """Return the instant with its zone: SQLite gives one out of a sub-select as text or as naive UTC, by how it planned."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _explain_refusal(paper: Paper, slot: int, response: object, revision: int, now: datetime) -> Saved:
    answers = Answer.objects.select_related("attempt__quiz", "attempt__assignment")
    answer = answers.filter(attempt=paper.attempt_id, attempt__learner=paper.learner_id, slot=slot).first()
    if answer is None:
        raise NotFound
    attempt = answer.attempt
    close_if_overdue(attempt, now=now)
    if not attempt.is_in_progress:
        words = _("This attempt is closed. This answer came too late; what was saved before counts.")
        raise AttemptClosed(words, stored=answer)
    if attempt.reached_slot not in (0, slot):
        words = _("Question %(slot)d is not open; the questions come one after the other.") % {"slot": slot}
        raise BadAnswer(words, where="slot")
    if answer.is_checked:
        raise AttemptClosed(_("This answer was checked already. Choose “Try again” to answer it again."), stored=answer)
    if answer.revision == revision and answer.response == response:  # a repeated request: it was saved before
        return Saved(slot, revision, answer.saved_at or now, attempt.due_at, answer.late_by_ms)
    raise StaleAnswer(_("This answer was changed on another device or in another tab."), stored=answer)


def flag(attempt: Attempt, *, slot: int, is_flagged: bool, now: datetime) -> None:
    """Mark a question for a later look; possible while the attempt is open."""
    refuse_if_closed(attempt, now=now)
    if not attempt.answers.filter(slot=slot).update(is_flagged=is_flagged):
        raise BadAnswer(_("There is no question %(slot)d.") % {"slot": slot}, where="slot")
    details = {"flagged": is_flagged}
    events.record(
        attempt.pk, AttemptEvent.Kind.FLAGGED, at=now, actor_id=attempt.learner_id, slot=slot, details=details
    )


def advance(attempt: Attempt, *, from_slot: int, now: datetime) -> int:
    """Leave `from_slot` for the next question, in a quiz without way back; returns the slot now open."""
    refuse_if_closed(attempt, now=now)
    last = attempt.answers.count()
    here = Attempt.objects.in_progress().filter(pk=attempt.pk, reached_slot=from_slot).exclude(reached_slot=last)
    here.update(reached_slot=F("reached_slot") + 1)
    attempt.refresh_from_db(fields=["reached_slot"])
    return attempt.reached_slot
