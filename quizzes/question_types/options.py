"""What the choice types share: options with feedback, an order drawn once, letters on the card."""

import random
import string
from collections.abc import Collection, Sequence
from typing import Annotated, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from quizzes.question_types.base import QuestionType, ResponseT, Shown, Spec
from quizzes.question_types.carrying import Carried, all_in_place, reworded
from quizzes.question_types.values import RequiredText, ShortText, SpecModel


class Option(SpecModel):
    """One option; `pinned` keeps it at the end when options are shuffled."""

    text: RequiredText
    correct: bool = False
    feedback: ShortText = ""
    pinned: bool = False


class OptionsSpec(Spec):
    """A stem with 2 to 12 different options."""

    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=12)]

    @model_validator(mode="after")
    def options_differ(self) -> "OptionsSpec":
        seen: dict[str, int] = {}
        for number, option in enumerate(self.options, start=1):
            twin = seen.setdefault(option.text, number)
            if twin != number:
                raise ValueError(_("options %(one)d and %(two)d are the same") % {"one": twin, "two": number})
        return self


def shuffled(count: int, pinned: Collection[int], rng: random.Random, *, shuffle: bool) -> list[int]:
    """Return the author's indexes in the order they are shown; pinned ones stay last, in the author's order."""
    free = [index for index in range(count) if index not in pinned]
    if shuffle:
        rng.shuffle(free)
    return free + sorted(pinned)


OptionsT = TypeVar("OptionsT", bound=OptionsSpec)


class OptionsType(QuestionType[OptionsT, int, ResponseT]):
    """Base of single and multiple choice: everything but what counts as right."""

    places = {"options": gettext_lazy("option"), "text": "", "stem": gettext_lazy("stem")}
    is_multiple = False

    def layout(self, spec: OptionsT, rng: random.Random, *, shuffle: bool) -> list[int]:
        pinned = [index for index, option in enumerate(spec.options) if option.pinned]
        return shuffled(len(spec.options), pinned, rng, shuffle=shuffle)

    def chosen(self, response: ResponseT | None) -> set[int]:
        """Return the author's indexes in a response."""
        raise NotImplementedError

    def present(self, spec: OptionsT, layout: list[int], response: ResponseT | None) -> Shown:
        chosen = self.chosen(response)
        return {
            "multiple": self.is_multiple,
            "options": [
                {
                    "position": place,
                    "letter": string.ascii_uppercase[place],
                    "text": spec.options[index].text,
                    "chosen": index in chosen,
                }
                for place, index in enumerate(layout)
            ],
        }

    def posted(self, spec: OptionsT, layout: list[int], response: ResponseT | None) -> dict[str, list[str]]:
        places = sorted(layout.index(number) for number in self.chosen(response))
        return {"choice": [str(place) for place in places]} if places else {}

    def reveal(self, spec: OptionsT, layout: list[int], response: ResponseT | None) -> Shown:
        shown = self.present(spec, layout, response)
        for option, index in zip(shown["options"], layout, strict=True):
            option["correct"] = spec.options[index].correct
            option["feedback"] = spec.options[index].feedback
        return shown

    def carry_over(self, old: OptionsT, new: OptionsT, layout: list[int], response: ResponseT | None) -> Carried:
        before, after = ([option.text for option in spec.options] for spec in (old, new))
        all_in_place(before, after, reason=_("options changed"))
        return Carried(layout, response, reworded(before, after))

    def response_words(self, spec: OptionsT, response: ResponseT | None) -> str:
        return "; ".join(spec.options[index].text for index in sorted(self.chosen(response)))

    def key_texts(self, spec: OptionsT) -> list[str]:
        return [option.text for option in spec.options if option.correct]

    def distractor_texts(self, spec: OptionsT) -> list[str]:
        return [option.text for option in spec.options if not option.correct]

    def feedback_texts(self, spec: OptionsT) -> list[str]:
        return [option.feedback for option in spec.options]


def number_correct(options: Sequence[Option]) -> int:
    return sum(option.correct for option in options)
