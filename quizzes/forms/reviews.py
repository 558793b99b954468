"""How a learner wants to review."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.models import ReviewSettings


class ReviewSettingsForm(forms.ModelForm):
    class Meta:
        model = ReviewSettings
        fields = ["is_on", "daily_cap", "new_limit", "retention", "has_keys"]
        widgets = {"retention": forms.RadioSelect}
        help_texts = {"retention": _("The more you want to remember, the sooner a question comes back.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", _("Save")))
