"""Every question type, found in this folder: `get("single_choice")`, `all_types()`."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from quizzes.errors import Text
from quizzes.question_types.base import AnyType
from quizzes.question_types.faults import TYPED


@cache
def all_types() -> Sequence[AnyType]:
    """Return the types, those with the lowest `order` first."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__) if info.name != "base"]
    types = [module.TYPE for module in modules if hasattr(module, "TYPE")]
    return tuple(sorted(types, key=lambda kind: kind.order))


@cache
def _by_key() -> dict[str, AnyType]:
    return {kind.key: kind for kind in all_types()}


def get(key: str) -> AnyType:
    """Return the type with this key; raises KeyError for one that is not installed."""
    return _by_key()[key]


def normalized(key: str, spec: Mapping[str, object]) -> dict[str, object]:
    """Return the spec as it is stored: validated by its type, every field present. Raises InvalidSpec."""
    stored: dict[str, object] = get(key).spec(dict(spec)).model_dump(mode="json")
    return stored


def kept(key: str, spec: Mapping[str, object]) -> dict[str, object]:
    """Return the spec as a draft stores it: normalized, or as it was typed while it is not finished. Raises InvalidSpec."""
    return dict(spec) if is_unfinished(spec) else normalized(key, spec)


def is_unfinished(spec: Mapping[str, object]) -> bool:
    """Return whether it is what a person typed so far, and no content of a type yet."""
    return TYPED in spec


def choices() -> list[tuple[str, Text]]:
    """Return (key, name) pairs for form fields."""
    return [(kind.key, kind.name) for kind in all_types()]
