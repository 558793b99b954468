"""Every exchange format, found in this folder: `get("json")`, `all_formats()`, `for_file("bank.json")`."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from quizzes.formats.base import Format


@cache
def all_formats() -> Sequence[Format]:
    """The formats by name."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__) if info.name != "base"]
    return tuple(sorted((module.FORMAT for module in modules if hasattr(module, "FORMAT")), key=lambda one: one.key))


def get(key: str) -> Format:
    """The format with this key; raises KeyError for one that is not installed."""
    return {one.key: one for one in all_formats()}[key]


def for_file(name: str) -> Format:
    """The format of a file by the end of its name; raises KeyError."""
    for one in all_formats():
        if name.lower().endswith(one.extension):
            return one
    raise KeyError(name)
