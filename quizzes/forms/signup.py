"""The forms by which a person gets an account and a password: names and one password, which can be shown."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import SetPasswordForm as AllauthSetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from quizzes.errors import Text
from quizzes.models import User
from quizzes.services.nicknames import without_towers

RULES = _("At least 8 characters, not a common password, and not like your name.")
LONGEST_NAME = 150
MARKS = 3  # combining signs on one letter: Hebrew may write three
JOINERS = "\u200c\u200d"  # between letters of Persian or Hindi they belong to the spelling
LOOSE = re.compile(rf"(?<![^\x00-\x7f])[{JOINERS}]+|[{JOINERS}]+(?![^\x00-\x7f])")


def name_field(label: Text, token: str, *, missing: Text = "") -> forms.CharField:
    """Return a field for a name; one that may be left empty has no sentence for where it is `missing`."""
    widget = forms.TextInput({"autocomplete": token, "spellcheck": "false"})
    return forms.CharField(
        label=label,
        max_length=LONGEST_NAME,
        widget=widget,
        required=bool(missing),
        error_messages={"required": missing},
    )


class OnePassword:
    """For forms of allauth that ask twice: once is enough where the field can be shown."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        field = self.fields["password1"]
        field.help_text = str(RULES)
        field.widget.attrs.pop("placeholder", None)


class ChangePasswordForm(OnePassword, AllauthChangePasswordForm):
    """The password one has, and the next one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = str(_("Current password"))
        self.fields["oldpassword"].widget.attrs.pop("placeholder", None)
        self.fields["password1"].label = str(_("New password"))


class SetPasswordForm(OnePassword, AllauthSetPasswordForm):
    """The first password of an account that had none."""


class SignedUp(Exception):
    """The same form was sent a moment ago, and this is the account it made."""

    def __init__(self, account: User) -> None:
        super().__init__(account.pk)
        self.account = account


class SignupForm(OnePassword, AllauthSignupForm):
    """Names and a password; the user name is made from the names, and an e-mail address is optional."""

    first_name = name_field(_("First name"), "given-name", missing=_("Type your first name."))
    last_name = name_field(_("Last name"), "family-name")
    field_order = ["first_name", "last_name", "password1", "email"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.widget.attrs.pop("placeholder", None)
        if not email.required:
            email.label = str(_("E-mail (optional)"))
            email.help_text = str(_("Lets you set a new password if you forget yours."))

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Return the new account, or the one that the first of two presses has made."""
        try:
            saved: AbstractBaseUser = super().save(request)
        except SignedUp as earlier:
            return earlier.account
        return saved

    def clean_first_name(self) -> str:
        return in_one_line(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return in_one_line(self.cleaned_data["last_name"])

    def clean(self) -> dict[str, object]:
        """Hold the password against the names too; one that is good stays in its field while another is mended."""
        cleaned: dict[str, object] = super().clean()
        password = self.cleaned_data.get("password1")
        names = {name: self.cleaned_data.get(name, "") for name in ("first_name", "last_name")}
        if password and "password1" not in self.errors:
            try:
                get_adapter().clean_password(password, user=User(**names))
            except ValidationError as error:
                self.add_error("password1", error)
        if "password1" not in self.errors:
            # The answer goes to the browser that sent it, and nothing keeps it: see `SignUp`.
            self.fields["password1"].widget.render_value = True
        return cleaned


def in_one_line(name: str) -> str:
    """Return a person's name in one line of signs that can be seen, none of which turns the text around it."""
    composed = unicodedata.normalize("NFC", name)
    joined = LOOSE.sub("", composed)
    seen = "".join(char for char in joined if char.isprintable() or char.isspace() or char in JOINERS)
    return " ".join(without_towers(seen, most=MARKS).split())


class UsernameForm(forms.Form):
    """Another user name for one's own account."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("You log in with it. Use letters, digits and . + - _ only."),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.add_input(Submit("save", _("Change user name")))
        return helper
