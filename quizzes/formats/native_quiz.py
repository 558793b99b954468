"""The quiz in a file of Quizsite's own form: its settings, items and rules, next to the questions that it asks.

    {"format": "quizsite-questions", "version": 1, "quiz": {
        "title": "Midterm", "settings": {"feedback": "exam", "time_rule": "fixed", "time_limit": 40},
        "items": [{"question": "4e0d49b2-…", "points": "2"}, {"draw": 3, "topic": "seoul", "points": "1"}],
        "bands": [{"from_percent": 80, "text": "Well done."}]},
     "questions": […]}

Whether a setting has a value that a quiz can have is decided where the quiz is made.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from quizzes.errors import ImportRejected
from quizzes.formats import json_reader, native_sources
from quizzes.formats.base import Unreadable, decoded
from quizzes.formats.budgets import Budget
from quizzes.formats.native_json import NAME
from quizzes.formats.native_sources import SourcePart

Points = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,2})?$")]
Name = Annotated[str, Field(max_length=80)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ItemPart(Part):
    """A question by its id, or how many are drawn from where."""

    question: Annotated[str, Field(max_length=200)] | None = None
    draw: Annotated[int, Field(ge=1, le=200)] | None = None
    topic: Name = ""
    source: Name = ""
    tag: Name = ""
    type: Name = ""
    difficulty: Name = ""
    bloom: Name = ""
    fills_up: bool = False
    points: Points = "1"

    @model_validator(mode="after")
    def is_one_of_both(self) -> ItemPart:
        if (self.question is None) == (self.draw is None):
            raise ValueError(_("an item has either a question, or how many to draw"))
        if not Decimal(self.points):
            raise ValueError(_("points must be above 0"))
        return self


class BandPart(Part):
    from_percent: Annotated[int, Field(ge=0, le=100)]
    text: Annotated[str, Field(max_length=500)]


class QuizPart(Part):
    """The quiz of a file."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    settings: Annotated[
        dict[Name, Annotated[str, Field(max_length=2000)] | bool | int | None], Field(max_length=40)
    ] = {}
    items: Annotated[list[ItemPart], Field(min_length=1, max_length=200)]
    bands: Annotated[list[BandPart], Field(max_length=20)] = []


def part_in(data: bytes) -> QuizPart | None:
    """Return the quiz in a file; None where there is none, or none that can be read."""
    return beside(data)[0]


def beside(data: bytes) -> tuple[QuizPart | None, list[SourcePart]]:
    """Return what stands next to the questions of a file: the quiz, and the sources that can be read."""
    try:
        value = json_reader.load(decoded(data), Budget())
    except (Unreadable, ImportRejected):
        return None, []
    if not isinstance(value, dict) or value.get("format") != NAME:
        return None, []
    sources = native_sources.parts(value.get("sources"))
    try:
        return QuizPart.model_validate(value["quiz"]) if "quiz" in value else None, sources
    except ValidationError:
        return None, sources
