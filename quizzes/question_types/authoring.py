"""Forms in which authors write specs: plain fields and rows, made by each type, usable without JavaScript.

A type declares `Form` (a SpecForm with its own plain fields) and `rows` (one RowSet for each list in its spec).
`AuthorForm` puts them together, keeps order and deletion, and hands the result to the type's schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from quizzes.errors import Text
from quizzes.json_types import JSONObject
from quizzes.question_types.faults import TYPED, Fault, InvalidSpec
from quizzes.question_types.formsets import StoredRows, formset_of
from quizzes.question_types.problems import Problem, problems_of
from quizzes.question_types.values import UNSTORABLE


class SpecForm(forms.Form):
    """The plain fields of a spec; every question has these two."""

    stem = forms.CharField(
        label=_("Stem"),
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The question. **bold**, *italic*, lists and links work."),
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Why the answer is right and what each distractor really belongs to; 30 to 120 words."),
    )

    def to_spec(self) -> dict[str, object]:
        """Return the cleaned fields as a part of the spec."""
        return dict(self.cleaned_data)

    @classmethod
    def initial_from(cls, spec: Mapping[str, object]) -> dict[str, object]:
        """Return initial values from a stored spec; a boolean becomes the word of its choice field, or ticks its box."""
        return {
            name: str(value).lower() if isinstance(value, bool) and not _is_box(cls.base_fields[name]) else value
            for name, value in spec.items()
            if name in cls.base_fields
        }


def _is_box(field: forms.Field) -> bool:
    return isinstance(field, forms.BooleanField)


class FilledForm(SpecForm):
    """A SpecForm whose blank fields are left out of the spec, so that the schema's own defaults hold."""

    def to_spec(self) -> dict[str, object]:
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class RowForm(forms.Form):
    """One row of a RowSet; a row left wholly blank is dropped."""

    holds: ClassVar[str | None] = None  # the field that faults of its content stand at

    def to_spec(self) -> object:
        """Return the cleaned row as an entry of the list."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("ORDER", "DELETE")}

    @classmethod
    def initial_from(cls, value: JSONObject) -> dict[str, object]:
        """Return initial values from an entry of a stored spec."""
        return dict(value)

    def has_changed(self) -> bool:
        """Return whether anything was written here; a place in the order or a field left as offered does not count."""
        return any(name not in ("ORDER", "DELETE") and self[name].data for name in self.changed_data)


class RowFormSet(StoredRows[RowForm]):
    """The rows of a RowSet; blank ones are offered where nothing is stored."""

    rows: RowSet

    def rows_at_first(self) -> int:
        return len(self.stored) or self.rows.starting


def lines(
    label: Text, *, rows: int = 2, required: bool = False, limit: int = 1000, help_text: Text = ""
) -> forms.CharField:
    """Return a field for a sentence or two."""
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea({"rows": rows}), help_text=help_text
    )


def signed_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Answers may be negative"),
        required=False,
        help_text=_("Gives phones a keyboard with a minus sign, and with letters for powers of ten."),
    )


def decimal_mark_field() -> forms.ChoiceField:
    """Return a field: how a comma or a point before exactly three digits is read."""
    return forms.ChoiceField(
        label=_("“1,200” and “1.200” are"),
        choices=[
            ("either", _("1200 or 1.2, whichever you foresee")),
            ("point", _("1200 and 1.2: decimals after a point")),
            ("comma", _("1.2 and 1200: decimals after a comma")),
        ],
        required=False,
        initial="either",
        help_text=_("As the right number or as a near miss. Students see how their number was read."),
    )


@dataclass(frozen=True)
class RowSet:
    """A list in a spec that authors write row by row; `starting` blank rows are offered for a new question."""

    name: str
    row: type[RowForm]
    label: Text
    minimum: int = 1
    starting: int = 3
    maximum: int = 30
    help_text: Text = ""
    each: Text = ""  # what one of them is called
    too_few: Text = ""  # what to do about fewer than the least

    def of(self, row: type[RowForm], *, starting: int) -> RowSet:
        """Return the same list, written in other rows."""
        return replace(self, row=row, starting=starting)


def _with_more(data: QueryDict, rows: RowSet, prefix: str) -> QueryDict:
    """Return posted data with three more blank rows, which offer what a new row offers."""
    data = data.copy()
    posted = data.get(f"{prefix}-TOTAL_FORMS", "")
    count = int(posted) if posted.isascii() and posted.isdigit() and len(posted) < 4 else 0
    for index in range(count, count + 3):
        for name, field in rows.row.base_fields.items():
            if field.initial is not None:
                data[f"{prefix}-{index}-{name}"] = field.initial
    data[f"{prefix}-TOTAL_FORMS"] = str(count + 3)
    return data


class AuthoredType(Protocol):
    """What a form for authors needs of a question type."""

    Form: ClassVar[type[SpecForm]]
    rows: ClassVar[Sequence[RowSet]]

    def written(self, data: object) -> object: ...


class AuthorForm:
    """The whole form of one type, bound to posted data or filled from a stored spec."""

    def __init__(
        self,
        kind: AuthoredType,
        data: Mapping[str, object] | None = None,
        *,
        spec: JSONObject | None = None,
        more_rows: str = "",
    ) -> None:
        stored = spec or {}
        if data is None and TYPED in stored:
            data = MultiValueDict(stored[TYPED])
        self.kind = kind
        self.main = kind.Form(data, prefix="spec", initial=kind.Form.initial_from(stored))
        self.rowsets = [self._formset(rows, data, stored.get(rows.name, ()), more_rows) for rows in kind.rows]

    def _formset(
        self, rows: RowSet, data: Mapping[str, object] | None, stored: Sequence[JSONObject], more_rows: str
    ) -> RowFormSet:
        prefix = f"spec-{rows.name}"
        if isinstance(data, QueryDict) and more_rows == rows.name:
            data = _with_more(data, rows, prefix)
        factory = formset_of(rows.row, RowFormSet, can_order=True, most=rows.maximum)
        factory.rows = rows
        factory.stored = [rows.row.initial_from(item) for item in stored]
        return factory(data, prefix=prefix)

    def is_valid(self) -> bool:
        """Return whether fields, rows and the type's schema accept it; faults of the schema join the form's errors."""
        valid = [self.main.is_valid(), *(rows.is_valid() for rows in self.rowsets)]
        if not all(valid):
            return False
        try:
            self.kind.written(self.to_spec())
        except InvalidSpec as error:
            for fault in error.faults:
                self._place(fault)
            return False
        return True

    def _place(self, fault: Fault) -> None:
        """Put a fault at its field or its row; one of the whole at the first rows, where there are any."""
        name, *rest = fault.path or ("",)
        formset = next((rowset for rowset in self.rowsets if rowset.rows.name == name), None)
        if formset is not None and rest and isinstance(rest[0], int):
            row = formset.ordered_forms[rest[0]]
            field = next((str(step) for step in reversed(rest) if step in row.fields), row.holds)
            row.add_error(field, fault.at_its_field if field else fault.sentence)
        elif name in self.main.fields:
            self.main.add_error(str(name), fault.at_its_field)
        elif not self.rowsets:
            self.main.add_error(None, fault.sentence)
        else:
            formset = formset or self.rowsets[0]
            few = formset.rows.too_few if fault.is_too_few else ""
            formset.non_form_errors().append(str(few) or fault.sentence)

    @property
    def has_stem(self) -> bool:
        """Whether there is enough to keep: a stem that can be stored."""
        return "stem" not in self.main.errors

    def unfinished(self) -> dict[str, object]:
        """Return what to keep of a form that is not valid: its stem, and every field as it was posted."""
        data = self.main.data
        posted = data.lists() if isinstance(data, MultiValueDict) else ()
        typed = {
            name: [UNSTORABLE.sub("", value) for value in values] for name, values in posted if name.startswith("spec-")
        }
        return {"stem": self.main.cleaned_data["stem"], TYPED: typed}

    def problems(self) -> list[Problem]:
        """Return every error with the element it stands at, in the order of the page; call after `is_valid`."""
        found = problems_of(self.main)
        for formset in self.rowsets:
            found += [Problem(f"{formset.prefix}-title", str(error)) for error in formset.non_form_errors()]
            for number, row in enumerate(formset.forms, start=1):
                found += problems_of(row, f"{formset.rows.each or formset.rows.label} {number}")
        return found

    def to_spec(self) -> dict[str, object]:
        """Return the spec as posted; call after the parts are valid."""
        spec = self.main.to_spec()
        for formset in self.rowsets:
            spec[formset.rows.name] = [form.to_spec() for form in formset.ordered_forms]
        return spec


def unfinished_faults(kind: AuthoredType, spec: JSONObject) -> list[str]:
    """Return what keeps the draft of a question that is not finished from being published."""
    form = AuthorForm(kind, spec=spec)
    form.is_valid()
    return [problem.what for problem in form.problems()]
