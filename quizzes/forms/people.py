"""The form in which administrators change an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import forms as auth_forms

from quizzes.errors import QuizError
from quizzes.generics import Subscriptable
from quizzes.models import User
from quizzes.services import people

if TYPE_CHECKING:
    from django.contrib.auth.forms import UserChangeForm
else:

    class UserChangeForm(Subscriptable, auth_forms.UserChangeForm): ...


RIGHTS = ("is_superuser", "is_active", "is_staff")  # an administrator needs all of them


class PersonForm(UserChangeForm[User]):
    """An account; the last administrator keeps their rights."""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if lost := [name for name in RIGHTS if name in cleaned and not cleaned[name]]:
            try:
                people.refuse_without_administrator([self.instance])
            except QuizError as refusal:
                self.add_error(lost[0], str(refusal))
        return cleaned
