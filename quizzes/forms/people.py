"""The form in which administrators change an account."""

from __future__ import annotations

from django.contrib.auth.forms import UserChangeForm

from quizzes.errors import QuizError
from quizzes.services import people

RIGHTS = ("is_superuser", "is_active", "is_staff")  # an administrator needs all of them


class PersonForm(UserChangeForm):
    """An account; the last administrator keeps their rights."""

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if lost := [name for name in RIGHTS if name in cleaned and not cleaned[name]]:
            try:
                people.refuse_without_administrator([self.instance])
            except QuizError as refusal:
                self.add_error(lost[0], str(refusal))
        return cleaned
