"""One's own data: taking it away as a file, and deleting the account. Both ask for the password once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import IO

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from quizzes import clock, limits
from quizzes.errors import NotOpen, QuizError
from quizzes.forms.accounts import DeleteAccountForm
from quizzes.mailing import mail_can_be_sent
from quizzes.models import User
from quizzes.reports import own_data as report
from quizzes.reports.people import belongings
from quizzes.services import departure
from quizzes.views.requests import LoggedInRequest
from quizzes.views.shortcuts import READ_WRITE

FRESH = timedelta(minutes=10)  # a log-in by another site, which has no password to ask for


# Who it is ------------------------------------------------------------------------------------------------------------


def can_prove(request: HttpRequest) -> bool:
    """Return whether the account has a password or a second factor to ask for."""
    return bool(get_adapter(request).get_reauthentication_methods(request.user))


def ask_for_proof(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired, which leads to the page that asks, where the proof is missing or old."""
    reauthentication_required(lambda _request: None, enabled=can_prove)(request)


def has_proven(request: LoggedInRequest) -> bool:
    """Return whether the person has just shown who they are; who cannot must have logged in just now."""
    try:
        ask_for_proof(request)
    except ReauthenticationRequired:
        return False
    refuse_old_log_in(request)
    return True


def refuse_old_log_in(request: LoggedInRequest) -> None:
    """Raise NotOpen for who came by another site a while ago; an account without any log-in has nothing to show."""
    user = request.user
    if can_prove(request) or not SocialAccount.objects.filter(user=user).exists():
        return
    if user.last_login is None or clock.now() - user.last_login > FRESH:
        raise NotOpen(_("Log out and log in again first: this page opens only right after a log-in."))


# Taking it away -------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def own_data(request: LoggedInRequest) -> HttpResponse:
    """Show what there is, and the buttons."""
    ask_for_proof(request)
    refuse_old_log_in(request)
    has = belongings(request.user, now=clock.now())
    return render(request, "quizzes/accounts/own_data.html", {"has": has})


@never_cache
@require_POST
def own_data_json(request: LoggedInRequest) -> HttpResponseBase:
    return _file(request, report.json_file, "application/json", "json")


@never_cache
@require_POST
def own_data_csv(request: LoggedInRequest) -> HttpResponseBase:
    return _file(request, report.csv_archive, "application/zip", "zip")


def _file(
    request: LoggedInRequest, write: Callable[[report.Reader], IO[bytes]], media_type: str, suffix: str
) -> HttpResponseBase:
    """Return the file; who has to show again who they are comes back to the page, and presses the button again."""
    if not has_proven(request):
        return redirect("quizzes:own_data")
    limits.take(request, "export_own_data", words=_("You have downloaded your data several times."))
    now = clock.now()
    name = f"quizsite-{slugify(request.user.username) or 'data'}-{now:%Y-%m-%d}.{suffix}"
    file = write(report.Reader(request.user, now))
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


# Deleting the account -------------------------------------------------------------------------------------------------


@never_cache
@READ_WRITE
def account_delete(request: LoggedInRequest) -> HttpResponse:
    """Show what goes and what stays; with the user name typed, the account is gone."""
    if not has_proven(request):
        if request.method == "POST":
            return redirect("quizzes:account_delete")
        raise ReauthenticationRequired
    user, now = request.user, clock.now()
    form = DeleteAccountForm(user, request.POST or None)
    if form.is_valid():
        limits.take(request, "delete_account")
        try:
            return _gone(request, user, email=user.email)
        except QuizError as refusal:
            form.add_error("username", str(refusal.message))
    context = {"form": form, "obstacles": departure.obstacles(user), "has": belongings(user, now=now)}
    return render(request, "quizzes/accounts/delete.html", context)


def _gone(request: LoggedInRequest, user: User, *, email: str) -> HttpResponse:
    departure.leave(user, now=clock.now())
    logout(request)
    if email:
        get_adapter(request).send_mail("account/email/account_deleted", email, {})
    return redirect("quizzes:account_deleted")


@require_safe
@login_not_required
def account_deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "quizzes/accounts/deleted.html", {"is_mailed": mail_can_be_sent()})
