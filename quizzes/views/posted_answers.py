"""Answers of plain forms: read out of a post that may hold many questions, saved, and kept on the page where refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.http import QueryDict

from quizzes.errors import BadAnswer, StaleAnswer
from quizzes.models import Answer
from quizzes.models.papers import Paper, PaperQuestion
from quizzes.models.previews import PreviewAnswer
from quizzes.question_types.fields import MAX_ANSWER, too_long, too_many
from quizzes.reports.cards import RefusedText
from quizzes.services import attempts
from quizzes.views.requests import LoggedInRequest, device_of

AnyAnswer = TypeVar("AnyAnswer", Answer, PreviewAnswer)


@dataclass(frozen=True)
class Conflict:
    """Why an answer of a plain form was not saved, and what had been entered; or its texts that are too long."""

    message: str = ""
    typed: str = ""
    texts: tuple[RefusedText, ...] = ()


@dataclass(frozen=True)
class Posted:
    """What became of a plain form: what was refused, by slot, and where what was saved just now cannot all be read."""

    refused: dict[int, Conflict] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)

    def stays(self, *, minds_unread: bool = True) -> bool:
        """Return whether the page comes back with remarks before it goes on."""
        return bool(self.refused or (minds_unread and self.unread))


def page_of(post: QueryDict, slot: int, paper: Paper) -> int:
    """Return the question whose page a form was on, as it says itself: 0 for all on one page, else a slot.

    Where it says nothing that can be, it was on the page of the question that the button is about.
    """
    text = post.get("page", "")
    if text == "all":
        return 0
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return page if page in paper else slot


def save_form(request: LoggedInRequest, paper: Paper, slots: Iterable[int], *, now: datetime) -> Posted:
    """Save the answers of a plain form that differ from what is stored."""
    device = device_of(request)

    def save(answer: Answer, response: object, revision: int) -> None:
        attempts.save(paper, slot=answer.slot, response=response, revision=revision, now=now, device=device)

    stored = Answer.objects.filter(attempt=paper.attempt_id, slot__in=list(slots)).order_by("slot")
    return read_form(request.POST, paper, stored, save)


def read_form(
    post: QueryDict, paper: Paper, answers: Iterable[AnyAnswer], save: Callable[[AnyAnswer, object, int], object]
) -> Posted:
    """Read the answers of a plain form; those that differ from what is stored are given to `save`, with their revision."""
    posted = Posted()
    for answer in answers:
        if f"q{answer.slot}-revision" in post and not answer.is_checked:
            fields = form_fields(post, answer.slot)
            try:
                is_unread = _save_one(post, paper[answer.slot], answer, fields, save)
            except (BadAnswer, StaleAnswer) as error:
                posted.refused[answer.slot] = Conflict(str(error.message), _typed(paper[answer.slot], fields))
                continue
            if texts := _refused_texts(paper[answer.slot], fields):
                posted.refused[answer.slot] = Conflict(texts=texts)
            elif is_unread:
                posted.unread.append(answer.slot)
    return posted


def _save_one(
    post: QueryDict,
    question: PaperQuestion,
    answer: AnyAnswer,
    fields: Mapping[str, list[str]],
    save: Callable[[AnyAnswer, object, int], object],
) -> bool:
    """Save what is new; returns whether it is new and cannot all be read."""
    response = question.parse(_storable(question, answer, fields))
    if response == answer.response:
        return False
    save(answer, response, _revision(post.get(f"q{answer.slot}-revision", "")) + 1)
    return question.is_unread(response)


def _storable(question: PaperQuestion, answer: AnyAnswer, fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the fields, with what is stored in place of a text that is too long: a part of it would mean something else."""
    long = too_long(fields)
    stored = question.posted(answer.response) if long else {}
    return {name: stored.get(name, []) if name in long else values for name, values in fields.items()}


def _refused_texts(question: PaperQuestion, fields: Mapping[str, list[str]]) -> tuple[RefusedText, ...]:
    limit = question.version.kind.text_limit or MAX_ANSWER
    counts = too_long(fields).items()
    return tuple(RefusedText(name, fields[name][0], too_many(count, limit)) for name, count in counts)


def _typed(question: PaperQuestion, fields: Mapping[str, list[str]]) -> str:
    """Return what was entered, in words where it can be read, else as it was typed."""
    try:
        response = question.parse(fields)
    except BadAnswer:
        return ", ".join(value for values in fields.values() for value in values)  # whole: it may be the only copy
    return question.version.kind.response_words(question.version.parsed, response)


def _revision(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def form_fields(post: QueryDict, slot: int) -> Mapping[str, list[str]]:
    """Return the fields of one question out of a form that may hold many.

    Each with all its values: a question with one answer refuses a second one. Of `page` and of a revision the last counts.
    """
    prefix = f"q{slot}-"
    return {
        name.removeprefix(prefix): post.getlist(name)
        for name in post
        if name.startswith(prefix) and name != f"{prefix}revision"
    }
