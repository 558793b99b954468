"""Saving an answer: one guarded statement, acknowledged only after its commit.

Save against submit, save against save and the deadline are all decided by the conditions of that statement, with the lock
on the attempt's row inside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField
from django.http import Http404
from django.utils.translation import gettext as _

from quizzes.errors import AttemptClosed, BadAnswer, StaleAnswer
from quizzes.models import Answer, Attempt, QuestionVersion, User, kept
from quizzes.services.attempts import close_if_overdue, grace
from quizzes.services.retrying import retried


@dataclass(frozen=True)
class Saved:
    """An acknowledged save: it is committed."""

    slot: int
    revision: int
    saved_at: datetime
    due_at: datetime | None
    late_by_ms: int = 0


def save(
    attempt_id: int,
    learner: User,
    *,
    slot: int,
    fields: Mapping[str, Any],
    revision: int,
    now: datetime,
    device: str = "",
) -> Saved:
    """Save one answer from its posted fields; returns only after the commit.

    Raises Http404 for an attempt that is not the learner's, BadAnswer for what does not fit the question, AttemptClosed
    after the end (with what is stored), StaleAnswer when the stored revision is not older.
    """
    asked = layout_of(attempt_id, learner.pk)
    if slot not in asked:
        raise BadAnswer(_("The slot must be a whole number from 1 to %(count)d.") % {"count": len(asked)}, where="slot")
    version, layout = asked[slot]
    response = version.kind.parse(version.parsed, layout, fields)
    return save_response(attempt_id, learner, slot=slot, response=response, revision=revision, now=now, device=device)


def save_response(
    attempt_id: int, learner: User, *, slot: int, response: Any, revision: int, now: datetime, device: str = ""
) -> Saved:
    """Save a parsed response by one guarded statement, and say why when it refuses."""
    row = _guarded_update(attempt_id, learner.pk, slot, response, revision, now, device)
    if row is not None:
        return Saved(slot, revision, now, row[0], row[1])
    return _explain_refusal(attempt_id, learner, slot, response, revision, now)


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
    attempt_id: int, learner_id: int, slot: int, response: Any, revision: int, now: datetime, device: str
) -> tuple[datetime | None, int] | None:
    database = connections[DEFAULT_DB_ALIAS]  # once: the `connection` of Django is looked up at every use
    at = database.ops.adapt_datetimefield_value
    with database.cursor() as cursor:
        cursor.execute(
            GUARDED_UPDATES[database.vendor],
            {
                "response": None if response is None else json.dumps(response),
                "revision": revision,
                "now": at(now),
                "now_less_grace": at(now - grace()),
                "device": device,
                "slot": slot,
                "attempt": attempt_id,
                "learner": learner_id,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return _aware(row[0]), row[1]


def _aware(value: datetime | str | None) -> datetime | None:
    """SQLite gives an instant out of a sub-select as text or as naive UTC, depending on how it planned the statement."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _explain_refusal(attempt_id: int, learner: User, slot: int, response: Any, revision: int, now: datetime) -> Saved:
    attempt = Attempt.objects.taken_by(learner).filter(pk=attempt_id).first()
    answer = Answer.objects.filter(attempt=attempt, slot=slot).first() if attempt else None
    if attempt is None or answer is None:
        raise Http404
    stored = {"response": answer.response, "revision": answer.revision, "saved_at": answer.saved_at}
    close_if_overdue(attempt, now=now)
    if not attempt.is_in_progress:
        raise AttemptClosed(
            _("This attempt is closed. What was saved before counts; this answer came too late."), stored=stored
        )
    if attempt.reached_slot not in (0, slot):
        raise BadAnswer(
            _("Question %(slot)d is not open; the questions come one after the other.") % {"slot": slot}, where="slot"
        )
    if answer.is_checked:
        raise AttemptClosed(_("This answer was checked already. Choose “Try again” to answer anew."), stored=stored)
    if answer.revision == revision and answer.response == response:  # a repeated request: it was saved before
        return Saved(slot, revision, answer.saved_at or now, attempt.due_at, answer.late_by_ms)
    raise StaleAnswer(_("This answer was changed on another device or in another tab."), stored=stored)


# What was asked never changes during an attempt, so it is kept in the process: a save then needs no look at the question.
# Attempts at the same questions share the versions; only the order of the parts is their own.
Asked = dict[int, tuple[QuestionVersion, list[Any]]]
LAYOUTS_KEPT = 5000


def layout_of(attempt_id: int, learner_id: int) -> Asked:
    """Version and stored layout by slot; Http404 when the attempt is not the learner's."""
    if attempt_id > BigIntegerField.MAX_BIGINT:
        raise Http404
    return _kept_layout(attempt_id, learner_id)


@lru_cache(maxsize=LAYOUTS_KEPT)
def _kept_layout(attempt_id: int, learner_id: int) -> Asked:
    # The owner is part of the question: an attempt of somebody else then takes the same work as one that does not exist.
    rows = Answer.objects.filter(attempt_id=attempt_id, attempt__learner_id=learner_id).order_by("slot")
    found = list(rows.values_list("slot", "version_id", "layout"))
    if not found:
        raise Http404
    versions = kept.versions({version for _slot, version, _layout in found})
    return {slot: (versions[version], layout) for slot, version, layout in found}


def forget_layouts() -> None:
    """Empty what the process keeps; for tests, whose attempts get the same numbers again."""
    _kept_layout.cache_clear()
    kept.forget()
