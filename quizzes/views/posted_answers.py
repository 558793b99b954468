"""Answers of plain forms: read out of a post that may hold many questions, saved, and kept on the page where refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quizzes.errors import BadAnswer, StaleAnswer
from quizzes.models import Answer
from quizzes.models.papers import Paper, PaperQuestion
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest, device_of


@dataclass(frozen=True)
class Conflict:
    """Why an answer of a plain form was not saved, and what had been entered."""

    message: str
    typed: str


def save_form(request: LoggedInRequest, paper: Paper, slots: Iterable[int], *, now: datetime) -> dict[int, Conflict]:
    """Save the answers of a plain form that differ from what is stored; returns those that were refused."""
    refused: dict[int, Conflict] = {}
    for answer in Answer.objects.filter(attempt=paper.attempt_id, slot__in=list(slots)):
        if f"q{answer.slot}-revision" in request.POST and not answer.is_checked:
            fields = form_fields(request.POST, answer.slot)
            try:
                _save_one(request, paper, answer, fields, now=now)
            except (BadAnswer, StaleAnswer) as error:
                refused[answer.slot] = Conflict(str(error.message), _typed(paper[answer.slot], fields))
    return refused


def _save_one(
    request: LoggedInRequest, paper: Paper, answer: Answer, fields: Mapping[str, list[str]], *, now: datetime
) -> None:
    response = paper[answer.slot].parse(fields)
    if response != answer.response:
        revision = _revision(request.POST.get(f"q{answer.slot}-revision", "")) + 1
        attempts.save(paper, slot=answer.slot, response=response, revision=revision, now=now, device=device_of(request))


def _typed(question: PaperQuestion, fields: Mapping[str, list[str]]) -> str:
    """What was entered, in words where it can be read, else as it was typed."""
    try:
        response = question.parse(fields)
    except BadAnswer:
        return ", ".join(value for values in fields.values() for value in values)  # whole: it may be the only copy
    return question.version.kind.response_words(question.version.parsed, response)


def _revision(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def form_fields(post: Any, slot: int) -> Mapping[str, list[str]]:
    """The fields of one question out of a form that may hold many.

    Each with all its values: a question with one answer refuses a second one. Of `go` and of a revision the last counts.
    """
    prefix = f"q{slot}-"
    return {
        name.removeprefix(prefix): post.getlist(name)
        for name in post
        if name.startswith(prefix) and name != f"{prefix}revision"
    }
