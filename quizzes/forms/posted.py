"""Posted data: a number out of it, and a copy with one value replaced for forms that come back to the person."""

from collections.abc import Mapping
from typing import TypeVar, overload

from django.http import QueryDict

T = TypeVar("T")


def replaced(data: Mapping[str, object], name: str, value: str) -> Mapping[str, object]:
    """Return a copy of posted data in which one field has another value."""
    if not isinstance(data, QueryDict):
        return {**data, name: value}
    copied = data.copy()
    copied[name] = value
    return copied


@overload
def number_in(text: str) -> int | None: ...
@overload
def number_in(text: str, default: T) -> int | T: ...
def number_in(text: str, default: object = None) -> object:
    """Return a posted number, or the default for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
