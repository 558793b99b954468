"""A roster brought into a classroom: who would come, what is in the way, and then bringing them. Nothing is written before.

People are found by their e-mail address, else by their user name. Who has no account gets one without a password, and a
mail with a link to choose one. Uploading the same list again changes nothing. Race, and what decides it: what a plan saw may
have changed, so `apply` makes it anew behind the classroom's row, where joins wait too.
"""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from quizzes.errors import QuizError
from quizzes.formats.base import Issue
from quizzes.formats.rosters import Roster, RosterRow, read
from quizzes.models import Classroom, Membership, User
from quizzes.services import classrooms

__all__ = ["Person", "Plan", "Roster", "RosterRow", "apply", "plan", "read"]
log = logging.getLogger(__name__)
AT_ONCE = 500  # values in one question to the database
LONGEST_MADE = 100  # of a user name made of an address; numbers follow
FEW = 10  # people of one name are numbered so far, then at random


@dataclass(frozen=True)
class Person:
    """A row of the list and the account it belongs to."""

    row: RosterRow
    user: User


@dataclass(frozen=True)
class Plan:
    """What bringing the roster in would do: `new` get an account, `existing` have one, `members` are in already.

    `refused` names every row that is left out, and why, in the order of the file.
    """

    classroom: Classroom
    roster: Roster
    new: tuple[RosterRow, ...]
    existing: tuple[Person, ...]
    members: tuple[Person, ...]
    refused: tuple[Issue, ...]

    @property
    def coming(self) -> int:
        """How many would be enrolled."""
        return len(self.new) + len(self.existing)


# Looking --------------------------------------------------------------------------------------------------------------


def plan(classroom: Classroom, roster: Roster) -> Plan:
    """The dry run: reads, writes nothing (4 queries for 500 rows)."""
    accounts = _Accounts(roster.rows)
    present = {row.user_id: row for row in Membership.objects.filter(classroom=classroom)}
    places = classroom.capacity - sum(_takes_a_place(row) for row in present.values())
    new: list[RosterRow] = []
    existing: list[Person] = []
    members: list[Person] = []
    refused: dict[int, Issue] = {}
    seen: dict[int, int] = {}
    for row in roster.rows:
        user, fault = accounts.owner(row)
        if not fault and user is not None:
            fault = _fault_of(user, present.get(user.pk), seen.get(user.pk))
        is_member = user is not None and user.pk in present and present[user.pk].status == Membership.Status.ACTIVE
        if not fault and not is_member and len(new) + len(existing) >= places:
            fault = _("the classroom has no place left.")
        if fault:
            refused[row.number] = Issue(_("row %(number)d") % {"number": row.number}, fault)
        elif user is None:
            new.append(row)
        else:
            seen[user.pk] = row.number
            (members if is_member else existing).append(Person(row, user))
    return Plan(classroom, roster, tuple(new), tuple(existing), tuple(members), (*roster.issues, *refused.values()))


def _takes_a_place(row: Membership) -> bool:
    return row.status == Membership.Status.ACTIVE and row.role == Membership.Role.STUDENT


def _fault_of(user: User, membership: Membership | None, twin: int | None) -> str:
    """Why somebody who has an account cannot come, or nothing."""
    if twin is not None:
        return _("is the same person as row %(twin)d.") % {"twin": twin}
    if not user.is_active:
        return _("this account is switched off.")
    if membership is not None and membership.status == Membership.Status.REMOVED:
        return _("was removed from this classroom; bring them back on the page of its members.")
    return ""


class _Accounts:
    """The accounts that the rows name, read at once."""

    def __init__(self, rows: Sequence[RosterRow]) -> None:
        emails = sorted({row.email for row in rows if row.email})
        usernames = sorted({row.username.casefold() for row in rows if row.username})
        self.by_email: dict[str, set[int]] = {}
        self.users: dict[int, User] = {}
        self.by_name: dict[str, list[User]] = {}
        for some in _chunks(emails):
            self._add_emails(some)
        for some in _chunks(usernames):
            for user in User.objects.annotate(lower=Lower("username")).filter(lower__in=some):
                self.users[user.pk] = user
                self.by_name.setdefault(user.username.casefold(), []).append(user)

    def _add_emails(self, some: Sequence[str]) -> None:
        for user in User.objects.annotate(lower=Lower("email")).filter(lower__in=some):
            self.users[user.pk] = user
            self.by_email.setdefault(user.email.lower(), set()).add(user.pk)
        further = EmailAddress.objects.annotate(lower=Lower("email")).filter(lower__in=some)
        for address in further.select_related("user"):
            self.users[address.user_id] = address.user
            self.by_email.setdefault(address.email.lower(), set()).add(address.user_id)

    def owner(self, row: RosterRow) -> tuple[User | None, str]:
        """(the account, or None for nobody's; why it cannot be told, or nothing)."""
        owners = self.by_email.get(row.email, set()) if row.email else set()
        if len(owners) > 1:
            return None, _("more than one account has this address; add the user name in a row without it.")
        if owners:
            return self.users[next(iter(owners))], ""
        named = self.by_name.get(row.username.casefold(), []) if row.username else []
        exact = next((user for user in named if user.username == row.username), None)
        user = exact or (named[0] if len(named) == 1 else None)
        if not row.email:
            return user, "" if user else _("nobody is called “%(name)s”; give an e-mail address.") % {
                "name": row.username
            }
        if named:
            return None, _("the user name “%(name)s” belongs to another account.") % {"name": row.username}
        return None, _name_fault(row.username)


def _name_fault(username: str) -> str:
    """Why nobody can be called so, or nothing; an empty one is made later."""
    try:
        if username:
            User._meta.get_field("username").run_validators(username)
    except ValidationError:
        return _("“%(name)s” is no user name: letters, digits and @ . + - _ only.") % {"name": username[:40]}
    return ""


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


# Bringing -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(plan_seen: Plan, *, actor: User, now: datetime) -> list[Membership]:
    """Enrol everybody the plan lets in, all or nobody; returns the new memberships. Those who are in stay as they are."""
    classroom = Classroom.objects.select_for_update(no_key=True).get(pk=plan_seen.classroom.pk)
    if classroom.archived_at is not None:
        raise QuizError(_("This classroom is archived. Bring it back first."))
    made = plan(classroom, plan_seen.roster)
    users = [*_create(made.new), *(person.user for person in made.existing)]
    former = {row.user_id: row for row in Membership.objects.filter(classroom=classroom)}
    back = [classrooms.enrol(classroom, user, former[user.pk]) for user in users if user.pk in former]
    fresh = [Membership(classroom=classroom, user=user) for user in users if user.pk not in former]
    enrolled = [*back, *Membership.objects.bulk_create(fresh)]
    invited = users[: len(made.new)]
    transaction.on_commit(lambda: _invite(invited, classroom), robust=True)
    return enrolled


def _create(rows: Sequence[RosterRow]) -> list[User]:
    """Accounts without a password, their addresses not confirmed yet."""
    names = _free_usernames(rows)
    users = []
    for row, name in zip(rows, names, strict=True):
        user = User(username=name, email=row.email, first_name=row.first_name, last_name=row.last_name)
        user.set_unusable_password()
        users.append(user)
    created = User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(EmailAddress(user=user, email=user.email, primary=True) for user in created)
    return created


def _free_usernames(rows: Sequence[RosterRow]) -> list[str]:
    """The user names given, else made of the address; with a number where somebody has it."""
    wanted = [row.username or _name_from(row.email) for row in rows]
    names = {place: row.username for place, row in enumerate(rows) if row.username}
    taken = {name.casefold() for name in names.values()}
    count = 1
    while pending := {place: _numbered(wanted[place], count) for place in range(len(rows)) if place not in names}:
        used = taken | _used(pending.values())
        for place, name in pending.items():
            if name not in used | taken:
                names[place] = name
                taken.add(name)
        count += 1
    return [names[place] for place in range(len(rows))]


def _numbered(name: str, count: int) -> str:
    if count == 1:
        return name
    return f"{name}{count if count < FEW else secrets.randbelow(1_000_000)}"


def _used(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in _chunks(sorted(set(names))):
        rows = User.objects.annotate(lower=Lower("username")).filter(lower__in=some)
        found |= {name.casefold() for name in rows.values_list("username", flat=True)}
    return found


def _name_from(email: str) -> str:
    """“ines.costa” of ines.costa@example.org; letters and digits that every keyboard has."""
    plain = unicodedata.normalize("NFKD", email.partition("@")[0]).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._-]", "", plain.lower())[:LONGEST_MADE].ljust(3, "0")


def _invite(users: Sequence[User], classroom: Classroom) -> None:
    """Mail each new person a link to choose a password; over one connection, after the commit."""
    if not users:
        return
    subject = " ".join((_("Your account for %(classroom)s") % {"classroom": classroom.name}).split())
    try:
        mail.send_mass_mail([(subject, _invitation(user, classroom), None, [user.email]) for user in users])
    except OSError:  # the mail server; people can still ask for a new password themselves
        log.exception("invitations to classroom %s could not be mailed", classroom.pk)


def _invitation(user: User, classroom: Classroom) -> str:
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    link = f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"
    again = f"{settings.SITE_URL}{reverse('account_reset_password')}"
    return _(
        "You have been added to “%(classroom)s”.\n\n"
        "Your user name is %(username)s. Choose a password here:\n%(link)s\n\n"
        "When this link has expired, ask for a new one here:\n%(again)s\n"
    ) % {"classroom": classroom.name, "username": user.username, "link": link, "again": again}
