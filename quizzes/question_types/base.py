"""The contract of a question type. One file in this folder is one type.

A type is a class with a schema for its `spec` and a handful of pure functions over it:

    layout    the order in which parts are shown, drawn once for an attempt and stored with it
    present   what a page needs to ask the question; never anything of the key
    parse     posted fields → a response in the author's own numbering (or None for no answer)
    posted    a response → the fields that a page posts for it: the way back
    remarks   what to tell the learner about a response as it stands; never anything of the key
    grade     response → Grade(fraction, parts): no saving, no rounding
    reveal    what a page needs to show right answers and feedback
    classify  response → classes for statistics (which option, right or wrong gap, …)
    claims    the answers that the spec accepts by its own words, for the linter to try
    carry_over  an answer to one version in the numbering of another, so that it can be re-marked

Posted fields are a mapping of short names to lists of strings, the same from a plain form and from the saving script,
so that a new type needs no script. Positions that are shown (0, 1, 2 …) follow the stored layout, not the author's order.
What a person typed is never refused for what it says: a number that cannot be read, a place given twice or a text that is
too long stays in the response as it was typed, `remarks` says so, and it earns nothing; the other parts count. Refused is
only what no page sends: no mapping at all, unknown fields, options that are not there, more than any answer may have.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, ValidationError

from quizzes.question_types.carrying import Carried
from quizzes.question_types.values import LongText, SpecModel, required

Text = str | Promise
Fields = Mapping[str, Sequence[str]]


class Spec(SpecModel):
    """What every question has: the stem and the explanation, both Markdown; `case` is the short name of the page of facts
    that stands above the stem, or empty."""

    stem: Annotated[str, Field(max_length=4000), AfterValidator(required)]
    explanation: LongText = ""
    case: Annotated[str, Field(max_length=80, pattern=r"^[-a-zA-Z0-9_]*$")] = ""


@dataclass(frozen=True)
class Part:
    """The result of one part (an option, a gap, a pair): `name` says which, `fraction` 0…1 of it is right."""

    name: str
    fraction: Fraction


@dataclass(frozen=True)
class Grade:
    """The result of one response: `fraction` 0…1 of the points, or None while a person must still mark it."""

    fraction: Fraction | None
    parts: tuple[Part, ...] = ()

    @property
    def is_right(self) -> bool:
        return self.fraction == 1


@dataclass(frozen=True)
class Remark:
    """What to tell the learner about the field `where` of a response; `is_unread` when it does not count as it stands."""

    where: str
    message: str
    is_unread: bool = True


@dataclass(frozen=True)
class Claim:
    """An answer that a spec accepts by its own words: for which place of it, its fields, and the least it must earn."""

    where: str
    fields: dict[str, list[str]]
    fraction: Fraction = Fraction(1)

    @property
    def typed(self) -> str:
        return ", ".join(value for values in self.fields.values() for value in values)


@dataclass(frozen=True)
class ResponseClass:
    """One class a response falls into, for statistics: of which part, with which label, and whether it is right."""

    part: str
    label: str
    is_right: bool


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
        text = str(self)
        return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


# What the draft of a question that is not finished holds next to its stem: the fields of its form, as they were posted.
TYPED = "typed"


class InvalidSpec(ValueError):
    """A spec that its type refuses; `faults` name the places."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Example:
    """A spec with responses and the fractions they must earn; the contract test runs them for every type."""

    spec: dict[str, object]
    graded: tuple[tuple[Any, Fraction | None], ...] = field(default=())


SpecT = TypeVar("SpecT", bound=Spec)

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


class QuestionType(Generic[SpecT]):
    """Subclass once per type and fill in the class attributes and the abstract methods."""

    key: ClassVar[str]  # permanent: stored in questions
    name: ClassVar[Text]  # "Single choice"
    instruction: ClassVar[Text]  # "one answer": beside the points on the card
    order: ClassVar[int] = 50  # place in menus
    seconds: ClassVar[int] = 60  # time an item of this type needs, for computed limits
    places: ClassVar[Mapping[str, Text]] = {}  # spec field → word for it in faults: {"options": _("option")}
    is_marked_by_hand: ClassVar[bool] = False
    text_limit: ClassVar[int] = 0  # most characters of a text that can be marked; 0 where nothing is written
    Spec: type[SpecT]
    scripts: ClassVar[Sequence[str]] = ()  # modules in static/quizzes/js that its card needs; it works without them
    examples: ClassVar[Sequence[Example]] = ()
    Form: Any  # authoring.SpecForm with the plain fields of the spec
    rows: ClassVar[Sequence[Any]] = ()  # authoring.RowSet for each list in the spec

    # Specs -------------------------------------------------------------------------------------------------------------

    def spec(self, data: object) -> SpecT:
        """Validate a stored or imported spec; raises InvalidSpec with every fault and its place."""
        if isinstance(data, Mapping) and TYPED in data:
            raise InvalidSpec([Fault("", _("This draft is not finished. Open it to see what is missing."))])
        try:
            return self.Spec.model_validate(data)
        except ValidationError as error:
            raise InvalidSpec([self._fault(item) for item in error.errors()]) from error

    def _fault(self, item: Any) -> Fault:
        words: list[str] = []
        for step in item["loc"]:
            if isinstance(step, int) and words:
                words[-1] = f"{words[-1]} {step + 1}"
            else:
                words.append(str(self.places.get(str(step), str(step).replace("_", " ")[:40])))
        details = item.get("ctx", {})
        what = str(details.get("error") or FAULTS.get(item["type"], item["msg"]))
        if item["type"] in FAULTS:
            what %= details
        where = ", ".join(word for word in words if word)
        return Fault(where, what, tuple(item["loc"]), is_too_few=item["type"] == "too_short")

    # Asking ------------------------------------------------------------------------------------------------------------

    def layout(self, spec: SpecT, rng: random.Random, *, shuffle: bool) -> list[Any]:
        """Return the stored order of the parts; the default has nothing to order."""
        return []

    def present(self, spec: SpecT, layout: list[Any], response: Any) -> dict[str, Any]:
        """Context of the ask state; must not depend on the key in any way."""
        raise NotImplementedError

    def parse(self, spec: SpecT, layout: list[Any], fields: Fields) -> Any:
        """Posted fields → response, None for no answer; raises BadAnswer with a sentence."""
        raise NotImplementedError

    def posted(self, spec: SpecT, layout: list[Any], response: Any) -> dict[str, list[str]]:
        """Return the fields of a response, without those left blank: what `parse` reads as it."""
        raise NotImplementedError

    def remarks(self, spec: SpecT, layout: list[Any], response: Any) -> list[Remark]:
        """What to tell the learner about a response before it is marked; must not depend on the key in any way."""
        return []

    def at_field(self, where: str, what: str) -> str:
        """Return a sentence about the field `where`, in words that name it."""
        return what

    def is_blank(self, spec: SpecT, response: Any) -> bool:
        """Return whether there is nothing to mark: no answer, or none of it can be read. It costs no penalty."""
        return response is None

    def scoring_note(self, spec: SpecT) -> Text:
        """One sentence on how partial answers count, shown before answering; empty where it is all or nothing."""
        return ""

    def time_seconds(self, spec: SpecT) -> int:
        """Seconds an item needs before factors; stems above 40 words get 1 s for every 3 further words."""
        return self.seconds + max(0, len(spec.stem.split()) - 40) // 3

    # Marking and showing -----------------------------------------------------------------------------------------------

    def grade(self, spec: SpecT, response: Any) -> Grade:
        """Grade a parsed response; None (no answer) earns 0."""
        raise NotImplementedError

    def reveal(self, spec: SpecT, layout: list[Any], response: Any) -> dict[str, Any]:
        """Context of the reveal state: right answers, what was chosen, feedback."""
        raise NotImplementedError

    def response_words(self, spec: SpecT, response: Any) -> str:
        """Return a response in words, for lists and exports."""
        raise NotImplementedError

    def model_response(self, spec: SpecT) -> Any:
        """Return a response that earns every point, in the author's numbering."""
        raise NotImplementedError

    def model_answer(self, spec: SpecT) -> str:
        """Return the full answer in words."""
        return self.response_words(spec, self.model_response(spec))

    def classify(self, spec: SpecT, response: Any) -> list[ResponseClass]:
        """Return the classes of a response, one for each part; an empty list for no answer."""
        raise NotImplementedError

    def claims(self, spec: SpecT, layout: list[Any]) -> Iterator[Claim]:
        """Yield the answers that the spec accepts by its own words, as people type them on what they have."""
        yield Claim("", self.posted(spec, layout, self.model_response(spec)))

    def carry_over(self, old: SpecT, new: SpecT, layout: list[Any], response: Any) -> Carried:
        """An answer to `old` as one to `new`, its parts matched by what they are; raises CannotRemark with the reason.

        The default suits answers that any version can read, such as a typed text.
        """
        return Carried(layout, response)

    # Words for checks of the content -----------------------------------------------------------------------------------

    def key_texts(self, spec: SpecT) -> list[str]:
        """Texts that are right answers, for the linter and the leak tests."""
        raise NotImplementedError

    def distractor_texts(self, spec: SpecT) -> list[str]:
        """Texts that are offered and wrong."""
        return []

    def feedback_texts(self, spec: SpecT) -> list[str]:
        """Return every feedback an author wrote."""
        return []


# Helpers shared by types -----------------------------------------------------------------------------------------------


def all_blank(values: Sequence[object]) -> bool:
    """Return whether no part of a response is given."""
    return all(value is None for value in values)


def mean(shares: Sequence[Fraction]) -> Fraction:
    """Return the exact mean of the parts of an answer."""
    return sum(shares, Fraction(0)) / len(shares)


def verdict(fraction: Fraction, *, answered: bool) -> str:
    """How a part did, as templates ask for it: right, partly, wrong, or blank for no answer."""
    if not answered:
        return "blank"
    if fraction == 1:
        return "right"
    return "partly" if fraction else "wrong"
