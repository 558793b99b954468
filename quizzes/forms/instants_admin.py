"""Instants in the workshop, whose fields have a date and a time apart and show seconds; in the zone of who is at work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import BaseRenderer
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quizzes.forms.instants import SECONDS, WHICH, meant, which_of_two
from quizzes.local_time import LocalTimeTwice


class InstantWidget(AdminSplitDateTime):
    """A date and a time, and where that time happens twice (`is_asked`) the question which is meant."""

    is_asked = False
    chosen = ""  # what is stored

    def value_from_datadict(
        self, data: Mapping[str, object], files: MultiValueDict[str, UploadedFile[bytes]], name: str
    ) -> list[object]:
        return [*super().value_from_datadict(data, files, name), data.get(f"{name}_which", "")]

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, object] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        halves = super().render(name, value, attrs, renderer)
        if not self.is_asked:
            return halves
        chosen = value[2] if isinstance(value, list) else ""
        which = forms.Select({"aria-label": _("Which of the two?")}, choices=[("", "---------"), *WHICH])
        question = which.render(f"{name}_which", chosen or self.chosen, renderer=renderer)
        return format_html("<div>{}<p>{}</p></div>", halves, question)


class InstantField(forms.SplitDateTimeField):
    """What was not touched is the stored instant itself, in the hour that comes twice too."""

    widget = InstantWidget
    stored: datetime | None = None
    which = ""

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return the field of one form: here it learns what that form starts with."""
        stored = form.initial.get(field_name, self.initial)
        self.stored = stored if isinstance(stored, datetime) and timezone.is_aware(stored) else None
        if self.stored is not None and (which := which_of_two(self.stored, _zone())):
            self._ask(which)
        return super().get_bound_field(form, field_name)

    def clean(self, value: object) -> datetime | None:
        halves, self.which = (value[:2], value[2] or "") if isinstance(value, list) else (value, "")
        instant: datetime | None = super().clean(halves)
        return instant

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list or any(half in self.empty_values for half in data_list):
            return super().compress(data_list)  # says which half is missing
        typed = datetime.combine(cast(date, data_list[0]), cast(time, data_list[1]))
        try:
            return meant(typed, self.which, _zone(), stored=self.stored, shown=SECONDS)
        except LocalTimeTwice as error:
            self._ask("")
            raise ValidationError(str(error), code="twice") from error
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return not self.disabled and self.clean(data) != self.stored
        except ValidationError:
            return True

    def _ask(self, chosen: str) -> None:
        widget = cast(InstantWidget, self.widget)
        widget.is_asked, widget.chosen = True, chosen


def _zone() -> str:
    return timezone.get_current_timezone_name()
