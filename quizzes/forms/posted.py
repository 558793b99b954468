"""Posted data, changed: for forms that come back to the person with one value replaced."""

from typing import Any


def replaced(data: Any, name: str, value: str) -> Any:
    """A copy of posted data in which one field has another value."""
    copied = data.copy()
    copied[name] = value
    return copied
