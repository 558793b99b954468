"""Forms of a roster: the file, and how it is to be read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.formats.budgets import COLUMNS
from quizzes.formats.roster_columns import AUTOMATIC, FIRST_ROWS
from quizzes.formats.roster_files import ENCODINGS
from quizzes.formats.rosters import Choice, Layout
from quizzes.forms.fields import choice

ROSTER_BYTES = 1_000_000
FIELDS = (
    ("", gettext_lazy("left out")),
    ("email", gettext_lazy("E-mail address")),
    ("first_name", gettext_lazy("First name")),
    ("last_name", gettext_lazy("Last name")),
    ("full_name", gettext_lazy("Full name, “First Last” or “Last, First”")),
    ("last_first", gettext_lazy("Full name, last name first")),
    ("username", gettext_lazy("User name")),
)


class RosterForm(forms.Form):
    """A file with the members, or the one just reported on, carried along by the page until it is confirmed."""

    file = forms.FileField(
        label=gettext_lazy("List of students"),
        required=False,
        help_text=gettext_lazy("CSV or XLSX; at most 1 MB and 2,000 rows."),
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    carried = forms.CharField(required=False, widget=forms.HiddenInput, max_length=ROSTER_BYTES * 2)
    carried_name = forms.CharField(required=False, widget=forms.HiddenInput, max_length=255)

    def clean(self) -> dict[str, object]:
        """Add `data` (bytes) and `name`; `is_confirmed` says that a report on this very file was seen."""
        cleaned = super().clean() or {}
        upload, carried = cleaned.get("file"), cleaned.get("carried", "")
        if upload is not None:
            if upload.size > ROSTER_BYTES:
                raise ValidationError(_("This file is larger than 1 MB. Upload only the list of names."))
            return cleaned | {"data": upload.read(), "name": upload.name, "is_confirmed": False}
        if not carried:
            raise ValidationError(_("Choose a file first."))
        try:
            data = base64.b64decode(carried, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(_("The file got lost. Choose it again.")) from error
        is_confirmed = self.data.get("do") != "look"
        return cleaned | {"data": data, "name": cleaned.get("carried_name", ""), "is_confirmed": is_confirmed}


class ReadingForm(forms.Form):
    """How the file is read: encoding, row of headings, and a field for each column."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding of letters"), required=False)
    heading = forms.TypedChoiceField(label=gettext_lazy("Headings are in"), coerce=int, required=False)

    # What the page showed. Columns count with their own headings only: read in another way, they are found again.
    encoding_shown = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)
    heading_shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, layout: Layout | None = None) -> None:
        super().__init__(data)
        self.layout = layout
        choice(self, "encoding").choices = [("", _("as detected")), *ENCODINGS.items()]
        choice(self, "heading").choices = list(self._rows())
        for place in range(COLUMNS if layout is None else len(layout.columns)):
            self.fields[f"column_{place}"] = forms.ChoiceField(choices=FIELDS, required=False)
        for name in ("encoding", "heading", *(name for name in self.fields if name.startswith("column_"))):
            self.fields[name].widget.attrs["class"] = "form-select"
        if layout is not None:
            self._show(layout)

    def _rows(self) -> Iterator[tuple[int, str]]:
        yield AUTOMATIC, _("the row that looks like headings")
        yield 0, _("no row: the list starts with people")
        shown = range(1, 3 * FIRST_ROWS) if self.layout is None else [number for number, _cells in self.layout.sample]
        for number in shown:
            yield number, _("row %(number)d") % {"number": number}

    def _show(self, layout: Layout) -> None:
        """Fill in how it was read."""
        self.initial = {"encoding": layout.encoding, "heading": layout.heading}
        self.initial |= {"encoding_shown": layout.encoding, "heading_shown": layout.heading}
        for place, column in enumerate(layout.columns):
            self.initial[f"column_{place}"] = column.field
            self.fields[f"column_{place}"].label = column.name

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column_")]

    def choice(self) -> Choice:
        """Return what was chosen; what makes no sense counts as not chosen."""
        self.is_valid()
        fields = self.cleaned_data
        encoding, heading = fields.get("encoding", ""), fields.get("heading", "")
        heading = AUTOMATIC if heading == "" else heading
        if (encoding, heading) != (fields.get("encoding_shown"), fields.get("heading_shown")):
            return Choice(encoding, heading)
        sent = [f"column_{place}" for place in range(COLUMNS) if f"column_{place}" in self.data]
        return Choice(encoding, heading, tuple(fields.get(name, "") for name in sent))
