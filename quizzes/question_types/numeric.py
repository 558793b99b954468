"""Numeric: a number, with a tolerance or a range, and perhaps a unit.

    {"stem": "How many countries …?", "value": "36", "tolerance": "0", "unit": "countries",
     "near_misses": [{"value": "45", "feedback": "…"}], "feedback": "…", "feedback_wrong": "…"}

`tolerance_kind` absolute (default) or relative (0.05 is 5%), or `low` and `high` in place of `value`. A `unit` is shown
next to the field and may be typed or left out; with `unit_required` it is not shown and must be typed exactly. `signed`
asks phones for a keyboard with a minus and letters. `decimal_mark` (either, point, comma) decides how “1,200” is read.
Figures in a spec are decimal strings; how people may write stands in number_reading.py. The response is the text as typed.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, model_validator

from quizzes.errors import CannotRemark, Text
from quizzes.question_types.authoring import FilledForm, RowForm, RowSet, decimal_mark_field, lines, signed_field
from quizzes.question_types.base import Claim, Example, Fields, Grade, Part, QuestionType, Remark, ResponseClass, Spec
from quizzes.question_types.carrying import Carried
from quizzes.question_types.claims import claimed_numbers
from quizzes.question_types.fields import known_fields, single_value, told
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
    written,
)
from quizzes.question_types.text_match import TEXT_LIMIT
from quizzes.question_types.units import UNIT_LIMIT, same_unit
from quizzes.question_types.values import storable


class NumericSpec(NumberKey, Spec):
    unit: Annotated[str, Field(max_length=UNIT_LIMIT), AfterValidator(storable)] = ""
    unit_required: bool = False

    @model_validator(mode="after")
    def unit_to_require(self) -> "NumericSpec":
        if self.unit_required and not self.unit:
            raise ValueError(_("a unit is required, but none is given"))
        return self

    def takes_unit(self, unit: str) -> bool:
        """Return whether a number may be written with this unit: with any that must be known, else with the one that
        is shown."""
        return self.unit_required or same_unit(unit, self.unit)

    @property
    def keyboard(self) -> str:
        return "text" if self.unit_required else super().keyboard


def figure(label: Text, help_text: Text = "", *, initial: str | None = None) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=50, help_text=help_text, initial=initial)


class NumericForm(FilledForm):
    value = figure(gettext_lazy("Value"), gettext_lazy("In digits with a decimal point; leave blank for a range."))
    tolerance = figure(gettext_lazy("Tolerance"), gettext_lazy("How far off still counts; 0 for exactly."), initial="0")
    tolerance_kind = forms.ChoiceField(
        label=gettext_lazy("The tolerance is"),
        choices=[("absolute", gettext_lazy("in the same unit")), ("relative", gettext_lazy("a share (0.05 is 5%)"))],
    )
    low = figure(gettext_lazy("Range from"))
    high = figure(gettext_lazy("Range to"), gettext_lazy("Both ends count as right."))
    unit = figure(gettext_lazy("Unit"), gettext_lazy("Shown next to the field, such as “countries”."))
    unit_required = forms.BooleanField(
        label=gettext_lazy("The unit must be typed"),
        required=False,
        help_text=gettext_lazy("It is then not shown, and an answer without it is wrong."),
    )
    signed = signed_field()
    decimal_mark = decimal_mark_field()
    feedback = lines(gettext_lazy("Feedback to the right answer"))
    feedback_wrong = lines(gettext_lazy("Feedback to any other answer"))


class NearMissRow(RowForm):
    value = forms.CharField(label=gettext_lazy("Value"), max_length=50)
    feedback = lines(gettext_lazy("Feedback"))


class Numeric(QuestionType[NumericSpec, object, str]):
    key = "numeric"
    name = gettext_lazy("Numeric")
    instruction = gettext_lazy("a number")
    text_limit = TEXT_LIMIT
    order = 5
    seconds = 45
    places = {
        "near_misses": gettext_lazy("near miss"),
        "low": gettext_lazy("range from"),
        "high": gettext_lazy("range to"),
    }
    Spec = NumericSpec
    Form = NumericForm
    rows = (
        RowSet(
            "near_misses",
            NearMissRow,
            gettext_lazy("Near misses"),
            minimum=0,
            starting=2,
            each=gettext_lazy("Near miss"),
            help_text=gettext_lazy("Wrong numbers you foresee, each with feedback of its own."),
        ),
    )

    def present(self, spec: NumericSpec, layout: list[object], response: str | None) -> dict[str, object]:
        return {
            "value": response or "",
            "unit": "" if spec.unit_required else spec.unit,
            "unit_required": spec.unit_required,
            "keyboard": spec.keyboard,
            "decimal_mark": spec.decimal_mark,
            "limit": self.text_limit,
        } | told(self.remarks(spec, layout, response))

    def parse(self, spec: NumericSpec, layout: list[object], fields: Fields) -> str | None:
        return single_value(known_fields(fields, ["text"]), "text")

    def posted(self, spec: NumericSpec, layout: list[object], response: str | None) -> dict[str, list[str]]:
        return {} if response is None else {"text": [response]}

    def remarks(self, spec: NumericSpec, layout: list[object], response: str | None) -> list[Remark]:
        if response is None:
            return []
        unread, note = unread_number(spec, response), two_readings(spec, response)
        return [Remark("text", unread or note, is_unread=bool(unread))] if unread or note else []

    def is_blank(self, spec: NumericSpec, response: str | None) -> bool:
        return written(spec, response) is None

    def is_right(self, spec: NumericSpec, response: str | None) -> bool:
        return is_right_number(spec, response) and (not spec.unit_required or self.has_unit(spec, response))

    def has_unit(self, spec: NumericSpec, response: str | None) -> bool:
        number = written(spec, response)
        return number is not None and same_unit(number.unit, spec.unit, exactly=True)

    def grade(self, spec: NumericSpec, response: str | None) -> Grade:
        fraction = Fraction(int(self.is_right(spec, response)))
        return Grade(fraction, (Part("number", fraction),))

    def reveal(self, spec: NumericSpec, layout: list[object], response: str | None) -> dict[str, object]:
        judged = judged_number(spec, response, is_right=self.is_right(spec, response))
        lacks_unit = is_right_number(spec, response) and not self.is_right(spec, response)
        if lacks_unit:
            judged["feedback"] = _("The number is right, but its unit is missing or another one.")
        return self.present(spec, layout, response) | judged | {"unit": spec.unit}

    def carry_over(self, old: NumericSpec, new: NumericSpec, layout: list[object], response: str | None) -> Carried:
        """Return the answer; raise CannotRemark for another unit, by which the number means another thing."""
        is_asked_now = new.unit_required and not old.unit_required
        if is_asked_now or (old.unit and not same_unit(old.unit, new.unit)):
            raise CannotRemark(_("the unit changed"))
        return Carried(layout, response)

    def response_words(self, spec: NumericSpec, response: str | None) -> str:
        return response or ""

    def claims(self, spec: NumericSpec, layout: list[object]) -> Iterator[Claim]:
        for where, text, fraction in claimed_numbers(spec, unit=spec.unit, unit_required=spec.unit_required):
            yield Claim(where, {"text": [text]}, fraction)

    def model_response(self, spec: NumericSpec) -> str:
        return f"{spec.value or spec.low} {spec.unit}".strip()

    def model_answer(self, spec: NumericSpec) -> str:
        return f"{number_words(spec)} {spec.unit}".strip()

    def classify(self, spec: NumericSpec, response: str | None) -> list[ResponseClass]:
        if response is None:
            return []
        return [ResponseClass("number", number_label(spec, response), self.is_right(spec, response))]

    def key_texts(self, spec: NumericSpec) -> list[str]:
        return [*number_keys(spec), *([spec.unit] if spec.unit_required else [])]

    def feedback_texts(self, spec: NumericSpec) -> list[str]:
        return number_feedbacks(spec)

    examples = (
        Example(
            spec={
                "stem": "How many countries promised new military and police capabilities in Seoul?",
                "value": "36",
                "unit": "countries",
                "near_misses": [{"value": "45", "feedback": "45 countries offered training."}],
                "feedback": "36 countries made this pledge.",
                "feedback_wrong": "Look for the first of the pledges in the report.",
            },
            graded=(
                ("36", Fraction(1)),
                ("36.0", Fraction(1)),
                ("３６", Fraction(1)),
                ("36 Countries", Fraction(1)),
                ("3,6e1", Fraction(1)),
                ("45", Fraction(0)),
                (None, Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "About how many people?",
                "value": "87000",
                "tolerance": "0.05",
                "tolerance_kind": "relative",
            },
            graded=(
                ("87,000", Fraction(1)),
                ("87 000", Fraction(1)),
                ("82650", Fraction(1)),
                ("82649.99", Fraction(0)),
                ("91'350", Fraction(1)),
                ("91350.01", Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "How far?",
                "low": "-2.5",
                "high": "1e3",
                "unit": "km",
                "unit_required": True,
                "signed": True,
            },
            graded=(
                ("-2,5 km", Fraction(1)),
                ("−2.5km", Fraction(1)),
                ("1 000 km", Fraction(1)),
                ("1000", Fraction(0)),
                ("1000 m", Fraction(0)),
                ("-2.6 km", Fraction(0)),
            ),
        ),
    )


TYPE = Numeric()
