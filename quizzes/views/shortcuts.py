"""What several views share: fetching through permission, asking before something, what an instructor may do to an attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quizzes.models import Attempt, Classroom, User
from quizzes.reports import attempts as report
from quizzes.services import attempts

READ_WRITE = require_http_methods(["GET", "HEAD", "POST"])
WITH_CLASS = ("learner", "quiz", "assignment__quiz", "assignment__classroom")
FROM_RESULT = "back=result"  # in addresses: one came from the pages of the attempt


# An attempt, with its deadline applied before anything is shown of it -------------------------------------------------


class FetchAttempt(Protocol):
    def __call__(self, user: User, pk: int, *, now: datetime) -> Attempt: ...


def closes_overdue(fetch: Callable[[User, int], Attempt]) -> FetchAttempt:
    """Make a fetch close the attempt if its time is over: reading applies the deadline, the sweep only comes first."""

    @wraps(fetch)
    def fetch_closed(user: User, pk: int, *, now: datetime) -> Attempt:
        attempt = fetch(user, pk)
        attempts.close_if_overdue(attempt, now=now)
        return attempt

    return fetch_closed


@closes_overdue
def own_attempt(user: User, pk: int) -> Attempt:
    """Return the user's attempt; raises NotFound for another learner's."""
    return report.own(user, pk)


@closes_overdue
def readable_attempt(user: User, pk: int) -> Attempt:
    """Return an attempt that the user may look at, their own or one of their class; else 404."""
    attempt = report.own_if_any(user, pk)
    if attempt is not None:
        return attempt
    readable = Attempt.objects.readable_by(user).select_related(*WITH_CLASS)
    return get_object_or_404(readable, pk=pk)


@closes_overdue
def managed_attempt(user: User, pk: int) -> Attempt:
    """Return an attempt of a class where the user is an instructor; else 404."""
    return get_object_or_404(Attempt.objects.managed_by(user).select_related(*WITH_CLASS), pk=pk)


@dataclass(frozen=True)
class Act:
    """What an instructor may do to an attempt, and where."""

    address: str
    label: str


def act_on(attempt: Attempt) -> Act | None:
    """Return what a page about the attempt offers, to which it leads back; None where there is nothing to do."""
    if attempt.is_in_progress:
        return Act(_address("extend", attempt), _("Change deadline"))
    if attempt.is_counted:
        return Act(_address("reopen", attempt), _("Reopen"))
    return None


def _address(act: str, attempt: Attempt) -> str:
    return f"{reverse(f'quizzes:attempt_{act}', args=[attempt.pk])}?{FROM_RESULT}"


# A class --------------------------------------------------------------------------------------------------------------


def teaches(user: User, classroom: Classroom) -> bool:
    """Return whether the user is an instructor of the class (1 query)."""
    return Classroom.objects.taught_by(user).filter(pk=classroom.pk).exists()


def confirm(request: HttpRequest, **context: str) -> HttpResponse:
    """Ask before something that is not easily undone: title, text, do (the field), label, and the address back."""
    return render(request, "quizzes/classrooms/confirm.html", context)
