"""What django-allauth asks us about accounts."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import after_answer, clock, devices, limits
from quizzes.forms.accounts import in_request
from quizzes.forms.signup import SignedUp
from quizzes.models import User
from quizzes.services import guests, usernames

log = logging.getLogger(__name__)
CODES = "login_failed"  # allauth's name for the limit; here it counts the codes of a second factor
TRIES = 3  # at a user name, when several sign up under one name at once
IS_LIMIT = ("too_many_login_attempts", "rate_limited")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts as allauth has them, with our limits; there is one adapter for each call."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("User name or password is wrong."),
        "email_password_mismatch": gettext_lazy("E-mail address or password is wrong."),
    }
    password_try: limits.PasswordTry

    # Wrong passwords ----------------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raise TooMany where there were too many wrong passwords."""
        name = credentials.get("username") or credentials.get("email") or ""
        self.password_try = limits.password_try(request, name, address=self.get_client_ip(request))
        self.password_try.count()

    def authenticate(self, request: HttpRequest, **credentials: object) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user:
            self.password_try.succeeded()
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: object) -> None:
        self.password_try.failed()

    def post_login(self, request: HttpRequest, user: User, **more: object) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        keep_trial(request, user)
        devices.remember(response, devices.of(request), devices.name_of(user.pk, user.passwords_given))
        return response

    def set_password(self, user: User, password: str) -> None:
        user.must_change_password = False  # its owner chose this one
        super().set_password(user, password)
        address = self.get_client_ip(self.request)
        limits.password_try(self.request, user.get_username(), address=address).forget()

    # Mails ---------------------------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Write and send it after the answer, whose time would else tell who is registered."""
        request, send = self.request, partial(super().send_mail, template_prefix, email, context)
        after_answer.run(lambda: in_request(request, send))

    # User names ----------------------------------------------------------------------------------------------------

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Raise ValidationError for an address, and for what looks like another user name."""
        name: str = super().clean_username(username, shallow)
        try:
            User(username=name).clean()
        except ValidationError as error:
            raise ValidationError(error.messages) from error
        return name

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> AbstractBaseUser:
        """Save a new account, in the row of the guest who signs up; where another one took the user name that was made
        for it, make the next. Raises SignedUp where the button was pressed twice."""
        number = request.session.get(guests.KEY)
        for _try in range(TRIES):
            try:
                return self._saved_in_row(number, request, user, form, commit)
            except IntegrityError:
                user.username = ""
        return self._saved_in_row(number, request, user, form, commit)

    def _saved_in_row(
        self, number: int | None, request: HttpRequest, user: User, form: BaseForm, commit: bool
    ) -> AbstractBaseUser:
        with transaction.atomic():
            earlier = guests.give_row(number, user)
            if earlier is None:
                return self._saved(request, user, form, commit)
        refuse_second_press(form, earlier)
        return self._saved_in_row(None, request, user, form, commit)

    def _saved(self, request: HttpRequest, user: User, form: BaseForm, commit: bool) -> AbstractBaseUser:
        saved: AbstractBaseUser = super().save_user(request, user, form, commit)
        return saved

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        first_name, last_name, *_others = txts
        return usernames.made_from(first_name or "", last_name or "")

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Return the error of a form; a limit gets a page instead, which says how long to wait where allauth says "later"."""
        if code in IS_LIMIT:
            raise limits.too_many(limits.pause(CODES))
        error: ValidationError = super().validation_error(code, *args)
        return error


def refuse_second_press(form: BaseForm, earlier: User) -> None:
    """Raise SignedUp where the form asks for the account that the same browser has just made; not where for another one,
    nor where it comes from a school's own log-in and has no password."""
    given = form.cleaned_data
    is_same = (given.get("first_name"), given.get("last_name")) == (earlier.first_name, earlier.last_name)
    if is_same and earlier.check_password(given.get("password1") or ""):
        raise SignedUp(earlier)


def keep_trial(request: HttpRequest, user: User) -> None:
    """Keep what was tried in this browser before the log-in: it is the new account's already, or moves over to this one."""
    number = request.session.get(guests.KEY)
    try:
        is_kept = number is not None and (number == user.pk or guests.move(number, to=user, now=clock.now()))
    except Exception:  # whatever it was: people log in all the same, and their next log-in tries again
        log.exception("what guest %s tried could not be given to user %s", number, user.pk)
    else:
        request.session.pop(guests.KEY, None)
        if is_kept:
            messages.success(request, _("The questions you tried are in your history."))
