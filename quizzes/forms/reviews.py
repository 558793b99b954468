"""How a learner wants to review."""

from __future__ import annotations

from functools import cached_property

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.generics import ModelForm
from quizzes.models import ReviewSettings


class ReviewSettingsForm(ModelForm[ReviewSettings]):
    class Meta:
        model = ReviewSettings
        fields = ["is_on", "daily_cap", "new_limit", "retention", "has_keys"]
        widgets = {"retention": forms.RadioSelect}
        labels = {"has_keys": _("Use keys")}
        help_texts = {
            "retention": _("The more you want to remember, the sooner a question comes back."),
            "has_keys": _(
                "1 to 9 choose an option, U says that you are unsure, 1 to 4 grade an answer. Turn this off if you "
                "dictate, or if keys are pressed for you."
            ),
        }

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.add_input(Submit("save", _("Save")))
        return helper
