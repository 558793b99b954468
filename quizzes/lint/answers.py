"""Answers: whether a learner who knows the answer can give it, on a phone too."""

import random
import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import BadAnswer
from quizzes.lint.base import ERROR, WARNING, Context, item_rule
from quizzes.lint.items import Item, clipped
from quizzes.question_types.base import Claim
from quizzes.question_types.claims import figures
from quizzes.question_types.number_match import NumberKey

MOST_KEYS = 15  # characters that one may have to type on a number pad
MEASURED = re.compile(r"\bper ?cent(?:ages?)?\b|%|[$€£¥]|\b(?:dollars|euros)\b", re.IGNORECASE)


@item_rule(
    "unanswerable",
    ERROR,
    why=gettext_lazy(
        "A student who gives the very answer that you wrote must get its points, whatever keyboard they have."
    ),
    how=gettext_lazy(
        "Change the answer, its unit or the near miss next to it until it can be typed and is understood."
    ),
)
def unanswerable(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    layout = item.kind.layout(item.spec, random.Random(0), shuffle=False)  # noqa: S311
    seen = set()
    for claim in item.kind.claims(item.spec, layout):
        what = broken(item, layout, claim)
        if what and claim.where not in seen:
            seen.add(claim.where)
            yield claim.where or _("answer"), what


def broken(item: Item, layout: list[object], claim: Claim) -> str:
    """Return what goes wrong when a learner gives an answer that the question accepts by its own words; empty for nothing."""
    typed = clipped(claim.typed)
    try:
        response = item.kind.parse(item.spec, layout, claim.fields)
    except BadAnswer as error:
        return _("“%(typed)s” is refused: %(why)s") % {"typed": typed, "why": error.message}
    unread = [remark.message for remark in item.kind.remarks(item.spec, layout, response) if remark.is_unread]
    if unread:
        return _("“%(typed)s” cannot be read: %(why)s") % {"typed": typed, "why": unread[0]}
    earned = item.kind.grade(item.spec, response).fraction
    if earned is None or earned >= claim.fraction:
        return ""
    what = _("“%(typed)s” earns %(earned)s of the points and should earn %(due)s.")
    return what % {"typed": typed, "earned": earned, "due": claim.fraction}


@item_rule(
    "number-pad",
    ERROR,
    why=gettext_lazy("The number pad of a phone has digits and one decimal mark: no minus sign and no letters."),
    how=gettext_lazy("Tick “Answers may be negative”; phones then show the whole keyboard."),
)
def number_pad(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    for place, key in number_keys(item):
        if key.keyboard != "decimal":
            continue
        misses = [(_("near miss %(n)d") % {"n": n}, miss.value) for n, miss in enumerate(key.near_misses, start=1)]
        for where, figure in [*figures(key), *misses]:
            typed = f"{Decimal(figure).normalize():f}"
            if typed.startswith("-"):
                yield in_place(place, where), _("%(figure)s is below zero.") % {"figure": figure}
            elif len(typed) > MOST_KEYS:
                what = _("%(figure)s takes %(count)d keys.") % {"figure": figure, "count": len(typed)}
                yield in_place(place, where), what


def number_keys(item: Item) -> Iterator[tuple[str, NumberKey]]:
    """Yield the numbers that an item asks for, each with the gap it stands in."""
    if isinstance(item.spec, NumberKey):
        yield "", item.spec
    for number, gap in enumerate(getattr(item.spec, "gaps", ()), start=1):
        if isinstance(gap, NumberKey):
            yield _("gap %(number)d") % {"number": number}, gap


def in_place(*places: str) -> str:
    return ", ".join(place for place in places if place)


@item_rule(
    "unit-missing",
    WARNING,
    why=gettext_lazy(
        "Students write “71%” or “$5” where percent or money is asked for; without a unit it is not understood."
    ),
    how=gettext_lazy("Give the unit, such as % or $. It is shown, and may be typed or left out."),
)
def unit_missing(item: Item, context: Context) -> Iterator[tuple[str, str]]:
    match = MEASURED.search(item.stem)
    if match and item.type == "numeric" and not item.content["unit"]:
        yield _("unit"), _("The stem speaks of “%(word)s”, and no unit is given.") % {"word": match.group()}
