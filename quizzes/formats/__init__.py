"""Every exchange format, found in this folder: `get("json")`, `all_formats()`, `detect("bank.zip", data)`."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from quizzes.formats.base import Format

SHARED = (".csv", ".tsv", ".xlsx", ".zip", ".xml", ".txt", ".imscc")  # endings of several formats
# Where several formats could read a file, the first of these that says so does.
ORDER = ("qti12", "qti", "moodle_xml", "kahoot", "table", "aiken", "gift", "text")


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


def detect(name: str, data: bytes) -> Format:
    """The format of a file by the end of its name, or by what it holds where that says too little; raises KeyError."""
    if not name.lower().endswith(SHARED):
        with suppress(KeyError):
            return for_file(name)
    by_content = next((one for one in map(get, ORDER) if one.recognizes(name, data)), None)
    return by_content or for_file(name)
