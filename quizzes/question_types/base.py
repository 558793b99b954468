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
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, ValidationError

from quizzes.errors import Text
from quizzes.question_types.authoring import RowSet, SpecForm
from quizzes.question_types.carrying import Carried
from quizzes.question_types.faults import BLANK, TYPED, Fault, InvalidSpec, faults_of, place_of
from quizzes.question_types.showing import blank_texts
from quizzes.question_types.values import LongText, SpecModel, required

Fields = Mapping[str, Sequence[str]]

Shown = dict[str, Any]  # the context of a type's own template


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
class Example:
    """A spec with responses and the fractions they must earn; the contract test runs them for every type."""

    spec: dict[str, object]
    graded: tuple[tuple[object, Fraction | None], ...] = field(default=())


SpecT = TypeVar("SpecT", bound=Spec)

PlaceT = TypeVar("PlaceT")  # what the stored layout holds for a part

ResponseT = TypeVar("ResponseT")


class QuestionType(Generic[SpecT, PlaceT, ResponseT]):
    """Subclass once per type and fill in the class attributes and the abstract methods."""

    key: ClassVar[str]  # permanent: stored in questions
    name: ClassVar[Text]  # "Single choice"
    instruction: ClassVar[Text]  # "one answer": next to the points on the card
    order: ClassVar[int] = 50  # place in menus
    seconds: ClassVar[int] = 60  # time an item of this type needs, for computed limits
    places: ClassVar[Mapping[str, Text]] = {}  # spec field → word for it in faults: {"options": _("option")}
    is_marked_by_hand: ClassVar[bool] = False
    text_limit: ClassVar[int] = 0  # most characters of a text that can be marked; 0 where nothing is written
    Spec: type[SpecT]
    scripts: ClassVar[Sequence[str]] = ()  # modules in static/quizzes/js that its card needs; it works without them
    examples: ClassVar[Sequence[Example]] = ()
    Form: ClassVar[type[SpecForm]]  # the plain fields of the spec
    rows: ClassVar[Sequence[RowSet]] = ()  # one for each list in the spec

    # Specs -------------------------------------------------------------------------------------------------------------

    def spec(self, data: object) -> SpecT:
        """Validate a stored or imported spec; raises InvalidSpec with every fault and its place."""
        if isinstance(data, Mapping) and TYPED in data:
            raise InvalidSpec([Fault("", _("This draft is not finished. Open it to see what is missing."))])
        try:
            return self.Spec.model_validate(data)
        except ValidationError as error:
            raise InvalidSpec(faults_of(error.errors(), self.places)) from error

    def written(self, data: object) -> dict[str, object]:
        """Return what an author or a file brings as it is stored; raises InvalidSpec, also for a text that shows nothing."""
        spec = self.spec(data).model_dump(mode="json")
        blank = [Fault(place_of(path, self.places), str(BLANK), path) for path in blank_texts(spec)]
        if blank:
            raise InvalidSpec(blank)
        return spec

    # Asking ------------------------------------------------------------------------------------------------------------

    def layout(self, spec: SpecT, rng: random.Random, *, shuffle: bool) -> list[PlaceT]:
        """Return the stored order of the parts; the default has nothing to order."""
        return []

    def present(self, spec: SpecT, layout: list[PlaceT], response: ResponseT | None) -> Shown:
        """Return the context of the ask state; it must not depend on the key in any way."""
        raise NotImplementedError

    def parse(self, spec: SpecT, layout: list[PlaceT], fields: Fields) -> ResponseT | None:
        """Return the response of posted fields, None for no answer; raises BadAnswer with a sentence."""
        raise NotImplementedError

    def posted(self, spec: SpecT, layout: list[PlaceT], response: ResponseT | None) -> dict[str, list[str]]:
        """Return the fields of a response, without those left blank: what `parse` reads as it."""
        raise NotImplementedError

    def remarks(self, spec: SpecT, layout: list[PlaceT], response: ResponseT | None) -> list[Remark]:
        """Return what to tell the learner about a response before it is marked; must not depend on the key in any way."""
        return []

    def at_field(self, where: str, what: str) -> str:
        """Return a sentence about the field `where`, in words that name it."""
        return what

    def is_blank(self, spec: SpecT, response: ResponseT | None) -> bool:
        """Return whether there is nothing to mark: no answer, or none of it can be read. It costs no penalty."""
        return response is None

    def scoring_note(self, spec: SpecT) -> Text:
        """Return one sentence on how partial answers count, shown before answering; empty where it is all or nothing."""
        return ""

    def time_seconds(self, spec: SpecT) -> int:
        """Return the seconds an item needs before factors; stems above 40 words get 1 s for every 3 further words."""
        return self.seconds + max(0, len(spec.stem.split()) - 40) // 3

    # Marking and showing -----------------------------------------------------------------------------------------------

    def grade(self, spec: SpecT, response: ResponseT | None) -> Grade:
        """Grade a parsed response; None (no answer) earns 0."""
        raise NotImplementedError

    def reveal(self, spec: SpecT, layout: list[PlaceT], response: ResponseT | None) -> Shown:
        """Return the context of the reveal state: right answers, what was chosen, feedback."""
        raise NotImplementedError

    def response_words(self, spec: SpecT, response: ResponseT | None) -> str:
        """Return a response in words, for lists and exports."""
        raise NotImplementedError

    def model_response(self, spec: SpecT) -> ResponseT | None:
        """Return a response that earns every point, in the author's numbering."""
        raise NotImplementedError

    def model_answer(self, spec: SpecT) -> str:
        """Return the full answer in words."""
        return self.response_words(spec, self.model_response(spec))

    def classify(self, spec: SpecT, response: ResponseT | None) -> list[ResponseClass]:
        """Return the classes of a response, one for each part; an empty list for no answer."""
        raise NotImplementedError

    def claims(self, spec: SpecT, layout: list[PlaceT]) -> Iterator[Claim]:
        """Yield the answers that the spec accepts by its own words, as people type them on what they have."""
        yield Claim("", self.posted(spec, layout, self.model_response(spec)))

    def carry_over(self, old: SpecT, new: SpecT, layout: list[PlaceT], response: ResponseT | None) -> Carried:
        """Return an answer to `old` as one to `new`, its parts matched by what they are; raises CannotRemark with the reason.

        The default suits answers that any version can read, such as a typed text.
        """
        return Carried(layout, response)

    # Words for checks of the content -----------------------------------------------------------------------------------

    def key_texts(self, spec: SpecT) -> list[str]:
        """Return the texts that are right answers, for the linter and the leak tests."""
        raise NotImplementedError

    def distractor_texts(self, spec: SpecT) -> list[str]:
        """Return the texts that are offered and wrong."""
        return []

    def feedback_texts(self, spec: SpecT) -> list[str]:
        """Return every feedback an author wrote."""
        return []


AnyType: TypeAlias = QuestionType[Any, Any, Any]  # one of them, which one only the data says


# Helpers shared by types -----------------------------------------------------------------------------------------------


def all_blank(values: Sequence[object]) -> bool:
    """Return whether no part of a response is given."""
    return all(value is None for value in values)


def mean(shares: Sequence[Fraction]) -> Fraction:
    """Return the exact mean of the parts of an answer."""
    return sum(shares, Fraction(0)) / len(shares)


def verdict(fraction: Fraction, *, answered: bool) -> str:
    """Return how a part did, as templates ask for it: right, partly, wrong, or blank for no answer."""
    if not answered:
        return "blank"
    if fraction == 1:
        return "right"
    return "partly" if fraction else "wrong"
