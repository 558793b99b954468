"""Whose account a row of a roster means. An address counts for an account where nobody else can be behind it:

confirmed by its owner; or not confirmed, but of an account that a mail alone can open and nobody has opened yet, as
rosters make them. All others have typed an address, which proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from quizzes.formats.rosters import RosterRow
from quizzes.models import Membership, User
from quizzes.models.accounts import looks_of, username_fault

AT_ONCE = 500  # values in one question to the database


class Accounts:
    """The accounts that the rows name, read at once."""

    def __init__(self, rows: Sequence[RosterRow]) -> None:
        self._holders: dict[str, User] = {}
        self._claims: dict[str, list[User]] = {}
        self._named: dict[str, list[User]] = {}
        self._looks: set[str] = set()
        for some in chunks(sorted({row.email for row in rows if row.email})):
            self._add_addresses(some)
        for some in chunks(sorted({row.username for row in rows if row.username})):
            self._add_names(some)

    def _add_names(self, some: Sequence[str]) -> None:
        lower, looks = {name.casefold() for name in some}, {look for name in some for look in looks_of(name)}
        called = Q(lower__in=lower) | Q(look__in=looks)
        for user in User.objects.annotate(lower=Lower("username")).filter(called):
            self._named.setdefault(user.username.casefold(), []).append(user)
            self._looks.add(user.look)

    def _add_addresses(self, some: Sequence[str]) -> None:
        """Add addresses, confirmed owners first: they keep one, whatever others typed."""
        known = EmailAddress.objects.annotate(lower=Lower("email")).filter(lower__in=some)
        for address in known.select_related("user").order_by("-verified", "pk"):
            self._add(address.lower, address.user, is_confirmed=address.verified)
        for user in User.objects.annotate(lower=Lower("email")).filter(lower__in=some).order_by("pk"):
            self._add(user.lower, user, is_confirmed=False)

    def _add(self, email: str, user: User, *, is_confirmed: bool) -> None:
        if email not in self._holders and (is_confirmed or user.is_unopened):
            self._holders[email] = user
        elif user != self._holders.get(email):
            self._claims.setdefault(email, []).append(user)

    def claiming(self, row: RosterRow) -> list[User]:
        """Return the accounts whose users typed this address and confirmed nothing, where nobody holds it."""
        return [] if row.email in self._holders else list(dict.fromkeys(self._claims.get(row.email, [])))

    def owner(self, row: RosterRow) -> tuple[User | None, str]:
        """Return (the account, or None for nobody's; why it cannot be told, or nothing)."""
        if holder := self._holders.get(row.email):
            return holder, ""
        named = self._called(row.username)
        if named and not row.email:
            return named, ""
        if named in self.claiming(row):
            words = {"name": row.username}
            return None, _(
                "“%(name)s” has this address but has not confirmed it; ask them to, or leave out one of the two."
            ) % words
        if named:
            return None, _("the user name “%(name)s” belongs to another account.") % {"name": row.username}
        return None, self._name_fault(row.username) if row.username else ""

    def _name_fault(self, username: str) -> str:
        """Return why a new account cannot be called so, or nothing; the next rows must not look like it."""
        if fault := username_fault(username):
            return fault
        looks = looks_of(username)
        if not looks.isdisjoint(self._looks):
            return _("the user name “%(name)s” looks like that of another account.") % {"name": username}
        self._looks |= looks
        return ""

    def _called(self, username: str) -> User | None:
        """Return the account of this name: in exactly these letters, or the only one in any case."""
        users = self._named.get(username.casefold(), []) if username else []
        exact = next((user for user in users if user.username == username), None)
        return exact or (users[0] if len(users) == 1 else None)


class Members:
    """The members of a class whom a row means without a confirmed address: they are in already, and stay as they are.

    By name, where the row has nothing else; or by an address that a roster gave the account. Neither lets anyone in.
    """

    def __init__(self, rows: Iterable[Membership]) -> None:
        self._named: dict[str, list[User]] = defaultdict(list)
        self._addressed: dict[str, User] = {}
        for row in rows:
            is_in, user = row.status == Membership.Status.ACTIVE, row.user
            if row.role == Membership.Role.STUDENT and row.status != Membership.Status.LEFT:
                self._named[user.get_full_name().casefold()].append(user)
            if is_in and user.is_from_roster and user.email:
                self._addressed[user.email.lower()] = user

    def known(self, row: RosterRow, claiming: Sequence[User]) -> User | None:
        """Return the member that a row means; each of one name once."""
        if row.email:
            users = self._addressed.get(row.email)
            return users if users in claiming else None
        same = [] if row.username else self._named.get(row.full_name.casefold(), [])
        return same.pop(0) if same else None


def chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
