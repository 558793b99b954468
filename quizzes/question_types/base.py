"""The contract of a question type. One file in this folder is one type.

A type is a class with a schema for its `spec` and a handful of pure functions over it:

    layout    the order in which parts are shown, drawn once for an attempt and stored with it
    present   what a page needs to ask the question; never anything of the key
    parse     posted fields → a response in the author's own numbering (or None for no answer)
    grade     response → Grade(fraction, parts): no saving, no rounding
    reveal    what a page needs to show right answers and feedback
    classify  response → classes for statistics (which option, right or wrong gap, …)

Posted fields are a mapping of short names to lists of strings, the same from a plain form and from the saving script,
so that a new type needs no script. Positions that are shown (0, 1, 2 …) follow the stored layout, not the author's order.
Every `parse` begins with `known_fields`, which turns anything that JSON can carry into that mapping or refuses it.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from django.utils.datastructures import MultiValueDict
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)

from quizzes.errors import AnswerTooLong, BadAnswer

Text = str | Promise
Fields = Mapping[str, Sequence[str]]
MAX_TEXT = 10_000
MAX_FIELDS = 64
MAX_VALUES = 32
FIELD_NAME = re.compile(r"[a-z]{1,20}(-[0-9]{1,3})?")


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: str) -> str:
    """Text in NFC, with plain line ends, that every database can keep; NUL and lone surrogates are refused."""
    if UNSTORABLE.search(value):
        raise ValueError(_("contains characters that cannot be stored"))
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def required(value: str) -> str:
    value = storable(value)
    if not value:
        raise ValueError(_("is empty"))
    return value


LongText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(storable)]
ShortText = Annotated[str, Field(max_length=1000), AfterValidator(storable)]
RequiredText = Annotated[str, Field(max_length=1000), AfterValidator(required)]

SHARE = re.compile(r"\d{1,4}/\d{1,4}|\d{0,3}\.?\d{1,20}", re.ASCII)


def share(value: Any) -> Fraction:
    """A share 0…1 as authors write it, kept exactly: 1, 0.5, "0.25", "1/3"."""
    text = str(value).strip() if isinstance(value, int | float | str | Fraction) and not isinstance(value, bool) else ""
    try:
        exact = Fraction(text) if SHARE.fullmatch(text) else None
    except ZeroDivisionError:
        exact = None
    if exact is None or exact > 1:
        raise ValueError(_("is not a share between 0 and 1, such as 1, 0.5 or 1/3"))
    return exact


Share = Annotated[
    Fraction,
    PlainValidator(share),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}),
]


class SpecModel(BaseModel):
    """Base of every schema: unknown keys are refused, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Spec(SpecModel):
    """What every question has: the stem and the explanation, both Markdown."""

    stem: Annotated[str, Field(max_length=4000), AfterValidator(required)]
    explanation: LongText = ""


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
class ResponseClass:
    """One class a response falls into, for statistics: of which part, with which label, and whether it is right."""

    part: str
    label: str
    is_right: bool


@dataclass(frozen=True)
class Fault:
    """A fault of a spec, with the place in an author's words: ("option 3", "is empty")."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class InvalidSpec(ValueError):
    """A spec that its type refuses; `faults` name the places."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Example:
    """A spec with responses and the fractions they must earn; the contract test runs them for every type."""

    spec: dict[str, Any]
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
    Spec: type[SpecT]
    examples: ClassVar[Sequence[Example]] = ()
    Form: Any  # authoring.SpecForm with the plain fields of the spec
    rows: ClassVar[Sequence[Any]] = ()  # authoring.RowSet for each list in the spec

    # Specs -------------------------------------------------------------------------------------------------------------

    def spec(self, data: Any) -> SpecT:
        """Validate a stored or imported spec; raises InvalidSpec with every fault and its place."""
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
        return Fault(", ".join(word for word in words if word), what)

    # Asking ------------------------------------------------------------------------------------------------------------

    def layout(self, spec: SpecT, rng: random.Random, *, shuffle: bool) -> list[Any]:
        """The stored order of the parts; the default has nothing to order."""
        return []

    def present(self, spec: SpecT, layout: list[Any], response: Any) -> dict[str, Any]:
        """Context of the ask state; must not depend on the key in any way."""
        raise NotImplementedError

    def parse(self, spec: SpecT, layout: list[Any], fields: Fields) -> Any:
        """Posted fields → response, None for no answer; raises BadAnswer with a sentence."""
        raise NotImplementedError

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
        """A response in words, for lists and exports."""
        raise NotImplementedError

    def model_response(self, spec: SpecT) -> Any:
        """A response that earns every point, in the author's numbering."""
        raise NotImplementedError

    def model_answer(self, spec: SpecT) -> str:
        """The full answer in words."""
        return self.response_words(spec, self.model_response(spec))

    def classify(self, spec: SpecT, response: Any) -> list[ResponseClass]:
        """The classes of a response, one for each part; an empty list for no answer."""
        raise NotImplementedError

    # Words for checks of the content -----------------------------------------------------------------------------------

    def key_texts(self, spec: SpecT) -> list[str]:
        """Texts that are right answers, for the linter and the leak tests."""
        raise NotImplementedError

    def distractor_texts(self, spec: SpecT) -> list[str]:
        """Texts that are offered and wrong."""
        return []

    def feedback_texts(self, spec: SpecT) -> list[str]:
        """Every feedback an author wrote."""
        return []


# Helpers shared by types -----------------------------------------------------------------------------------------------


def clean_fields(raw: Any) -> dict[str, list[str]]:
    """Any posted value → short names with lists of storable strings; everything else is refused with a sentence.

    A form's data, a mapping of lists and a mapping of single strings are all understood.
    """
    if isinstance(raw, MultiValueDict):
        raw = dict(raw.lists())
    if not isinstance(raw, Mapping):
        raise BadAnswer(_("The fields of an answer must be an object with named values."), where="fields")
    if len(raw) > MAX_FIELDS:
        raise BadAnswer(_("An answer may have at most %(limit)d fields.") % {"limit": MAX_FIELDS}, where="fields")
    return {_field_name(name): _field_values(name, values) for name, values in raw.items()}


def _field_name(name: Any) -> str:
    if not (isinstance(name, str) and FIELD_NAME.fullmatch(name)):
        raise BadAnswer(_("The answer has a field that no question has."), where="fields")
    return name


def _field_values(name: str, values: Any) -> list[str]:
    listed = [values] if isinstance(values, str) else values
    if not isinstance(listed, list | tuple) or not all(isinstance(value, str) for value in listed):
        raise BadAnswer(_("The values of a field must be texts."), where=name)
    if len(listed) > MAX_VALUES:
        raise BadAnswer(_("A field may have at most %(limit)d values.") % {"limit": MAX_VALUES}, where=name)
    return [text_value(value, where=name) for value in listed]


def known_fields(raw: Any, allowed: Collection[str]) -> dict[str, list[str]]:
    """The cleaned fields; those that the question does not have are refused."""
    fields = clean_fields(raw)
    for name in fields:
        if name not in allowed:
            raise BadAnswer(_("This question has no field “%(name)s”.") % {"name": name}, where=name)
    return fields


def numbered(name: str, count: int) -> list[str]:
    """The field names of `count` parts: gap-0, gap-1, …"""
    return [f"{name}-{place}" for place in range(count)]


def only(fields: Fields, name: str) -> str | None:
    """The single value of a field, None when it is missing or blank; several values are refused."""
    values = [value for value in fields.get(name, ()) if value != ""]
    if len(values) > 1:
        raise BadAnswer(
            _("Only one answer can be given here; you sent %(count)d.") % {"count": len(values)}, where=name
        )
    return values[0] if values else None


def position(value: str, count: int, *, where: str) -> int:
    """A shown position 0…count-1 from its posted text."""
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and int(value) < count):
        raise BadAnswer(_("“%(value)s” is not an option of this question.") % {"value": value[:20]}, where=where)
    return int(value)


def text_value(value: str, *, limit: int = MAX_TEXT, where: str = "") -> str:
    """A text as it may be stored: NFC, no NUL, at most `limit` characters."""
    if len(value) > limit:
        raise AnswerTooLong(
            _("This answer may have at most %(limit)s characters (you sent %(count)s).")
            % {
                "limit": number_format(limit, force_grouping=True),
                "count": number_format(len(value), force_grouping=True),
            },
            where=where,
        )
    try:
        return storable(value)
    except ValueError as error:
        raise BadAnswer(_("This answer contains characters that cannot be stored."), where=where) from error


def all_blank(values: Sequence[Any]) -> bool:
    """Whether no part of a response is given."""
    return all(value is None for value in values)


def mean(shares: Sequence[Fraction]) -> Fraction:
    """The exact mean of the parts of an answer."""
    return sum(shares, Fraction(0)) / len(shares)


def verdict(fraction: Fraction, *, answered: bool) -> str:
    """How a part did, as templates ask for it: right, partly, wrong, or blank for no answer."""
    if not answered:
        return "blank"
    if fraction == 1:
        return "right"
    return "partly" if fraction else "wrong"
