"""Short answer: a word or a few, compared with the accepted ones.

    {"stem": "Which department is in charge?", "answers": [
        {"text": "Department of Peace Operations", "fraction": 1, "feedback": "…"},
        {"text": "*Peace Operations*", "fraction": 0.5, "feedback": "…"}], "feedback_wrong": "…"}

`accents_matter` (false) makes é differ from e. How texts are compared stands in text_match.py.
"""

from collections.abc import Iterator
from fractions import Fraction

from django import forms
from django.utils.translation import gettext_lazy

from quizzes.question_types.authoring import FilledForm, RowForm, RowSet, lines
from quizzes.question_types.base import (
    Claim,
    Example,
    Grade,
    Part,
    QuestionType,
    Remark,
    ResponseClass,
    Spec,
)
from quizzes.question_types.claims import claimed_texts
from quizzes.question_types.fields import known_fields, single_value, told
from quizzes.question_types.text_match import (
    TEXT_LIMIT,
    TextKey,
    judged_text,
    plain_answer,
    text_feedbacks,
    text_label,
    text_share,
    unread_text,
)


class ShortAnswerSpec(TextKey, Spec):
    pass


class ShortAnswerForm(FilledForm):
    accents_matter = forms.BooleanField(
        label=gettext_lazy("Accents matter"),
        required=False,
        help_text=gettext_lazy(
            "Leave open to take “Cote d'Ivoire” for “Côte d'Ivoire”. Case matters only between answers that differ in nothing else."
        ),
    )
    feedback_wrong = lines(gettext_lazy("Feedback to any other answer"))


class AnswerRow(RowForm):
    text = forms.CharField(
        label=gettext_lazy("Accepted answer"),
        max_length=1000,
        help_text=gettext_lazy("* stands for any run of characters."),
    )
    fraction = forms.CharField(
        label=gettext_lazy("Share"),
        max_length=20,
        initial="1",
        help_text=gettext_lazy("1 for every point, 0.5 for half of them, 1/3, or 0 for a foreseen mistake."),
    )
    feedback = lines(gettext_lazy("Feedback"))


class ShortAnswer(QuestionType[ShortAnswerSpec, object, str]):
    key = "short_answer"
    name = gettext_lazy("Short answer")
    instruction = gettext_lazy("short answer")
    text_limit = TEXT_LIMIT
    order = 4
    seconds = 60
    places = {"answers": gettext_lazy("answer"), "text": "", "fraction": gettext_lazy("share")}
    Spec = ShortAnswerSpec
    Form = ShortAnswerForm
    rows = (
        RowSet(
            "answers",
            AnswerRow,
            gettext_lazy("Accepted answers"),
            starting=3,
            maximum=60,
            each=gettext_lazy("Answer"),
            too_few=gettext_lazy("Add at least one accepted answer."),
        ),
    )

    def present(self, spec: ShortAnswerSpec, layout: list[object], response: str | None) -> dict[str, object]:
        return {
            "value": response or "",
            "limit": self.text_limit,
        } | told(self.remarks(spec, layout, response))

    def parse(self, spec: ShortAnswerSpec, layout: list[object], fields: object) -> str | None:
        return single_value(known_fields(fields, ["text"]), "text")

    def posted(self, spec: ShortAnswerSpec, layout: list[object], response: str | None) -> dict[str, list[str]]:
        return {} if response is None else {"text": [response]}

    def remarks(self, spec: ShortAnswerSpec, layout: list[object], response: str | None) -> list[Remark]:
        unread = unread_text(response or "")
        return [Remark("text", unread)] if unread else []

    def is_blank(self, spec: ShortAnswerSpec, response: str | None) -> bool:
        return response is None or bool(unread_text(response))

    def grade(self, spec: ShortAnswerSpec, response: str | None) -> Grade:
        fraction = text_share(spec, response)
        return Grade(fraction, (Part("text", fraction),))

    def reveal(self, spec: ShortAnswerSpec, layout: list[object], response: str | None) -> dict[str, object]:
        return self.present(spec, layout, response) | judged_text(spec, response)

    def response_words(self, spec: ShortAnswerSpec, response: str | None) -> str:
        return response or ""

    def model_response(self, spec: ShortAnswerSpec) -> str:
        return plain_answer(spec)

    def claims(self, spec: ShortAnswerSpec, layout: list[object]) -> Iterator[Claim]:
        for where, text, fraction in claimed_texts(spec):
            yield Claim(where, {"text": [text]}, fraction)

    def classify(self, spec: ShortAnswerSpec, response: str | None) -> list[ResponseClass]:
        if response is None:
            return []
        return [ResponseClass("text", text_label(spec, response), text_share(spec, response) == 1)]

    def key_texts(self, spec: ShortAnswerSpec) -> list[str]:
        return [answer.text for answer in spec.answers if answer.fraction]

    def feedback_texts(self, spec: ShortAnswerSpec) -> list[str]:
        return text_feedbacks(spec)

    examples = (
        Example(
            spec={
                "stem": "Which department is in charge of peacekeeping?",
                "answers": [
                    {"text": "Department of Peace Operations", "feedback": "It carries the name since 2019."},
                    {"text": "DPO"},
                    {"text": "*peace operations*", "fraction": 0.5, "feedback": "Say what kind of body it is."},
                    {"text": "DPKO", "fraction": "1/3", "feedback": "That is the former name."},
                    {"text": "DPPA", "fraction": 0, "feedback": "That is the sister department."},
                ],
                "feedback_wrong": "Think of the department that plans missions.",
            },
            graded=(
                ("Department of Peace Operations", Fraction(1)),
                ("department  of PEACE operations.", Fraction(1)),
                ("dpo", Fraction(1)),
                ("Office of Peace Operations", Fraction(1, 2)),
                ("Ｄpko", Fraction(1, 3)),
                ("DPPA", Fraction(0)),
                ("Secretariat", Fraction(0)),
                (None, Fraction(0)),
            ),
        ),
        Example(
            spec={
                "stem": "Which country hosted UNOCI?",
                "answers": [{"text": "Côte d’Ivoire"}],
                "accents_matter": True,
            },
            graded=(
                ("côte d'ivoire", Fraction(1)),
                ("Cote d'Ivoire", Fraction(0)),
            ),
        ),
    )


TYPE = ShortAnswer()
