"""Forms of the places in sources that a question rests on."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.models import Source
from quizzes.question_types.formsets import StoredRows


class PlaceForm(forms.Form):
    """A place in a source; a row left blank is dropped."""

    source = forms.ModelChoiceField(label=gettext_lazy("Source"), queryset=Source.objects.all())
    paragraph = forms.IntegerField(
        label=gettext_lazy("Paragraph"), min_value=1, max_value=32_767, widget=forms.NumberInput({"class": "ws-short"})
    )
    evidence = forms.CharField(
        label=gettext_lazy("Quote"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("2 to 12 words, word for word."),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        source, paragraph = cleaned.get("source"), cleaned.get("paragraph")
        if source and paragraph and not source.has_paragraph(paragraph):
            self.add_error("paragraph", _("This source has no paragraph %(n)d.") % {"n": paragraph})
        return cleaned


class Places(StoredRows[PlaceForm]):
    """Places in sources, each listed once."""

    def clean(self) -> None:
        seen = set()
        for form in self.kept_forms():
            place = (form.cleaned_data.get("source"), form.cleaned_data.get("paragraph"))
            if None not in place and place in seen:
                form.add_error("paragraph", _("This place is listed already."))
            seen.add(place)

    def kept_forms(self) -> list[PlaceForm]:
        return [form for form in self.forms if form.has_changed() and not form.cleaned_data.get("DELETE")]


def with_more_places(data: QueryDict | None) -> QueryDict | None:
    """Return posted data with two more rows for places."""
    if data is None:
        return None
    data = data.copy()
    data["places-TOTAL_FORMS"] = str(int(data.get("places-TOTAL_FORMS", "0")) + 2)
    return data
