"""Matching: each item on the left has one answer among those on the right.

    {"stem": "Match each body with its task.", "pairs": [
        {"left": "Security Council", "right": "Authorises missions", "feedback": "…"},
        {"left": "General Assembly", "right": "Votes the budget", "feedback": "…"}], "extra": ["Tries persons"]}

The answers are the different right sides in order, then the extra ones; two pairs may share an answer. They are always
shown shuffled, also where a quiz keeps the order of options, because the author's order is the key. The layout is that
order; the response is the number of the chosen answer for each pair, or None. Every pair counts the same.
"""

import random
import string
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from quizzes.errors import CannotRemark, Text
from quizzes.question_types.authoring import RowForm, RowSet, SpecForm, lines
from quizzes.question_types.base import (
    Example,
    Fields,
    Grade,
    Part,
    QuestionType,
    ResponseClass,
    Shown,
    Spec,
    all_blank,
    mean,
    verdict,
)
from quizzes.question_types.carrying import Carried, all_found, found_again, reworded
from quizzes.question_types.fields import known_fields, part_names, position, single_value
from quizzes.question_types.values import RequiredText, ShortText, SpecModel


class Pair(SpecModel):
    left: RequiredText
    right: RequiredText
    feedback: ShortText = ""


class MatchingSpec(Spec):
    pairs: Annotated[tuple[Pair, ...], Field(min_length=2, max_length=12)]
    extra: Annotated[tuple[RequiredText, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def check_distinct(self) -> "MatchingSpec":
        lefts = [pair.left for pair in self.pairs]
        for number, left in enumerate(lefts, start=1):
            if left in lefts[: number - 1]:
                raise ValueError(_("pair %(number)d has the same left side as an earlier one") % {"number": number})
        taken = {pair.right for pair in self.pairs}
        for number, text in enumerate(self.extra, start=1):
            if text in taken:
                raise ValueError(_("extra answer %(number)d is there already") % {"number": number})
            taken.add(text)
        if len(answers(self)) < 2:
            raise ValueError(_("every pair has the same answer; give another one, or an extra answer"))
        return self


def answers(spec: MatchingSpec) -> list[str]:
    """Return the answers on offer, in the author's numbering; mW and MW are two."""
    return [*dict.fromkeys(pair.right for pair in spec.pairs), *spec.extra]


def keys(spec: MatchingSpec) -> list[int]:
    """Return the number of the right answer of each pair."""
    offered = answers(spec)
    return [offered.index(pair.right) for pair in spec.pairs]


class PairRow(RowForm):
    left = lines(gettext_lazy("Left"), required=True)
    right = lines(gettext_lazy("Belongs to it"), required=True)
    feedback = lines(gettext_lazy("Feedback"))


class ExtraRow(RowForm):
    """An answer that belongs to nothing; the list in the spec holds plain texts."""

    text = forms.CharField(label=gettext_lazy("Extra answer"), max_length=1000)

    def to_spec(self) -> str:
        return str(self.cleaned_data["text"])

    @classmethod
    def initial_from(cls, value: object) -> dict[str, object]:
        return {"text": value}


Response = Sequence[int | None]  # for each pair, the number of the answer chosen


class Matching(QuestionType[MatchingSpec, int, Response]):
    key = "matching"
    name = gettext_lazy("Matching")
    instruction = gettext_lazy("match the pairs")
    order = 6
    scripts = ("matching",)
    seconds = 15
    seconds_a_pair = 20
    places = {"pairs": gettext_lazy("pair"), "extra": gettext_lazy("extra answer")}
    Spec = MatchingSpec
    Form = SpecForm
    rows = (
        RowSet(
            "pairs",
            PairRow,
            gettext_lazy("Pairs"),
            minimum=2,
            starting=4,
            maximum=12,
            each=gettext_lazy("Pair"),
            too_few=gettext_lazy("Add at least two pairs."),
        ),
        RowSet(
            "extra",
            ExtraRow,
            gettext_lazy("Extra answers"),
            minimum=0,
            starting=1,
            maximum=8,
            each=gettext_lazy("Extra answer"),
            help_text=gettext_lazy("Answers that belong to nothing, so that the last pair is not given away."),
        ),
    )

    def scoring_note(self, spec: MatchingSpec) -> Text:
        return gettext_lazy("All pairs count equally. Some answers may not be used.")

    def time_seconds(self, spec: MatchingSpec) -> int:
        return super().time_seconds(spec) + self.seconds_a_pair * len(spec.pairs)

    def layout(self, spec: MatchingSpec, rng: random.Random, *, shuffle: bool) -> list[int]:
        order = list(range(len(answers(spec))))
        rng.shuffle(order)
        return order

    def present(self, spec: MatchingSpec, layout: list[int], response: Response | None) -> Shown:
        given = response or [None] * len(spec.pairs)
        offered = answers(spec)
        choices = [
            {"position": place, "letter": string.ascii_uppercase[place], "text": offered[number]}
            for place, number in enumerate(layout)
        ]
        return {
            "choices": choices,
            "pairs": [
                {
                    "position": place,
                    "left": pair.left,
                    "chosen": None if number is None else layout.index(number),
                    "value": "" if number is None else offered[number],
                }
                for place, (pair, number) in enumerate(zip(spec.pairs, given, strict=True))
            ],
        }

    def parse(self, spec: MatchingSpec, layout: list[int], fields: Fields) -> list[int | None] | None:
        names = part_names("left", len(spec.pairs))
        fields = known_fields(fields, names)
        values = [(single_value(fields, name), name) for name in names]
        chosen = [None if value is None else layout[position(value, len(layout), where=name)] for value, name in values]
        return None if all_blank(chosen) else chosen

    def posted(self, spec: MatchingSpec, layout: list[int], response: Response | None) -> dict[str, list[str]]:
        given = zip(part_names("left", len(spec.pairs)), response or (), strict=False)
        return {name: [str(layout.index(number))] for name, number in given if number is not None}

    def grade(self, spec: MatchingSpec, response: Response | None) -> Grade:
        given = response or [None] * len(spec.pairs)
        shares = [Fraction(int(number == key)) for number, key in zip(given, keys(spec), strict=True)]
        return Grade(mean(shares), tuple(Part(f"pair-{index}", share) for index, share in enumerate(shares)))

    def reveal(self, spec: MatchingSpec, layout: list[int], response: Response | None) -> Shown:
        shown = self.present(spec, layout, response)
        for row, pair, part in zip(shown["pairs"], spec.pairs, self.grade(spec, response).parts, strict=True):
            row["verdict"] = verdict(part.fraction, answered=row["chosen"] is not None)
            row["right"] = pair.right
            row["feedback"] = pair.feedback
        return shown

    def carry_over(self, old: MatchingSpec, new: MatchingSpec, layout: list[int], response: Response | None) -> Carried:
        """Return the answer by the new pairs; raise CannotRemark for a new answer on offer: no learner could choose it."""
        lefts_before, lefts_after = ([pair.left for pair in spec.pairs] for spec in (old, new))
        pairs = all_found(lefts_before, lefts_after, reason=_("pairs changed"))
        numbers = found_again(answers(old), answers(new))
        if len(numbers) < len(answers(old)) or not set(keys(new)) <= set(numbers.values()):
            raise CannotRemark(_("answers on offer changed"))
        words = (*reworded(lefts_before, lefts_after, pairs), *reworded(answers(old), answers(new), numbers))
        given = response and [response[pair] for pair in sorted(pairs, key=pairs.__getitem__)]
        chosen = given and [None if number is None else numbers[number] for number in given]
        return Carried([numbers[number] for number in layout], chosen, words)

    def response_words(self, spec: MatchingSpec, response: Response | None) -> str:
        given = response or [None] * len(spec.pairs)
        offered = answers(spec)
        return "; ".join(
            linked(pair.left, offered[number])
            for pair, number in zip(spec.pairs, given, strict=True)
            if number is not None
        )

    def model_response(self, spec: MatchingSpec) -> list[int]:
        return keys(spec)

    def classify(self, spec: MatchingSpec, response: Response | None) -> list[ResponseClass]:
        offered = answers(spec)
        return [
            ResponseClass(f"pair-{index}", offered[number], number == key)
            for index, (number, key) in enumerate(zip(response or (), keys(spec), strict=False))
            if number is not None
        ]

    def key_texts(self, spec: MatchingSpec) -> list[str]:
        return [linked(pair.left, pair.right) for pair in spec.pairs]  # either side alone is on the page

    def distractor_texts(self, spec: MatchingSpec) -> list[str]:
        return list(spec.extra)

    def feedback_texts(self, spec: MatchingSpec) -> list[str]:
        return [pair.feedback for pair in spec.pairs]

    examples = (
        Example(
            spec={
                "stem": "Match each body with its task.",
                "pairs": [
                    {"left": "Security Council", "right": "Authorises missions", "feedback": "By resolution."},
                    {"left": "General Assembly", "right": "Votes the budget"},
                    {"left": "Member states", "right": "Send troops", "feedback": "The UN has no army."},
                ],
                "extra": ["Tries persons"],
            },
            graded=(
                ([0, 1, 2], Fraction(1)),
                ([0, 2, 1], Fraction(1, 3)),
                ([0, None, None], Fraction(1, 3)),
                ([3, 3, 3], Fraction(0)),
                (None, Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "Which continent?",
                "pairs": [
                    {"left": "Namibia", "right": "Africa"},
                    {"left": "Cambodia", "right": "Asia"},
                    {"left": "Liberia", "right": "Africa"},
                ],
            },
            graded=(([0, 1, 0], Fraction(1)), ([0, 0, 0], Fraction(2, 3)), ([1, 0, None], Fraction(0))),
        ),
    )


def linked(left: str, right: str) -> str:
    return f"{left} → {right}"


TYPE = Matching()
