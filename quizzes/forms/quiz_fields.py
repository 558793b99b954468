"""Fields that forms of quizzes and of assignments share."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from quizzes.errors import Text

TIME_LIMIT = gettext_lazy("A time limit is 1 to 1,440 minutes.")

ATTEMPTS = gettext_lazy("Attempts allowed are 1 to 1,000; leave it empty for unlimited.")


def whole_number(
    lowest: int,
    highest: int,
    message: Text,
    *,
    label: Text,
    required: bool = False,
    initial: int | None = None,
    help_text: Text = "",
) -> forms.IntegerField:
    """Return a number field that says the same sentence to words, fractions and figures out of range."""
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), message)
    return forms.IntegerField(
        min_value=lowest,
        max_value=highest,
        error_messages=errors,
        widget=forms.NumberInput({"class": "ws-short"}),
        label=label,
        required=required,
        initial=initial,
        help_text=help_text,
    )


def time_limit_field() -> forms.IntegerField:
    return whole_number(1, 1440, TIME_LIMIT, label=gettext_lazy("Time limit in minutes"))


def attempts_field() -> forms.IntegerField:
    return whole_number(
        1,
        1000,
        ATTEMPTS,
        label=gettext_lazy("Attempts allowed"),
        help_text=gettext_lazy("Leave empty for unlimited."),
    )


def keeps_questions_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("Keep my questions for exams"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "For an exam: practice and other quizzes leave your own questions in it out until you release them."
        ),
    )
