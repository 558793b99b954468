"""The gaps of a cloze, to choose, to write or to calculate: what each asks for, reads, earns and shows."""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from quizzes.errors import CannotRemark
from quizzes.question_types.base import verdict
from quizzes.question_types.carrying import all_in_place, reworded
from quizzes.question_types.claims import Typed, claimed_numbers, claimed_texts
from quizzes.question_types.fields import position
from quizzes.question_types.number_match import (
    NumberKey,
    is_right_number,
    judged_number,
    number_feedbacks,
    number_keys,
    number_label,
    number_words,
    two_readings,
    unread_number,
)
from quizzes.question_types.number_reading import NotANumber, read_number
from quizzes.question_types.text_match import (
    TextKey,
    judged_text,
    plain_answer,
    text_feedbacks,
    text_label,
    text_share,
    unread_text,
)
from quizzes.question_types.units import same_unit
from quizzes.question_types.values import RequiredText, ShortText, SpecModel


class GapOption(SpecModel):
    text: RequiredText
    correct: bool = False
    feedback: ShortText = ""


class ChoiceGap(SpecModel):
    """A gap filled from a list; one option is right."""

    kind: Literal["choice"]
    options: Annotated[tuple[GapOption, ...], Field(min_length=2, max_length=12)]

    @model_validator(mode="after")
    def one_key(self) -> "ChoiceGap":
        if sum(option.correct for option in self.options) != 1:
            raise ValueError(_("exactly one option of a gap is right"))
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError(_("two options of a gap are the same"))
        return self

    @property
    def key(self) -> int:
        return next(index for index, option in enumerate(self.options) if option.correct)

    def order(self, rng: random.Random, *, shuffle: bool) -> list[int]:
        numbers = list(range(len(self.options)))
        return rng.sample(numbers, len(numbers)) if shuffle else numbers

    def ask(self, order: Sequence[int], value: object) -> dict[str, object]:
        choices = [{"position": place, "text": self.options[number].text} for place, number in enumerate(order)]
        chosen = order.index(value) if isinstance(value, int) else None
        return {"choices": choices, "chosen": chosen, "value": self.words(value)}

    def read(self, order: Sequence[int], value: str, *, where: str, neighbors: Sequence[str]) -> int:
        return order[position(value, len(order), where=where)]

    def posted(self, order: Sequence[int], value: object) -> str:
        return str(order.index(value)) if isinstance(value, int) else ""

    def unread(self, value: object) -> str:
        return ""

    def note(self, value: object) -> str:
        return ""

    def claims(self, order: Sequence[int]) -> Iterator[Typed]:
        yield Typed("", self.posted(order, self.key))

    def share(self, value: object) -> Fraction:
        return Fraction(int(value == self.key))

    def judged(self, value: object) -> dict[str, object]:
        feedback = self.options[value].feedback if isinstance(value, int) else ""
        result = verdict(self.share(value), answered=value is not None)
        return {"verdict": result, "feedback": feedback, "right": self.options[self.key].text}

    def reworded_in(self, other: "Gap") -> tuple[tuple[str, str], ...]:
        """Return the options that `other` has in other words; raises CannotRemark where they are not the same ones."""
        if not isinstance(other, ChoiceGap):
            raise CannotRemark(_("gaps changed"))
        before, after = ([option.text for option in gap.options] for gap in (self, other))
        all_in_place(before, after, reason=_("options changed"))
        return reworded(before, after)

    def words(self, value: object) -> str:
        return self.options[value].text if isinstance(value, int) else ""

    def label(self, value: object) -> str:
        return self.words(value)

    @property
    def model(self) -> int:
        return self.key

    @property
    def model_words(self) -> str:
        return self.options[self.key].text

    @property
    def feedbacks(self) -> list[str]:
        return [option.feedback for option in self.options]

    @property
    def keys(self) -> list[str]:
        return [self.options[self.key].text]


def typed(value: object) -> str | None:
    """Return what was typed into a gap; None for no answer."""
    return value if isinstance(value, str) else None


class WrittenGap(SpecModel):
    """What text and number gaps share: a field to write in, the same whatever the key."""

    def order(self, rng: random.Random, *, shuffle: bool) -> list[int]:
        return []

    def reworded_in(self, other: "Gap") -> tuple[tuple[str, str], ...]:
        """Return nothing: what was typed is read by any gap that is typed in; raises CannotRemark for one to choose."""
        if isinstance(other, ChoiceGap):
            raise CannotRemark(_("gaps changed"))
        return ()

    def words(self, value: object) -> str:
        return str(value)

    def posted(self, order: Sequence[int], value: object) -> str:
        return str(value)


class TextGap(WrittenGap, TextKey):
    kind: Literal["text"]

    def ask(self, order: Sequence[int], value: object) -> dict[str, object]:
        return {"value": value or "", "keyboard": "text"}

    def read(self, order: Sequence[int], value: str, *, where: str, neighbors: Sequence[str]) -> str:
        return value

    def unread(self, value: object) -> str:
        return unread_text(str(value))

    def note(self, value: object) -> str:
        return ""

    def claims(self, order: Sequence[int]) -> Iterator[Typed]:
        return claimed_texts(self)

    def share(self, value: object) -> Fraction:
        return text_share(self, typed(value))

    def judged(self, value: object) -> dict[str, object]:
        return judged_text(self, typed(value))

    def label(self, value: object) -> str:
        return text_label(self, str(value))

    @property
    def model(self) -> str:
        return plain_answer(self)

    @property
    def model_words(self) -> str:
        return plain_answer(self)

    @property
    def feedbacks(self) -> list[str]:
        return text_feedbacks(self)

    @property
    def keys(self) -> list[str]:
        return [answer.text for answer in self.answers if answer.fraction]


class NumberGap(WrittenGap, NumberKey):
    kind: Literal["number"]

    def ask(self, order: Sequence[int], value: object) -> dict[str, object]:
        return {"value": value or "", "keyboard": self.keyboard}

    def read(self, order: Sequence[int], value: str, *, where: str, neighbors: Sequence[str]) -> str:
        """Return the text as typed; a unit that stands next to the gap anyhow is left out of it."""
        try:
            number = read_number(value, decimal_mark=self.decimal_mark)
        except NotANumber:
            return value
        return number.number if number.unit and any(same_unit(number.unit, word) for word in neighbors) else value

    def unread(self, value: object) -> str:
        return unread_number(self, str(value))

    def note(self, value: object) -> str:
        return two_readings(self, str(value))

    def claims(self, order: Sequence[int]) -> Iterator[Typed]:
        return claimed_numbers(self)

    def share(self, value: object) -> Fraction:
        return Fraction(int(is_right_number(self, value)))

    def judged(self, value: object) -> dict[str, object]:
        return judged_number(self, typed(value), is_right=is_right_number(self, value))

    def label(self, value: object) -> str:
        return number_label(self, str(value))

    @property
    def model(self) -> str:
        return str(self.value or self.low)

    @property
    def model_words(self) -> str:
        return number_words(self)

    @property
    def feedbacks(self) -> list[str]:
        return number_feedbacks(self)

    @property
    def keys(self) -> list[str]:
        return number_keys(self)


Gap = Annotated[ChoiceGap | TextGap | NumberGap, Field(discriminator="kind")]
