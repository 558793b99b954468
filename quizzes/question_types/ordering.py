"""Ordering: the elements of the spec stand in the right order; the learner gives each a place.

    {"stem": "Put these in order.", "scheme": "longest_run", "elements": [
        {"text": "UNTSO", "feedback": "…"}, {"text": "UNEF I"}, {"text": "UNTAG"}]}

The stored layout is the order in which they are shown: always shuffled, and never the right order, so that leaving the
list as it is earns nothing. The response is the place 1…n of each element in the author's numbering, or None; an
unfinished order can be saved. A place that is no such number stays as it was typed, and one that two elements have stays
with both; neither counts.

longest_run: of the placed elements, the longest series L in the right relative order counts, as (L−1)/(n−1): a single
element is in order with itself, so a reversed list earns 0, and one element out of place costs one step.
all_or_nothing: the whole order or 0. Three elements at least: of two, the order shown would be the wrong one for certain.
"""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from quizzes.errors import Text
from quizzes.question_types.authoring import RowForm, RowSet, SpecForm, lines
from quizzes.question_types.base import (
    Example,
    Fields,
    Grade,
    Part,
    QuestionType,
    Remark,
    ResponseClass,
    Shown,
    Spec,
    all_blank,
    verdict,
)
from quizzes.question_types.carrying import Carried, all_found, reworded
from quizzes.question_types.fields import known_fields, part_names, single_value, told
from quizzes.question_types.values import RequiredText, ShortText, SpecModel

Places = Sequence[int | str | None]
SCHEMES = {
    "longest_run": (
        gettext_lazy("Longest run"),
        gettext_lazy("Partial credit for the longest run of items in the right order."),
    ),
    "all_or_nothing": (
        gettext_lazy("All or nothing"),
        gettext_lazy("You get points only if the whole order is right."),
    ),
}


class Element(SpecModel):
    text: RequiredText
    feedback: ShortText = ""


class OrderingSpec(Spec):
    scheme: Literal["longest_run", "all_or_nothing"] = "longest_run"
    elements: Annotated[tuple[Element, ...], Field(min_length=3, max_length=12)]

    @model_validator(mode="after")
    def elements_differ(self) -> "OrderingSpec":
        texts = [element.text for element in self.elements]
        for number, text in enumerate(texts, start=1):
            if text in texts[: number - 1]:
                raise ValueError(_("element %(number)d is the same as an earlier one") % {"number": number})
        return self


class OrderingForm(SpecForm):
    scheme = forms.ChoiceField(
        label=gettext_lazy("Partial answers"), choices=[(key, name) for key, (name, _note) in SCHEMES.items()]
    )


class ElementRow(RowForm):
    text = lines(gettext_lazy("Element"), required=True)
    feedback = lines(gettext_lazy("Feedback"))


def longest_run(numbers: Sequence[int]) -> list[int]:
    """Return the first of the longest increasing subsequences."""
    best: list[list[int]] = []
    for number in numbers:
        before = [run for run in best if run[-1] < number]
        best.append([*max(before, key=len, default=[]), number])
    return max(best, key=len, default=[])


def as_shown(layout: list[int], response: Places | None) -> list[tuple[str, int | str | None]]:
    """Return the names of the fields in the order shown, each with the place given there; none for no answer."""
    names = part_names("place", len(layout))
    return [(name, response[index]) for name, index in zip(names, layout, strict=True)] if response else []


def placed(response: Places | None) -> list[int | None]:
    """Return the places that can be read and that no other element has."""
    given = [place if isinstance(place, int) else None for place in response or ()]
    return [place if given.count(place) == 1 else None for place in given]


def in_order(response: Places | None) -> list[int]:
    """Return the author's numbers of the placed elements, by place."""
    places = [(place, index) for index, place in enumerate(placed(response)) if place is not None]
    return [index for _place, index in sorted(places)]


class Ordering(QuestionType[OrderingSpec, int, Places]):
    key = "ordering"
    name = gettext_lazy("Ordering")
    instruction = gettext_lazy("put in order")
    order = 7
    scripts = ("ordering",)
    seconds = 20
    seconds_an_element = 15
    places = {"elements": gettext_lazy("element"), "text": ""}
    Spec = OrderingSpec
    Form = OrderingForm
    rows = (
        RowSet(
            "elements",
            ElementRow,
            gettext_lazy("Elements, in the right order"),
            minimum=3,
            starting=4,
            maximum=12,
            each=gettext_lazy("Element"),
            too_few=gettext_lazy("Add at least three elements."),
            help_text=gettext_lazy("Students see them shuffled."),
        ),
    )

    def scoring_note(self, spec: OrderingSpec) -> Text:
        return SCHEMES[spec.scheme][1]

    def time_seconds(self, spec: OrderingSpec) -> int:
        return super().time_seconds(spec) + self.seconds_an_element * len(spec.elements)

    def layout(self, spec: OrderingSpec, rng: random.Random, *, shuffle: bool) -> list[int]:
        order = right = list(range(len(spec.elements)))
        while order == right:
            order = rng.sample(right, len(right))
        return order

    def present(self, spec: OrderingSpec, layout: list[int], response: Places | None) -> Shown:
        """Return elements in the learner's own order as far as it goes, then the others as the layout has them."""
        given = response or [None] * len(layout)
        rows = [
            {"position": shown, "text": spec.elements[index].text, "place": given[index]}
            for shown, index in enumerate(layout)
        ]
        last = len(rows) + 1
        ordered = sorted(rows, key=lambda row: row["place"] if isinstance(row["place"], int) else last)
        return {"count": len(rows), "elements": ordered} | told(self.remarks(spec, layout, response))

    def parse(self, spec: OrderingSpec, layout: list[int], fields: Fields) -> list[int | str | None] | None:
        names = part_names("place", len(layout))
        fields = known_fields(fields, names)
        places: list[int | str | None] = [None] * len(layout)
        for index, name in zip(layout, names, strict=True):
            places[index] = self._place(single_value(fields, name), len(layout))
        return None if all_blank(places) else places

    def _place(self, value: str | None, count: int) -> int | str | None:
        """Return the place, or the text as it was typed where it is none."""
        if value is None or (value.isdecimal() and len(value) <= 4 and 1 <= int(value) <= count):
            return None if value is None else int(value)
        return value

    def posted(self, spec: OrderingSpec, layout: list[int], response: Places | None) -> dict[str, list[str]]:
        return {name: [str(place)] for name, place in as_shown(layout, response) if place is not None}

    def remarks(self, spec: OrderingSpec, layout: list[int], response: Places | None) -> list[Remark]:
        found, seen = [], set()
        for name, place in as_shown(layout, response):
            if isinstance(place, str):
                found.append(Remark(name, no_place(len(layout))))
            elif place is not None and place in seen:
                twice = _("Two elements have the place %(place)d; give each a place of its own.")
                found.append(Remark(name, twice % {"place": place}))
            seen.add(place)
        return found

    def is_blank(self, spec: OrderingSpec, response: Places | None) -> bool:
        return all_blank(placed(response))

    def grade(self, spec: OrderingSpec, response: Places | None) -> Grade:
        run = longest_run(in_order(response))
        count = len(spec.elements)
        fits = run if len(run) > 1 else []
        parts = tuple(Part(f"element-{index}", Fraction(int(index in fits))) for index in range(count))
        if spec.scheme == "all_or_nothing":
            return Grade(Fraction(int(len(run) == count)), parts)
        return Grade(Fraction(max(len(run) - 1, 0), count - 1), parts)

    def reveal(self, spec: OrderingSpec, layout: list[int], response: Places | None) -> Shown:
        given = response or [None] * len(spec.elements)
        rows = [
            {
                "text": element.text,
                "feedback": element.feedback,
                "place": place,
                "verdict": verdict(part.fraction, answered=place is not None),
            }
            for element, place, part in zip(spec.elements, given, self.grade(spec, response).parts, strict=True)
        ]
        return {"count": len(rows), "elements": rows}

    def carry_over(self, old: OrderingSpec, new: OrderingSpec, layout: list[int], response: Places | None) -> Carried:
        """Return the order by the new numbers: elements may stand in another order, which is the key."""
        before, after = ([element.text for element in spec.elements] for spec in (old, new))
        numbers = all_found(before, after, reason=_("elements changed"))
        given = response and [response[index] for index in sorted(numbers, key=numbers.__getitem__)]
        return Carried([numbers[number] for number in layout], given, reworded(before, after, numbers))

    def response_words(self, spec: OrderingSpec, response: Places | None) -> str:
        return " → ".join(spec.elements[index].text for index in in_order(response))

    def model_response(self, spec: OrderingSpec) -> list[int]:
        return list(range(1, len(spec.elements) + 1))

    def classify(self, spec: OrderingSpec, response: Places | None) -> list[ResponseClass]:
        return [
            ResponseClass(f"element-{index}", _("place %(place)d") % {"place": place}, place == index + 1)
            for index, place in enumerate(placed(response))
            if place is not None
        ]

    def key_texts(self, spec: OrderingSpec) -> list[str]:
        return [self.model_answer(spec)]  # each element alone is on the page

    def feedback_texts(self, spec: OrderingSpec) -> list[str]:
        return [element.feedback for element in spec.elements]

    examples = (
        Example(
            spec={
                "stem": "Put these missions in order, the oldest first.",
                "elements": [
                    {"text": "UNTSO", "feedback": "1948, the first of all."},
                    {"text": "UNEF I", "feedback": "1956, after the Suez crisis."},
                    {"text": "UNTAG", "feedback": "1989, in Namibia."},
                    {"text": "UNTAET"},
                ],
            },
            graded=(
                ([1, 2, 3, 4], Fraction(1)),
                ([2, 3, 4, 1], Fraction(2, 3)),
                ([2, 1, 4, 3], Fraction(1, 3)),
                ([4, 3, 2, 1], Fraction(0)),
                ([1, 2, None, 4], Fraction(2, 3)),
                ([None, 1, None, None], Fraction(0)),
                (None, Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "Put the steps in order.",
                "scheme": "all_or_nothing",
                "elements": [{"text": "Mandate"}, {"text": "Planning"}, {"text": "Deployment"}],
            },
            graded=(([1, 2, 3], Fraction(1)), ([1, 3, 2], Fraction(0)), ([1, 2, None], Fraction(0))),
        ),
    )


def no_place(count: int) -> str:
    return _("A place is a whole number from 1 to %(count)d.") % {"count": count}


TYPE = Ordering()
