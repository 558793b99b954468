"""Forms of one's own account."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from quizzes.models import User

THEMES = (("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark")))
AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by area, named by place: ("Africa", [("Africa/Nairobi", "Nairobi"), …])."""
    groups: dict[str, list[tuple[str, str]]] = {area: [] for area in AREAS}
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area in groups:
            groups[area].append((name, place.replace("_", " ").replace("/", ", ")))
    return list(groups.items())


def zone_choices(current: str) -> list[Any]:
    """The browser's zone first, then all zones by area; a stored one outside these areas stays."""
    listed = {name for _area, places in zones() for name, _place in places}
    others = sorted({"UTC", current} - listed - {""})
    return [("", _("The one of my browser")), *((name, name) for name in others), *zones()]


class LoginForm(AllauthLoginForm):
    """Says that either name is good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or e-mail")


class ProfileForm(forms.ModelForm):
    """Names, time zone and appearance; the appearance is kept by the browser."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Deadlines and times are shown in it.")
    )
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=THEMES,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Kept on this device only."),
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices(self.instance.time_zone)  # type: ignore[attr-defined]
        for name, token in (("first_name", "given-name"), ("last_name", "family-name")):
            self.fields[name].widget.attrs["autocomplete"] = token
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", _("Save")))


class AnonymiseForm(forms.Form):
    """The user name of somebody typed once more, so that nobody is forgotten by a slip of the hand."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            {"class": "vTextField", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, person: User, data: Any = None) -> None:
        self.person = person
        super().__init__(data)
        name = {"name": person.username}
        self.fields["username"].help_text = _("Type “%(name)s” to confirm; this cannot be undone.") % name

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"]
        if typed != self.person.username:
            raise forms.ValidationError(_("That is not the user name of this person. Nothing was removed."))
        return typed


class HandOverForm(forms.Form):
    """Who goes on with the work of a person; the site where none is chosen."""

    receiver = forms.ModelChoiceField(
        label=_("To"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("the site: all instructors use it, administrators change it"),
        help_text=_("Everything goes at once: questions, quizzes and sources, with their drafts."),
    )

    def __init__(self, person: User, data: Any = None) -> None:
        super().__init__(data)
        instructors = User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk).order_by("username")
        field: Any = self.fields["receiver"]
        field.queryset = instructors
        field.label_from_instance = _name_and_username


def _name_and_username(person: User) -> str:
    return f"{person.full_name} ({person.username})"
