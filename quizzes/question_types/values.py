"""Values in specs: texts and shares as authors write them, and as every database can keep them."""

import re
import unicodedata
from fractions import Fraction
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from quizzes.question_types.folding import SEEN

MAX_TEXT = 10_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MOST_MARKS = 30  # on one letter; the Stream-Safe Text Format of Unicode allows as many
MAY_BE_MARKS = re.compile(f"[^\x00-\u02ff]{{{MOST_MARKS + 1}}}")


def storable(value: str) -> str:
    """Return text in NFC, with plain line ends, that every database can keep; NUL and lone surrogates are refused."""
    if UNSTORABLE.search(value):
        raise ValueError(_("contains characters that cannot be stored"))
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return (plain if _is_piled_up(plain) else unicodedata.normalize("NFC", plain)).strip()


def _is_piled_up(text: str) -> bool:
    """Return whether a letter bears more marks than any script has.

    They are sorted by NFC in a time that grows with the square of their number: half a second for 20,000.
    """
    if not MAY_BE_MARKS.search(text):
        return False
    return bytes(MOST_MARKS + 1) in bytes(not unicodedata.combining(char) for char in text)


def required(value: str) -> str:
    value = storable(value)
    if not SEEN.search(value):
        raise ValueError(_("is empty"))
    return value


LongText = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(storable)]
ShortText = Annotated[str, Field(max_length=1000), AfterValidator(storable)]
RequiredText = Annotated[str, Field(max_length=1000), AfterValidator(required)]

SHARE = re.compile(r"\d{1,4}/\d{1,4}|\d{0,3}\.?\d{1,20}", re.ASCII)


def share(value: object) -> Fraction:
    """Return a share 0…1 as authors write it, kept exactly: 1, 0.5, "0.25", "1/3"."""
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
