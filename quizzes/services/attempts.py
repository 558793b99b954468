"""The life of an attempt: start, save, check, submit, close at the deadline. The only writer of attempts in progress.

Races, and what decides them: two starts, the partial unique index on open attempts; save against submit, the lock on the
attempt's row inside the one guarded statement of `save`; two submits, the conditional update of `_close`.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.http import Http404
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from quizzes import entitlements, terms
from quizzes.errors import AttemptClosed, BadAnswer, NoAttemptsLeft, NotOpen, QuizError, StaleAnswer
from quizzes.models import Answer, Assignment, Attempt, AttemptEvent, QuestionVersion, Quiz, User
from quizzes.services import draws, grading

log = logging.getLogger(__name__)
Kind = AttemptEvent.Kind


def grace() -> timedelta:
    """Time a save may spend on the network after the deadline."""
    return timedelta(seconds=settings.QUIZ_TRANSPORT_GRACE_SECONDS)


# Start ----------------------------------------------------------------------------------------------------------------


def start(
    learner: User, quiz: Quiz, *, now: datetime, assignment: Assignment | None = None, device: str = ""
) -> Attempt:
    """The learner's open attempt at the quiz: a new one, or the one in progress. Starting twice gives one attempt."""
    for _try in range(2):
        open_attempt = open_attempt_of(learner, quiz, now=now)
        if open_attempt is not None:
            return _resume(open_attempt, now=now, device=device)
        try:
            return _start_new(learner, quiz, assignment, now=now, device=device)
        except IntegrityError:  # another start won between the look and the insert: look again
            continue
    raise QuizError(_("The attempt could not be started. Try again."))


def open_attempt_of(learner: User, quiz: Quiz, *, now: datetime) -> Attempt | None:
    """The attempt in progress, if its time is not over."""
    found = (
        Attempt.objects.taken_by(learner).in_progress().filter(quiz=quiz).select_related("quiz", "assignment").first()
    )
    if found is not None and close_if_overdue(found, now=now):
        return None
    return found


def _resume(attempt: Attempt, *, now: datetime, device: str) -> Attempt:
    opened = attempt.events.filter(kind__in=[Kind.STARTED, Kind.RESUMED]).order_by("-at", "-pk").first()
    if device and opened is not None and opened.device != device:
        AttemptEvent.objects.create(
            attempt=attempt, kind=Kind.RESUMED, at=now, actor_id=attempt.learner_id, device=device
        )
    return attempt


@transaction.atomic
def _start_new(learner: User, quiz: Quiz, assignment: Assignment | None, *, now: datetime, device: str) -> Attempt:
    # The learner's row is the queue of their starts: counting attempts and inserting one is a single step behind it.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=learner.pk)
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only the order shown, nothing secret
    if quiz.status != Quiz.Status.PUBLISHED:
        raise NotOpen(_("“%(quiz)s” is not open for new attempts.") % {"quiz": quiz.title})
    drawn, notes = draws.draw(quiz, learner, rng)
    limit = entitlements.limit_of(quiz, [entitlements.seconds_and_bloom(item.version) for item in drawn])
    agreed = entitlements.terms_for(learner, quiz, assignment, limit=limit)
    refuse_unless_open(agreed, now)
    used = attempts_used(learner, quiz, assignment)
    if agreed.attempts_allowed is not None and used >= agreed.attempts_allowed:
        raise NoAttemptsLeft(
            _("You have used all %(count)d attempts at “%(quiz)s”.")
            % {"count": agreed.attempts_allowed, "quiz": quiz.title}
        )
    last = (
        Attempt.objects.taken_by(learner).filter(quiz=quiz).order_by("-number").values_list("number", flat=True).first()
    )
    attempt = Attempt.objects.create(
        learner=learner,
        quiz=quiz,
        assignment=assignment,
        number=(last or 0) + 1,
        is_counted=agreed.preset != "practice",
        started_at=now,
        due_at=terms.deadline(agreed, now),
        limit=agreed.limit,
        max_marks=sum(item.points for item in drawn),
        reached_slot=1 if quiz.navigation == Quiz.Navigation.SEQUENTIAL else 0,
        draw_notes=notes,
    )
    Answer.objects.bulk_create(
        Answer(
            attempt=attempt,
            slot=slot,
            version=item.version,
            points=item.points,
            layout=item.version.kind.layout(item.version.parsed, rng, shuffle=quiz.shuffle_options),
        )
        for slot, item in enumerate(drawn, start=1)
    )
    AttemptEvent.objects.create(attempt=attempt, kind=Kind.STARTED, at=now, actor=learner, device=device)
    return attempt


def refuse_unless_open(agreed: terms.Terms, now: datetime) -> None:
    """Raise NotOpen with a sentence when the window is not open."""
    if agreed.is_upcoming_at(now):
        raise NotOpen(_("This quiz is not open yet."))
    if agreed.is_over_at(now):
        raise NotOpen(_("This quiz has closed."))


def attempts_used(learner: User, quiz: Quiz, assignment: Assignment | None) -> int:
    """Attempts that count against the number allowed: those for the same assignment, or those of self-study."""
    return Attempt.objects.taken_by(learner).filter(quiz=quiz, assignment=assignment).count()


# Save -----------------------------------------------------------------------------------------------------------------


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
      AND (reached_slot = 0 OR reached_slot = %(slot)s) AND (due_at IS NULL OR due_at > %(now_less_grace)s)
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


def _guarded_update(
    attempt_id: int, learner_id: int, slot: int, response: Any, revision: int, now: datetime, device: str
) -> tuple[datetime | None, int] | None:
    at = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            GUARDED_UPDATE.format(**DIALECTS[connection.vendor]),
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
    due_at = row[0]
    if isinstance(due_at, str):  # SQLite: a column in a sub-select comes without its converter
        parsed = parse_datetime(due_at)
        due_at = make_aware(parsed, connection.timezone) if parsed else None
    return due_at, row[1]


def _explain_refusal(attempt_id: int, learner: User, slot: int, response: Any, revision: int, now: datetime) -> Saved:
    attempt = Attempt.objects.taken_by(learner).filter(pk=attempt_id).first()
    answer = Answer.objects.filter(attempt=attempt, slot=slot).first() if attempt else None
    if attempt is None or answer is None:
        raise Http404
    stored = {"response": answer.response, "revision": answer.revision, "saved_at": answer.saved_at}
    if not attempt.is_in_progress or (attempt.due_at and attempt.due_at + grace() <= now):
        close_if_overdue(attempt, now=now)
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
_layouts: dict[int, tuple[int, dict[int, tuple[QuestionVersion, list[Any]]]]] = {}
LAYOUTS_KEPT = 5000


def layout_of(attempt_id: int, learner_id: int) -> dict[int, tuple[QuestionVersion, list[Any]]]:
    """Version and stored layout by slot; Http404 when the attempt is not the learner's."""
    kept = _layouts.get(attempt_id)
    if kept is None:
        rows = list(
            Answer.objects.filter(attempt_id=attempt_id).select_related("version__question", "attempt").order_by("slot")
        )
        if not rows:
            raise Http404
        kept = rows[0].attempt.learner_id, {row.slot: (row.version, row.layout) for row in rows}
        while len(_layouts) >= LAYOUTS_KEPT:
            _layouts.pop(next(iter(_layouts)), None)
        _layouts[attempt_id] = kept
    if kept[0] != learner_id:
        raise Http404
    return kept[1]


def flag(attempt_id: int, learner: User, *, slot: int, is_flagged: bool, now: datetime) -> None:
    """Mark a question for a later look; possible while the attempt is open."""
    attempt = Attempt.objects.taken_by(learner).filter(pk=attempt_id).first()
    if attempt is None:
        raise Http404
    refuse_if_closed(attempt, now=now)
    if not attempt.answers.filter(slot=slot).update(is_flagged=is_flagged):
        raise BadAnswer(_("There is no question %(slot)d.") % {"slot": slot}, where="slot")
    AttemptEvent.objects.create(
        attempt=attempt, kind=Kind.FLAGGED, at=now, actor=learner, slot=slot, details={"flagged": is_flagged}
    )


def advance(attempt_id: int, learner: User, *, from_slot: int, now: datetime) -> int:
    """In a quiz without way back, leave `from_slot` for the next one; returns the slot now open."""
    attempt = Attempt.objects.taken_by(learner).filter(pk=attempt_id).first()
    if attempt is None:
        raise Http404
    refuse_if_closed(attempt, now=now)
    last = attempt.answers.count()
    Attempt.objects.filter(pk=attempt_id, status=Attempt.Status.IN_PROGRESS, reached_slot=from_slot).exclude(
        reached_slot=last
    ).update(reached_slot=F("reached_slot") + 1)
    attempt.refresh_from_db(fields=["reached_slot"])
    return attempt.reached_slot


def refuse_if_closed(attempt: Attempt, *, now: datetime) -> None:
    if close_if_overdue(attempt, now=now) or not attempt.is_in_progress:
        raise AttemptClosed(_("This attempt is closed. What was saved before counts."))


# Practice -------------------------------------------------------------------------------------------------------------


def check(attempt_id: int, learner: User, *, slot: int, now: datetime) -> Answer:
    """Practice: hand in one answer to have it marked and explained at once."""
    answer = _practice_answer(attempt_id, learner, slot, now)
    if not answer.is_checked:
        answer.is_checked = True
        grading.grade_answer(answer, answer.version, penalty=answer.attempt.quiz.wrong_penalty)
        answer.save(update_fields=["is_checked", "fraction", "marks"])
        AttemptEvent.objects.create(
            attempt=answer.attempt,
            kind=Kind.CHECKED,
            at=now,
            actor=learner,
            slot=slot,
            details={"fraction": answer.fraction},
        )
    return answer


def try_again(attempt_id: int, learner: User, *, slot: int, now: datetime) -> Answer:
    """Practice: open a checked answer again, empty."""
    answer = _practice_answer(attempt_id, learner, slot, now)
    Answer.objects.filter(pk=answer.pk, is_checked=True).update(
        is_checked=False, fraction=None, marks=None, response=None, revision=F("revision") + 1
    )
    answer.refresh_from_db()
    return answer


def _practice_answer(attempt_id: int, learner: User, slot: int, now: datetime) -> Answer:
    answer = (
        Answer.objects.select_related("version__question", "attempt__quiz", "attempt__assignment")
        .filter(attempt_id=attempt_id, attempt__learner=learner, slot=slot)
        .first()
    )
    if answer is None:
        raise Http404
    refuse_if_closed(answer.attempt, now=now)
    if entitlements.preset_of(answer.attempt) != "practice":
        raise QuizError(_("Answers are checked one by one in practice only."))
    return answer


# Close ----------------------------------------------------------------------------------------------------------------


def submit(attempt: Attempt, *, now: datetime) -> Attempt:
    """Hand the attempt in; a second call finds it closed and changes nothing."""
    by = Attempt.ClosedBy.DEADLINE if attempt.is_overdue_at(now) else Attempt.ClosedBy.LEARNER
    return _close(attempt, by=by, now=now)


def close_if_overdue(attempt: Attempt, *, now: datetime) -> bool:
    """Close the attempt when its time is over; whether it did. Recorded at the deadline, not at the look.

    Inside the transport grace the attempt is left open for answers still on their way; pages treat it as over.
    """
    if not attempt.is_overdue_at(now):
        return False
    _close(attempt, by=Attempt.ClosedBy.DEADLINE, now=now)
    return True


def _close(attempt: Attempt, *, by: str, now: datetime) -> Attempt:
    submitted_at = min(now, attempt.due_at) if attempt.due_at else now
    with transaction.atomic():
        won = (
            Attempt.objects.in_progress()
            .filter(pk=attempt.pk)
            .update(status=Attempt.Status.SUBMITTED, submitted_at=submitted_at, closed_by=by)
        )  # the condition decides between two submits, or a submit and the sweep
        if won:
            AttemptEvent.objects.create(
                attempt=attempt,
                kind=Kind.CLOSED if by == Attempt.ClosedBy.DEADLINE else Kind.SUBMITTED,
                at=submitted_at,
                actor_id=attempt.learner_id if by == Attempt.ClosedBy.LEARNER else None,
            )
    attempt.refresh_from_db(fields=["status", "submitted_at", "closed_by", "marks", "max_marks", "fraction"])
    if won:  # closed first, graded after: a crash between the two is repaired by the sweep
        graded = grading.grade_or_leave(attempt, now=now)
        attempt.status, attempt.marks, attempt.max_marks, attempt.fraction = (
            graded.status,
            graded.marks,
            graded.max_marks,
            graded.fraction,
        )
    return attempt


def close_overdue(*, now: datetime, among: Iterable[Attempt] | None = None) -> int:
    """Close every attempt past its deadline and grace, grade what was left ungraded; one bad attempt stops no other."""
    overdue = Attempt.objects.overdue_at(now - grace()) if among is None else among
    closed = 0
    for attempt in overdue:
        try:
            closed += close_if_overdue(attempt, now=now)
        except Exception:
            log.exception("attempt %s could not be closed", attempt.pk)
    for attempt in Attempt.objects.awaiting_grading():
        grading.grade_or_leave(attempt, now=now)
    return closed


# Changes by an instructor ---------------------------------------------------------------------------------------------


@transaction.atomic
def extend(attempt: Attempt, *, due_at: datetime | None, reason: str, actor: User, now: datetime) -> Attempt:
    """Move the deadline of an attempt in progress; the learner's countdown follows by itself."""
    locked = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    refuse_if_closed(locked, now=now)
    before, locked.due_at = locked.due_at, due_at
    locked.save(update_fields=["due_at"])
    AttemptEvent.objects.create(
        attempt=locked,
        kind=Kind.EXTENDED,
        at=now,
        actor=actor,
        details={"from": before, "to": due_at, "reason": reason},
    )
    return locked


@transaction.atomic
def reopen(attempt: Attempt, *, due_at: datetime | None, reason: str, actor: User, now: datetime) -> Attempt:
    """Open a closed attempt again until `due_at`, with a reason; grades go until it is submitted anew."""
    if not reason.strip():
        raise QuizError(_("Give a reason; it is kept with the change."), where="reason")
    if due_at is not None and due_at <= now:
        raise QuizError(_("The new deadline must lie in the future."), where="due_at")
    locked = Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)
    if locked.is_in_progress:
        raise QuizError(_("This attempt is in progress already."))
    if Attempt.objects.in_progress().filter(learner_id=locked.learner_id, quiz_id=locked.quiz_id).exists():
        raise QuizError(_("Another attempt of this learner at the quiz is in progress."))
    before = locked.submitted_at
    locked.status, locked.submitted_at, locked.closed_by = Attempt.Status.IN_PROGRESS, None, ""
    locked.marks = locked.fraction = None
    locked.due_at = due_at
    locked.save()
    locked.answers.update(fraction=None, marks=None)
    AttemptEvent.objects.create(
        attempt=locked,
        kind=Kind.REOPENED,
        at=now,
        actor=actor,
        details={"submitted": before, "due": due_at, "reason": reason.strip()},
    )
    return locked
