"""Django's classes of forms that are made for a model, with its name in brackets: `class UnitForm(ModelForm[Unit])`.

Django's stubs know these classes as generic. Django itself does not, so here they take the brackets and go on as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

__all__ = ["BaseFormSet", "BaseInlineFormSet", "ModelChoiceField", "ModelForm", "Subscriptable"]


class Subscriptable:
    """A class that takes types in brackets, as the stubs say it does, and stays what it is."""

    def __class_getitem__(cls, _types: object) -> type:
        return cls


if TYPE_CHECKING:
    from django.forms import BaseFormSet, BaseInlineFormSet, ModelChoiceField, ModelForm
else:

    class BaseFormSet(Subscriptable, forms.BaseFormSet): ...

    class BaseInlineFormSet(Subscriptable, forms.BaseInlineFormSet): ...

    class ModelChoiceField(Subscriptable, forms.ModelChoiceField): ...

    class ModelForm(Subscriptable, forms.ModelForm): ...
