"""Marks that were rounded already, as pages write them in the reader's language: nothing is rounded a second time.

{{ attempt.shown_marks|marks }}   2, 1.50   in sentences
{{ row.total|points }}            2, 1.5    in tables
"""

from __future__ import annotations

from decimal import Decimal

from django.template.defaultfilters import floatformat
from django.utils.formats import number_format

PLACES = 2


def marks(value: Decimal | None) -> str:
    """A whole number, or two decimals, or as many as it was rounded to; empty for None."""
    return "" if value is None else str(floatformat(value, -max(PLACES, places_of(value))))


def points(value: Decimal) -> str:
    """With as few decimals as it has."""
    return str(number_format(f"{value.normalize():f}"))


def places_of(value: Decimal) -> int:
    """How many decimals a number is written with."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
