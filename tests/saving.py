"""A save as a request makes it: the paper of the learner's attempt, the response out of posted fields, one statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quizzes.models import User, papers
from quizzes.services import attempts


def save(
    attempt_id: int,
    learner: User,
    *,
    slot: int,
    fields: Mapping[str, Any],
    revision: int,
    now: datetime,
    device: str = "",
) -> attempts.Saved:
    paper = papers.of_attempt(attempt_id, learner.pk)
    response = paper[slot].parse(fields)
    return attempts.save(paper, slot=slot, response=response, revision=revision, now=now, device=device)
