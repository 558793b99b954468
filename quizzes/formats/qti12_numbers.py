"""The key of a numerical question in QTI 1.2: exact, with a margin, with a precision, or a range."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from quizzes.formats.qti12_conditions import FIGURE, Condition, Test

LOWER, UPPER = ("vargte", "vargt"), ("varlte", "varlt")


def number(condition: Condition) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of a number, and what to note about it; no fields where its figures are none."""
    exact = _first(condition, ("varequal",))
    low, high = _first(condition, LOWER), _first(condition, UPPER)
    if any(test and not FIGURE.fullmatch(test.value) for test in (exact, low, high)):
        return {}, []
    messages = []
    if any(test and test.kind in ("vargt", "varlt") for test in (low, high)):
        messages.append(_("An end of its range does not count as right elsewhere; here it does."))
    if exact is None:
        return ({"low": _plain(low.value), "high": _plain(high.value)} if low and high else {}), messages
    if exact.attributes.get("precisiontype") and low and high:
        messages.append(_("The precision it asks for has become a range."))
        return {"low": _plain(low.value), "high": _plain(high.value)}, messages
    tolerance = _tolerance(exact, low, high)
    if not tolerance and low and high:
        return {"low": _plain(low.value), "high": _plain(high.value)}, messages
    return {"value": _plain(exact.value)} | tolerance, messages


def _tolerance(exact: Test, low: Test | None, high: Test | None) -> dict[str, str]:
    margin = exact.attributes.get("margin", "")
    if FIGURE.fullmatch(margin):
        is_share = exact.attributes.get("margintype") == "percent"
        tolerance = Decimal(margin) / 100 if is_share else Decimal(margin)
        return {"tolerance": _decimal(tolerance), "tolerance_kind": "relative" if is_share else "absolute"}
    if low and high and Fraction(low.value) + Fraction(high.value) == 2 * Fraction(exact.value):
        return {"tolerance": _decimal((Decimal(high.value) - Decimal(low.value)) / 2)}
    return {}


def _first(condition: Condition, kinds: tuple[str, ...]) -> Test | None:
    return next((test for test in condition.tests if test.kind in kinds), None)


def _plain(text: str) -> str:
    """Return "4.0" as it is, "+4" without its sign and ".5" with a zero."""
    text = text.removeprefix("+")
    return f"0{text}" if text.startswith(".") else text


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"
