"""Instants in forms: typed as on a clock, in a zone. What is not touched stays as it is stored, to the microsecond.

A time that the clocks skip is refused; one that happens twice is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import zones
from quizzes.errors import Text
from quizzes.local_time import LocalTimeGap, LocalTimeTwice, parse_local

FIRST, SECOND = "first", "second"
WHICH = (
    (FIRST, gettext_lazy("the first time, before the clocks go back")),
    (SECOND, gettext_lazy("the second time, after the clocks went back")),
)
FORMAT = "%Y-%m-%dT%H:%M"


MINUTE, SECONDS = timedelta(minutes=1), timedelta(seconds=1)  # to which a field shows an instant


def which_of_two(instant: datetime, zone: str) -> str:
    """Return which of the two an instant is, where its local time happens twice; else empty."""
    local = instant.astimezone(ZoneInfo(zone))
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return SECOND if local.fold else FIRST


def meant(typed: datetime, which: str, zone: str, *, stored: datetime | None, shown: timedelta) -> datetime:
    """Return the instant that was typed; the very one that is stored, where what was shown of it was not touched.

    Raises LocalTimeGap, LocalTimeTwice or ValueError with a sentence, as `parse_local` does.
    """
    if stored is not None:
        local = stored.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        kept = local.replace(microsecond=0, second=0 if shown == MINUTE else local.second)
        if typed == kept and which in ("", which_of_two(stored, zone)):
            return stored
    return parse_local(typed, zone, second={FIRST: False, SECOND: True}.get(which))


class LocalField(forms.Field):
    """A date and time as written on a clock, without a zone."""

    widget = forms.DateTimeInput
    default_error_messages = {"invalid": gettext_lazy("Give a date and a time, such as 2026-03-02 09:00.")}

    def __init__(self, *, label: Text, help_text: Text) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format=FORMAT)
        super().__init__(required=False, widget=widget, label=label, help_text=help_text)

    def to_python(self, value: object) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            instant = datetime.fromisoformat(str(value).strip())
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if instant.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return instant


class ZonedForm(forms.Form):
    """A form with instants in a zone; `stored` are those it starts with, and what is not touched stays to the second."""

    instants: ClassVar[Mapping[str, Text]] = {}

    def __init__(self, *args: Any, zone: str, stored: object = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.asked: set[str] = set()  # fields whose time happens twice
        self.stored = {name: getattr(stored, name, None) for name in self.instants}
        for name, label in self.instants.items():
            self.fields[name] = LocalField(label=label, help_text=zones.time_of(zone))
            self.fields[f"{name}_which"] = forms.ChoiceField(
                label=_("Which of the two?"), choices=WHICH, required=False, widget=forms.RadioSelect
            )
            self._start_with(name)

    def _start_with(self, name: str) -> None:
        stored = self.stored[name]
        if stored is None:
            return
        self.initial[name] = stored.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, fold=0)
        if which := which_of_two(stored, self.zone):
            self.asked.add(name)
            self.initial[f"{name}_which"] = which

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
        try:
            return meant(typed, which, self.zone, stored=self.stored[name], shown=MINUTE)
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
