"""Posted fields: a mapping of short names to lists of texts, the same from a plain form and from the saving script.

`known_fields` turns anything that JSON can carry into that mapping or refuses it with a sentence. Lengths count what is
stored: a line break is one character, however a browser sends it.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from django.utils.datastructures import MultiValueDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quizzes.errors import AnswerTooLong, BadAnswer
from quizzes.question_types.base import Fields, Remark
from quizzes.question_types.folding import SEEN
from quizzes.question_types.values import storable

MAX_ANSWER = 40_000  # characters: 1,500 words of 26 letters, which is the longest essay that can be asked for
MAX_FIELDS = 64
MAX_VALUES = 32
FIELD_NAME = re.compile(r"[a-z]{1,20}(-[0-9]{1,3})?")


def clean_fields(raw: object) -> dict[str, list[str]]:
    """Return any posted value as short names with lists of storable strings; refuse everything else with a sentence.

    A form's data, a mapping of lists and a mapping of single strings are all understood.
    """
    if isinstance(raw, MultiValueDict):
        raw = dict(raw.lists())
    if not isinstance(raw, Mapping):
        raise BadAnswer(_("The fields of an answer must be an object with named values."), where="fields")
    if len(raw) > MAX_FIELDS:
        raise BadAnswer(_("An answer may have at most %(limit)d fields.") % {"limit": MAX_FIELDS}, where="fields")
    return {_field_name(name): _field_values(name, values) for name, values in raw.items()}


def _field_name(name: object) -> str:
    if not (isinstance(name, str) and FIELD_NAME.fullmatch(name)):
        raise BadAnswer(_("The answer has a field that no question has."), where="fields")
    return name


def _field_values(name: str, values: object) -> list[str]:
    listed = [values] if isinstance(values, str) else values
    if not isinstance(listed, list | tuple) or not all(isinstance(value, str) for value in listed):
        raise BadAnswer(_("The values of a field must be texts."), where=name)
    if len(listed) > MAX_VALUES:
        raise BadAnswer(_("A field may have at most %(limit)d values.") % {"limit": MAX_VALUES}, where=name)
    return [text_value(value, where=name) for value in listed]


def known_fields(raw: object, allowed: Collection[str]) -> dict[str, list[str]]:
    """Return the cleaned fields; those that the question does not have are refused."""
    fields = clean_fields(raw)
    strange = next((name for name in fields if name not in allowed), None)
    if strange is not None:
        raise BadAnswer(_("This question has no field “%(name)s”.") % {"name": strange}, where=strange)
    return fields


def part_names(name: str, count: int) -> list[str]:
    """Return the field names of `count` parts: gap-0, gap-1, …"""
    return [f"{name}-{place}" for place in range(count)]


def given(fields: Fields, name: str) -> list[str]:
    """Return the values of a field in which there is anything to see."""
    return [value for value in fields.get(name, ()) if SEEN.search(value)]


def single_value(fields: Fields, name: str) -> str | None:
    """Return the single value of a field, None for no answer; several are refused."""
    values = given(fields, name)
    if len(values) > 1:
        raise BadAnswer(
            _("Only one answer can be given here; you sent %(count)d.") % {"count": len(values)}, where=name
        )
    return values[0] if values else None


def position(value: str, count: int, *, where: str) -> int:
    """Return a shown position 0…count-1 from its posted text."""
    if not (value.isascii() and value.isdigit() and len(value) <= 4 and int(value) < count):
        raise BadAnswer(_("“%(value)s” is not an option of this question.") % {"value": value[:20]}, where=where)
    return int(value)


def text_value(value: str, *, where: str = "") -> str:
    """Return a text as it is stored; refused when the database cannot keep it, or when it is longer than any answer may be."""
    try:
        kept = storable(value)
    except ValueError as error:
        raise BadAnswer(_("This answer contains characters that cannot be stored."), where=where) from error
    if len(kept) > MAX_ANSWER:
        raise AnswerTooLong(too_many(len(kept), MAX_ANSWER), where=where, count=len(kept), limit=MAX_ANSWER)
    return kept


def told(remarks: Iterable[Remark]) -> dict[str, object]:
    """Return what a card to answer says at its fields, by their names, and the texts that stand there in place of what
    is stored."""
    return {"remarks": {remark.where: vars(remark) for remark in remarks}, "typed": {}}


def too_long(fields: Fields) -> dict[str, int]:
    """Return the characters of each text that is longer than any answer may be, by the name of its field."""
    counts = {name: stored_length(value) for name, values in fields.items() for value in values}
    return {name: count for name, count in counts.items() if count > MAX_ANSWER}


def stored_length(value: str) -> int:
    """Return the characters that would be stored of a text, 0 for one that cannot be stored."""
    try:
        return len(storable(value))
    except ValueError:
        return 0


def too_many(count: int, limit: int) -> str:
    """Return “3,007 characters too many; this answer may have at most 10,000.”"""
    words = ngettext(
        "%(excess)s character too many; this answer may have at most %(limit)s.",
        "%(excess)s characters too many; this answer may have at most %(limit)s.",
        count - limit,
    )
    figures = {"excess": count - limit, "limit": limit}
    return words % {name: number_format(figure, force_grouping=True) for name, figure in figures.items()}
