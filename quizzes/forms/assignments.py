"""Forms of assignments: what is given to a class, and exceptions for single members.

Instants are typed in the classroom's zone. A time that the clocks skip is refused; one that happens twice is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.forms.quizzes import attempts_field, time_limit_field
from quizzes.local_time import LocalTimeGap, LocalTimeTwice, parse_local
from quizzes.models import Accommodation, Assignment, Quiz
from quizzes.models.quizzes import Preset

FIRST, SECOND = "first", "second"
WHICH = (
    (FIRST, gettext_lazy("the first time, before the clocks go back")),
    (SECOND, gettext_lazy("the second time, after the clocks went back")),
)
FORMAT = "%Y-%m-%dT%H:%M"


class LocalField(forms.Field):
    """A date and time as written on a clock, without a zone."""

    widget = forms.DateTimeInput
    default_error_messages = {"invalid": gettext_lazy("Give a date and a time, such as 2026-03-02 09:00.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format=FORMAT)
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if found.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class ZonedForm(forms.Form):
    """A form with instants in a zone; `stored` are those it starts with, and what is not touched stays to the second."""

    instants: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, zone: str, stored: object = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.asked: set[str] = set()  # fields whose time happens twice
        self.stored = {name: getattr(stored, name, None) for name in self.instants}
        for name, label in self.instants.items():
            self.fields[name] = LocalField(label=label)
            self.fields[f"{name}_which"] = forms.ChoiceField(
                label=_("Which of the two?"), choices=WHICH, required=False, widget=forms.RadioSelect
            )
            self._start_with(name)

    def _start_with(self, name: str) -> None:
        local = self._local(name)
        if local is None:
            return
        self.initial[name] = local.replace(tzinfo=None, fold=0)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            self.asked.add(name)
            self.initial[f"{name}_which"] = SECOND if local.fold else FIRST

    def _local(self, name: str) -> datetime | None:
        stored = self.stored[name]
        return stored.astimezone(ZoneInfo(self.zone)) if stored else None

    @property
    def instant_rows(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Each instant's field, with the question which of two times is meant where it must be asked."""
        return [(self[name], self[f"{name}_which"] if name in self.asked else None) for name in self.instants]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.instants:
            which = cleaned.pop(f"{name}_which", "")
            if cleaned.get(name) is not None:
                cleaned[name] = self._instant(name, cleaned[name], which)
        return cleaned

    def _instant(self, name: str, typed: datetime, which: str) -> datetime | None:
        local = self._local(name)
        is_untouched = local is not None and typed == local.replace(second=0, microsecond=0, tzinfo=None, fold=0)
        if local is not None and is_untouched and which in ("", SECOND if local.fold else FIRST):
            return self.stored[name]
        try:
            return parse_local(typed, self.zone, second={FIRST: False, SECOND: True}.get(which))
        except LocalTimeTwice as error:
            self.asked.add(name)
            self.add_error(name, str(error))
        except (LocalTimeGap, ValueError) as error:
            self.add_error(name, str(error))
        return None

    def _refuse_unless_after(self, cleaned: dict[str, Any], name: str, earlier: str, sentence: str) -> None:
        first, second = cleaned.get(earlier), cleaned.get(name)
        if first and second and second <= first:
            self.add_error(name, sentence)


class AssignmentForm(ZonedForm):
    """A quiz given to a class. With an assignment in `stored` it is changed, and its quiz stays."""

    instants = {"opens_at": gettext_lazy("Opens"), "due_at": gettext_lazy("Due"), "closes_at": gettext_lazy("Closes")}

    quiz = forms.ModelChoiceField(label=gettext_lazy("Quiz"), queryset=Quiz.objects.none())
    late_policy = forms.ChoiceField(
        label=gettext_lazy("Late work"),
        choices=Assignment.LatePolicy,
        initial=Assignment.LatePolicy.ACCEPT,
        help_text=gettext_lazy("What is handed in after it is due, while it is still open."),
    )
    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    feedback = forms.ChoiceField(
        label=gettext_lazy("Feedback"),
        choices=[("", gettext_lazy("as the quiz says")), *Preset.choices],
        required=False,
    )
    apply_to_running = forms.BooleanField(
        label=gettext_lazy("Apply to running attempts"),
        required=False,
        help_text=gettext_lazy("Brings deadlines of attempts in progress down to a shorter limit or an earlier close."),
    )

    def __init__(self, *args: Any, quizzes: Any = None, stored: Assignment | None = None, **kwargs: Any) -> None:
        if stored is not None:
            names = ("late_policy", "time_limit", "attempts_allowed", "feedback")
            kwargs["initial"] = {name: getattr(stored, name) for name in names}
        super().__init__(*args, stored=stored, **kwargs)
        for name in ("time_limit", "attempts_allowed"):
            self.fields[name].help_text = _("Empty: as the quiz says.")
        if stored is None:
            del self.fields["apply_to_running"]
            self.fields["quiz"].queryset = quizzes  # type: ignore[attr-defined]
        else:
            del self.fields["quiz"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_unless_after(cleaned, "closes_at", "opens_at", _("The assignment must close after it opens."))
        self._refuse_unless_after(cleaned, "due_at", "opens_at", _("The assignment is due before it opens."))
        due, closes = cleaned.get("due_at"), cleaned.get("closes_at")
        if due and closes and due > closes:
            self.add_error("due_at", _("The assignment is due after it closes."))
        if cleaned.get("late_policy") == Assignment.LatePolicy.REFUSE and not due and "due_at" not in self.errors:
            self.add_error("due_at", _("Say when it is due, or accept late work."))
        return cleaned


class AccommodationForm(ZonedForm):
    """An exception for one member on one assignment; what is left empty stays as it is for everybody."""

    instants = {"opens_at": gettext_lazy("Opens"), "due_at": gettext_lazy("Due"), "closes_at": gettext_lazy("Closes")}

    time_limit = time_limit_field()
    attempts_allowed = attempts_field()
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Kept with the exception; the student can read it."),
        error_messages={"required": gettext_lazy("Give the reason; it is kept with the exception.")},
    )

    def __init__(self, *args: Any, stored: Accommodation | None = None, **kwargs: Any) -> None:
        if stored is not None:
            names = ("time_limit", "attempts_allowed", "reason")
            kwargs["initial"] = {name: getattr(stored, name) for name in names}
        super().__init__(*args, stored=stored, **kwargs)
        for name in ("time_limit", "attempts_allowed"):
            self.fields[name].help_text = _("Empty: as for everybody.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_unless_after(cleaned, "closes_at", "opens_at", _("The exception must close after it opens."))
        due, closes = cleaned.get("due_at"), cleaned.get("closes_at")
        if due and closes and due > closes:
            self.add_error("due_at", _("The exception is due after it closes."))
        terms = (*self.instants, "time_limit", "attempts_allowed")
        if not self.errors and not any(cleaned.get(name) for name in terms):
            raise ValidationError(_("Nothing is different for this member: fill in at least one of the fields."))
        return cleaned
