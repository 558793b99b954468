"""Essay: a longer text, marked by a person with the help of a rubric.

    {"stem": "Discuss …", "min_words": 100, "max_words": 400, "model_answer": "…", "rubric": [
        {"criterion": "Evidence", "description": "Names two missions and what they show.", "share": 0.5},
        {"criterion": "Argument", "description": "Weighs both sides.", "share": 0.5}]}

The shares of the rubric add up to 1. Learners see criteria and shares before they write, descriptions and the model
answer afterwards. Word limits are shown and counted, and never a reason not to save: the instructor decides.
"""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import AfterValidator, Field, model_validator

from quizzes.errors import Text
from quizzes.question_types.authoring import FilledForm, RowForm, RowSet, lines
from quizzes.question_types.base import Claim, Example, Fields, Grade, QuestionType, ResponseClass, Shown, Spec
from quizzes.question_types.fields import MAX_ANSWER, known_fields, single_value, told
from quizzes.question_types.values import MAX_TEXT, LongText, RequiredText, Share, SpecModel, storable

WORD = re.compile(r"\w+(?:['’\-]\w+)*")
INSIDE_WORDS = "\u00ad\u200c\u200d"  # soft hyphen, and what keeps letters apart or together in Persian and Hindi
Words = Annotated[int, Field(ge=1, le=1500)]


class Criterion(SpecModel):
    criterion: RequiredText
    description: Annotated[str, Field(max_length=2000), AfterValidator(storable)] = ""
    share: Share


class EssaySpec(Spec):
    min_words: Words | None = None
    max_words: Words | None = None
    rubric: Annotated[tuple[Criterion, ...], Field(max_length=12)] = ()
    model_answer: LongText = ""

    @model_validator(mode="after")
    def limits_and_shares_fit(self) -> "EssaySpec":
        if self.min_words and self.max_words and self.min_words > self.max_words:
            raise ValueError(_("the least number of words is above the greatest"))
        whole = sum((row.share for row in self.rubric), Fraction(0))
        if self.rubric and whole != 1:
            raise ValueError(_("the shares of the rubric add up to %(sum)s; they must make 1") % {"sum": whole})
        return self


class EssayForm(FilledForm):
    min_words = forms.IntegerField(label=gettext_lazy("Words at least"), required=False, min_value=1, max_value=1500)
    max_words = forms.IntegerField(label=gettext_lazy("Words at most"), required=False, min_value=1, max_value=1500)
    model_answer = lines(
        gettext_lazy("Model answer"), rows=6, limit=MAX_TEXT, help_text=gettext_lazy("Shown to students after marking.")
    )


class CriterionRow(RowForm):
    criterion = forms.CharField(label=gettext_lazy("Criterion"), max_length=1000)
    description = lines(gettext_lazy("What earns it"), limit=2000)
    share = forms.CharField(
        label=gettext_lazy("Share"), max_length=20, help_text=gettext_lazy("0.5, 1/3 …; together 1.")
    )


class Essay(QuestionType[EssaySpec, object, str]):
    key = "essay"
    name = gettext_lazy("Essay")
    instruction = gettext_lazy("essay")
    text_limit = MAX_ANSWER
    order = 9
    scripts = ("essay",)
    seconds = 900
    is_marked_by_hand = True
    places = {"rubric": gettext_lazy("criterion")}
    Spec = EssaySpec
    Form = EssayForm
    rows = (
        RowSet(
            "rubric",
            CriterionRow,
            gettext_lazy("Rubric"),
            minimum=0,
            starting=3,
            maximum=12,
            each=gettext_lazy("Criterion"),
        ),
    )

    def scoring_note(self, spec: EssaySpec) -> Text:
        return gettext_lazy("Your instructor marks this question; your final score comes after that.")

    def present(self, spec: EssaySpec, layout: list[object], response: str | None) -> Shown:
        return {
            "value": response or "",
            "words": word_count(response),
            "limits": limits(spec),
            "limit": self.text_limit,
            "rubric": [{"criterion": row.criterion, "percent": percent(row.share)} for row in spec.rubric],
        } | told(self.remarks(spec, layout, response))

    def parse(self, spec: EssaySpec, layout: list[object], fields: Fields) -> str | None:
        return single_value(known_fields(fields, ["text"]), "text")

    def posted(self, spec: EssaySpec, layout: list[object], response: str | None) -> dict[str, list[str]]:
        return {} if response is None else {"text": [response]}

    def grade(self, spec: EssaySpec, response: str | None) -> Grade:
        return Grade(Fraction(0) if response is None else None)

    def reveal(self, spec: EssaySpec, layout: list[object], response: str | None) -> Shown:
        shown = self.present(spec, layout, response)
        for row, criterion in zip(shown["rubric"], spec.rubric, strict=True):
            row["description"] = criterion.description
        return shown | {"model_answer": spec.model_answer, "outside": outside(spec, response)}

    def response_words(self, spec: EssaySpec, response: str | None) -> str:
        return response or ""

    def model_response(self, spec: EssaySpec) -> str | None:
        return spec.model_answer or None

    def claims(self, spec: EssaySpec, layout: list[object]) -> Iterator[Claim]:
        return iter(())  # a person marks it

    def classify(self, spec: EssaySpec, response: str | None) -> list[ResponseClass]:
        return []  # texts fall into no classes

    def key_texts(self, spec: EssaySpec) -> list[str]:
        return [spec.model_answer] if spec.model_answer else []

    def feedback_texts(self, spec: EssaySpec) -> list[str]:
        return [row.description for row in spec.rubric]

    examples = (
        Example(
            spec={
                "stem": "Discuss how consent shapes a peacekeeping mission.",
                "min_words": 100,
                "max_words": 400,
                "rubric": [
                    {"criterion": "Evidence", "description": "Names two missions.", "share": "1/3"},
                    {"criterion": "Argument", "description": "Weighs both sides.", "share": "2/3"},
                ],
                "model_answer": "Consent of the parties gives a mission access and safety.\n\nWithout it, it must use force.",
            },
            graded=(("Consent matters because …", None), (None, Fraction(0))),
        ),
        Example(spec={"stem": "What surprised you most?"}, graded=(("The budget.", None), (None, Fraction(0)))),
    )


def word_count(text: str | None) -> int:
    return len(WORD.findall(_bare(text or "")))


def _bare(text: str) -> str:
    """Return a text without the marks of its letters: vowel signs and points are no ends of words."""
    if text.isascii():
        return text
    return "".join(char for char in text if char not in INSIDE_WORDS and not unicodedata.category(char).startswith("M"))


def limits(spec: EssaySpec) -> str:
    """Return the word limits, as they stand after “24 of”; empty without any."""
    if spec.min_words and spec.max_words:
        return _("%(low)d–%(high)d words") % {"low": spec.min_words, "high": spec.max_words}
    if spec.min_words:
        least = ngettext("at least %(low)d word", "at least %(low)d words", spec.min_words)
        return least % {"low": spec.min_words}
    if spec.max_words:
        most = ngettext("at most %(high)d word", "at most %(high)d words", spec.max_words)
        return most % {"high": spec.max_words}
    return ""


def outside(spec: EssaySpec, response: str | None) -> str:
    """Return which limit a text misses: below, above, or neither."""
    count = word_count(response)
    if response is not None and spec.min_words and count < spec.min_words:
        return "below"
    return "above" if spec.max_words and count > spec.max_words else ""


def percent(share: Fraction) -> int:
    """Return a share in whole percent, for people to read."""
    return int(share * 100 + Fraction(1, 2))


TYPE = Essay()
