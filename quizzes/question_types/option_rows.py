"""Rows in which authors write the options of a choice, with boxes or, where one is right, radio buttons for the key."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.question_types.authoring import RowForm, RowSet


class KeyRadio(forms.RadioSelect):
    """The right one of several rows: the boxes of all rows are one group, whose value is the number of the row."""

    template_name = "django/forms/widgets/input.html"
    input_type = "radio"

    @staticmethod
    def _parts(name: str) -> tuple[str, str]:
        """Return ("spec-options-correct", "3") of "spec-options-3-correct"."""
        group, number, field = name.rsplit("-", 2)
        return f"{group}-{field}", number

    def get_context(self, name: str, value: object, attrs: dict[str, object] | None) -> dict[str, object]:
        group, number = self._parts(name)
        built = self.build_attrs(self.attrs, attrs) | ({"checked": True} if value else {})
        widget = {"name": group, "value": number, "type": "radio", "attrs": built, "template_name": self.template_name}
        return {"widget": widget | {"is_hidden": False, "required": False}}

    def value_from_datadict(self, data: Mapping[str, object], files: object, name: str) -> bool:
        group, number = self._parts(name)
        return data.get(group) == number if group in data else data.get(name) not in (None, "", "false")

    def value_omitted_from_data(self, data: object, files: object, name: str) -> bool:
        return False  # none chosen is an answer

    def id_for_label(self, id_: str, index: object = None) -> str:
        return id_


class OptionRow(RowForm):
    text = forms.CharField(label=_("Option"), max_length=1000, widget=forms.Textarea({"rows": 2}))
    correct = forms.BooleanField(label=_("Correct"), required=False)
    feedback = forms.CharField(label=_("Feedback"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))
    pinned = forms.BooleanField(label=_("Keep last"), required=False)


class SingleOptionRow(OptionRow):
    correct = forms.BooleanField(label=_("Correct"), required=False, widget=KeyRadio)


OPTIONS = RowSet(
    "options",
    OptionRow,
    _("Options"),
    minimum=2,
    starting=5,
    each=_("Option"),
    too_few=_("Add at least two options."),
)
