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
        help_texts = {"retention": _("The more you want to remember, the sooner a question comes back.")}

    @cached_property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.add_input(Submit("save", _("Save")))
        return helper
