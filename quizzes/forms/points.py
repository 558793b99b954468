"""What happens to attempts that were marked by points that the quiz no longer gives: for each assignment, keep or re-mark."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.services.points import Group

KEEP, REMARK = "keep", "remark"


class PointsForm(forms.Form):
    """A choice for each group of attempts; `revision` is that of the quiz the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "For re-marking: kept with every attempt, and shown to students when marks may be seen."
        ),
        widget=forms.TextInput({"class": "vTextField"}),
    )

    def __init__(self, groups: Sequence[Group], data: QueryDict | None, *, initial: dict[str, object]) -> None:
        super().__init__(data, initial=initial)
        self.groups = groups
        for group in groups:
            self.fields[_name(group)] = forms.ChoiceField(
                choices=[(KEEP, _("keep")), (REMARK, _("re-mark all"))],
                initial=KEEP,
                required=False,  # nothing said: keep
                widget=forms.Select({"aria-label": group_name(group)}),
            )

    @property
    def rows(self) -> list[tuple[str, Group, forms.BoundField]]:
        """Return each group with its name and its choice."""
        return [(group_name(group), group, self[_name(group)]) for group in self.groups]

    @property
    def chosen(self) -> set[int]:
        """The keys of the groups to re-mark; call after `is_valid`."""
        return {group.key for group in self.groups if self.cleaned_data.get(_name(group)) == REMARK}

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).strip()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if self.chosen and not cleaned.get("reason"):
            self.add_error("reason", ValidationError(_("Give a reason; it is kept with the change.")))
        return cleaned


def group_name(group: Group) -> str:
    """Return the class and when it was given, or self-study."""
    return str(group.assignment.classroom) if group.assignment else _("self-study")


def _name(group: Group) -> str:
    return f"group-{group.key}"
