"""Marks that were rounded already, as pages write them in the reader's language: nothing is rounded a second time.

{{ attempt.shown_marks|marks }}   2, 1.5   everywhere with as few decimals as it has
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def marks(value: Decimal | None) -> str:
    """Return marks with as few decimals as they have; empty for None."""
    return "" if value is None else str(number_format(f"{value.normalize():f}"))
