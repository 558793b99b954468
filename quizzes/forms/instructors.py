"""Inviting an instructor."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _


class InviteForm(forms.Form):
    """Who is meant: for the list, and for the mail where one can be sent."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        help_text=_("Shown in the list below."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail (optional)"), required=False, widget=forms.EmailInput({"autocomplete": "off"})
    )

    def __init__(self, *args: Any, can_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = _("We e-mail the link to this address and show it to you, too.")
        not_sent = _("This site can't send e-mail: you give them the link yourself.")
        self.fields["email"].help_text = sent if can_mail else not_sent
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", _("Make link")))
