"""An import before it is confirmed: from bytes to rows that say what would happen. Writes its own row only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from quizzes import formats
from quizzes.errors import ImportRejected
from quizzes.formats import encodings, native_quiz
from quizzes.formats.base import MAX_BYTES, MAX_QUESTIONS, Issue, QuestionDraft, printable
from quizzes.formats.budgets import Budget, Slice
from quizzes.models import ImportDraft, User
from quizzes.services.imports import comparing
from quizzes.services.imports.keeping import Row, drafts_in, issues_in, packed_content, packed_rows, rows_in
from quizzes.services.imports.plan import Plan

Stage = ImportDraft.Stage
MOST_WAITING = 3  # of one person; an older one is thrown away for the next
SLICE = 0.7  # seconds of one request that go to an import; with the page around it, it stays below one
COMPARING = 0.8  # of what is left of a slice; the rest looks for the same in the bank, and keeps what was found


def begin(owner: User, *, name: str, data: bytes, now: datetime, format: str = "", encoding: str = "") -> ImportDraft:
    """Keep a file, or pasted text without a name, for reading; raises ImportRejected where it is too large or of no known
    form."""
    if not owner.is_instructor:
        raise ImportRejected(_("Only instructors import questions."))
    if len(data) > MAX_BYTES:
        raise ImportRejected(_("It is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 2**20})
    if not data.strip():
        raise ImportRejected(_("It is empty."))
    key = format or detected(name, data)
    for old in ImportDraft.objects.filter(owner=owner).waiting().only("pk")[MOST_WAITING - 1 :]:
        old.delete()
    return ImportDraft.objects.create(
        owner=owner, name=printable(name)[:200], data=data, format=key, encoding=encoding, created_at=now
    )


def detected(name: str, data: bytes) -> str:
    """Return the key of the format of a file, or of pasted text; raises ImportRejected."""
    try:
        return formats.detect(name or _likely_name(data), encodings.as_utf8(data)[0]).key
    except (KeyError, ImportRejected) as error:
        known = ", ".join(entry.extension for entry in formats.all_formats())
        message = _("Its form is unknown. Choose the format, or save it as one of these: %(known)s.")
        raise ImportRejected(message % {"known": known}) from error


def _likely_name(data: bytes) -> str:
    start = data.removeprefix(encodings.MARK).lstrip()[:1]
    return {b"{": "pasted.json", b"[": "pasted.json", b"<": "pasted.xml"}.get(start, "pasted.txt")


def read_again(draft: ImportDraft, *, format: str, encoding: str) -> ImportDraft:
    """Read the file from the start as another format, or in another encoding."""
    draft.format, draft.encoding, draft.stage = format, encoding, Stage.READING
    draft.count = draft.checked = draft.reached = 0
    draft.content = draft.rows = b""
    draft.choices, draft.result = {}, {}
    draft.save()
    return draft


def discard(draft: ImportDraft) -> None:
    draft.delete()


def sweep(*, now: datetime) -> int:
    """Remove what is older than a day; returns how many."""
    old = ImportDraft.objects.outdated_at(now)
    return old.delete()[0] if old.exists() else 0  # looking takes no turn to write


# A slice at a time ------------------------------------------------------------------------------------------------------


def slice_end() -> float:
    """Return when a request that begins now stops working on an import."""
    return time.monotonic() + SLICE


def go_on(draft: ImportDraft, *, now: datetime, end: float | None = None) -> ImportDraft:
    """Read, or compare for as long as a slice is. A second request that does the same leaves it to the first.

    A request that had other work before gives the `end` of its slice: nothing is done when that is over.
    """
    end = slice_end() if end is None else end
    if draft.stage == Stage.READING and time.monotonic() < end - SLICE / 2:  # to open a file takes a part of it
        _read(draft, end)
    if draft.stage == Stage.CHECKING and time.monotonic() < end:
        _compare(draft, end, now=now)
    return draft


def _read(draft: ImportDraft, end: float) -> None:
    """Read on from where the last slice ended."""
    fresh: dict[str, object] = {}
    issues: list[Issue]
    part, sources = Slice(draft.reached), draft.result.get("sources", [])
    try:
        data, encoding = encodings.as_utf8(bytes(draft.data), draft.encoding)
        if draft.format == "json" and not draft.reached:
            quiz, found = native_quiz.beside(data)
            sources = [part.model_dump() for part in found]
            if quiz is not None:
                fresh["choices"] = {"quiz": quiz.title, "kind": "file", "has_quiz": True}
        part = Slice(draft.reached, seconds=end - time.monotonic())
        drafts, issues = formats.get(draft.format).parse(data, budget=Budget(slice=part))
    except ImportRejected as refusal:
        drafts, issues, encoding = [], [Issue(_("file"), str(refusal.message))], draft.encoding
    room = MAX_QUESTIONS - draft.count
    if len(drafts) > room:
        issues.append(Issue(_("file"), _("It may have at most %(limit)d questions.") % {"limit": MAX_QUESTIONS}))
        drafts, part.reached = drafts[:room], None
    content = bytes(draft.content) + packed_content(drafts, issues)
    fresh |= {"encoding": encoding, "count": draft.count + len(drafts), "content": content}
    fresh["result"] = comparing.with_twins(draft.result, drafts) | {"sources": sources}
    if part.reached is not None:
        fresh["reached"] = part.reached
    else:
        fresh |= _at_the_end(draft, fresh, content)
    _keep(draft, fresh, stage=Stage.READING, reached=draft.reached)


def _at_the_end(draft: ImportDraft, found: Mapping[str, Any], content: bytes) -> dict[str, object]:
    """Return what is different once the file was read to its end."""
    if not content:
        content = packed_content([], [Issue(_("file"), _("No questions found."))])
    stage = Stage.CHECKING if found["count"] else Stage.READY
    return {
        "stage": stage,
        "content": content,
        "result": {name: found["result"][name] for name in ("twins", "sources")},
    }


def _compare(draft: ImportDraft, end: float, *, now: datetime) -> None:
    """Compare batch after batch until the time is over, and keep what was found."""
    comparison = comparing.Comparison(draft)
    began = time.monotonic()
    enough = began + COMPARING * (end - began)
    drafts: list[QuestionDraft] = []
    rows: list[Row] = []
    for batch in drafts_in(draft.content, since=draft.checked):
        rows += comparison.rows_of(batch, draft.checked + len(rows))
        drafts += batch
        if time.monotonic() > enough:
            break
    rows = comparing.with_duplicates(drafts, rows, actor=draft.owner, now=now)
    checked = draft.checked + len(rows)
    fresh: dict[str, object] = {"rows": bytes(draft.rows) + packed_rows(rows), "checked": checked}
    if checked == draft.count:
        fresh["stage"] = Stage.READY
    _keep(draft, fresh, stage=Stage.CHECKING, checked=draft.checked)


def _keep(draft: ImportDraft, fresh: Mapping[str, object], **still: object) -> None:
    """Store what a slice has found, unless another request was faster: then take what that one found."""
    if ImportDraft.objects.filter(pk=draft.pk, **still).update(**fresh):
        for name, value in fresh.items():
            setattr(draft, name, value)
    else:
        draft.refresh_from_db()


def plan_of(draft: ImportDraft) -> Plan:
    """Return what the import would do, as it was compared."""
    drafts = [one for batch in drafts_in(draft.content) for one in batch]
    return Plan.of(drafts, rows_in(draft.rows), issues_in(draft.content))
