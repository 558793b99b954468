"""What a classroom is given to do: assign, change, withdraw, and exceptions for single members. The only writer of both.

A change of terms reaches attempts in progress through `running.moved`. Races, and what decides them: two changes wait at
the assignment's row; a withdrawal waits there for starts that refer to it; an attempt handed in meanwhile is left alone.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from quizzes import entitlements
from quizzes.errors import QuizError
from quizzes.models import Accommodation, Assignment, Classroom, Membership, Quiz, User
from quizzes.models.quizzes import Preset
from quizzes.services import bank, running, time_limits

TERMS = frozenset({"opens_at", "due_at", "closes_at", "late_policy", "time_limit", "attempts_allowed", "feedback"})


def assign(
    classroom: Classroom,
    quiz: Quiz,
    *,
    opens_at: datetime | None = None,
    due_at: datetime | None = None,
    closes_at: datetime | None = None,
    late_policy: str = Assignment.LatePolicy.ACCEPT,
    time_limit: int | None = None,
    attempts_allowed: int | None = None,
    feedback: str = "",
    keeps_questions_of: User | None = None,
    now: datetime,
) -> Assignment:
    """Give a published quiz to a class; `time_limit` in minutes, empty terms are the quiz's own.

    Of an exam, the questions that belong to `keeps_questions_of` are kept for exams from now on.
    """
    if classroom.archived_at is not None:
        raise QuizError(_("This class is archived. Bring it back before you assign a quiz."))
    if quiz.status != Quiz.Status.PUBLISHED:
        raise QuizError(_("“%(quiz)s” is not published yet; publish it first.") % {"quiz": quiz.title}, where="quiz")
    assignment = Assignment(
        classroom=classroom,
        quiz=quiz,
        opens_at=opens_at,
        due_at=due_at,
        closes_at=closes_at,
        late_policy=late_policy,
        time_limit=time_limit,
        attempts_allowed=attempts_allowed,
        feedback=feedback,
    )
    _refuse_unless_sound(assignment)
    _refuse_if_over(assignment, now)
    time_limits.store_missing(quiz)
    assignment.save()
    _keep_questions(assignment, keeps_questions_of)
    return assignment


@transaction.atomic
def change(
    assignment: Assignment,
    *,
    actor: User,
    now: datetime,
    apply_to_running: bool = False,
    keeps_questions: bool = False,
    **changes: object,
) -> Assignment:
    """Change terms. More time reaches attempts in progress at once, and a close those that had no end; less time only
    where `apply_to_running` says so."""
    if unknown := changes.keys() - TERMS:
        raise TypeError(f"not a term of an assignment: {', '.join(sorted(unknown))}")
    locked = _locked(assignment)
    was_practice = locked.preset == Preset.PRACTICE
    reason = _("The assignment was changed.")
    with running.moved(running.at([locked]), reason=reason, actor=actor, now=now, shorten=apply_to_running):
        for name, value in changes.items():
            setattr(locked, name, value)
        _refuse_unless_sound(locked)
        if was_practice != (locked.preset == Preset.PRACTICE) and locked.attempts.exists():
            raise QuizError(
                _("There are attempts already, so practice can't become graded work or the other way around."),
                where="feedback",
            )
        locked.save(update_fields=list(changes))
        _keep_questions(locked, actor if keeps_questions else None)
    for name in changes:
        setattr(assignment, name, getattr(locked, name))
    return assignment


def _keep_questions(assignment: Assignment, owner: User | None) -> None:
    if owner is not None and assignment.preset == Preset.EXAM:
        bank.keep_those_of(assignment.quiz, owner)


@transaction.atomic
def withdraw(assignment: Assignment) -> None:
    """Take an assignment back that nobody has begun."""
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if locked.attempts.exists():
        raise QuizError(_("Students have started already. Close the assignment instead; results are kept."))
    locked.delete()


# Exceptions -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def grant(
    assignment: Assignment,
    membership: Membership,
    *,
    opens_at: datetime | None = None,
    due_at: datetime | None = None,
    closes_at: datetime | None = None,
    time_limit: int | None = None,
    attempts_allowed: int | None = None,
    reason: str,
    actor: User,
    now: datetime,
) -> Accommodation:
    """Return an exception for one member, new or in place of the one there was; an attempt in progress follows it."""
    if membership.classroom_id != assignment.classroom_id:
        raise QuizError(_("This student is in another class."), where="membership")
    fields = {
        "opens_at": opens_at,
        "due_at": due_at,
        "closes_at": closes_at,
        "time_limit": time_limit,
        "attempts_allowed": attempts_allowed,
    }
    if all(value is None for value in fields.values()):
        raise QuizError(_("Say what is different for this student: a time, a limit or a number of attempts."))
    locked = _locked(assignment)
    row = Accommodation.objects.filter(assignment=locked, membership=membership).first()
    row = row or Accommodation(membership=membership)
    row.assignment = locked
    theirs = running.at([locked], learner_id=membership.user_id)
    with running.moved(theirs, reason=reason.strip(), actor=actor, now=now, shorten=True):
        for name, value in (fields | {"reason": reason.strip()}).items():
            setattr(row, name, value)
        row.granted_by, row.granted_at = actor, now
        _refuse_unless_sound_exception(row)
        row.save()
    return row


@transaction.atomic
def revoke(accommodation: Accommodation, *, actor: User, now: datetime) -> None:
    """Take an exception back; an attempt in progress falls back to the terms of the class, never to before now."""
    assignment = _locked(accommodation.assignment)
    theirs = running.at([assignment], learner_id=accommodation.membership.user_id)
    reason = _("The exception was removed.")
    with running.moved(theirs, reason=reason, actor=actor, now=now, shorten=True):
        accommodation.delete()


# What is refused ------------------------------------------------------------------------------------------------------


def _locked(assignment: Assignment) -> Assignment:
    return (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("quiz", "classroom")
        .get(pk=assignment.pk)
    )


def _refuse_unless_sound(assignment: Assignment) -> None:
    """Raise QuizError for terms that contradict each other, or an examination that would never show its answers."""
    opens, due, closes = assignment.opens_at, assignment.due_at, assignment.closes_at
    if opens and closes and closes <= opens:
        raise QuizError(_("The closing time must be after the opening time."), where="closes_at")
    if due and opens and due <= opens:
        raise QuizError(_("The due date must be after the opening time."), where="due_at")
    if due and closes and due > closes:
        raise QuizError(_("The due date must be before the closing time."), where="due_at")
    if assignment.preset == Preset.EXAM and not (assignment.overrides().closes_at or assignment.quiz.closes_at):
        raise QuizError(_("An exam shows its answers after it closes. Set a closing time."), where="closes_at")
    _refuse_invalid(assignment)


def _refuse_unless_sound_exception(row: Accommodation) -> None:
    if not row.reason:
        raise QuizError(_("Give a reason; it is saved with the exception."), where="reason")
    if row.opens_at and row.closes_at and row.closes_at <= row.opens_at:
        raise QuizError(_("The closing time must be after the opening time."), where="closes_at")
    _refuse_unless_it_can_begin(row)
    if row.due_at:
        _refuse_unless_due_between(row)
    _refuse_invalid(row)


def _refuse_unless_it_can_begin(row: Accommodation) -> None:
    """Raise QuizError where, with what holds for everybody, it would be over for the member before it begins."""
    agreed = entitlements.terms_of(row.assignment.quiz, None, row.assignment, exception=row)
    if agreed.opens_at and agreed.closes_at and agreed.closes_at <= agreed.opens_at:
        where = "closes_at" if row.closes_at else "opens_at" if row.opens_at else "due_at"
        raise QuizError(_("It would close before it opens for this student."), where=where)


def _refuse_unless_due_between(row: Accommodation) -> None:
    """Raise QuizError unless the member can begin before it is due, and hand in until then."""
    agreed = entitlements.terms_of(row.assignment.quiz, None, row.assignment, exception=row)
    if agreed.opens_at and row.due_at and row.due_at <= agreed.opens_at:
        raise QuizError(_("It would be due before it opens for this student."), where="due_at")
    if agreed.closes_at and row.due_at and row.due_at > agreed.closes_at:
        words = _("It would be due after it closes for this student. Set a later closing time as well.")
        raise QuizError(words, where="due_at")


def _refuse_if_over(assignment: Assignment, now: datetime) -> None:
    closes_at = assignment.overrides().closes_at
    if closes_at is not None and closes_at <= now:
        raise QuizError(_("This assignment would be over already. Choose a later closing time."), where="closes_at")


def _refuse_invalid(row: Assignment | Accommodation) -> None:
    """Turn what the model refuses into the error that pages know."""
    try:
        row.full_clean()
    except ValidationError as error:
        where, messages = next(iter(error.message_dict.items()))
        raise QuizError(messages[0], where="" if where == "__all__" else where) from error
