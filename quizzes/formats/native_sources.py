"""The sources in a file of Quizsite's own form: what a site that does not have them needs to name them.

    {"format": "quizsite-questions", "version": 1, "sources": [
        {"slug": "seoul-ministerial", "title": "Seoul Ministerial", "kind": "News report", "url": "https://example.org/seoul"}],
     "questions": […]}

Their paragraphs are not in it: places in them are kept with the questions.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quizzes.formats.native_json import Slug

MOST = 200


class SourcePart(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    slug: Slug
    title: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(max_length=100)] = ""
    reliability_note: Annotated[str, Field(max_length=300)] = ""
    date_note: Annotated[str, Field(max_length=200)] = ""
    url: Annotated[str, Field(max_length=200, pattern=r"^(https?://[^\s<>\"]+)?$")] = ""


def parts(value: object) -> list[SourcePart]:
    """Return the sources that can be read in what stands under "sources"; each slug once."""
    found: dict[str, SourcePart] = {}
    for row in value[:MOST] if isinstance(value, list) else ():
        try:
            one = SourcePart.model_validate(row)
        except ValidationError:
            continue  # its questions come without it, and say so
        found.setdefault(one.slug, one)
    return list(found.values())
