"""Forms of an instructor for one attempt: a new deadline while it runs, and opening it again when it is closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.fields import choice
from quizzes.forms.instants import ZonedForm
from quizzes.forms.posted import replaced
from quizzes.forms.quiz_fields import whole_number
from quizzes.models import Attempt

MORE, UNTIL, UNTIMED = "more", "until", "untimed"
MINUTES = gettext_lazy("Give 1 to 1,440 minutes.")


class EndForm(ZonedForm):
    """When an attempt shall end, in one of three ways, and why. `ends_at` is the answer once the form is valid.

    Minutes count from the deadline of an attempt that runs (`seen`, as the person saw it), else from `now`.
    """

    instants = {"due_at": gettext_lazy("Until")}

    how = forms.ChoiceField(label=gettext_lazy("New deadline"), widget=forms.RadioSelect, initial=MORE)
    minutes = whole_number(1, 1440, MINUTES, label=gettext_lazy("Minutes"), initial=15)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Saved with the change; the student can read it."),
        error_messages={"required": gettext_lazy("Give a reason; it is saved with the change.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    def __init__(self, data: object = None, *, attempt: Attempt, now: datetime, zone: str) -> None:
        self.now, self.runs_until = now, attempt.due_at if attempt.is_in_progress else None
        is_untimed = attempt.is_in_progress and attempt.due_at is None
        super().__init__(data, zone=zone, stored=attempt if attempt.is_in_progress else None)
        self.initial["seen"] = _instant(self.runs_until)
        more = _("more minutes") if self.runs_until else _("minutes from now")
        ways = [(MORE, more), (UNTIL, _("until a date and time")), (UNTIMED, _("no deadline"))]
        choice(self, "how").choices = ways[:2] if is_untimed else ways

    @property
    def seen_at(self) -> datetime | None:
        """The deadline that the person saw when they wrote this."""
        try:
            return parse_datetime(self.cleaned_data.get("seen", ""))
        except ValueError:
            return None

    @property
    def words(self) -> str:
        """The reason."""
        reason: str = self.cleaned_data["reason"]
        return reason

    @property
    def ends_at(self) -> datetime | None:
        """The new deadline; None is without one."""
        due_at: datetime | None = self.cleaned_data["due_at"]
        return due_at

    def expect(self, due_at: datetime | None) -> None:
        """Let a second try go on from this deadline."""
        self.data = replaced(self.data, "seen", _instant(due_at))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        how = cleaned.get("how")
        for name, belongs_to in (("minutes", MORE), ("due_at", UNTIL)):
            if how != belongs_to:  # what stands in the fields of another choice is not meant
                self.errors.pop(name, None)
        if how == MORE and "minutes" not in self.errors:
            cleaned["due_at"] = self._after(cleaned.get("minutes"))
        elif how == UNTIMED:
            cleaned["due_at"] = None
        elif how == UNTIL and "due_at" not in self.errors:
            self._check_instant(cleaned.get("due_at"))
        return cleaned

    def _after(self, minutes: int | None) -> datetime | None:
        if minutes is None:
            raise ValidationError({"minutes": MINUTES})
        return (self.runs_until or self.now) + timedelta(minutes=minutes)

    def _check_instant(self, due_at: datetime | None) -> None:
        if due_at is None:
            raise ValidationError({"due_at": _("Give a date and a time, such as 2026-03-02 09:00.")})
        if due_at <= self.now:
            raise ValidationError({"due_at": _("The new deadline must be in the future.")})
        if due_at == self.runs_until:
            raise ValidationError({"due_at": _("This is the deadline already.")})


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else ""
