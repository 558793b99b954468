"""A form's fields as what they are: `form.fields` only tells that they are fields."""

from __future__ import annotations

from typing import cast

from django import forms
from django.db.models import Model


def choice(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


def model_choice(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Model]:
    return cast("forms.ModelChoiceField[Model]", form.fields[name])
