"""Log-in slips: an instructor gives students of a class a new one-time password, to be printed and cut.

The password of an account opens everything that its user can see. So an instructor gives one only to students of theirs who
are in no class of another instructor, and who cannot get a mail for it: they have confirmed no address, or no mail can be sent
and a roster made the account. Never to staff. All others ask for a mail, or an administrator.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.mailing import mail_can_be_sent
from quizzes.models import Classroom, Membership, User
from quizzes.services import one_time

FIELDS = ("password", "must_change_password", "passwords_given")


@dataclass(frozen=True)
class Slip:
    """What is printed for one student; nothing keeps it."""

    user: User
    password: str = field(repr=False)


def eligible(classroom: Classroom, *, by: User) -> QuerySet[Membership]:
    """Return the students of the class to whom the user may give a new password."""
    taught = Classroom.objects.taught_by(by)
    theirs = Membership.objects.filter(user=OuterRef("user"))
    confirmed = Exists(EmailAddress.objects.filter(user=OuterRef("user"), verified=True))
    elsewhere = Exists(theirs.exclude(classroom__in=taught.values("pk")))
    logs_in_elsewhere = Exists(SocialAccount.objects.filter(user=OuterRef("user")))
    mailed = Q(confirmed) if mail_can_be_sent() else Q(confirmed, user__is_from_roster=False)
    students = Membership.objects.students().filter(classroom=classroom, classroom__in=taught.values("pk"))
    people = students.filter(user__is_active=True, user__is_staff=False, user__is_superuser=False)
    return people.exclude(elsewhere | logs_in_elsewhere | mailed).select_related("user", "classroom")


def give(classroom: Classroom, members: Collection[int], *, by: User, now: datetime) -> list[Slip]:
    """Give these members (their keys) new one-time passwords: their sessions end, known devices are forgotten.

    Raises QuizError, and changes nothing, where one of them may not be given any.
    """
    passwords = [one_time.make() for _member in members]  # before the lock, because it takes time
    with transaction.atomic():
        Classroom.objects.select_for_update(no_key=True).get(pk=classroom.pk)
        members_chosen = list(eligible(classroom, by=by).filter(pk__in=members).order_by("pk"))
        if not members_chosen or len(members_chosen) < len(set(members)):
            raise QuizError(
                _("You cannot give a new password to everyone you chose. Nothing was changed. Choose again.")
            )
        users = {row.pk: row for row in _locked(members_chosen)}
        slips = [set_password(users[row.user_id], made) for row, made in zip(members_chosen, passwords, strict=False)]
        User.objects.bulk_update([slip.user for slip in slips], FIELDS)
        note(members_chosen, by=by)
    return slips


def _locked(members: list[Membership]) -> QuerySet[User]:
    ours = User.objects.select_for_update(no_key=True).filter(pk__in=[row.user_id for row in members])
    return ours.order_by("pk")


def set_password(user: User, password: one_time.OneTimePassword) -> Slip:
    """Put the password into the row, which the caller saves: with the hash every session of the account ends."""
    user.password, user.must_change_password = password.hash, True
    user.passwords_given += 1
    return Slip(user, password.text)


def note(members: list[Membership], *, by: User) -> None:
    """Keep in the history of the workshop who gave whom a password; the password itself is kept nowhere."""
    text = _("A one-time password was given (log-in slip).")
    for member in members:
        LogEntry.objects.log_actions(by.pk, [member], CHANGE, change_message=text, single_object=True)
