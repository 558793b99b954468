"""Cloze: a text with gaps to choose, write or calculate. Every gap counts the same.

    {"stem": "Complete the summary.", "text": "The [[1]] was set up in [[2]] by the [[3]].", "gaps": [
        {"kind": "text", "answers": [{"text": "UNTSO", "fraction": 1, "feedback": "…"}], "feedback_wrong": "…"},
        {"kind": "number", "value": "1948", "tolerance": "0", "feedback": "…", "feedback_wrong": "…"},
        {"kind": "choice", "options": [{"text": "Council", "correct": true, "feedback": "…"}, {"text": "Court"}]}]}

The markers stand once each, [[1]] first. A blank line begins a new paragraph; *emphasis* may not span a gap. The layout
is, for each gap, the order of its options (nothing for the others); the response is, for each gap, the number of an
option, a text as typed, or None.
"""

import random
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, model_validator

from quizzes.question_types.authoring import Row, RowSet, SpecForm, lines
from quizzes.question_types.base import (
    Example,
    Grade,
    Part,
    QuestionType,
    RequiredText,
    ResponseClass,
    ShortText,
    Spec,
    SpecModel,
    all_blank,
    known_fields,
    mean,
    numbered,
    only,
    position,
    required,
    text_value,
    verdict,
)
from quizzes.question_types.gap_lines import from_lines, to_lines
from quizzes.question_types.number_match import (
    NumberKey,
    checked_number,
    is_right_number,
    judged_number,
    number_feedbacks,
    number_keys,
    number_label,
    number_words,
)
from quizzes.question_types.text_match import (
    TEXT_LIMIT,
    TextKey,
    judged_text,
    plain_answer,
    text_feedbacks,
    text_label,
    text_share,
)

MARKER = re.compile(r"\[\[([0-9]{1,3})\]\]", re.ASCII)
Response = Sequence[int | str | None]


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
        if len({option.text.casefold() for option in self.options}) < len(self.options):
            raise ValueError(_("two options of a gap are the same"))
        return self

    @property
    def key(self) -> int:
        return next(index for index, option in enumerate(self.options) if option.correct)

    def order(self, rng: random.Random, *, shuffle: bool) -> list[int]:
        numbers = list(range(len(self.options)))
        return rng.sample(numbers, len(numbers)) if shuffle else numbers

    def ask(self, order: Sequence[int], value: Any) -> dict[str, Any]:
        choices = [{"position": place, "text": self.options[number].text} for place, number in enumerate(order)]
        chosen = None if value is None else list(order).index(value)
        return {"choices": choices, "chosen": chosen, "value": "" if value is None else self.options[value].text}

    def read(self, order: Sequence[int], value: str, *, where: str) -> int:
        return order[position(value, len(order), where=where)]

    def share(self, value: Any) -> Fraction:
        return Fraction(int(value == self.key))

    def judged(self, value: Any) -> dict[str, Any]:
        feedback = "" if value is None else self.options[value].feedback
        result = verdict(self.share(value), answered=value is not None)
        return {"verdict": result, "feedback": feedback, "right": self.options[self.key].text}

    def words(self, value: Any) -> str:
        return self.options[value].text

    def label(self, value: Any) -> str:
        return self.options[value].text

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


class WrittenGap(SpecModel):
    """What text and number gaps share: a field to write in, the same whatever the key.

    A regrade by a newer version may bring the response to a gap of another kind: it earns nothing.
    """

    def order(self, rng: random.Random, *, shuffle: bool) -> list[int]:
        return []

    def ask(self, order: Sequence[int], value: Any) -> dict[str, Any]:
        return {"value": value or ""}

    def words(self, value: Any) -> str:
        return str(value)


class TextGap(WrittenGap, TextKey):
    kind: Literal["text"]

    def read(self, order: Sequence[int], value: str, *, where: str) -> str:
        return text_value(value, limit=TEXT_LIMIT, where=where)

    def share(self, value: Any) -> Fraction:
        return text_share(self, value if isinstance(value, str) else None)

    def judged(self, value: Any) -> dict[str, Any]:
        return judged_text(self, value)

    def label(self, value: Any) -> str:
        return text_label(self, value)

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

    def read(self, order: Sequence[int], value: str, *, where: str) -> str:
        return checked_number(value, where=where)

    def share(self, value: Any) -> Fraction:
        return Fraction(int(is_right_number(self, value if isinstance(value, str) else None)))

    def judged(self, value: Any) -> dict[str, Any]:
        return judged_number(self, value, is_right=is_right_number(self, value))

    def label(self, value: Any) -> str:
        return number_label(self, value)

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


class ClozeSpec(Spec):
    text: Annotated[str, Field(max_length=8000), AfterValidator(required)]
    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def every_gap_once(self) -> "ClozeSpec":
        markers = [int(number) for number in MARKER.findall(self.text)]
        for number in range(1, len(self.gaps) + 1):
            if markers.count(number) != 1:
                raise ValueError(
                    _("the text must have the marker [[%(number)d]] once; it has it %(count)d times")
                    % {"number": number, "count": markers.count(number)}
                )
        strange = next((number for number in markers if not 1 <= number <= len(self.gaps)), None)
        if strange is not None:
            raise ValueError(_("the text has the marker [[%(number)d]], but no such gap") % {"number": strange})
        return self


class ClozeForm(SpecForm):
    text = lines(
        gettext_lazy("Text with gaps"),
        rows=6,
        required=True,
        limit=8000,
        help_text=gettext_lazy(
            "[[1]] stands for the first gap, [[2]] for the second. Markdown; a blank line begins a paragraph."
        ),
    )


class GapRow(Row):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[
            ("choice", gettext_lazy("choose from a list")),
            ("text", gettext_lazy("write a text")),
            ("number", gettext_lazy("write a number")),
        ],
        initial="choice",
    )
    answers = lines(
        gettext_lazy("Answers, one a line"),
        rows=4,
        required=True,
        limit=20_000,
        help_text=gettext_lazy(
            "“= right # feedback”, “~ wrong # feedback”, “! feedback to anything else”; “= %50% text” for half of the "
            "points; numbers as “= 1948 ± 2” or “= 10 .. 20”."
        ),
    )
    accents_matter = forms.BooleanField(label=gettext_lazy("Accents matter"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "kind" in cleaned and "answers" in cleaned:
            try:
                cleaned["gap"] = from_lines(cleaned["kind"], cleaned["answers"])
            except ValueError as error:
                raise ValidationError({"answers": str(error)}) from error
        return cleaned

    def to_spec(self) -> dict[str, Any]:
        gap: dict[str, Any] = self.cleaned_data["gap"]
        if self.cleaned_data["accents_matter"] and gap["kind"] == "text":
            gap["accents_matter"] = True
        return gap

    @classmethod
    def initial_from(cls, value: Any) -> dict[str, Any]:
        return {
            "kind": value["kind"],
            "answers": to_lines(value),
            "accents_matter": bool(value.get("accents_matter")),
        }


def paragraphs(text: str) -> list[list[dict[str, Any]]]:
    """The text taken apart: paragraphs of pieces, each {"text": …} or {"gap": index}."""
    result = []
    for paragraph in re.split(r"\n\s*\n", text):
        pieces = MARKER.split(paragraph)
        row: list[dict[str, Any]] = []
        for place, piece in enumerate(pieces):
            if place % 2:
                row.append({"gap": int(piece) - 1})
            elif piece:
                row.append({"text": piece})
        result.append(row)
    return result


class Cloze(QuestionType[ClozeSpec]):
    key = "cloze"
    name = gettext_lazy("Cloze")
    instruction = gettext_lazy("fill the gaps")
    order = 8
    seconds = 0
    seconds_a_gap = 40
    places = {
        "gaps": gettext_lazy("gap"),
        "options": gettext_lazy("option"),
        "answers": gettext_lazy("answer"),
        "choice": "",
        "number": "",
    }
    Spec = ClozeSpec
    Form = ClozeForm
    rows = (RowSet("gaps", GapRow, gettext_lazy("Gaps, in the order of their numbers"), starting=2, maximum=20),)

    def scoring_note(self, spec: ClozeSpec) -> Any:
        return gettext_lazy("Every gap counts the same.") if len(spec.gaps) > 1 else ""

    def time_seconds(self, spec: ClozeSpec) -> int:
        return super().time_seconds(spec) + self.seconds_a_gap * len(spec.gaps)

    def layout(self, spec: ClozeSpec, rng: random.Random, *, shuffle: bool) -> list[list[int]]:
        return [gap.order(rng, shuffle=shuffle) for gap in spec.gaps]

    def present(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> dict[str, Any]:
        gaps = [
            {"position": place, "number": place + 1, "kind": gap.kind, "limit": TEXT_LIMIT, **gap.ask(order, value)}
            for place, (gap, order, value) in enumerate(
                zip(spec.gaps, layout, self._given(spec, response), strict=True)
            )
        ]
        return self._card(spec, gaps)

    def _card(self, spec: ClozeSpec, gaps: list[dict[str, Any]]) -> dict[str, Any]:
        text = [
            [{"gap": gaps[piece["gap"]]} if "gap" in piece else piece for piece in paragraph]
            for paragraph in paragraphs(spec.text)
        ]
        return {"paragraphs": text, "gaps": gaps}

    def _given(self, spec: ClozeSpec, response: Response | None) -> Response:
        return response or [None] * len(spec.gaps)

    def parse(self, spec: ClozeSpec, layout: list[list[int]], fields: Any) -> list[int | str | None] | None:
        names = numbered("gap", len(spec.gaps))
        fields = known_fields(fields, names)
        values: list[int | str | None] = []
        for gap, order, name in zip(spec.gaps, layout, names, strict=True):
            value = only(fields, name)
            values.append(None if value is None else gap.read(order, value, where=name))
        return None if all_blank(values) else values

    def grade(self, spec: ClozeSpec, response: Response | None) -> Grade:
        shares = [gap.share(value) for gap, value in zip(spec.gaps, self._given(spec, response), strict=True)]
        return Grade(mean(shares), tuple(Part(f"gap-{index}", share) for index, share in enumerate(shares)))

    def reveal(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> dict[str, Any]:
        gaps = self.present(spec, layout, response)["gaps"]
        judged = [gap.judged(value) for gap, value in zip(spec.gaps, self._given(spec, response), strict=True)]
        return self._card(spec, [shown | result for shown, result in zip(gaps, judged, strict=True)])

    def response_words(self, spec: ClozeSpec, response: Response | None) -> str:
        given = zip(spec.gaps, self._given(spec, response), strict=True)
        return "; ".join(
            f"({number}) {gap.words(value)}" for number, (gap, value) in enumerate(given, start=1) if value is not None
        )

    def model_response(self, spec: ClozeSpec) -> list[int | str]:
        return [gap.model for gap in spec.gaps]

    def model_answer(self, spec: ClozeSpec) -> str:
        if len(spec.gaps) == 1:
            return spec.gaps[0].model_words
        return "; ".join(f"({number}) {gap.model_words}" for number, gap in enumerate(spec.gaps, start=1))

    def classify(self, spec: ClozeSpec, response: Response | None) -> list[ResponseClass]:
        given = zip(spec.gaps, self._given(spec, response), strict=True)
        return [
            ResponseClass(f"gap-{index}", gap.label(value), gap.share(value) == 1)
            for index, (gap, value) in enumerate(given)
            if value is not None
        ]

    def key_texts(self, spec: ClozeSpec) -> list[str]:
        return [text for gap in spec.gaps for text in gap.keys]

    def distractor_texts(self, spec: ClozeSpec) -> list[str]:
        choices = [gap for gap in spec.gaps if isinstance(gap, ChoiceGap)]
        return [option.text for gap in choices for option in gap.options if not option.correct]

    def feedback_texts(self, spec: ClozeSpec) -> list[str]:
        return [text for gap in spec.gaps for text in gap.feedbacks]

    examples = (
        Example(
            spec={
                "stem": "Complete the summary.",
                "text": "The first mission was [[1]], set up in [[2]].\n\nIt was authorised by the [[3]].",
                "gaps": [
                    {
                        "kind": "text",
                        "answers": [
                            {"text": "UNTSO", "feedback": "It still exists."},
                            {"text": "*Truce*", "fraction": "1/3", "feedback": "Give the whole # name, 100%."},
                            {"text": "UNEF", "fraction": 0, "feedback": "That came in 1956."},
                        ],
                        "feedback_wrong": "Think of the truce in the Middle East.",
                        "accents_matter": True,
                    },
                    {
                        "kind": "number",
                        "value": "1948",
                        "tolerance": "0",
                        "near_misses": [{"value": "1945", "feedback": "The year of the Charter."}],
                        "feedback": "In May of that year.",
                        "feedback_wrong": "Three years after the Charter.",
                    },
                    {
                        "kind": "choice",
                        "options": [
                            {"text": "Secretariat", "feedback": "It carries mandates out."},
                            {"text": "Security Council", "correct": True, "feedback": "By resolution 50."},
                        ],
                    },
                ],
            },
            graded=(
                (["untso", "1948", 1], Fraction(1)),
                (["UNTSO", "1945", 1], Fraction(2, 3)),
                (["Truce body", None, None], Fraction(1, 9)),
                (["UNEF", None, 0], Fraction(0)),
                (None, Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "Complete the sentence.",
                "text": "About [[1]] people, or [[2]] of all, came in [[3]].",
                "gaps": [
                    {"kind": "number", "value": "87000", "tolerance": "0.025", "tolerance_kind": "relative"},
                    {"kind": "number", "low": "0.1", "high": "0.2", "feedback_wrong": "Less than a quarter."},
                    {
                        "kind": "text",
                        "answers": [{"text": "half\\*time", "fraction": 1}, {"text": "1/2", "fraction": 0.5}],
                    },
                ],
            },
            graded=((["87,000", "0,15", "half*time"], Fraction(1)), (["80000", "0.1", "1/2"], Fraction(1, 2))),
        ),
    )


TYPE = Cloze()
