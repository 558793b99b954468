"""What no page of the admin sends, and scripts and old links do: parameters, keys and numbers that mean nothing.

Django looks some of them up as they are, which ends in a ValueError for a word and, on SQLite, in an OverflowError for a
number of more than 64 bits. Here they are left out, so that the form or list says in its own words what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps

from django.contrib.admin import AdminSite
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse

View = Callable[..., HttpResponseBase]
KEY = re.compile(r"[0-9]{1,18}")  # any key of 64 bits that will ever be given


def is_key(value: object) -> bool:
    """Return whether a value may be the key of a row."""
    return KEY.fullmatch(str(value)) is not None


class Choice(AutocompleteSelect):
    """An autocomplete field that shows nothing as chosen where what was sent is no key; the form says the rest."""

    def optgroups(
        self, name: str, value: Sequence[str], attrs: dict[str, object] | None = None
    ) -> list[tuple[str | None, list[dict[str, object]], int | None]]:
        return super().optgroups(name, [one for one in value if one in ("", None) or is_key(one)], attrs)


def tolerant(view: View, site: AdminSite) -> View:
    """Return the view, for requests as they come: selections without what is no key, pages always in the site's frame.

    Raises DisallowedModelAdminToField, which is a page with status 400.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        _refuse_other_keys(request)
        _keep_keys(request)
        response = view(request, *args, **kwargs)
        if type(response) is SimpleTemplateResponse:  # Django's page about a parameter it does not know has no request
            context = {**site.each_context(request), **(response.context_data or {})}
            return TemplateResponse(request, response.template_name, context)
        return response

    return answered


def _refuse_other_keys(request: HttpRequest) -> None:
    """Refuse to look rows up by anything but their key: no relation here points to another field."""
    for sent in (request.GET, request.POST):
        if sent.get(TO_FIELD_VAR, "id") != "id":
            raise DisallowedModelAdminToField("Rows are looked up by their key alone.")


def _keep_keys(request: HttpRequest) -> None:
    """Leave out of the rows selected for an action what cannot be one."""
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    if not all(map(is_key, chosen)):
        posted = request.POST.copy()
        posted.setlist(ACTION_CHECKBOX_NAME, [one for one in chosen if is_key(one)])
        request.POST = posted  # type: ignore[assignment]
