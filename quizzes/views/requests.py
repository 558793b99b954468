"""The type of requests, for signatures, and what many views ask of one."""

import hashlib
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from quizzes import zones
from quizzes.middleware import ReaderTimeZone
from quizzes.models import User
from quizzes.reports import guests as report
from quizzes.reports.guests import Trial
from quizzes.services import guests


class LoggedInRequest(HttpRequest):
    """A request past the log-in: every view gets one unless it says otherwise."""

    user: User


def device_of(request: HttpRequest) -> str:
    """Return a short name for this device: a hash of its session, which says nothing else."""
    key = request.session.session_key or ""
    return hashlib.blake2s(key.encode(), digest_size=6).hexdigest()


class Guest(NamedTuple):
    """Who tries the site in this browser, and how far they are."""

    user: User
    trial: Trial


def guest_of(request: HttpRequest) -> Guest | None:
    """Return the guest of this browser; None for a stranger, and for people who are logged in."""
    if request.user.is_authenticated:
        return None
    user = guests.find(request.session.get(guests.KEY))
    trial = report.trial_of(user) if user else None
    return Guest(user, trial) if user and trial else None


def browser_zone(request: HttpRequest) -> str:
    """Return the time zone of the browser by its name of today, out of a cookie that base.js sets; "" where unknown."""
    name = zones.canonical(request.COOKIES.get(ReaderTimeZone.COOKIE, "")[:64])
    return name if zones.is_known(name) else ""


def read_in(zone: str) -> None:
    """Show all times of this page in one zone: that of the class, in which they are typed. The middleware takes it back."""
    timezone.activate(ZoneInfo(zone))
