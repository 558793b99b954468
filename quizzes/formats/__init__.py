"""Every exchange format, found in this folder: `get("json")`, `all_formats()`, `detect("bank.zip", data)`."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from quizzes.formats.base import Format

SHEETS, PACKAGES = ("kahoot", "table"), ("qti12", "qti")
# The formats that share an ending, the most particular first; the last one says best what is wrong with the others.
SHARED = {
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"), SHEETS),
    **dict.fromkeys((".zip", ".imscc"), PACKAGES),
    ".xml": (*PACKAGES, "moodle_xml"),
    ".txt": (*SHEETS, "aiken", "gift", "text"),
}
ORDER = (*PACKAGES, "moodle_xml", *SHEETS, "aiken", "gift", "text")  # for any other ending


@cache
def all_formats() -> Sequence[Format]:
    """Return the formats by name."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__) if info.name != "base"]
    return tuple(sorted((module.FORMAT for module in modules if hasattr(module, "FORMAT")), key=lambda one: one.key))


def get(key: str) -> Format:
    """Return the format with this key; raises KeyError for one that is not installed."""
    return {entry.key: entry for entry in all_formats()}[key]


def for_file(name: str) -> Format:
    """Return the format of a file by the end of its name; raises KeyError."""
    for entry in all_formats():
        if name.lower().endswith(entry.extension):
            return entry
    raise KeyError(name)


def detect(name: str, data: bytes) -> Format:
    """Return the format of a file by the end of its name, and by what it holds where several share that; raises KeyError."""
    ending = f".{name.rpartition('.')[2].lower()}"
    if ending not in SHARED:
        with suppress(KeyError):
            return for_file(name)
    keys = SHARED.get(ending, ORDER)
    recognized = next((one for one in map(get, keys) if one.recognizes(name, data)), None)
    if recognized is None and ending not in SHARED:
        raise KeyError(name)
    return recognized or get(keys[-1])
