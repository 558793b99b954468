"""What an import keeps between two requests: drafts, faults and rows as packed JSON, and back.

A column is a row of parts, each packed by itself: a slice unpacks the drafts that it compares, and adds their rows at the end.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from quizzes import lint
from quizzes.formats.base import Acknowledged, Issue, QuestionDraft, SourcePlace
from quizzes.lint.base import Finding

Action = Literal["new", "copy", "changed", "there", "refused"]
FAST = 1  # of zlib's levels
HEAD = 6  # bytes before what is packed
BATCH = 50  # drafts that are compared together


@dataclass(frozen=True)
class Row:
    """What would happen to one draft.

    new      it comes into the bank
    copy     its id is that of another instructor's question: a question of the person's own is made of it
    changed  the person has the question, and it says something else
    there    the person has the question, or one that says the same; or the site has
    refused  it cannot come; `reasons` say why

    `question` is the stored one, `stamp` its state when it was compared, `known` what of it goes on where the file says
    nothing (plain values, as JSON has them). `lost` is what the question comes without, `twin` why the person may not want
    it: a word about a question that says the same, or about their own edit.
    """

    action: Action
    key: str  # uuid
    reasons: tuple[str, ...] = ()
    question: int | None = None
    stamp: str = ""
    known: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    blocking: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    twin: str = ""

    @property
    def is_taken_at_first(self) -> bool:
        """Whether it is ticked before the person has chosen: not what would undo an edit, or repeats another's question."""
        return self.action in ("copy", "there") or (self.action in ("new", "changed") and not self.twin)

    @property
    def may_be_taken(self) -> bool:
        return self.action != "refused"


# Parts ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of a column, still packed, and how many drafts or rows are in it."""

    count: int
    body: memoryview

    def unpacked(self) -> Any:
        return json.loads(zlib.decompress(self.body))


def packed(value: object, count: int) -> bytes:
    """Return one part: its length in four bytes, how many drafts or rows it has in two, then the value."""
    body = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), FAST)
    return len(body).to_bytes(4) + count.to_bytes(2) + body


def parts(data: bytes | memoryview) -> Iterator[Part]:
    rest = memoryview(data)
    while rest:
        end = HEAD + int.from_bytes(rest[:4])
        yield Part(int.from_bytes(rest[4:HEAD]), rest[HEAD:end])
        rest = rest[end:]


# Drafts and faults ------------------------------------------------------------------------------------------------------


def packed_content(drafts: Sequence[QuestionDraft], issues: Sequence[Issue]) -> bytes:
    """Return a part with the faults of a slice, where there are some, and its drafts in batches."""
    found = [packed([vars(issue) for issue in issues], 0)] if issues else []
    for start in range(0, len(drafts), BATCH):
        some = [vars(draft) | _nested(draft) for draft in drafts[start : start + BATCH]]
        found.append(packed(some, len(some)))
    return b"".join(found)


def _nested(draft: QuestionDraft) -> dict[str, object]:
    return {
        "sources": [vars(place) for place in draft.sources],
        "acknowledged": [vars(one) for one in draft.acknowledged],
        "spec": dict(draft.spec),
    }


def issues_in(content: bytes | memoryview) -> list[Issue]:
    """Return what could not be read, each once."""
    kept = [one for part in parts(content) if not part.count for one in part.unpacked()]
    return list(dict.fromkeys(Issue(**one) for one in kept))


def drafts_in(content: bytes | memoryview, since: int = 0) -> Iterator[list[QuestionDraft]]:
    """Yield the drafts in batches, without the first `since` drafts."""
    for part in parts(content):
        if part.count > since:
            yield [_draft(one) for one in part.unpacked()[since:]]
        since = max(0, since - part.count)


def _draft(kept: dict[str, Any]) -> QuestionDraft:
    nested = {
        "tags": tuple(kept["tags"]),
        "sources": tuple(SourcePlace(**place) for place in kept["sources"]),
        "acknowledged": tuple(Acknowledged(**one) for one in kept["acknowledged"]),
    }
    return QuestionDraft(**{**kept, **nested})


# Rows -------------------------------------------------------------------------------------------------------------------


def packed_rows(rows: Sequence[Row]) -> bytes:
    """Return the rows of one batch."""
    return packed([vars(row) | {"findings": [_short(finding) for finding in row.findings]} for row in rows], len(rows))


def rows_in(data: bytes | memoryview) -> list[Row]:
    return [_row(kept) for part in parts(data) for kept in part.unpacked()]


def _row(kept: dict[str, Any]) -> Row:
    lists = {name: tuple(kept[name]) for name in ("reasons", "blocking", "lost")}
    return Row(**{**kept, **lists, "findings": tuple(_finding(*one) for one in kept["findings"])})


def _short(finding: Finding) -> list[str]:
    """Return a finding without what its rule says about every one of them."""
    return [finding.rule, finding.severity, finding.where, finding.what]


def _finding(code: str, severity: Any, where: str, what: str) -> Finding:
    why, how = _words_of_rules().get(code, ("", ""))
    return Finding(code, severity, where, what, why, how)


@cache
def _words_of_rules() -> dict[str, tuple[str, str]]:
    """Return why each rule matters and how to mend it."""
    return {rule.code: (str(rule.why), str(rule.how)) for rule in lint.item_rules()}


def plain(value: Any) -> Any:
    """Return a part of a draft as JSON has it."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return vars(value) if isinstance(value, SourcePlace | Acknowledged) else value


def wanted(draft: QuestionDraft, row: Row) -> QuestionDraft:
    """Return a draft as it would be written: with what of the stored question goes on."""
    known = dict(row.known)
    if "sources" in known:
        known["sources"] = tuple(SourcePlace(**place) for place in known["sources"])
    if "acknowledged" in known:
        known["acknowledged"] = tuple(Acknowledged(**one) for one in known["acknowledged"])
    if "tags" in known:
        known["tags"] = tuple(known["tags"])
    return replace(draft, **known)
