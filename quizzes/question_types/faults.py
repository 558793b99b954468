"""Faults of a spec, in an author's words and with their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy
from pydantic_core import ErrorDetails

from quizzes.errors import Text


@dataclass(frozen=True)
class Fault:
    """A fault of a spec, with the place in an author's words: ("option 3", "is empty"), and as a path of the schema."""

    where: str
    what: str
    path: tuple[str | int, ...] = field(default=(), compare=False)
    is_too_few: bool = field(default=False, compare=False)  # a list without as many entries as it must have

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    @property
    def sentence(self) -> str:
        """For a person who has a form before them."""
        return _sentence(str(self))

    @property
    def at_its_field(self) -> str:
        """The same without the place, for below the field itself."""
        return _sentence(self.what)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


# What the draft of a question that is not finished holds next to its stem: the fields of its form, as they were posted.
TYPED = "typed"


class InvalidSpec(ValueError):
    """A spec that its type refuses; `faults` name the places."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


BLANK = gettext_lazy("shows nothing on the page; signs such as ~~~ and [] are taken for layout")

# What the schema library calls a fault, in an author's words.
FAULTS: Mapping[str, Text] = {
    "missing": gettext_lazy("is missing"),
    "extra_forbidden": gettext_lazy("is not a field of this type of question"),
    "string_type": gettext_lazy("must be text"),
    "bool_type": gettext_lazy("must be true or false"),
    "bool_parsing": gettext_lazy("must be true or false"),
    "int_type": gettext_lazy("must be a whole number"),
    "int_parsing": gettext_lazy("must be a whole number"),
    "int_from_float": gettext_lazy("must be a whole number"),
    "tuple_type": gettext_lazy("must be a list"),
    "model_type": gettext_lazy("must be an object with named fields"),
    "model_attributes_type": gettext_lazy("must be an object with named fields"),
    "string_pattern_mismatch": gettext_lazy("may have letters, digits, hyphens and underscores only"),
    "string_too_long": gettext_lazy("may have at most %(max_length)s characters"),
    "too_short": gettext_lazy("needs at least %(min_length)s entries; there are %(actual_length)s"),
    "too_long": gettext_lazy("may have at most %(max_length)s entries"),
    "literal_error": gettext_lazy("must be one of: %(expected)s"),
    "union_tag_not_found": gettext_lazy("has no kind"),
    "union_tag_invalid": gettext_lazy("has an unknown kind; it must be one of: %(expected_tags)s"),
    "greater_than_equal": gettext_lazy("must be at least %(ge)s"),
    "less_than_equal": gettext_lazy("must be at most %(le)s"),
}


def faults_of(items: Sequence[ErrorDetails], places: Mapping[str, Text]) -> list[Fault]:
    """Return all of them; that a list has too few entries is not said beside what is wrong with those that it has."""
    faults = [fault_of(item, places) for item in items]
    faulty = {one.path[:depth] for one in faults for depth in range(len(one.path))}
    return [one for one in faults if not (one.is_too_few and one.path in faulty)]


def fault_of(item: ErrorDetails, places: Mapping[str, Text]) -> Fault:
    """Return what the schema library says about a spec in an author's words; `places` are the words for its fields."""
    details = item.get("ctx", {})
    what = str(details.get("error") or FAULTS.get(item["type"], item["msg"]))
    if item["type"] in FAULTS:
        what %= details
    return Fault(place_of(item["loc"], places), what, tuple(item["loc"]), is_too_few=item["type"] == "too_short")


def place_of(path: Sequence[str | int], places: Mapping[str, Text]) -> str:
    """Return ("options", 2, "feedback") → "option 3, feedback"."""
    words: list[str] = []
    for step in path:
        if isinstance(step, int) and words:
            words[-1] = f"{words[-1]} {step + 1}"
        else:
            words.append(str(places.get(str(step), str(step).replace("_", " ")[:40])))
    return ", ".join(word for word in words if word)
