"""Choosing a password of one's own after one that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django.contrib.auth import forms as auth_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.generics import Subscriptable
from quizzes.models import User

if TYPE_CHECKING:
    from django.contrib.auth.forms import SetPasswordForm
else:

    class SetPasswordForm(Subscriptable, auth_forms.SetPasswordForm): ...


class OwnPasswordForm(SetPasswordForm[User]):
    """A new password, twice; not the one of the slip."""

    user: User

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(user, data)
        self.fields["new_password1"].label = gettext_lazy("Your new password")
        self.fields["new_password2"].label = gettext_lazy("Repeat it")
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", gettext_lazy("Save and continue")))

    def clean_new_password1(self) -> str:
        typed: str = self.cleaned_data["new_password1"]
        if self.user.check_password(typed):
            raise ValidationError(_("That's the password on the slip. Choose one that only you know."))
        return typed
