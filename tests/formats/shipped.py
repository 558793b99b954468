"""The questions that ship, as drafts, without a database."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from quizzes import question_types
from quizzes.formats.base import QuestionDraft

FIXTURES = Path(__file__).parents[2] / "fixtures"


@cache
def drafts() -> tuple[QuestionDraft, ...]:
    """Return every question of the fixtures in its first version, with topic and tags."""
    rows = [row for path in sorted(FIXTURES.glob("questions_*.json")) for row in json.loads(path.read_text())]
    of = {
        name: [row["fields"] for row in rows if row["model"] == f"quizzes.{name}"]
        for name in ("question", "questionversion")
    }
    specs = {fields["question"][0]: fields["spec"] for fields in of["questionversion"]}
    return tuple(_draft(fields, specs[fields["uuid"]]) for fields in of["question"])


def _draft(fields: dict[str, Any], spec: dict[str, Any]) -> QuestionDraft:
    return QuestionDraft(
        id=fields["uuid"],
        type=fields["type"],
        spec=question_types.normalized(fields["type"], spec),
        topic=fields["topic"][0],
        difficulty=fields["difficulty"],
        bloom=fields["bloom"],
        tags=tuple(tag[0] for tag in fields["tags"]),
    )
