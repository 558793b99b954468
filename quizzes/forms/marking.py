"""The form of marking by hand: points, a comment for the learner, a reason for the record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import marking
from quizzes.forms.posted import replaced
from quizzes.models import Answer


class MarkForm(forms.Form):
    """Marks of one answer. `seen` is when it was marked last, as the person saw it."""

    marks = forms.DecimalField(
        label=gettext_lazy("Points"),
        max_digits=7,
        decimal_places=2,
        widget=forms.NumberInput({"inputmode": "decimal", "class": "form-control"}),
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment for the student"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5, "class": "form-control"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput({"class": "form-control"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    def __init__(self, answer: Answer, data: QueryDict | None = None) -> None:
        self.answer = answer
        first = {"marks": answer.shown_marks, "comment": answer.comment, "seen": _instant(answer.marked_at)}
        super().__init__(data, initial=first)
        marks = self.fields["marks"]
        points = _points(answer.points)
        marks.widget.attrs.update({"min": "0", "max": points, "step": "0.01", "autofocus": not self.needs_reason})
        marks.help_text = _("0 to %(points)s") % {"points": points}
        if self.needs_reason:
            self.fields["reason"].help_text = _("Saved with the change.")
        else:
            del self.fields["reason"]
        if data is not None and "withdraw" in data:
            marks.required = False

    @property
    def needs_reason(self) -> bool:
        """A first marking by hand explains itself; a change of marks needs a reason."""
        return not self.answer.version.kind.is_marked_by_hand or self.answer.override is not None

    @property
    def is_withdrawal(self) -> bool:
        """Back to the automatic marks."""
        return "withdraw" in self.data

    def clean_marks(self) -> Decimal | None:
        marks: Decimal | None = self.cleaned_data["marks"]
        if marks is not None and not 0 <= marks <= self.answer.points:
            raise forms.ValidationError(
                _("Give 0 to %(points)s points."), params={"points": _points(self.answer.points)}
            )
        return marks

    @property
    def words_of_reason(self) -> str:
        return self.cleaned_data.get("reason", "").strip() or _("marked by hand")

    @property
    def fraction(self) -> Fraction | None:
        """The share of the points; marks that stand as they were shown keep the exact one. None: back to the automatic."""
        if self.is_withdrawal:
            return None
        marks: Decimal | None = self.cleaned_data["marks"]
        return (
            self.answer.exact_fraction if marks == self.answer.shown_marks else marking.share(marks, self.answer.points)
        )

    @property
    def seen_at(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None

    def expect(self, marked_at: datetime | None) -> None:
        """Let a second try go on from this marking."""
        self.data = replaced(self.data, "seen", _instant(marked_at))


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _points(points: Decimal) -> str:
    """Return 2.00 as 2, 2.50 as 2.5."""
    return f"{points.normalize():f}"
