"""Erase personal data: what says who users were goes, what they did stays, with its marks.

Races, and what decides them: two administrators who remove each other, the rows of all administrators; a start or a change
of one of their attempts, the person's row and those of the attempts. Rows are locked in the order in which everybody else
does it: classrooms, people, attempts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes.errors import QuizError
from quizzes.models import (
    Accommodation,
    Answer,
    Attempt,
    AttemptEvent,
    Classroom,
    ImportDraft,
    InstructorInvitation,
    Invitation,
    Mastery,
    Membership,
    Notice,
    QuizShare,
    User,
)
from quizzes.services import attempts, classrooms, deadlines, handover, reviews

LAST_ADMINISTRATOR = gettext_lazy("This is the last administrator. Make another user an administrator first.")


@transaction.atomic
def anonymise(person: User, *, by: User, now: datetime) -> User:
    """Remove the personal data of a user for good; attempts, answers, marks and the log of what happened are kept.

    A running attempt goes on to its deadline; one without any ends now. Doing it again only clears what came in between.
    Raises QuizError for oneself (`departure` is for that), for the last administrator, for the only instructor of a class,
    and for those who own questions, quizzes or sources.
    """
    refuse_unless_possible(person, by=by)
    return erase(person, by=by, now=now)


@transaction.atomic
def erase(person: User, *, by: User, now: datetime) -> User:
    """Do it, whoever asks; who goes by themselves (`by`) hands in what they have in progress, as it stands.

    Raises QuizError where the site cannot do without the person.
    """
    refuse_unless_dispensable(person)
    for membership in Membership.objects.active().filter(user=person).order_by("classroom"):
        classrooms.remove(membership, actor=by, now=now)
    locked = _locked(person)
    refuse_unless_dispensable(locked)
    _end_attempts(locked, by=by, now=now)
    since = locked.anonymised_at or now
    _forget_person(locked, now=now)
    _forget_in_history(locked)
    _forget_texts(locked, before=since)
    # They ended with the password and the right to log in; what is left are rows that nobody can use.
    transaction.on_commit(lambda: _delete_sessions(locked, now=now), robust=True)
    return locked


def refuse_unless_possible(person: User, *, by: User) -> None:
    """Raise QuizError with a sentence for whom the site, or a class of it, cannot do without."""
    if person.pk == by.pk:
        raise QuizError(_("You cannot remove your own personal data. Ask another administrator to do it."))
    refuse_unless_dispensable(person)


def refuse_unless_dispensable(person: User) -> None:
    """Raise QuizError for the last administrator, the only instructor of a class, and who owns what they teach with."""
    if leaves_no_administrator([person]):
        raise QuizError(LAST_ADMINISTRATOR)
    taught = Classroom.objects.only_taught_by(person)
    if taught:
        names = ", ".join(f"“{classroom}”" for classroom in taught)
        raise QuizError(
            _("Nobody else teaches %(classrooms)s. Make another member an instructor first.") % {"classrooms": names}
        )
    if count := handover.count_of(person):
        raise QuizError(
            ngettext(
                "%(name)s owns %(n)d question, quiz or source. Hand the work over first.",
                "%(name)s owns %(n)d questions, quizzes and sources. Hand the work over first.",
                count,
            )
            % {"name": person.full_name, "n": count}
        )


def _locked(person: User) -> User:
    """Return the person, fresh; all administrators are locked as well, so that the last two cannot remove each other."""
    administrators = Q(is_superuser=True, is_active=True)
    rows = User.objects.select_for_update(no_key=True).filter(Q(pk=person.pk) | administrators).order_by("pk")
    return next(row for row in rows if row.pk == person.pk)


def _end_attempts(person: User, *, by: User, now: datetime) -> None:
    """Let what is in progress end: without a deadline nobody would hand it in, so it gets one, which is now.

    Who goes by themselves hands in everything that is in progress.
    """
    theirs = Attempt.objects.select_for_update(no_key=True).taken_by(person).order_by("pk")
    for attempt in [row for row in theirs if row.is_in_progress]:
        if by.pk == person.pk:
            attempts.submit(attempt, now=now)
        elif attempt.due_at is None:
            ended = deadlines.extend(attempt, due_at=now, reason=_("Personal data removed."), actor=by, now=now)
            attempts.submit(ended, now=now)


# What is forgotten ----------------------------------------------------------------------------------------------------


def _forget_person(person: User, *, now: datetime) -> None:
    """Name, address, log-ins and rights."""
    Invitation.objects.filter(user=person).delete()
    ImportDraft.objects.filter(owner=person).delete()
    QuizShare.objects.filter(owner=person).delete()
    _forget_invitations(person, now=now)
    for kind in (EmailAddress, Authenticator, SocialAccount):  # with what hangs on them: confirmations, tokens
        kind._default_manager.filter(user=person).delete()
    reviews.forget(person)
    Mastery.objects.filter(learner=person).delete()
    person.groups.clear()
    person.user_permissions.clear()
    if person.is_anonymised:
        return
    person.username = _free_username(person)
    person.first_name = person.last_name = person.email = person.time_zone = ""
    person.weekly_goal, person.shows_streak = None, True
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.must_change_password = person.is_from_roster = False
    person.set_unusable_password()
    person.anonymised_at = now
    person.save()


def _forget_invitations(person: User, *, now: datetime) -> None:
    """Erase the person in invitations to teach; what they offered as an administrator ends with them."""
    rows = InstructorInvitation.objects.filter(accepted_by=person)
    if person.email:
        rows |= InstructorInvitation.objects.filter(email__iexact=person.email)
    rows.update(name="", email="")
    InstructorInvitation.objects.open_at(now).filter(invited_by=person).update(revoked_at=now)


def _free_username(person: User) -> str:
    """Return “removed-12”, or another one like it where a user has that name."""
    name = f"removed-{person.pk}"
    while User.objects.filter(username__iexact=name).exclude(pk=person.pk).exists():
        name = f"removed-{person.pk}-{secrets.token_hex(3)}"
    return name


TAKE_OUT = {"sqlite": "json_remove(details, '$.reason')", "postgresql": "details - 'reason'"}
FORGET_REASONS = """
UPDATE quizzes_attemptevent SET details = {taken_out}
WHERE attempt_id IN (SELECT id FROM quizzes_attempt WHERE learner_id = %s) AND kind <> %s AND at < %s
  AND {has_reason}
"""
HAS_REASON = {"sqlite": "json_type(details, '$.reason') IS NOT NULL", "postgresql": "jsonb_exists(details, 'reason')"}


def _forget_texts(person: User, *, before: datetime) -> None:
    """Erase what others wrote to them or about them: nicknames, reasons, comments. A regrade's reason is about a question."""
    Membership.objects.filter(user=person).update(nickname="", emblem=0)
    Notice.objects.filter(recipient=person).delete()  # in others' the name is that of the row
    Accommodation.objects.filter(membership__user=person).update(reason="")
    Answer.objects.filter(attempt__learner=person).exclude(comment="").update(comment="")
    vendor = connection.vendor
    statement = FORGET_REASONS.format(taken_out=TAKE_OUT[vendor], has_reason=HAS_REASON[vendor])
    instant = connection.ops.adapt_datetimefield_value(before)
    with connection.cursor() as cursor:
        cursor.execute(statement, [person.pk, AttemptEvent.Kind.REGRADED, instant])


def _forget_in_history(person: User) -> None:
    """Erase the names that the workshop's history has of the person, their memberships and exceptions.

    Sentences of our own in it hold names; what the admin wrote by itself (JSON) names fields only.
    """
    memberships = Membership.objects.filter(user=person)
    exceptions = Accommodation.objects.filter(membership__user=person)
    entries = (
        _entries_of(User, [person]) | _entries_of(Membership, memberships) | _entries_of(Accommodation, exceptions)
    )
    for nickname in memberships.exclude(nickname="").values_list("nickname", flat=True):  # exceptions taken back since
        entries |= LogEntry.objects.filter(content_type=_type(Accommodation), object_repr__startswith=f"{nickname} · ")
    entries_left = LogEntry.objects.filter(pk__in=list(entries.values_list("pk", flat=True)))
    entries_left.exclude(change_message__startswith="[").update(change_message="")
    entries_left.update(object_repr=person.username)


def _entries_of(model: type[models.Model], rows: Iterable[models.Model]) -> models.QuerySet[LogEntry]:
    return LogEntry.objects.filter(content_type=_type(model), object_id__in=[str(row.pk) for row in rows])


def _type(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


def _delete_sessions(person: User, *, now: datetime) -> None:
    """Delete the person's sessions; whose one is stands inside it."""
    live = Session.objects.filter(expire_date__gt=now).iterator()
    theirs = [row.pk for row in live if row.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()


# Administrators -------------------------------------------------------------------------------------------------------


def administrators() -> QuerySet[User]:
    """Return those who can open every page of the workshop: superusers who are active and staff."""
    return User.objects.filter(is_superuser=True, is_active=True, is_staff=True)


def refuse_without_administrator(leaving: Iterable[User]) -> None:
    """Raise QuizError where no administrator would be left without these people.

    Call it in the transaction that changes them: all administrators are locked, so that of two who take each other's
    rights the second waits, and is refused.
    """
    there = set(administrators().select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    if there and there <= {person.pk for person in leaving}:
        raise QuizError(LAST_ADMINISTRATOR)


def leaves_no_administrator(leaving: Iterable[User]) -> bool:
    """Return whether the site would be without an administrator; nothing is locked, so ask again when it is done."""
    there = set(administrators().values_list("pk", flat=True))
    return bool(there) and there <= {person.pk for person in leaving}
