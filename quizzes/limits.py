"""Limits on tries: the rates stand in the settings, django-allauth counts them in the cache, and each says how long to wait.

Wrong passwords are counted for account and address together, so that no one is locked out by others. django-allauth by
itself counts each alone: ten slips anywhere in a school would close the log-in to all of it, and five by a classmate the
account to its owner.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.utils import filter_users_by_email, filter_users_by_username
from allauth.core import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import devices
from quizzes.errors import QuizError, Text, TooMany
from quizzes.local_time import duration

# The rates of the settings that count wrong passwords.
HERE = "wrong_password"
OF_ACCOUNT = "wrong_password_of_account"
FROM_ADDRESS = "wrong_password_from_address"
LOG_INS = "log_in_from_address"
RETRY_SECONDS = 5
NETWORK_BITS = 64  # of an address of version 6; a household has as many of them as it likes
MANY_TRIES = gettext_lazy("You have tried this many times.")
MANY_PASSWORDS = gettext_lazy(
    "Too many wrong passwords. You can still log in on a device you have used before, or get a new password."
)


def too_many(seconds: int, words: Text = MANY_TRIES) -> TooMany:
    """Return the refusal of another try, with the seconds after which the next is let through at the latest."""
    wait = _("Wait %(time)s and try again.") % {"time": duration(timedelta(seconds=seconds))}
    return TooMany(f"{words} {wait}", retry_after=seconds)


class Uncounted(QuizError):
    """The cache that counts tries is away: no more tries than counted ones."""

    status = 503
    code = "unavailable"
    title = gettext_lazy("One moment")

    def __init__(self) -> None:
        words = gettext_lazy(
            "You can't log in, sign up or join a class right now. If you are logged in, you can go on. Try again in a"
            " moment."
        )
        super().__init__(words, retry_after=RETRY_SECONDS)


def pause(action: str) -> int:
    """Return the seconds after which a limit of the settings has forgotten every try."""
    rates = settings.ACCOUNT_RATE_LIMITS[action].split(",")
    return max(int(rate.split("/")[1].removesuffix("s")) for rate in rates)


def take(request: HttpRequest, action: str, *, key: str = "", is_look: bool = False, words: Text = MANY_TRIES) -> None:
    """Count a try, or only look whether there is one left; raise TooMany where there is none."""
    if not _has_one_left(request, action, key, is_look=is_look):
        raise too_many(pause(action), words)


def _has_one_left(request: HttpRequest, action: str, key: str, *, is_look: bool) -> bool:
    if request.method == "GET" and not is_look:  # which `consume` lets through uncounted; a page may be a guess too
        return ratelimit.consume_or_429(request, action=action, key=key, limit_get=True) is None
    return bool(ratelimit.consume(request, action=action, key=key, dry_run=is_look))


def take_from(network: str, action: str) -> None:
    """Count a try of all who share an address; raise TooMany where there were too many.

    In one step of the cache: django-allauth counts under a lock, for which all of a school would wait in turn, and who waits
    for a second is refused.
    """
    key, tries, seconds = shared_count(network, action)
    cache.add(key, 0, seconds)
    with suppress(ValueError):  # its time ended between the two steps
        if cache.incr(key) > tries:
            raise too_many(seconds)


def look_from(network: str, action: str, words: Text) -> None:
    """Raise TooMany where all who share an address have no try left; count none."""
    key, tries, seconds = shared_count(network, action)
    if cache.get(key, 0) >= tries:
        raise too_many(seconds, words)


def shared_count(network: str, action: str) -> tuple[str, int, int]:
    """Return the key of a count in the cache, how many tries the settings let through, and in how many seconds."""
    tries, seconds, _what = settings.ACCOUNT_RATE_LIMITS[action].split("/")
    return f"tries:{action}:{network}", int(tries), int(seconds.removesuffix("s"))


@dataclass(frozen=True)
class PasswordTry:
    """A try to log in: the account meant, and where from: a device that the account knows, else an address."""

    request: HttpRequest
    account: str
    network: str
    place: str
    is_known_device: bool

    @property
    def key(self) -> str:
        return f"{self.account} at {self.place}"

    def count(self) -> None:
        """Raise TooMany where there were too many wrong ones; a known device is not asked what others did."""
        take_from(self.network, LOG_INS)
        if not self.is_known_device:
            take(self.request, OF_ACCOUNT, key=self.account, is_look=True, words=MANY_PASSWORDS)
            look_from(self.network, FROM_ADDRESS, MANY_PASSWORDS)
        # Counted before the password is looked at, so that many at once do not pass together.
        take(self.request, HERE, key=self.key, words=MANY_PASSWORDS)

    def failed(self) -> None:
        ratelimit.consume(self.request, action=OF_ACCOUNT, key=self.account)
        with suppress(TooMany):  # this one was let through; the next is not
            take_from(self.network, FROM_ADDRESS)

    def succeeded(self) -> None:
        """Forget the slips that led to the right password."""
        ratelimit.clear(self.request, action=HERE, key=self.key)

    def forget(self) -> None:
        """Forget all wrong passwords of the account: it has a new one."""
        self.succeeded()
        ratelimit.clear(self.request, action=OF_ACCOUNT, key=self.account)


def password_try(request: HttpRequest, name: str, *, address: str) -> PasswordTry:
    """Return a try at the account that a user name or an e-mail address stands for."""
    user = user_of(name)
    account = str(user.pk) if user else name.lower()  # by number, so that the names of an account are counted together
    device = devices.of(request)
    is_known = user is not None and devices.name_of(user.pk, user.passwords_given) in device.accounts
    network = network_of(address)
    return PasswordTry(request, account, network, device.name if is_known else network, is_known)


def forget_account(request: HttpRequest, number: int) -> None:
    """Forget the wrong passwords that came for an account from anywhere."""
    ratelimit.clear(request, action=OF_ACCOUNT, key=str(number))


def user_of(name: str) -> Any:
    """Return the user that a user name or an e-mail address stands for, or None."""
    named = filter_users_by_username(name).first()
    users = [named] if named else filter_users_by_email(name, prefer_verified=True)
    return min(users, key=lambda user: user.pk, default=None)


def network_of(address: str) -> str:
    """Return the address, or the network of one of version 6."""
    address_read = ipaddress.ip_address(address)
    if address_read.version == 4:
        return address
    return str(ipaddress.ip_network((address_read, NETWORK_BITS), strict=False))
