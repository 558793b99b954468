"""The life of an attempt: start, check, submit, close at the deadline; answers are saved in `saving`.

Races, and what decides them: two starts, the learner's row and behind it the partial unique index on open attempts; two
submits, or a sweep against an extension, the conditional update of `_close`.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from quizzes import entitlements, terms
from quizzes.errors import AttemptClosed, BadAnswer, NoAttemptsLeft, NotOpen, QuizError
from quizzes.models import Answer, Assignment, Attempt, AttemptEvent, QuestionVersion, Quiz, User
from quizzes.models.attempts import AttemptQuerySet
from quizzes.models.prepared import Prepared, prepared
from quizzes.services import draws, events, grading
from quizzes.services.retrying import retried

log = logging.getLogger(__name__)
Kind = AttemptEvent.Kind
Act = Callable[[Attempt], object]  # true where it did something
LAST_SWEEP = "quizzes.last_sweep"
LIMIT = Attempt._meta.get_field("limit")  # kept as an interval or as microseconds, as the database can


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
        offer = _offer(learner, quiz, assignment, now=now)
        try:
            return _start_new(learner, quiz, assignment, offer, now=now, device=device)
        except IntegrityError:  # another start won between the look and the insert: look again
            continue
    raise QuizError(_("The attempt could not be started. Try again."))


OPEN_OF = prepared(lambda learner, quiz: Attempt.objects.taken_by(learner).in_progress().filter(quiz=quiz).order_by())


def open_attempt_of(learner: User, quiz: Quiz, *, now: datetime) -> Attempt | None:
    """The attempt in progress, if its time is not over."""
    found = OPEN_OF.first(learner=learner, quiz=quiz)
    if found is not None and close_if_overdue(found, now=now):
        return None
    return found


def _resume(attempt: Attempt, *, now: datetime, device: str) -> Attempt:
    opened = attempt.events.filter(kind__in=[Kind.STARTED, Kind.RESUMED]).order_by("-at", "-pk").first()
    if device and opened is not None and opened.device != device:
        events.record(attempt.pk, Kind.RESUMED, at=now, actor_id=attempt.learner_id, device=device)
    return attempt


@dataclass(frozen=True)
class Asked:
    """One question as it will be asked: `layout` is the order of its parts, as JSON."""

    slot: int
    version_id: int
    points: Decimal
    layout: str


@dataclass(frozen=True)
class Offer:
    """What an attempt would ask and under which terms; made before the transaction, which nobody should wait for."""

    asked: list[Asked]
    notes: list[str]
    agreed: terms.Terms


def _offer(learner: User, quiz: Quiz, assignment: Assignment | None, *, now: datetime) -> Offer:
    if quiz.status != Quiz.Status.PUBLISHED or (assignment is None and not quiz.is_open_to_all):
        raise NotOpen(_("“%(quiz)s” is not open for new attempts.") % {"quiz": quiz.title})
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only the order shown, nothing secret
    drawn, notes = draws.draw(quiz, learner, rng)
    limit = entitlements.limit_of(
        quiz, ((item.version.kind.time_seconds(item.version.parsed), item.bloom) for item in drawn)
    )
    agreed = entitlements.terms_for(learner, quiz, assignment, limit=limit)
    refuse_unless_open(agreed, now)
    asked = [
        Asked(slot, item.version.pk, item.points, _layout_of(item.version, rng, shuffle=quiz.shuffle_options))
        for slot, item in enumerate(drawn, start=1)
    ]
    return Offer(asked, notes, agreed)


def _layout_of(version: QuestionVersion, rng: random.Random, *, shuffle: bool) -> str:
    return json.dumps(version.kind.layout(version.parsed, rng, shuffle=shuffle))


@retried
@transaction.atomic
def _start_new(
    learner: User, quiz: Quiz, assignment: Assignment | None, offer: Offer, *, now: datetime, device: str
) -> Attempt:
    made = queued_history(learner, quiz)
    # Another start may have won while this one waited: without this look it would be told that no attempts are left.
    if won := [pk for pk, _number, status, _given in made if status == Attempt.Status.IN_PROGRESS]:
        return Attempt.objects.get(pk=won[0])
    allowed = offer.agreed.attempts_allowed
    used = sum(given == (assignment.pk if assignment else None) for _pk, _number, _status, given in made)
    if allowed is not None and used >= allowed:
        raise NoAttemptsLeft(
            _("You have used all %(count)d attempts at “%(quiz)s”.") % {"count": allowed, "quiz": quiz.title}
        )
    attempt = Attempt(
        learner=learner,
        quiz=quiz,
        assignment=assignment,
        number=max((number for _pk, number, _status, _given in made), default=0) + 1,
        is_counted=offer.agreed.preset != "practice",
        started_at=now,
        due_at=terms.deadline(offer.agreed, now),
        limit=offer.agreed.limit,
        max_marks=sum((question.points for question in offer.asked), Decimal(0)),
        reached_slot=1 if quiz.navigation == Quiz.Navigation.SEQUENTIAL else 0,
        draw_notes=offer.notes,
    )
    _insert(attempt, offer.asked)
    agreed = {"allowed": allowed, "due": attempt.due_at}  # as they were then, for `check_invariants`: terms may change
    events.record(attempt.pk, Kind.STARTED, at=now, actor_id=learner.pk, device=device, details=agreed)
    return attempt


# Everybody starts at the bell, and SQLite has one writer at a time: these two run inside the transaction for which the
# others wait, at a tenth of what the ORM takes to build them.
INSERT_ATTEMPT = """
INSERT INTO quizzes_attempt (learner_id, quiz_id, assignment_id, number, status, is_counted, started_at, due_at, closed_by,
    "limit", max_marks, reached_slot, draw_notes)
VALUES (%s, %s, %s, %s, 'in_progress', %s, %s, %s, '', %s, %s, %s, %s)
RETURNING id
"""
INSERT_ANSWER = """
INSERT INTO quizzes_answer (attempt_id, slot, version_id, points, layout, revision, saved_from, late_by_ms, is_flagged,
    is_checked, comment)
VALUES (%s, %s, %s, %s, %s, 0, '', 0, FALSE, FALSE, '')
"""


def _insert(attempt: Attempt, asked: Sequence[Asked]) -> None:
    """Insert a new attempt, which gets its key, and an empty answer for each question."""
    at = connection.ops.adapt_datetimefield_value
    row = [
        attempt.learner_id,
        attempt.quiz_id,
        attempt.assignment_id,
        attempt.number,
        attempt.is_counted,
        at(attempt.started_at),
        at(attempt.due_at),
        LIMIT.get_db_prep_value(attempt.limit, connection),
        attempt.max_marks,
        attempt.reached_slot,
        json.dumps(attempt.draw_notes),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ATTEMPT, row)
        attempt.pk = cursor.fetchone()[0]
        cursor.executemany(
            INSERT_ANSWER,
            [(attempt.pk, question.slot, question.version_id, question.points, question.layout) for question in asked],
        )
    attempt._state.adding = False


LOCK_LEARNER = prepared(lambda pk: User.objects.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))
HISTORY: Prepared[tuple[int, int, str, int | None]] = prepared(
    lambda learner, quiz: (
        Attempt.objects.taken_by(learner)
        .filter(quiz=quiz)
        .order_by()
        .values_list("pk", "number", "status", "assignment_id")
    )
)


def queued_history(learner: User, quiz: Quiz) -> list[tuple[int, int, str, int | None]]:
    """(pk, number, status, assignment) of the learner's attempts at the quiz, read in turn.

    The learner's row is the queue of their starts: counting attempts and inserting one is a single step behind it. On
    SQLite the transaction itself is the queue.
    """
    if connection.features.has_select_for_update:
        LOCK_LEARNER(pk=learner.pk)
    return HISTORY(learner=learner, quiz=quiz)


def refuse_unless_open(agreed: terms.Terms, now: datetime) -> None:
    """Raise NotOpen with a sentence when the window is not open."""
    if agreed.is_upcoming_at(now):
        raise NotOpen(_("This quiz is not open yet."))
    if agreed.is_over_at(now):
        raise NotOpen(_("This quiz has closed."))


# On the way -----------------------------------------------------------------------------------------------------------


def flag(attempt_id: int, learner: User, *, slot: int, is_flagged: bool, now: datetime) -> None:
    """Mark a question for a later look; possible while the attempt is open."""
    attempt = Attempt.objects.taken_by(learner).filter(pk=attempt_id).first()
    if attempt is None:
        raise Http404
    refuse_if_closed(attempt, now=now)
    if not attempt.answers.filter(slot=slot).update(is_flagged=is_flagged):
        raise BadAnswer(_("There is no question %(slot)d.") % {"slot": slot}, where="slot")
    details = {"flagged": is_flagged}
    events.record(attempt_id, Kind.FLAGGED, at=now, actor_id=learner.pk, slot=slot, details=details)


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
    """Raise AttemptClosed from the deadline on; the transport grace is for answers that are under way, nothing else."""
    close_if_overdue(attempt, now=now)
    if not attempt.is_in_progress or attempt.is_overdue_at(now):
        raise AttemptClosed(_("This attempt is closed. What was saved before counts."))


# Practice -------------------------------------------------------------------------------------------------------------


def check(attempt_id: int, learner: User, *, slot: int, now: datetime) -> Answer:
    """Practice: hand in one answer to have it marked and explained at once."""
    while not (answer := _practice_answer(attempt_id, learner, slot, now)).is_checked:
        grading.grade_answer(answer, answer.version, penalty=answer.attempt.quiz.wrong_penalty)
        if _keep_check(answer, now=now):
            break
    return answer


@transaction.atomic
def _keep_check(answer: Answer, *, now: datetime) -> bool:
    """Keep the marks of a check unless the answer changed since it was read: what is marked is what is stored."""
    unchanged = _open_answer(answer).filter(is_checked=False, revision=answer.revision)
    if not unchanged.update(is_checked=True, fraction=answer.fraction, marks=answer.marks):
        return False
    answer.is_checked = True
    events.record(
        answer.attempt_id,
        Kind.CHECKED,
        at=now,
        actor_id=answer.attempt.learner_id,
        slot=answer.slot,
        details={"fraction": answer.fraction},
    )
    return True


def _open_answer(answer: Answer) -> QuerySet[Answer]:
    return Answer.objects.filter(pk=answer.pk, attempt__status=Attempt.Status.IN_PROGRESS)


def try_again(attempt_id: int, learner: User, *, slot: int, now: datetime) -> Answer:
    """Practice: open a checked answer again, empty."""
    answer = _practice_answer(attempt_id, learner, slot, now)
    _open_answer(answer).filter(is_checked=True).update(
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
    if answer.attempt.preset != "practice":
        raise QuizError(_("Answers are checked one by one in practice only."))
    return answer


# Close ----------------------------------------------------------------------------------------------------------------


def submit(attempt: Attempt, *, now: datetime) -> Attempt:
    """Hand the attempt in; after the deadline it is recorded there. A second call finds it closed and changes nothing."""
    if not (_close(attempt, Attempt.ClosedBy.LEARNER, now=now) or _close(attempt, Attempt.ClosedBy.DEADLINE, now=now)):
        attempt.refresh_from_db(fields=CLOSING_FIELDS)
    return attempt


def close_if_overdue(attempt: Attempt, *, now: datetime) -> bool:
    """Close the attempt when its time and the transport grace are over; whether it did. Recorded at the deadline.

    Until the grace has passed it stays open for answers on their way: a look at it must not shut them out.
    """
    if not attempt.is_overdue_at(now - grace()) or attempt.due_at == now - grace():
        return False
    closed = _close(attempt, Attempt.ClosedBy.DEADLINE, now=now)
    if not closed:  # closed or extended by someone else since the row was read
        attempt.refresh_from_db(fields=["due_at", *CLOSING_FIELDS])
    return closed


CLOSING_FIELDS = ["status", "submitted_at", "closed_by", "marks", "max_marks", "fraction"]


def _close(attempt: Attempt, by: Attempt.ClosedBy, *, now: datetime) -> bool:
    """Close and grade, if the attempt is still open and the stored deadline agrees; whether it did."""
    if not _keep_closing(attempt, by, now=now):
        return False
    graded = grading.grade_or_leave(attempt, now=now)  # closed first: the sweep repairs a crash between the two
    for name in CLOSING_FIELDS:
        setattr(attempt, name, getattr(graded, name))
    return True


# The condition decides between two submits, a submit and the sweep, the sweep and an extension: the deadline that counts
# is the one in the row, not the one that was read before. Plain SQL for the same reason as in `_insert`.
CLOSE = {
    Attempt.ClosedBy.LEARNER: """
UPDATE quizzes_attempt SET status = 'submitted', submitted_at = %(now)s, closed_by = 'learner'
WHERE id = %(attempt)s AND status = 'in_progress' AND (due_at IS NULL OR due_at > %(now)s)
""",
    Attempt.ClosedBy.DEADLINE: """
UPDATE quizzes_attempt SET status = 'submitted', submitted_at = due_at, closed_by = 'deadline'
WHERE id = %(attempt)s AND status = 'in_progress' AND due_at <= %(now)s
""",
}
ENDED = prepared(lambda attempt: Attempt.objects.filter(pk=attempt).values_list("submitted_at", flat=True))


@retried
@transaction.atomic
def _keep_closing(attempt: Attempt, by: Attempt.ClosedBy, *, now: datetime) -> bool:
    instant = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(CLOSE[by], {"attempt": attempt.pk, "now": instant})
        if not cursor.rowcount:
            return False
    is_own = by == Attempt.ClosedBy.LEARNER
    ended = now if is_own else ENDED(attempt=attempt)[0] or now
    attempt.status, attempt.submitted_at, attempt.closed_by = Attempt.Status.SUBMITTED, ended, by
    kind, actor_id = (Kind.SUBMITTED, attempt.learner_id) if is_own else (Kind.CLOSED, None)
    events.record(attempt.pk, kind, at=ended, actor_id=actor_id)
    return True


def close_overdue(*, now: datetime, among: Iterable[Attempt] | None = None) -> int:
    """Close attempts past their deadline and grace; one bad attempt stops no other. Returns how many it closed.

    The sweep (without `among`) also grades what an error or a crash left ungraded.
    """
    close = partial(close_if_overdue, now=now)
    if among is not None:
        return _each(among, close)
    # In the order of their partial indexes: to have them by number, SQLite would read all attempts there are.
    closed = _in_turns(Attempt.objects.overdue_at(now - grace()).order_by("due_at"), close)
    ungraded = Attempt.objects.awaiting_grading().order_by("submitted_at")
    _in_turns(ungraded, partial(grading.grade_or_leave, now=now))
    _note_sweep(now)
    return closed


# Attempts in one transaction of the sweep, which takes its turn to write and waits for the disk once for all of them; on
# SQLite everybody's saves wait meanwhile: 10 to 30 ms for attempts of ten questions, about 30 for a hundred.
TOGETHER = 20


def _in_turns(found: AttemptQuerySet, act: Act) -> int:
    """Act on all that are found, some at a time, each time as a whole; for how many it did something."""
    pks, done = list(found.values_list("pk", flat=True)), 0
    for start in range(0, len(pks), TOGETHER):
        some = found.filter(pk__in=pks[start : start + TOGETHER]).order_by()
        try:
            done += _together(some, act)
        except Exception:  # nothing of it has happened; alone, the others are not stopped by the one that is bad
            log.warning("attempts from %s on: not all together, so each alone", pks[start], exc_info=True)
            done += _each(some, act)
    return done


@retried
@transaction.atomic
def _together(some: AttemptQuerySet, act: Act) -> int:
    """What others have locked is left to the next sweep: of two who hold several rows, none may wait for the other's."""
    return sum(bool(act(attempt)) for attempt in some.select_for_update(no_key=True, skip_locked=True))


def _each(found: Iterable[Attempt], act: Act) -> int:
    done = 0
    for attempt in found:
        try:
            done += bool(act(attempt))
        except Exception:
            log.exception("attempt %s could not be closed", attempt.pk)
    return done


def _note_sweep(now: datetime) -> None:
    try:
        cache.set(LAST_SWEEP, now.timestamp(), timeout=None)
    except Exception:  # of whatever cache it is
        log.exception("the sweep could not be noted in the cache")


def last_sweep() -> float | None:
    """When the last sweep ended, in seconds of the epoch; None where nobody knows: no cache is shared, or it is away."""
    try:
        at: float | None = cache.get(LAST_SWEEP)
    except Exception:  # people can go on answering without it
        log.exception("the cache could not be asked for the last sweep")
        return None
    return at
