"""Quizsite's own form: a list of questions in JSON, the fields of the type next to those of every question.

    {"format": "quizsite-questions", "version": 1, "questions": [
      {"id": "seoul-ministerial-004", "type": "single_choice", "stem": "Who hosted the meeting?",
       "options": [{"text": "The Republic of Korea", "correct": true, "feedback": "…"}, {"text": "Japan", "feedback": "…"}],
       "explanation": "…", "sources": [{"document": "seoul-ministerial", "paragraph": 4, "evidence": "hosted by"}],
       "topic": "seoul", "difficulty": "easy", "bloom": "remember", "tags": ["cases"],
       "acknowledged": [{"rule": "stem-length", "reason": "…"}]}]}

The bare list is read too; a quiz may stand next to the questions (native_quiz.py). `id` is a uuid, or any other words, which stand for the same uuid every time; without one the
content itself is the identity. `case` is the short name of the page of facts that stands above the question; the page
itself is a study note, and must be there. Of a type's own fields, those left out take its defaults. `native_schema` describes all of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quizzes import question_types
from quizzes.formats import json_reader
from quizzes.formats.base import (
    EVIDENCE_LIMIT,
    MAX_ISSUES,
    MAX_QUESTIONS,
    Acknowledged,
    Format,
    Issue,
    Parsed,
    QuestionDraft,
    SourcePlace,
    Unreadable,
    checked_size,
    decoded,
    merged,
    stable_id,
)
from quizzes.formats.budgets import Budget
from quizzes.formats.reading import Reading, read_with
from quizzes.question_types.faults import FAULTS, InvalidSpec

NAME, VERSION = "quizsite-questions", 1
Slug = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SourceFields(Model):
    document: Slug
    paragraph: Annotated[int, Field(ge=1, le=32_767)]
    evidence: Annotated[str, Field(max_length=EVIDENCE_LIMIT)] = ""


class AcknowledgedFields(Model):
    rule: Slug
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Envelope(Model):
    """What every question has besides the fields of its type."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    type: Annotated[str, Field(max_length=32)]
    topic: Slug | None = None
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    bloom: Literal["remember", "understand", "apply", "analyse"] = "remember"
    tags: Annotated[list[Slug], Field(max_length=20)] = []
    sources: Annotated[list[SourceFields], Field(max_length=20)] = []
    acknowledged: Annotated[list[AcknowledgedFields], Field(max_length=50)] = []


PLACES = {
    "sources": gettext_lazy("source"),
    "tags": gettext_lazy("tag"),
    "acknowledged": gettext_lazy("acknowledged warning"),
    "options": gettext_lazy("option"),
    "pairs": gettext_lazy("pair"),
    "elements": gettext_lazy("element"),
    "answers": gettext_lazy("answer"),
    "gaps": gettext_lazy("gap"),
    "near_misses": gettext_lazy("near miss"),
}
MESSAGES: Mapping[str, Any] = {
    **FAULTS,
    "string_too_short": gettext_lazy("is empty"),
    "list_type": gettext_lazy("must be a list"),
    "dict_type": gettext_lazy("must be an object with named fields"),
}


class NativeJson(Format):
    key = "json"
    name = gettext_lazy("Quizsite JSON")
    extension = ".json"
    media_type = "application/json"

    def parse(self, data: bytes, *, budget: Budget | None = None) -> Parsed:
        return read_with(lambda reading: _read(data, reading), budget)

    def write(self, drafts: Iterable[QuestionDraft]) -> bytes:
        return written(drafts)


def _read(data: bytes, reading: Reading) -> None:
    rows = questions_of(json_reader.load(decoded(checked_size(data)), reading.budget))
    seen: dict[str, str] = {}
    for number, row in reading.turns(enumerate(rows, start=1)):
        where = place(number, row)
        found = draft_of(row, where)
        if isinstance(found, QuestionDraft):
            found = _refused_twin(found, seen) or found
        if isinstance(found, QuestionDraft):
            reading.drafts.append(found)
            continue
        for issue in found[:MAX_ISSUES]:
            reading.refuse(issue.where, issue.message)


def written(
    drafts: Iterable[QuestionDraft],
    quiz: Mapping[str, object] | None = None,
    sources: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """Return a file with the questions, the quiz that asks them if there is one, and the sources that they name."""
    beside = {name: value for name, value in (("quiz", quiz), ("sources", sources)) if value}
    rows = [flattened(draft) for draft in drafts]
    wrapped = {"format": NAME, "version": VERSION, **beside, "questions": rows}
    return json.dumps(wrapped, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def questions_of(value: object) -> list[object]:
    """Return the list in a file, bare or wrapped; raises Unreadable."""
    if isinstance(value, dict):
        if isinstance(value, json_reader.JsonObject) and value.repeated:
            raise Unreadable(_("file"), _("“%(key)s” stands there twice.") % {"key": value.repeated[0][:40]})
        if value.get("format") != NAME or "questions" not in value:
            raise Unreadable(
                _("file"), _("A list of questions is expected, or an object with “format” and “questions”.")
            )
        if value.get("version") != VERSION or isinstance(value.get("version"), bool):
            raise Unreadable(_("file"), _("Only version %(version)d of this form can be read.") % {"version": VERSION})
        unknown = sorted(set(value) - {"format", "version", "quiz", "sources", "questions", "$schema"})
        if unknown:
            raise Unreadable(_("file"), _("“%(key)s” is not a field of this form.") % {"key": unknown[0][:40]})
        value = value["questions"]
    if not isinstance(value, list):
        raise Unreadable(_("file"), _("A list of questions is expected."))
    if not value:
        raise Unreadable(_("file"), _("No questions found."))
    if len(value) > MAX_QUESTIONS:
        message = _("It may have at most %(limit)d questions; it has %(count)d.")
        raise Unreadable(_("file"), message % {"limit": MAX_QUESTIONS, "count": len(value)})
    return value


def place(number: int, row: object) -> str:
    """Return “question 12 (seoul-ministerial-004)”."""
    where = _("question %(number)d") % {"number": number}
    given = row.get("id") if isinstance(row, dict) else None
    return f"{where} ({given[:60]})" if isinstance(given, str) and given else where


def _refused_twin(draft: QuestionDraft, seen: dict[str, str]) -> list[Issue]:
    if draft.id is None:
        return []
    twin = seen.setdefault(draft.id, draft.where)
    return [] if twin == draft.where else [Issue(draft.where, _("%(twin)s has the same id.") % {"twin": twin})]


def draft_of(row: object, where: str) -> QuestionDraft | list[Issue]:
    """Return one question, or everything that is wrong with it."""
    if not isinstance(row, dict):
        return [Issue(where, _("It must be an object with named fields."))]
    found = [
        Issue(joined(where, in_words(path)), message) for path, message in islice(json_reader.faults(row), MAX_ISSUES)
    ]
    if found:
        return found
    names = Envelope.model_fields
    spec_fields = {key: value for key, value in row.items() if key not in names}
    envelope, issues = _envelope({key: value for key, value in row.items() if key in names}, where)
    spec, spec_issues = _spec(row.get("type"), spec_fields, where)
    if envelope is None or spec is None:
        return issues + spec_issues
    sources = merged(
        [SourcePlace(source.document, source.paragraph, source.evidence.strip()) for source in envelope.sources]
    )
    too_long = [source for source in sources if len(source.evidence) > EVIDENCE_LIMIT]
    if too_long:
        message = _("The phrases from paragraph %(number)d may have %(limit)d characters together.")
        return [Issue(where, message % {"number": too_long[0].paragraph, "limit": EVIDENCE_LIMIT})]
    return QuestionDraft(
        id=stable_id(envelope.id) if envelope.id else None,
        type=envelope.type,
        spec=spec,
        topic=envelope.topic or "",
        difficulty=envelope.difficulty,
        bloom=envelope.bloom,
        tags=tuple(dict.fromkeys(envelope.tags)),
        sources=sources,
        acknowledged=tuple(Acknowledged(one.rule, one.reason) for one in envelope.acknowledged),
        where=where,
    )


def _envelope(fields: dict[str, object], where: str) -> tuple[Envelope | None, list[Issue]]:
    try:
        return Envelope.model_validate(fields), []
    except ValidationError as error:
        return None, [_issue(item, where) for item in error.errors()]


def _issue(item: Any, where: str) -> Issue:
    message = str(MESSAGES.get(item["type"], item["msg"]))
    if item["type"] in MESSAGES:
        message %= item.get("ctx", {})
    return Issue(joined(where, in_words(item["loc"])), message)


def _spec(kind: object, fields: dict[str, object], where: str) -> tuple[dict[str, object] | None, list[Issue]]:
    """Return the content as its type stores it, every field present."""
    if not isinstance(kind, str):
        return None, []  # said of the envelope
    try:
        return question_types.get(kind).written(fields), []
    except KeyError:
        known = ", ".join(kind.key for kind in question_types.all_types())
        message = _("There is no type “%(type)s”; it must be one of: %(known)s.")
        return None, [Issue(joined(where, "type"), message % {"type": kind[:40], "known": known})]
    except InvalidSpec as error:
        return None, [Issue(joined(where, fault.where), fault.what) for fault in error.faults]


def in_words(path: Iterable[str | int]) -> str:
    """Return ("options", 2, "feedback") as "option 3, feedback"."""
    names: list[str] = []
    for step in path:
        if isinstance(step, int) and names:
            names[-1] = f"{names[-1]} {step + 1}"
        else:
            names.append(str(PLACES.get(str(step), str(step).replace("_", " ")[:40])))
    return ", ".join(names)


def joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def flattened(draft: QuestionDraft) -> dict[str, object]:
    """Return a draft as one object of the file: identity first, then what is asked, then where it comes from."""
    spec = dict(draft.spec)
    explanation = spec.pop("explanation", "")
    if not spec.get("case"):
        spec.pop("case", None)
    row: dict[str, object] = {} if draft.id is None else {"id": draft.id}
    row |= {"type": draft.type, **spec, "explanation": explanation}
    row["sources"] = [
        {"document": source.document, "paragraph": source.paragraph, "evidence": source.evidence}
        for source in draft.sources
    ]
    row |= {
        "topic": draft.topic or None,
        "difficulty": draft.difficulty,
        "bloom": draft.bloom,
        "tags": list(draft.tags),
    }
    row["acknowledged"] = [{"rule": one.rule, "reason": one.reason} for one in draft.acknowledged]
    return row


FORMAT = NativeJson()
