"""Cloze: a text with gaps to choose, write or calculate. All gaps count equally.

    {"stem": "Complete the summary.", "text": "The [[1]] was set up in [[2]] by the [[3]].", "gaps": [
        {"kind": "text", "answers": [{"text": "UNTSO", "fraction": 1, "feedback": "…"}], "feedback_wrong": "…"},
        {"kind": "number", "value": "1948", "tolerance": "0", "feedback": "…", "feedback_wrong": "…"},
        {"kind": "choice", "options": [{"text": "Council", "correct": true, "feedback": "…"}, {"text": "Court"}]}]}

The markers stand once each, [[1]] first. A blank line begins a new paragraph; *emphasis* may not span a gap. The layout
is, for each gap, the order of its options (nothing for the others); the response is, for each gap, the number of an
option, a text as typed, or None. A number gap has no unit; what stands next to it in the text may be typed into it too:
“15 %” in “[[2]] % of all”. The gaps themselves stand in gaps.py.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Annotated

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, model_validator

from quizzes.errors import CannotRemark, Text
from quizzes.question_types.authoring import RowSet, SpecForm, lines
from quizzes.question_types.base import (
    Claim,
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
    mean,
)
from quizzes.question_types.carrying import Carried
from quizzes.question_types.fields import known_fields, part_names, single_value, told
from quizzes.question_types.gap_lines import GapRow
from quizzes.question_types.gap_text import MARKER, neighbors_of, numbering_fault, paragraphs
from quizzes.question_types.gaps import ChoiceGap, Gap
from quizzes.question_types.text_match import TEXT_LIMIT
from quizzes.question_types.values import required

Response = Sequence[int | str | None]


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
            raise ValueError(
                _("The text has [[%(number)d]], but there is no gap %(number)d below.") % {"number": strange}
            )
        return self

    @cached_property
    def neighbors(self) -> dict[int, list[str]]:
        """The words that stand next to each gap, by its number from 0."""
        return neighbors_of(self.text)


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

    def clean_text(self) -> str:
        """Return the text; its gaps are numbered from 1, each number once and none left out."""
        text = str(self.cleaned_data["text"])
        if fault := numbering_fault(text):
            raise ValidationError(fault)
        return text


class Cloze(QuestionType[ClozeSpec, list[int], Response]):
    key = "cloze"
    name = gettext_lazy("Cloze")
    instruction = gettext_lazy("fill in the gaps")
    text_limit = TEXT_LIMIT
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
    rows = (
        RowSet(
            "gaps",
            GapRow,
            gettext_lazy("Gaps, in the order of their numbers"),
            starting=2,
            maximum=20,
            each=gettext_lazy("Gap"),
            too_few=gettext_lazy("Add the answers of at least one gap."),
        ),
    )

    def scoring_note(self, spec: ClozeSpec) -> Text:
        return gettext_lazy("All gaps count equally.") if len(spec.gaps) > 1 else ""

    def time_seconds(self, spec: ClozeSpec) -> int:
        return super().time_seconds(spec) + self.seconds_a_gap * len(spec.gaps)

    def layout(self, spec: ClozeSpec, rng: random.Random, *, shuffle: bool) -> list[list[int]]:
        return [gap.order(rng, shuffle=shuffle) for gap in spec.gaps]

    def present(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> Shown:
        gaps = [
            {"position": place, "number": place + 1, "kind": gap.kind, "limit": self.text_limit} | gap.ask(order, value)
            for place, (gap, order, value) in enumerate(
                zip(spec.gaps, layout, self._given(spec, response), strict=True)
            )
        ]
        return self._card(spec, gaps) | told(self.remarks(spec, layout, response))

    def _card(self, spec: ClozeSpec, gaps: Sequence[Mapping[str, object]]) -> Shown:
        text = [
            [{"gap": gaps[piece]} if isinstance(piece, int) else {"text": piece} for piece in paragraph]
            for paragraph in paragraphs(spec.text)
        ]
        return {"paragraphs": text, "gaps": gaps}

    def _given(self, spec: ClozeSpec, response: Response | None) -> Response:
        return response or [None] * len(spec.gaps)

    def parse(self, spec: ClozeSpec, layout: list[list[int]], fields: Fields) -> list[int | str | None] | None:
        names = part_names("gap", len(spec.gaps))
        fields = known_fields(fields, names)
        values: list[int | str | None] = []
        for number, (gap, order, name) in enumerate(zip(spec.gaps, layout, names, strict=True)):
            value = single_value(fields, name)
            neighbors = spec.neighbors[number]
            values.append(None if value is None else gap.read(order, value, where=name, neighbors=neighbors))
        return None if all_blank(values) else values

    def posted(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> dict[str, list[str]]:
        given = zip(part_names("gap", len(spec.gaps)), spec.gaps, layout, response or (), strict=False)
        return {name: [gap.posted(order, value)] for name, gap, order, value in given if value is not None}

    def remarks(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> list[Remark]:
        remarks = []
        for number, (gap, value) in enumerate(zip(spec.gaps, response or (), strict=False)):
            unread = "" if value is None else gap.unread(value)
            note = "" if value is None else gap.note(value)
            if unread or note:
                where = f"gap-{number}"
                remarks.append(Remark(where, self.at_field(where, unread or note), is_unread=bool(unread)))
        return remarks

    def at_field(self, where: str, what: str) -> str:
        number = int(where.removeprefix("gap-")) + 1
        return _("Gap %(number)d: %(what)s") % {"number": number, "what": what}

    def is_blank(self, spec: ClozeSpec, response: Response | None) -> bool:
        given = zip(spec.gaps, response or (), strict=False)
        return all(value is None or gap.unread(value) for gap, value in given)

    def claims(self, spec: ClozeSpec, layout: list[list[int]]) -> Iterator[Claim]:
        """Yield those of every gap, with the others left open."""
        for number, (gap, order) in enumerate(zip(spec.gaps, layout, strict=True)):
            for where, text, fraction in gap.claims(order):
                place = ", ".join(word for word in (_("gap %(number)d") % {"number": number + 1}, where) if word)
                yield Claim(place, {f"gap-{number}": [text]}, fraction / len(spec.gaps))

    def grade(self, spec: ClozeSpec, response: Response | None) -> Grade:
        shares = [gap.share(value) for gap, value in zip(spec.gaps, self._given(spec, response), strict=True)]
        return Grade(mean(shares), tuple(Part(f"gap-{index}", share) for index, share in enumerate(shares)))

    def reveal(self, spec: ClozeSpec, layout: list[list[int]], response: Response | None) -> Shown:
        gaps = self.present(spec, layout, response)["gaps"]
        judged = [gap.judged(value) for gap, value in zip(spec.gaps, self._given(spec, response), strict=True)]
        return self._card(spec, [shown | result for shown, result in zip(gaps, judged, strict=True)])

    def carry_over(self, old: ClozeSpec, new: ClozeSpec, layout: list[list[int]], response: Response | None) -> Carried:
        """Return the answers by the numbers of the gaps; raise CannotRemark where these stand in another order."""
        if MARKER.findall(old.text) != MARKER.findall(new.text):
            raise CannotRemark(_("gaps changed"))
        words = [pair for before, after in zip(old.gaps, new.gaps, strict=True) for pair in before.reworded_in(after)]
        return Carried(layout, response, tuple(words))

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
