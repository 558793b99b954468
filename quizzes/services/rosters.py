"""A roster brought into a classroom: who would come, what is in the way, and then bringing them. Nothing is written before.

People are found by an e-mail address that they have confirmed. Who is found by a user name is invited, because a name says
nothing about the person. Who has no account gets one: without a password and with a mail to choose one, or, where no mail
reaches them, with a one-time password on a slip to print. Staff of the site come by the code only. Uploading the same list again
changes nothing. Race, and what decides it: what a plan saw may have changed, so `apply` makes it again behind the classroom's
row, where joins wait too.
"""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from quizzes import after_answer
from quizzes.errors import QuizError
from quizzes.formats.base import Issue
from quizzes.formats.rosters import Choice, Roster, RosterRow, read
from quizzes.mailing import mail_can_be_sent
from quizzes.models import Classroom, Membership, User
from quizzes.models.accounts import look_of, looks_of
from quizzes.services import classrooms, invitations, one_time, slips
from quizzes.services.one_time import OneTimePassword
from quizzes.services.roster_accounts import Accounts, Members, chunks
from quizzes.services.slips import Slip

__all__ = ["Choice", "Enrolment", "Person", "Roster", "RosterPlan", "RosterRow", "apply", "gets_slip", "plan", "read"]
log = logging.getLogger(__name__)
LONGEST_MADE = 40  # of a user name made of an address or a name; numbers follow
APART = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "đ": "d"})
FEW = 10  # people of one name are numbered so far, then at random


@dataclass(frozen=True)
class Person:
    """A row of the list and the account it belongs to."""

    row: RosterRow
    user: User


@dataclass(frozen=True)
class RosterPlan:
    """What bringing the roster in would do: `new` get an account, `existing` have confirmed the address, `invited` are
    asked, `members` are in already.

    `refused` names every row that is left out, and why, in the order of the file. `unconfirmed` has, by row, the user names
    of accounts that have the address of a new person but have not confirmed it.
    """

    classroom: Classroom
    roster: Roster
    new: tuple[RosterRow, ...]
    existing: tuple[Person, ...]
    invited: tuple[Person, ...]
    members: tuple[Person, ...]
    refused: tuple[Issue, ...]
    unconfirmed: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def coming(self) -> int:
        """How many would be enrolled."""
        return len(self.new) + len(self.existing)

    @property
    def slips(self) -> int:
        """How many of the new would get a slip."""
        return sum(map(gets_slip, self.new))


@dataclass(frozen=True)
class Enrolment:
    """What bringing a roster in has done: the new memberships, and the slips to print; nothing else has the passwords."""

    enrolled: list[Membership]
    slips: list[Slip]


def gets_slip(row: RosterRow) -> bool:
    """Return whether a new account of this row is opened by a printed password, because no mail reaches its user."""
    return not row.email or not mail_can_be_sent()


# Looking --------------------------------------------------------------------------------------------------------------


def plan(classroom: Classroom, roster: Roster) -> RosterPlan:
    """Return the dry run: reads, writes nothing (4 queries for 500 rows)."""
    accounts = Accounts(roster.rows)
    rows = Membership.objects.filter(classroom=classroom).select_related("user")
    present, members = {row.user_id: row for row in rows}, Members(rows)
    places = classroom.capacity - sum(_takes_a_place(row) for row in present.values())
    builder = _PlanBuilder()
    for row in map(_without_address_as_name, roster.rows):
        user, fault = accounts.owner(row)
        claiming = accounts.claiming(row)
        if not user and (known := members.known(row, claiming)):
            user, fault = known, ""
        if not user:
            fault = _fault_of_claims(claiming, present) or fault
        elif not fault:
            fault = _fault_of(user, present.get(user.pk), builder.seen.get(user.pk))
        is_member = user is not None and _is_in(present.get(user.pk))
        is_invited = user is not None and not row.email
        if not (fault or is_member or is_invited) and len(builder.new) + len(builder.existing) >= places:
            fault = _("the class has no place left.")
        if fault:
            builder.refused.append(Issue(_("row %(number)d") % {"number": row.number}, fault))
        elif user is None:
            builder.add_new(row, claiming)
        else:
            builder.add(Person(row, user), is_member=is_member, is_invited=is_invited)
    return builder.plan(classroom, roster)


def _without_address_as_name(row: RosterRow) -> RosterRow:
    """Return the row; schools often fill both columns alike, and a new account gets another user name then."""
    return replace(row, username="") if row.email and row.username.casefold() == row.email else row


class _PlanBuilder:
    """What a plan gathers, row by row."""

    def __init__(self) -> None:
        self.new: list[RosterRow] = []
        self.existing: list[Person] = []
        self.invited: list[Person] = []
        self.members: list[Person] = []
        self.refused: list[Issue] = []
        self.unconfirmed: dict[int, tuple[str, ...]] = {}
        self.seen: dict[int, int] = {}

    def add_new(self, row: RosterRow, claiming: Sequence[User]) -> None:
        self.new.append(row)
        if claiming:
            self.unconfirmed[row.number] = tuple(user.username for user in claiming)

    def add(self, person: Person, *, is_member: bool, is_invited: bool) -> None:
        self.seen[person.user.pk] = person.row.number
        (self.members if is_member else self.invited if is_invited else self.existing).append(person)

    def plan(self, classroom: Classroom, roster: Roster) -> RosterPlan:
        people = (tuple(self.new), tuple(self.existing), tuple(self.invited), tuple(self.members))
        return RosterPlan(classroom, roster, *people, (*roster.issues, *self.refused), self.unconfirmed)


def _is_in(membership: Membership | None) -> bool:
    return membership is not None and membership.status == Membership.Status.ACTIVE


def _fault_of_claims(claiming: Iterable[User], present: dict[int, Membership]) -> str:
    """Return why an address that nobody holds gets no account: a member of this class has typed it as well."""
    member = next((user for user in claiming if _is_in(present.get(user.pk))), None)
    if member is None:
        return ""
    words = _("“%(name)s” in this class has this address but hasn't confirmed it. Ask them to, or remove them first.")
    return words % {"name": member.username}


def _takes_a_place(row: Membership) -> bool:
    return _is_in(row) and row.role == Membership.Role.STUDENT


def _fault_of(user: User, membership: Membership | None, twin: int | None) -> str:
    """Return why the user of an account cannot come, or nothing."""
    if twin is not None:
        return _("is the same person as row %(twin)d.") % {"twin": twin}
    if not user.is_active:
        return _("this account is switched off.")
    if membership is not None and membership.status == Membership.Status.REMOVED:
        return _("was removed from this class; bring them back under Members.")
    if (user.is_staff or user.is_superuser) and not _is_in(membership):
        return _("is an instructor or an administrator; they join with the code.")
    return ""


# Bringing -------------------------------------------------------------------------------------------------------------


def apply(plan_seen: RosterPlan, *, actor: User, now: datetime) -> Enrolment:
    """Enrol and invite whom the plan lets in, all or nobody. Those who are in stay so."""
    passwords = [one_time.make() for _slip in range(plan_seen.slips)]  # before the lock, because it takes time
    with transaction.atomic():
        return _apply(plan_seen, passwords, actor=actor, now=now)


def _apply(plan_seen: RosterPlan, passwords: list[OneTimePassword], *, actor: User, now: datetime) -> Enrolment:
    classroom = Classroom.objects.select_for_update(no_key=True).get(pk=plan_seen.classroom.pk)
    if classroom.archived_at is not None:
        raise QuizError(_("This class is archived. Bring it back first."))
    current_plan = plan(classroom, plan_seen.roster)
    created, printed = _create(current_plan.new, passwords)
    users = [*created, *(person.user for person in current_plan.existing)]
    former = {row.user_id: row for row in Membership.objects.filter(classroom=classroom)}
    back = [classrooms.enrol(classroom, user, former[user.pk]) for user in users if user.pk in former]
    fresh = [Membership(classroom=classroom, user=user) for user in users if user.pk not in former]
    enrolled = [*back, *Membership.objects.bulk_create(fresh)]
    invitations.invite(classroom, [person.user for person in current_plan.invited], by=actor, now=now)
    with_slip = {slip.user.pk for slip in printed}
    slips.note([row for row in enrolled if row.user_id in with_slip], by=actor)
    mails = partial(_welcome, [user for user in created if user.pk not in with_slip], classroom)
    transaction.on_commit(partial(after_answer.run, mails), robust=True)
    return Enrolment(enrolled, printed)


def _create(rows: Sequence[RosterRow], passwords: list[OneTimePassword]) -> tuple[list[User], list[Slip]]:
    """Make accounts, and the slips of some of them; the others have no password, and no address is confirmed yet."""
    users, printed = [], []
    for row, name in zip(rows, _free_usernames(rows), strict=True):
        user = User(username=name, look=look_of(name), email=row.email, is_from_roster=True)
        user.first_name, user.last_name = row.first_name, row.last_name
        if gets_slip(row):
            printed.append(slips.set_password(user, passwords.pop() if passwords else one_time.make()))
        else:
            user.set_unusable_password()
        users.append(user)
    created = User.objects.bulk_create(users)
    addresses = (EmailAddress(user=user, email=user.email, primary=True) for user in created if user.email)
    EmailAddress.objects.bulk_create(addresses)
    return created, printed


def _free_usernames(rows: Sequence[RosterRow]) -> list[str]:
    """Return the user names given, else made of the address; with a number where a user has it."""
    wanted = [row.username or _name_from(row.email.partition("@")[0] or row.full_name) for row in rows]
    names = {place: row.username for place, row in enumerate(rows) if row.username}
    taken = {look for name in names.values() for look in looks_of(name)}
    count = 1
    while pending := {place: _numbered(wanted[place], count) for place in range(len(rows)) if place not in names}:
        taken |= _used(pending.values())
        for place, name in pending.items():
            if taken.isdisjoint(looks_of(name)):
                names[place] = name
                taken |= looks_of(name)
        count += 1
    return [names[place] for place in range(len(rows))]


def _numbered(name: str, count: int) -> str:
    if count == 1:
        return name
    return f"{name}{count if count < FEW else secrets.randbelow(1_000_000)}"


def _used(names: Iterable[str]) -> set[str]:
    """Return what the user names look like that no new one may look like."""
    taken: set[str] = set()
    for some in chunks(sorted({look for name in names for look in looks_of(name)})):
        taken |= set(User.objects.filter(look__in=some).values_list("look", flat=True))
    return taken


def _name_from(text: str) -> str:
    """Return “ines.costa” of ines.costa@example.org or of Inês Costa; letters and digits that every keyboard has."""
    dotted = ".".join(text.lower().translate(APART).split())
    plain = unicodedata.normalize("NFKD", dotted).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9._-]", "", plain)[:LONGEST_MADE]
    return (name if name.strip("._-") else "student").ljust(3, "0")


def _welcome(users: Sequence[User], classroom: Classroom) -> None:
    """Mail each new person a link to choose a password; over one connection, after the commit."""
    if not users:
        return
    subject = " ".join((_("Your account for %(classroom)s") % {"classroom": classroom.name}).split())
    try:
        mail.send_mass_mail([(subject, _welcome_text(user, classroom), None, [user.email]) for user in users])
    except OSError:  # the mail server; people can still ask for a new password themselves
        log.exception("invitations to classroom %s could not be mailed", classroom.pk)


def _welcome_text(user: User, classroom: Classroom) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    link = f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"
    again = f"{settings.SITE_URL}{reverse('account_reset_password')}"
    return _(
        "You have been added to “%(classroom)s”.\n\n"
        "Your user name is %(username)s. Choose a password here:\n%(link)s\n\n"
        "If this link has expired, ask for a new one here:\n%(again)s\n"
    ) % {"classroom": classroom.name, "username": user.username, "link": link, "again": again}
