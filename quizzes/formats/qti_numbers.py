"""The tolerance of a number in QTI 2 or 3, which stands in the processing of responses."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from quizzes.formats import figures
from quizzes.formats.gift_text import Faulty
from quizzes.formats.reading import Fields
from quizzes.formats.xml_reader import Element


def tolerance(item: Element, response: str) -> Fields:
    """Return the tolerance of the response with this name; raise Faulty where it is larger on one side."""
    for test in item.iterfind("responseProcessing//equal"):
        given = test.get("tolerance", "").split()
        values = {figures.as_ours(text) for text in given}
        if not given or None in values or all(one.get("identifier") != response for one in test.iter("variable")):
            continue
        if len(values) > 1:
            raise Faulty("", _("Its tolerance is larger on one side, which a number here cannot have."))
        is_share = test.get("toleranceMode") == "relative"
        value = Decimal(given[0]) / 100 if is_share else Decimal(given[0])
        return {"tolerance": f"{value:f}", "tolerance_kind": "relative" if is_share else "absolute"}
    return {"tolerance": "0"}
