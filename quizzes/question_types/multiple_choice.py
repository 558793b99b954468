"""Multiple choice: two or more of several options may be right; four named schemes mark partial answers.

    {"stem": "Which are components? Select all that apply.", "scheme": "net_correct", "options": [
        {"text": "Military", "correct": true}, {"text": "Police", "correct": true}, {"text": "Judges"}]}

With C correct options, t correct ones chosen, f wrong ones chosen, n options and Δ options decided wrongly:
all_or_nothing 1 if Δ = 0 · net_correct max(0, (t−f)/C) · coverage (t/C)·t/(t+f) · each_decision (n−Δ)/n.
"""

from fractions import Fraction
from typing import Literal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import model_validator

from quizzes.errors import Text
from quizzes.question_types.authoring import SpecForm
from quizzes.question_types.base import Example, Fields, Grade, Part, ResponseClass
from quizzes.question_types.fields import given, known_fields, position
from quizzes.question_types.option_rows import OPTIONS
from quizzes.question_types.options import OptionsSpec, OptionsType, number_correct

SCHEMES = {
    "net_correct": (
        gettext_lazy("Right minus wrong"),
        gettext_lazy("A wrong choice cancels a right one; you can't score below zero."),
    ),
    "all_or_nothing": (
        gettext_lazy("All or nothing"),
        gettext_lazy("You get points only if you choose exactly the right options."),
    ),
    "coverage": (
        gettext_lazy("Coverage"),
        gettext_lazy(
            "Your score is the share of right options you find, times the share of your choices that are right."
        ),
    ),
    "each_decision": (
        gettext_lazy("Each decision"),
        gettext_lazy("Every option counts: choose it if it is right, leave it if it is wrong."),
    ),
}


class MultipleChoiceSpec(OptionsSpec):
    scheme: Literal["net_correct", "all_or_nothing", "coverage", "each_decision"] = "net_correct"

    @model_validator(mode="after")
    def some_keys(self) -> "MultipleChoiceSpec":
        keys = number_correct(self.options)
        if keys == 0:
            raise ValueError(_("Choose the correct options."))
        if keys == len(self.options):
            raise ValueError(_("every option is marked as correct; at least one must be wrong"))
        return self


class MultipleChoiceForm(SpecForm):
    scheme = forms.ChoiceField(
        label=gettext_lazy("Partial answers"),
        choices=[(key, name) for key, (name, _note) in SCHEMES.items()],
        help_text=gettext_lazy("How an answer counts that is partly right; students read it before answering."),
    )


class MultipleChoice(OptionsType[MultipleChoiceSpec, list[int]]):
    key = "multiple_choice"
    name = gettext_lazy("Multiple choice")
    instruction = gettext_lazy("select all that apply")
    order = 2
    seconds = 90
    is_multiple = True
    Spec = MultipleChoiceSpec
    Form = MultipleChoiceForm
    rows = (OPTIONS,)

    def scoring_note(self, spec: MultipleChoiceSpec) -> Text:
        return SCHEMES[spec.scheme][1]

    def chosen(self, response: list[int] | None) -> set[int]:
        return set(response or ())

    def parse(self, spec: MultipleChoiceSpec, layout: list[int], fields: Fields) -> list[int] | None:
        fields = known_fields(fields, ["choice"])
        places = [position(value, len(layout), where="choice") for value in given(fields, "choice")]
        return sorted({layout[place] for place in places}) or None

    def grade(self, spec: MultipleChoiceSpec, response: list[int] | None) -> Grade:
        chosen = self.chosen(response)
        keys = {index for index, option in enumerate(spec.options) if option.correct}
        count = len(spec.options)
        parts = tuple(
            Part(f"option-{index}", Fraction(int((index in chosen) == (index in keys)))) for index in range(count)
        )
        if not chosen:
            return Grade(Fraction(0), parts)
        right, wrong, missed = len(chosen & keys), len(chosen - keys), len(keys - chosen)
        fraction = {
            "all_or_nothing": Fraction(int(chosen == keys)),
            "net_correct": max(Fraction(0), Fraction(right - wrong, len(keys))),
            "coverage": Fraction(right, len(keys)) * Fraction(right, right + wrong),
            "each_decision": Fraction(count - wrong - missed, count),
        }[spec.scheme]
        return Grade(fraction, parts)

    def model_response(self, spec: MultipleChoiceSpec) -> list[int]:
        return [index for index, option in enumerate(spec.options) if option.correct]

    def classify(self, spec: MultipleChoiceSpec, response: list[int] | None) -> list[ResponseClass]:
        return [
            ResponseClass(f"option-{index}", spec.options[index].text, spec.options[index].correct)
            for index in sorted(self.chosen(response))
        ]

    examples = (
        Example(
            spec={
                "stem": "Which are components of a mission? Select all that apply.",
                "options": [
                    {"text": "Military", "correct": True},
                    {"text": "Judges"},
                    {"text": "Police", "correct": True},
                    {"text": "Bankers"},
                ],
            },
            graded=(([0, 2], Fraction(1)), ([0], Fraction(1, 2)), ([0, 1], Fraction(0)), (None, Fraction(0))),
        ),
        Example(
            spec={
                "stem": "Which are components of a mission? Select all that apply.",
                "scheme": "each_decision",
                "options": [{"text": "Military", "correct": True}, {"text": "Judges"}, {"text": "Bankers"}],
            },
            graded=(([0], Fraction(1)), ([0, 1], Fraction(2, 3)), ([1, 2], Fraction(0))),
        ),
        Example(
            spec={
                "stem": "Which are components of a mission? Select all that apply.",
                "scheme": "coverage",
                "options": [
                    {"text": "Military", "correct": True},
                    {"text": "Police", "correct": True},
                    {"text": "Art"},
                ],
            },
            graded=(([0, 1], Fraction(1)), ([0], Fraction(1, 2)), ([0, 1, 2], Fraction(2, 3)), ([2], Fraction(0))),
        ),
        Example(
            spec={
                "stem": "Which are components of a mission? Select all that apply.",
                "scheme": "all_or_nothing",
                "options": [
                    {"text": "Military", "correct": True},
                    {"text": "Police", "correct": True},
                    {"text": "Art"},
                ],
            },
            graded=(([0, 1], Fraction(1)), ([0], Fraction(0)), ([0, 1, 2], Fraction(0))),
        ),
    )


TYPE = MultipleChoice()
