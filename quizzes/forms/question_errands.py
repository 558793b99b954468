"""Forms of what is done with questions that are there: regrading, adding to a quiz."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.fields import model_choice
from quizzes.models import Quiz, User


class RegradeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)  # whose effect the person saw
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Kept with every attempt, and shown to students whose marks change."),
        widget=forms.TextInput({"class": "vTextField"}),
    )


class AddToQuizForm(forms.Form):
    """Into which quiz questions go; only quizzes the person may edit are offered."""

    quiz = forms.ModelChoiceField(label=gettext_lazy("Quiz"), queryset=Quiz.objects.none())
    points = forms.DecimalField(
        label=gettext_lazy("Points for each"), min_value=0, max_digits=5, decimal_places=2, initial=1
    )

    def __init__(self, user: User, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        model_choice(self, "quiz").queryset = Quiz.objects.editable_by(user).exclude(status=Quiz.Status.ARCHIVED)

    def clean_points(self) -> Decimal:
        points: Decimal = self.cleaned_data["points"]
        if points <= 0:
            raise ValidationError(_("Points must be above 0."))
        return points
