"""The JSON Schema of Quizsite's own form, built from the schemas of the question types."""

from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from quizzes import question_types
from quizzes.formats.base import MAX_QUESTIONS
from quizzes.formats.native_json import NAME, VERSION, Envelope
from quizzes.formats.native_quiz import QuizPart
from quizzes.formats.native_sources import MOST, SourcePart


def schema() -> dict[str, Any]:
    """Return the schema of a whole file, wrapped or a bare list."""
    kinds = question_types.all_types()
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [(kind.Spec, "validation") for kind in kinds]
    references, shared = models_json_schema([*models, (Envelope, "validation")], ref_template="#/$defs/{model}")
    definitions = shared["$defs"]
    envelope = definitions.pop(references[Envelope, "validation"]["$ref"].rsplit("/", 1)[1])
    questions = []
    for kind in kinds:
        name = references[kind.Spec, "validation"]["$ref"].rsplit("/", 1)[1]
        own = definitions.pop(name)
        definitions[kind.key] = {
            "type": "object",
            "title": str(kind.name),
            "properties": own["properties"] | envelope["properties"] | {"type": {"const": kind.key}},
            "required": sorted({*own.get("required", ()), *envelope["required"]}),
            "additionalProperties": False,
        }
        questions.append({"$ref": f"#/$defs/{kind.key}"})
    listed = {"type": "array", "minItems": 1, "maxItems": MAX_QUESTIONS, "items": {"anyOf": questions}}
    quiz = QuizPart.model_json_schema(ref_template="#/$defs/{model}")
    definitions |= quiz.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Quizsite questions",
        "anyOf": [{"$ref": "#/$defs/questions"}, _wrapper()],
        "$defs": definitions | {"questions": listed, "quiz": quiz},
    }


def _wrapper() -> dict[str, Any]:
    """Return the schema of a file that says what it is."""
    return {
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "format": {"const": NAME},
            "version": {"const": VERSION},
            "quiz": {"$ref": "#/$defs/quiz"},
            "sources": {"type": "array", "maxItems": MOST, "items": SourcePart.model_json_schema()},
            "questions": {"$ref": "#/$defs/questions"},
        },
        "required": ["format", "version", "questions"],
        "additionalProperties": False,
    }
