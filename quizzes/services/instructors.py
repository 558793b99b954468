"""Who may write questions and run classes: an administrator invites, and the link makes one account an instructor's.

Race, and what decides it: two who open one link at once, the row of the invitation.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import models, transaction
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.models import InstructorInvitation, User
from quizzes.models.invitations import token_hash

LIFE = timedelta(days=7)


@transaction.atomic
def invite(*, name: str, email: str, by: User, now: datetime) -> tuple[InstructorInvitation, str]:
    """Return a new invitation and its token, which is stored nowhere and shown once."""
    token = secrets.token_urlsafe(32)
    row = InstructorInvitation.objects.create(
        name=name.strip(),
        email=email.strip().lower(),
        token_hash=token_hash(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + LIFE,
    )
    _note(by, row, ADDITION, "Instructor invited.")
    return row, token


def opened_by(token: str, *, now: datetime) -> InstructorInvitation | None:
    """Return the invitation that a link stands for, or None where it was used, withdrawn, or is too old."""
    return InstructorInvitation.objects.open_at(now).with_token(token).select_related("invited_by").first()


@transaction.atomic
def accept(token: str, user: User, *, now: datetime) -> User:
    """Make the user an instructor and use the link up; raise QuizError where it does not work, or they are one."""
    rows = InstructorInvitation.objects.select_for_update(no_key=True).open_at(now).with_token(token)
    if (row := rows.first()) is None:
        raise QuizError(_("This link no longer works. Ask for another one."))
    if user.is_staff:
        raise QuizError(_("You are an instructor already. The link still works for someone else."))
    row.accepted_by, row.accepted_at = user, now
    row.save(update_fields=["accepted_by", "accepted_at"])
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    _note(user, user, CHANGE, f"Made an instructor by {row}.")
    return user


@transaction.atomic
def revoke(invitation: InstructorInvitation, *, by: User, now: datetime) -> None:
    """Withdraw an invitation that nobody has accepted; raise QuizError where that is too late."""
    rows = InstructorInvitation.objects.select_for_update(no_key=True)
    row = rows.get(pk=invitation.pk)
    if row.accepted_at is not None:
        raise QuizError(_("This invitation was accepted. Take the right away on the page of the person."))
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        _note(by, row, CHANGE, "Invitation withdrawn.")


def _note(actor: User, row: models.Model, flag: int, words: str) -> None:
    """Keep it in the history of the workshop."""
    LogEntry.objects.log_actions(actor.pk, [row], flag, change_message=words, single_object=True)
