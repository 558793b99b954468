"""Invitations to classrooms: made by a roster, accepted or declined by the one who is invited.

Race, and what decides it: the last place is given once, behind the classroom's row, where joins wait too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import Classroom, Invitation, Membership, User
from quizzes.services import classrooms

Status = Membership.Status


def invite(classroom: Classroom, users: Iterable[User], *, by: User, now: datetime) -> None:
    """Ask accounts to come in; who is asked already stays so."""
    rows = [Invitation(classroom=classroom, user=user, invited_by=by, invited_at=now) for user in users]
    Invitation.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def accept(invitation: Invitation, *, now: datetime) -> Membership:
    """Make the user a student; raise QuizError where the classroom is archived or full, or they were removed from it."""
    classroom = _locked(invitation.classroom_id)
    former = Membership.objects.filter(classroom=classroom, user=invitation.user).first()
    Invitation.objects.filter(pk=invitation.pk).delete()
    if former is not None and former.status == Status.ACTIVE:  # in another tab, or by the code
        return former
    if classroom.archived_at is not None or (former is not None and former.status == Status.REMOVED):
        raise QuizError(_("This invitation is no longer valid. Ask your instructor."))
    if not classrooms.has_room(classroom):
        raise QuizError(_("The class is full. Ask your instructor for a place, then accept again."))
    return classrooms.enrol(classroom, invitation.user, former)


def _locked(classroom_id: int) -> Classroom:
    return Classroom.objects.select_for_update(no_key=True).get(pk=classroom_id)


def decline(invitation: Invitation) -> None:
    """Take the invitation away; the instructor sees nothing but that the user is not in the classroom."""
    Invitation.objects.filter(pk=invitation.pk).delete()
