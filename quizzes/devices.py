"""Devices on which an account has logged in before: a signed cookie that opens nothing by itself.

It is asked for at a log-in only, and lets its owner past the wrong passwords of others (OWASP calls it a device cookie).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "device"
PATH = "/accounts/"  # where passwords are asked for
DAYS = 180
MOST_ACCOUNTS = 20  # of one device, the last ones; a computer of a school is used by many


@dataclass(frozen=True)
class Device:
    """A random name, and the names (`name_of`) of the accounts that logged in there, the last one first."""

    name: str
    accounts: tuple[str, ...] = ()


def of(request: HttpRequest) -> Device:
    """Return the device that the request comes from; a new one where it says nothing, or nothing that we signed."""
    told = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=DAYS * 86_400) or ""
    name, _colon, accounts = told.partition(" ")
    return Device(name, tuple(accounts.split())) if name else Device(secrets.token_urlsafe(9))


def name_of(number: int, passwords_given: int) -> str:
    """Return what an account is called in the cookie: another name after each password that an instructor gave."""
    return f"{number}.{passwords_given}" if passwords_given else str(number)


def remember(response: HttpResponseBase, device: Device, account: str) -> None:
    """Let the device be known to the account from now on."""
    others = (name for name in device.accounts if name.partition(".")[0] != account.partition(".")[0])
    accounts = (account, *others)[:MOST_ACCOUNTS]
    response.set_signed_cookie(
        COOKIE,
        " ".join((device.name, *accounts)),
        salt=COOKIE,
        max_age=DAYS * 86_400,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
