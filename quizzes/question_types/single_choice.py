"""Single choice: one of several options is right.

{"stem": "Who authorises a mission?", "options": [
    {"text": "The Security Council", "correct": true, "feedback": "…"},
    {"text": "The Secretariat", "feedback": "…"}], "explanation": "…"}
"""

from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import model_validator

from quizzes.question_types.authoring import SpecForm
from quizzes.question_types.base import Example, Fields, Grade, Part, ResponseClass
from quizzes.question_types.fields import known_fields, position, single_value
from quizzes.question_types.option_rows import OPTIONS, SingleOptionRow
from quizzes.question_types.options import OptionsSpec, OptionsType, number_correct


class SingleChoiceSpec(OptionsSpec):
    @model_validator(mode="after")
    def one_key(self) -> "SingleChoiceSpec":
        keys = number_correct(self.options)
        if keys == 0:
            raise ValueError(_("Choose the correct option."))
        if keys > 1:
            raise ValueError(_("%(count)d options are marked as correct. Choose one.") % {"count": keys})
        return self


class SingleChoice(OptionsType[SingleChoiceSpec, int]):
    key = "single_choice"
    name = gettext_lazy("Single choice")
    instruction = gettext_lazy("one answer")
    order = 1
    seconds = 60
    Spec = SingleChoiceSpec
    Form = SpecForm
    rows = (OPTIONS.of(SingleOptionRow, starting=4),)

    def chosen(self, response: int | None) -> set[int]:
        return set() if response is None else {response}

    def parse(self, spec: SingleChoiceSpec, layout: list[int], fields: Fields) -> int | None:
        fields = known_fields(fields, ["choice"])
        value = single_value(fields, "choice")
        return None if value is None else layout[position(value, len(layout), where="choice")]

    def grade(self, spec: SingleChoiceSpec, response: int | None) -> Grade:
        is_right = response is not None and spec.options[response].correct
        fraction = Fraction(int(is_right))
        return Grade(fraction, (Part("choice", fraction),))

    def model_response(self, spec: SingleChoiceSpec) -> int:
        return next(index for index, option in enumerate(spec.options) if option.correct)

    def classify(self, spec: SingleChoiceSpec, response: int | None) -> list[ResponseClass]:
        if response is None:
            return []
        option = spec.options[response]
        return [ResponseClass("choice", option.text, option.correct)]

    examples = (
        Example(
            spec={
                "stem": "Which organ authorises a mission?",
                "options": [
                    {"text": "The Secretariat", "feedback": "It carries the mandate out."},
                    {"text": "The Security Council", "correct": True, "feedback": "Mandates come from the Council."},
                    {"text": "None of these", "pinned": True},
                ],
            },
            graded=((1, Fraction(1)), (0, Fraction(0)), (2, Fraction(0)), (None, Fraction(0))),
        ),
    )


TYPE = SingleChoice()
