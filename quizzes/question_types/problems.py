"""What is wrong with a form, as a list that leads to the fields."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS


@dataclass(frozen=True)
class Problem:
    """An error on a page: the id of the element it stands at, and the sentence with its place."""

    at: str
    what: str


def problems_of(form: forms.Form, where: str = "") -> list[Problem]:
    """Return the errors of a form's fields and of the whole of it."""
    first = next(iter(form.visible_fields()), None)
    problems = []
    for name, errors in form.errors.items():
        field = first if name == NON_FIELD_ERRORS else form[name]
        words = [where] if where else []
        words += [] if name == NON_FIELD_ERRORS or field is None else [str(field.label)]
        place = ", ".join(words)
        at = field.id_for_label if field is not None else ""
        problems += [Problem(at, f"{place}: {error}" if place else str(error)) for error in errors]
    return problems
