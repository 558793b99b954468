"""Starting an attempt. Starting twice gives one.

Races, and what decides them: two starts wait at the learner's row, and behind it the partial unique index on open
attempts lets one of them in.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from quizzes import entitlements, terms
from quizzes.entitlements import Secrecy
from quizzes.errors import NoAttemptsLeft, NotOpen, QuizError
from quizzes.models import Answer, Assignment, Attempt, AttemptEvent, QuestionVersion, Quiz, QuizItem, User
from quizzes.models.quizzes import Preset
from quizzes.services import draws, events, notices, time_limits
from quizzes.services.attempts.close import close_if_overdue
from quizzes.services.drawing import Purpose
from quizzes.services.retrying import retried

Kind, IN_PROGRESS = AttemptEvent.Kind, Attempt.Status.IN_PROGRESS
HistoryRow = tuple[int, int, str, int | None]  # pk, number, status, assignment


def start(
    learner: User, quiz: Quiz, *, now: datetime, assignment: Assignment | None = None, device: str = ""
) -> Attempt:
    """Return the learner's open attempt at the quiz: a new one, or the one in progress.

    Raises NotOpen outside the window, NoAttemptsLeft when all are used.
    """
    for _try in range(2):
        open_attempt = open_attempt_of(learner, quiz, now=now)
        if open_attempt is not None:
            return _resume(open_attempt, now=now, device=device)
        plan = _plan(learner, quiz, assignment, now=now)
        try:
            return begin(learner, quiz, assignment, plan, now=now, device=device)
        except IntegrityError:  # another start won between the look and the insert: look again
            continue
    raise QuizError(_("The attempt could not be started. Try again."))


def open_attempt_of(learner: User, quiz: Quiz, *, now: datetime) -> Attempt | None:
    """Return the attempt in progress, if its time is not over."""
    open_keys = [pk for pk, _number, status, _assignment in _history(learner, quiz) if status == IN_PROGRESS]
    if not open_keys:
        return None
    attempt = Attempt.objects.get(pk=open_keys[0])
    return None if close_if_overdue(attempt, now=now) else attempt


def _resume(attempt: Attempt, *, now: datetime, device: str) -> Attempt:
    last = attempt.events.filter(kind__in=[Kind.STARTED, Kind.RESUMED]).order_by("-at", "-pk").first()
    if device and last is not None and last.device != device:
        events.record(attempt.pk, Kind.RESUMED, at=now, actor_id=attempt.learner_id, device=device)
    return attempt


@dataclass(frozen=True)
class PlannedAnswer:
    """One question as it will be asked; `layout` is the order of its parts."""

    slot: int
    version_id: int
    points: Decimal
    layout: list[object]


@dataclass(frozen=True)
class AttemptPlan:
    """What an attempt would ask and under which terms; made before the transaction, for which others wait."""

    answers: list[PlannedAnswer]
    draw: draws.Draw
    terms: terms.Terms
    wish: Mapping[str, object] = field(default_factory=dict)  # what practice was put together from, for its name


def _plan(learner: User, quiz: Quiz, assignment: Assignment | None, *, now: datetime) -> AttemptPlan:
    if quiz.status != Quiz.Status.PUBLISHED or (assignment is None and not quiz.is_open_to_all):
        raise NotOpen(_("“%(quiz)s” is not open for new attempts.") % {"quiz": quiz.title})
    rng = random.Random(secrets.randbits(64))  # noqa: S311  only the order shown, nothing secret
    draw = draws.draw(quiz, learner, rng, purpose=purpose_of(quiz, assignment, _secrecy(learner, assignment, now=now)))
    time_limits.store_missing(quiz)
    effective = entitlements.terms_for(learner, quiz, assignment, limit=entitlements.limit_of(quiz))
    refuse_unless_open(effective, now)
    return plan_of(draw, effective, rng, shuffle_options=quiz.shuffle_options)


def plan_of(draw: draws.Draw, effective: terms.Terms, rng: random.Random, *, shuffle_options: bool) -> AttemptPlan:
    """Return the plan of an attempt that asks what was drawn, in this order."""
    answers = [
        PlannedAnswer(slot, item.version.pk, item.points, _layout(item.version, rng, shuffle=shuffle_options))
        for slot, item in enumerate(draw.questions, start=1)
    ]
    return AttemptPlan(answers, draw, effective)


def purpose_of(quiz: Quiz, assignment: Assignment | None, secrecy: Secrecy) -> Purpose:
    """Return what an attempt draws questions for.

    Raises NotOpen for self-study of a quiz that a class of theirs has as an exam: its answers would be seen first.
    """
    if assignment is None and (exam := secrecy.of_class(quiz)):
        words = {"quiz": quiz.title, "end": exam.at_words}
        raise NotOpen(_("Your class has “%(quiz)s” as an exam. You can take it on your own after %(end)s.") % words)
    return Purpose(assignment.preset if assignment else quiz.feedback, secrecy)


def _secrecy(learner: User, assignment: Assignment | None, *, now: datetime) -> Secrecy:
    """Return what is secret for an attempt: nothing for the exam of a class, which never loses a question to another exam."""
    if assignment is not None and assignment.preset == Preset.EXAM:
        return Secrecy(learner, sees_kept=True)
    return entitlements.secrecy_of(learner, now=now)


@dataclass(frozen=True)
class Outlook:
    """What a start would say now: why it is refused, or what would be left out."""

    is_refused: bool = False
    sentences: Sequence[str] = ()


def outlook(quiz: Quiz, assignment: Assignment | None, secrecy: Secrecy) -> Outlook:
    """Return what is secret about the quiz for the learner; a draw is tried only where an exam is held."""
    if not secrecy.exams:
        return Outlook()
    try:
        draw = draws.draw(quiz, secrecy.viewer, random.Random(1), purpose=purpose_of(quiz, assignment, secrecy))  # noqa: S311
    except NotOpen as refusal:
        return Outlook(is_refused=True, sentences=[str(refusal)])
    return Outlook(sentences=draw.told)


def _layout(version: QuestionVersion, rng: random.Random, *, shuffle: bool) -> list[object]:
    return version.kind.layout(version.parsed, rng, shuffle=shuffle)


def refuse_unless_open(effective: terms.Terms, now: datetime) -> None:
    """Raise NotOpen with a sentence when the window is not open."""
    if effective.is_upcoming_at(now):
        raise NotOpen(_("This quiz is not open yet."))
    if effective.is_over_at(now):
        raise NotOpen(_("This quiz has closed."))


@retried
@transaction.atomic
def begin(
    learner: User, quiz: Quiz, assignment: Assignment | None, plan: AttemptPlan, *, now: datetime, device: str
) -> Attempt:
    history = lock_history(learner, quiz)
    # Another start may have won while this one waited: without this look it would be told that no attempts are left.
    if won := [pk for pk, _number, status, _assignment in history if status == IN_PROGRESS]:
        return Attempt.objects.get(pk=won[0])
    _refuse_without_attempts_left(quiz, assignment, plan.terms.attempts_allowed, history)
    attempt = Attempt.objects.create(
        learner=learner,
        quiz=quiz,
        assignment=assignment,
        number=max((number for _pk, number, _status, _assignment in history), default=0) + 1,
        is_counted=plan.terms.preset != "practice",
        started_at=now,
        due_at=terms.deadline(plan.terms, now),
        limit=plan.terms.limit,
        quiz_limit=entitlements.limit_of(quiz) if quiz.time_rule == Quiz.TimeRule.COMPUTED else None,
        max_marks=sum((answer.points for answer in plan.answers), Decimal(0)),
        reached_slot=1 if quiz.navigation == Quiz.Navigation.SEQUENTIAL else 0,
        draw_notes=plan.draw.notes,
    )
    Answer.objects.bulk_create(
        Answer(attempt=attempt, slot=row.slot, version_id=row.version_id, points=row.points, layout=row.layout)
        for row in plan.answers
    )
    attempt.told = plan.draw.told
    if plan.terms.preset == "exam":
        _pin(plan.draw.unpinned)
    if plan.draw.missing:
        count = len(plan.answers)
        notices.tell_owner(quiz, "paper_short", now=now, wanted=count + plan.draw.missing, found=count)
    # The terms as they were then, for `check_invariants`: they may change.
    details: dict[str, object] = {"allowed": plan.terms.attempts_allowed, "due": attempt.due_at}
    details |= {"wish": dict(plan.wish)} if plan.wish else {}
    events.record(attempt.pk, Kind.STARTED, at=now, actor_id=learner.pk, device=device, details=details)
    return attempt


def _pin(versions: Mapping[int, int]) -> None:
    """Pin fixed items of an exam to what its first attempt asks: nothing that is published later changes the paper."""
    for item, version in versions.items():
        QuizItem.objects.filter(pk=item, pinned_version=None).update(pinned_version=version)


def _refuse_without_attempts_left(
    quiz: Quiz, assignment: Assignment | None, allowed: int | None, history: Sequence[HistoryRow]
) -> None:
    used = sum(given == (assignment.pk if assignment else None) for _pk, _number, _status, given in history)
    if allowed is not None and used >= allowed:
        raise NoAttemptsLeft(
            _("You have used all %(count)d attempts at “%(quiz)s”.") % {"count": allowed, "quiz": quiz.title}
        )


def lock_history(learner: User, quiz: Quiz) -> list[HistoryRow]:
    """Lock the learner's starts until the transaction ends, and return their attempts at the quiz.

    The learner's row is the queue of their starts: counting attempts and inserting one is a single step behind it. On
    SQLite the transaction itself is the queue.
    """
    if connection.features.has_select_for_update:
        list(User.everyone.select_for_update(no_key=True).filter(pk=learner.pk).values_list("pk"))
    return _history(learner, quiz)


def _history(learner: User, quiz: Quiz) -> list[HistoryRow]:
    history = Attempt.objects.taken_by(learner).filter(quiz=quiz).order_by()
    return list(history.values_list("pk", "number", "status", "assignment_id"))
