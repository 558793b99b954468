"""Classrooms and who is in them: create, join, leave, remove, roles, time factors. The only writer of both.

Races, and what decides them: joins wait at the classroom's row, so that the last place is given once; changes of roles
wait there too, so that two instructors cannot step down at once and leave nobody.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import Assignment, Classroom, Membership, User
from quizzes.models.classrooms import CODE_ALPHABET, CODE_LENGTH, new_join_code
from quizzes.services import classroom_history, running

Row = TypeVar("Row", bound=models.Model)
Role, Status = Membership.Role, Membership.Status
FIELDS = frozenset(
    {
        "name",
        "description",
        "capacity",
        "time_zone",
        "names_shown",
        "metric",
        "speed_breaks_ties",
        "board_shows_all",
        "missing_is_zero",
        "is_join_open",
    }
)
LONGEST_INPUT = 64  # of a join code, with spaces and dashes


# Classrooms -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def create(
    instructor: User, *, name: str, description: str = "", time_zone: str = "UTC", now: datetime, **fields: Any
) -> Classroom:
    """Return a new classroom with a join code of its own; the user who makes it teaches it."""
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"not a field of a classroom: {', '.join(sorted(unknown))}")
    classroom = Classroom(name=name.strip(), description=description.strip(), time_zone=time_zone, **fields)
    _refuse_invalid(classroom)
    classroom.save()
    Membership.objects.create(classroom=classroom, user=instructor, role=Role.INSTRUCTOR)
    return classroom


@transaction.atomic
def change(classroom: Classroom, *, actor: User, **fields: object) -> Classroom:
    """Change name, description, places, time zone or what the leaderboard shows; its history says what was changed."""
    if unknown := fields.keys() - FIELDS:
        raise TypeError(f"not a field of a classroom: {', '.join(sorted(unknown))}")
    locked = _locked(classroom.pk)
    with classroom_history.noted(locked, *fields, actor=actor):
        for name, value in fields.items():
            setattr(locked, name, value.strip() if isinstance(value, str) else value)
        _refuse_invalid(locked)
        locked.save(update_fields=list(fields))
    return _copied(locked, classroom, *fields)


def renew_code(classroom: Classroom, *, actor: User | None) -> Classroom:
    """Return a new join code; the old one, its link and its picture stop working at once."""
    return _changed(classroom, actor, join_code=_free_code())


def set_join_open(classroom: Classroom, is_open: bool, *, actor: User) -> Classroom:
    """Open the classroom to its join code, or close it; those inside stay."""
    return _changed(classroom, actor, is_join_open=is_open)


def archive(classroom: Classroom, *, actor: User, now: datetime) -> Classroom:
    """Put a classroom away: nobody joins, nothing is assigned, results stay. A second call keeps the first instant."""
    return _changed(classroom, actor, archived_at=classroom.archived_at or now, is_join_open=False)


def unarchive(classroom: Classroom, *, actor: User) -> Classroom:
    """Bring a classroom back; joining stays closed until an instructor opens it."""
    return _changed(classroom, actor, archived_at=None)


@transaction.atomic
def _changed(classroom: Classroom, actor: User | None, **fields: object) -> Classroom:
    locked = _locked(classroom.pk)
    with classroom_history.noted(locked, *fields, actor=actor):
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(fields))
    return _copied(locked, classroom, *fields)


def _free_code() -> str:
    """Return a code that no classroom has; the unique constraint decides where two draw the same at once."""
    while Classroom.objects.filter(join_code=(code := new_join_code())).exists():
        continue
    return code


# Joining and leaving --------------------------------------------------------------------------------------------------


def normal_code(text: str) -> str:
    """Return a join code as it is stored, from what a person typed: case, spaces and dashes of any sort do not matter."""
    wide = unicodedata.normalize("NFKC", text[:LONGEST_INPUT]).upper()
    return "".join(char for char in wide if not char.isspace() and unicodedata.category(char) not in {"Pd", "Cf"})


def join(user: User, code: str, *, now: datetime) -> Membership:
    """Make the person a student of the class the code opens; a user who is in already gets their membership.

    One answer to a code that is wrong, closed, archived or full, and to a person who was removed: it tells a stranger
    nothing about which codes exist.
    """
    wanted = normal_code(code)
    is_code = len(wanted) == CODE_LENGTH and set(CODE_ALPHABET).issuperset(wanted)
    classroom = Classroom.objects.filter(join_code=wanted).first() if is_code else None
    membership = _enter(classroom.pk, user) if classroom is not None else None
    if membership is None:
        raise QuizError(_("We couldn't find a class with that code."), where="code")
    return membership


def _enter(classroom_id: int, user: User) -> Membership | None:
    try:
        with transaction.atomic():
            return _enter_locked(_locked(classroom_id), user)
    except IntegrityError:  # the same person in two tabs, on a database that let both through
        return Membership.objects.active().filter(classroom=classroom_id, user=user).first()


def _enter_locked(classroom: Classroom, user: User) -> Membership | None:
    membership = Membership.objects.filter(classroom=classroom, user=user).first()
    if membership is not None and membership.status == Status.ACTIVE:
        return membership
    if membership is not None and membership.status == Status.REMOVED:
        return None
    if not classroom.is_join_open or classroom.archived_at is not None or not has_room(classroom):
        return None
    return enrol(classroom, user, membership)


def has_room(classroom: Classroom, wanted: int = 1) -> bool:
    """Return whether that many more students find a place."""
    return Membership.objects.students().filter(classroom=classroom).count() + wanted <= classroom.capacity


def enrol(classroom: Classroom, user: User, former: Membership | None) -> Membership:
    """Return a new student, or one who comes back; always as a student, whatever they were before."""
    _refuse_if_anonymised(user)
    if former is None:
        return Membership.objects.create(classroom=classroom, user=user)
    former.role, former.status, former.ended_at = Role.STUDENT, Status.ACTIVE, None
    former.save(update_fields=["role", "status", "ended_at"])
    return former


def leave(membership: Membership, *, now: datetime) -> Membership:
    """Leave the class; attempts stay, and the code opens the door again."""
    return _end(membership, Status.LEFT, now)


def remove(membership: Membership, *, actor: User, now: datetime) -> Membership:
    """Take a member out of the class; attempts stay, the code no longer lets them in."""
    return _end(membership, Status.REMOVED, now)


@transaction.atomic
def _end(membership: Membership, status: str, now: datetime) -> Membership:
    classroom, locked = _locked_member(membership)
    if locked.status != status and not (locked.status == Status.REMOVED and status == Status.LEFT):
        _refuse_if_last_instructor(classroom, locked)
        locked.ended_at = now if locked.status == Status.ACTIVE else locked.ended_at
        locked.status = status
        locked.save(update_fields=["status", "ended_at"])
    return _copied(locked, membership, "status", "ended_at")


@transaction.atomic
def restore(membership: Membership, *, actor: User, now: datetime) -> Membership:
    """Bring a member back who left or was removed, in the role they had, if there is a place."""
    classroom, locked = _locked_member(membership)
    if locked.status != Status.ACTIVE:
        _refuse_if_anonymised(locked.user)
        if locked.role == Role.STUDENT and not has_room(classroom):
            raise QuizError(_("The class is full. Give it more places first."))
        locked.status, locked.ended_at = Status.ACTIVE, None
        locked.save(update_fields=["status", "ended_at"])
    return _copied(locked, membership, "status", "ended_at")


# Members --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_role(membership: Membership, role: str, *, actor: User, now: datetime) -> Membership:
    """Make a member a student, an assistant or an instructor; the last instructor stays one."""
    if role not in Role.values:
        raise QuizError(_("There is no such role."), where="role")
    classroom, locked = _locked_member(membership)
    if locked.role != role:
        _refuse_if_last_instructor(classroom, locked)
        locked.role = role
        locked.save(update_fields=["role"])
    return _copied(locked, membership, "role")


@transaction.atomic
def set_time(
    membership: Membership, *, time_factor: Decimal, is_untimed: bool, actor: User, now: datetime
) -> Membership:
    """Give a member more time; attempts in progress in this classroom follow, counted from their stored start."""
    if not 1 <= time_factor <= 5:
        raise QuizError(_("A time factor is 1 to 5."), where="time_factor")
    _classroom, locked = _locked_member(membership)
    assignments = list(Assignment.objects.filter(classroom=locked.classroom_id))
    reason = _("The student's extra time was changed.")
    theirs = running.at(assignments, learner_id=locked.user_id)
    with running.moved(theirs, reason=reason, actor=actor, now=now, shorten=True):
        locked.time_factor, locked.is_untimed = time_factor, is_untimed
        _refuse_invalid(locked)
        locked.save(update_fields=["time_factor", "is_untimed"])
    return _copied(locked, membership, "time_factor", "is_untimed")


# Rows -----------------------------------------------------------------------------------------------------------------


def _locked(classroom_id: int) -> Classroom:
    return Classroom.objects.select_for_update(no_key=True).get(pk=classroom_id)


def _locked_member(membership: Membership) -> tuple[Classroom, Membership]:
    """Return classroom and member, fresh; the classroom's row is locked, and behind it all its memberships."""
    classroom = _locked(membership.classroom_id)
    return classroom, Membership.objects.select_related("user").get(pk=membership.pk)


def _copied(source: Row, target: Row, *names: str) -> Row:
    for name in names:
        setattr(target, name, getattr(source, name))
    return target


def _refuse_if_last_instructor(classroom: Classroom, member: Membership) -> None:
    if member.role != Role.INSTRUCTOR or member.status != Status.ACTIVE:
        return
    others = Membership.objects.active().filter(classroom=classroom, role=Role.INSTRUCTOR).exclude(pk=member.pk)
    if not others.exists():
        raise QuizError(_("A class needs an instructor. Make another member one first."))


def _refuse_if_anonymised(user: User) -> None:
    if user.is_anonymised:
        raise QuizError(_("Their personal data was removed, so they can't come back."))


def _refuse_invalid(row: Classroom | Membership) -> None:
    """Turn what the model refuses into the error that pages know."""
    try:
        row.full_clean()
    except ValidationError as error:
        where, messages = next(iter(error.message_dict.items()))
        raise QuizError(messages[0], where="" if where == "__all__" else where) from error
