"""Forms of a blueprint: the cells that a quiz is composed of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import question_types
from quizzes.errors import Text
from quizzes.forms.fields import choice, model_choice
from quizzes.forms.quiz_fields import whole_number
from quizzes.models import Quiz, QuizItem, Source, Tag, Topic
from quizzes.models.classification import Bloom, Difficulty
from quizzes.question_types.formsets import StoredRows, formset_of


class CellForm(forms.Form):
    """One row of a blueprint; a row left blank is dropped."""

    draw_count = whole_number(
        1, 200, gettext_lazy("Draw 1 to 200 questions."), label=gettext_lazy("How many"), required=True
    )
    topic = forms.ModelChoiceField(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), required=False)
    source = forms.ModelChoiceField(label=gettext_lazy("Source"), queryset=Source.objects.all(), required=False)
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    difficulty = forms.ChoiceField(label=gettext_lazy("Difficulty"), required=False)
    bloom = forms.ChoiceField(label=gettext_lazy("Bloom level"), required=False)
    tag = forms.ModelChoiceField(label=gettext_lazy("Tag"), queryset=Tag.objects.all(), required=False)
    fills_up = forms.BooleanField(
        label=gettext_lazy("Fill up from elsewhere"),
        required=False,
        help_text=gettext_lazy("Where too few questions match, take the rest from the nearest other ones."),
    )
    points = forms.DecimalField(
        label=gettext_lazy("Points each"),
        max_digits=5,
        decimal_places=2,
        initial=1,
        required=False,
        widget=forms.NumberInput({"class": "ws-short", "step": "0.01"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything: list[tuple[str, Text]] = [("", _("any"))]
        choice(self, "type").choices = anything + question_types.choices()
        choice(self, "difficulty").choices = anything + list(Difficulty.choices)
        choice(self, "bloom").choices = anything + list(Bloom.choices)

    def has_changed(self) -> bool:
        return any(name not in ("points", "ORDER", "DELETE") for name in self.changed_data)

    def clean_points(self) -> Decimal:
        points: Decimal | None = self.cleaned_data["points"]
        if points is not None and points <= 0:
            raise ValidationError(_("Points must be above 0."))
        return Decimal(1) if points is None else points

    def item(self, quiz: Quiz, position: int) -> QuizItem:
        """Return the row as an unsaved draw rule."""
        cleaned = {name: value for name, value in self.cleaned_data.items() if name not in ("ORDER", "DELETE")}
        return QuizItem(quiz=quiz, position=position, **cleaned)


class BaseCells(StoredRows[CellForm]):
    """Rows of a blueprint, filled from the draw rules that are there."""

    minimum_rows = 4

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[object, object]]] = {}
        for form in [*self.forms, self.empty_form]:
            for name in ("topic", "source", "tag"):  # asked for once, not for every row
                field = model_choice(form, name)
                if name not in choices:
                    field.empty_label = _("any")
                    choices[name] = list(field.iterator(field))
                field.choices = choices[name]

    def rows_at_first(self) -> int:
        return max(super().rows_at_first(), self.minimum_rows)

    def items(self, quiz: Quiz) -> list[QuizItem]:
        """Return the rows in their order, as unsaved draw rules of the quiz; call after `is_valid`."""
        return [form.item(quiz, place) for place, form in enumerate(self.ordered_forms, start=1)]


def cells(quiz: Quiz, data: QueryDict | None = None) -> BaseCells:
    """Return the blueprint form of a quiz."""
    factory = formset_of(CellForm, BaseCells, can_order=True, most=60)
    factory.stored = list(
        quiz.items.filter(question=None).values(
            "draw_count", "topic", "source", "type", "difficulty", "bloom", "tag", "fills_up", "points"
        )
    )
    return factory(data, prefix="cells")


class ComposeForm(forms.Form):
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0)
