"""Posted data: a number out of it, and a copy with one value replaced for forms that come back to the person."""

from typing import Any


def replaced(data: Any, name: str, value: str) -> Any:
    """Return a copy of posted data in which one field has another value."""
    copied = data.copy()
    copied[name] = value
    return copied


def number_in(text: str, default: object = None) -> Any:
    """Return a posted number, or the default for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
