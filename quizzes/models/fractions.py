"""Exact fractions in the database, as text: two thirds is "2/3", one is "1/1"."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    TextOfFraction = models.TextField[Fraction | None, Fraction | None]
else:
    TextOfFraction = models.TextField


class FractionField(TextOfFraction):
    """A `Fraction`, or None where nothing is known. Equal ones have equal texts; their order is for Python, not for SQL."""

    description = _("An exact fraction")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True, "editable": False} | options))

    def from_db_value(self, text: str | None, _expression: object, _connection: object) -> Fraction | None:
        return None if text is None else read(text)

    def to_python(self, value: Any) -> Fraction | None:
        if value is None or isinstance(value, Fraction):
            return value
        try:
            return Fraction(value)
        except (TypeError, ValueError, ZeroDivisionError) as error:
            raise ValidationError(_("A fraction is written like 2/3.")) from error

    def get_prep_value(self, value: object) -> str | None:
        fraction = self.to_python(value)
        return None if fraction is None else written(fraction)

    def value_to_string(self, obj: models.Model) -> str | None:  # type: ignore[override]
        return self.get_prep_value(self.value_from_object(obj))


def written(fraction: Fraction) -> str:
    """Return the text of a fraction in lowest terms; only one below zero has a sign."""
    return f"{fraction.numerator}/{fraction.denominator}"


@lru_cache(maxsize=4096)  # a few hundred fractions make up nearly all marks of a school
def read(text: str) -> Fraction:
    """Return the fraction that was written."""
    return Fraction(text)
