"""What ships: the fixtures as they lie next to the program, and the record of everything that ever shipped. Reads files only.

`editions.json` holds, for each row by its key, a digest of what each edition said. A row of a site that says none of it
was edited there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from quizzes import question_types
from quizzes.formats.base import Acknowledged, QuestionDraft, SourcePlace
from quizzes.json_types import JSONObject

BANK = ["sources", "topics", "questions_*", "quizzes"]  # in an order in which each finds what it refers to
RECORD = "editions.json"
RETIRED_QUIZZES = "retired_quizzes.json"
Record = dict[str, dict[str, list[str]]]  # kind → key → digests


@dataclass(frozen=True)
class Paper:
    """A quiz that ships: its settings and its items, as the fixture has them."""

    settings: JSONObject
    items: tuple[JSONObject, ...]


@dataclass(frozen=True)
class Edition:
    """The bank that ships with this program; rows by slug or uuid. `retired` and `replaced` give a reason each."""

    sources: Mapping[str, JSONObject]
    topics: Mapping[str, JSONObject]
    tags: Collection[str]
    questions: Mapping[str, QuestionDraft]
    quizzes: Mapping[str, Paper]
    retired: Mapping[str, str]
    replaced: Mapping[str, str]
    record: Record

    def has_shipped(self, kind: str, key: str, digest: str) -> bool:
        return digest in self.record.get(kind, {}).get(key, [])


def folder() -> Path:
    return Path(settings.FIXTURE_DIRS[0])


def read() -> Edition:
    """Read all that ships; raises ValueError for a file that is no JSON."""
    rows: defaultdict[str, list[JSONObject]] = defaultdict(list)
    for file in (path for pattern in BANK for path in sorted(folder().glob(f"{pattern}.json"))):
        for row in json.loads(file.read_text(encoding="utf-8")):
            rows[row["model"].removeprefix("quizzes.")].append(row["fields"])
    return Edition(
        sources=_by_slug(rows["source"]),
        topics=_by_slug(rows["topic"]),
        tags=_by_slug(rows["tag"]).keys(),
        questions=dict(_questions(rows)),
        quizzes=dict(_papers(rows)),
        retired=_reasons((path for path in folder().glob("retired*.json") if path.name != RETIRED_QUIZZES), "uuid"),
        replaced=_reasons(folder().glob(RETIRED_QUIZZES), "slug"),
        record=_recorded(),
    )


def write_record(record: Record) -> None:
    text = json.dumps(record, indent=1, sort_keys=True) + "\n"
    (folder() / RECORD).write_text(text, encoding="utf-8")


def _recorded() -> Record:
    path = folder() / RECORD
    record: Record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return record


def _by_slug(rows: Iterable[JSONObject]) -> dict[str, JSONObject]:
    return {row["slug"]: row for row in rows}


def _reasons(files: Iterable[Path], key: str) -> dict[str, str]:
    rows = (row for path in sorted(files) for row in json.loads(path.read_text(encoding="utf-8")))
    return {row[key]: row.get("reason", "") for row in rows}


def _questions(rows: Mapping[str, list[JSONObject]]) -> Iterator[tuple[str, QuestionDraft]]:
    specs = {row["question"][0]: row["spec"] for row in rows["questionversion"] if row["status"] == "ready"}
    places: defaultdict[str, list[SourcePlace]] = defaultdict(list)
    for row in rows["questionsource"]:
        places[row["question"][0]].append(SourcePlace(row["source"][0], row["paragraph"], row.get("evidence", "")))
    for row in rows["question"]:
        key = row["uuid"]
        yield key, _draft(row, specs[key], tuple(places[key]))


def _draft(row: JSONObject, spec: JSONObject, places: tuple[SourcePlace, ...]) -> QuestionDraft:
    return QuestionDraft(
        id=row["uuid"],
        type=row["type"],
        spec=question_types.normalized(row["type"], spec),
        topic=row["topic"][0] if row["topic"] else "",
        difficulty=row["difficulty"],
        bloom=row["bloom"],
        tags=tuple(tag[0] for tag in row["tags"]),
        sources=places,
        acknowledged=tuple(Acknowledged(one["rule"], one["reason"]) for one in row.get("acknowledged", [])),
        where=row["uuid"],
    )


def _papers(rows: Mapping[str, list[JSONObject]]) -> Iterator[tuple[str, Paper]]:
    items: defaultdict[str, list[JSONObject]] = defaultdict(list)
    for row in rows["quizitem"]:
        items[row["quiz"][0]].append(row)
    for row in rows["quiz"]:
        yield row["slug"], Paper(row, tuple(sorted(items[row["slug"]], key=lambda item: item["position"])))
