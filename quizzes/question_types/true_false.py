"""True or false: the stem is a statement.

    {"stem": "UNTSO was set up in 1948.", "answer": true, "feedback_true": "…", "feedback_false": "…"}

`feedback_true` is for someone who chose True, whether or not that is right.
"""

import random
from fractions import Fraction

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.errors import BadAnswer
from quizzes.question_types.authoring import SpecForm
from quizzes.question_types.base import Example, Fields, Grade, Part, QuestionType, ResponseClass, Shown, Spec
from quizzes.question_types.fields import known_fields, single_value
from quizzes.question_types.values import ShortText


class TrueFalseSpec(Spec):
    answer: bool
    feedback_true: ShortText = ""
    feedback_false: ShortText = ""


class TrueFalseForm(SpecForm):
    answer = forms.TypedChoiceField(
        label=gettext_lazy("The statement is"),
        choices=[("", "—"), ("true", gettext_lazy("true")), ("false", gettext_lazy("false"))],
        coerce=lambda value: value == "true",
    )
    feedback_true = forms.CharField(
        label=gettext_lazy("Feedback to “true”"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    feedback_false = forms.CharField(
        label=gettext_lazy("Feedback to “false”"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )


class TrueFalse(QuestionType[TrueFalseSpec, object, bool]):
    key = "true_false"
    name = gettext_lazy("True or false")
    instruction = gettext_lazy("true or false")
    order = 3
    seconds = 30
    Spec = TrueFalseSpec
    Form = TrueFalseForm

    def layout(self, spec: TrueFalseSpec, rng: random.Random, *, shuffle: bool) -> list[object]:
        return []

    def present(self, spec: TrueFalseSpec, layout: list[object], response: bool | None) -> Shown:
        return {
            "multiple": False,
            "options": [
                {"position": "true", "letter": _("T"), "text": _("True"), "chosen": response is True},
                {"position": "false", "letter": _("F"), "text": _("False"), "chosen": response is False},
            ],
        }

    def parse(self, spec: TrueFalseSpec, layout: list[object], fields: Fields) -> bool | None:
        fields = known_fields(fields, ["choice"])
        value = single_value(fields, "choice")
        if value not in (None, "true", "false"):
            raise BadAnswer(_("Answer true or false."), where="choice")
        return None if value is None else value == "true"

    def posted(self, spec: TrueFalseSpec, layout: list[object], response: bool | None) -> dict[str, list[str]]:
        return {} if response is None else {"choice": ["true" if response else "false"]}

    def grade(self, spec: TrueFalseSpec, response: bool | None) -> Grade:
        fraction = Fraction(int(response is not None and response == spec.answer))
        return Grade(fraction, (Part("choice", fraction),))

    def reveal(self, spec: TrueFalseSpec, layout: list[object], response: bool | None) -> Shown:
        shown = self.present(spec, layout, response)
        for option, value, feedback in zip(
            shown["options"], (True, False), (spec.feedback_true, spec.feedback_false), strict=True
        ):
            option["correct"] = spec.answer is value
            option["feedback"] = feedback
        return shown

    def response_words(self, spec: TrueFalseSpec, response: bool | None) -> str:
        return "" if response is None else _("True") if response else _("False")

    def model_response(self, spec: TrueFalseSpec) -> bool:
        return spec.answer

    def classify(self, spec: TrueFalseSpec, response: bool | None) -> list[ResponseClass]:
        if response is None:
            return []
        return [ResponseClass("choice", self.response_words(spec, response), response == spec.answer)]

    def key_texts(self, spec: TrueFalseSpec) -> list[str]:
        return []  # the words True and False give nothing away

    def feedback_texts(self, spec: TrueFalseSpec) -> list[str]:
        return [spec.feedback_true, spec.feedback_false]

    examples = (
        Example(
            spec={"stem": "UNTSO was set up in 1948.", "answer": True, "feedback_true": "Yes, in May of that year."},
            graded=((True, Fraction(1)), (False, Fraction(0)), (None, Fraction(0))),
        ),
    )


TYPE = TrueFalse()
