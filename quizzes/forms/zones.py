"""A field for a time zone: about a hundred to choose from, and any that is one."""

from __future__ import annotations

from typing import cast

from django import forms

from quizzes import zones
from quizzes.errors import Text


class ZoneField(forms.ChoiceField):
    """Offers the short list by region; takes any zone there is, as a browser or an older form may send it."""

    def offer(self, current: str, *first: tuple[str, Text]) -> None:
        """List `first`, then the zone in use, then the rest."""
        self.choices = [*first, *zones.choices(current)]

    def to_python(self, value: object) -> str:
        return zones.canonical(super().to_python(value))

    def valid_value(self, value: str) -> bool:
        return super().valid_value(value) or zones.is_known(value)


def zone_choice(form: forms.BaseForm, name: str) -> ZoneField:
    """Return a field of a form as what it is."""
    return cast(ZoneField, form.fields[name])
