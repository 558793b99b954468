"""What is read rather than answered, out of the files that ship; docs/study.md has their format.

study.load(settings.FIXTURE_DIRS[0], now=now)   units, notes, glossary, timeline, and who does what
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2s
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from quizzes.json_types import JSONObject
from quizzes.models import (
    Body,
    GlossaryTerm,
    NotePlace,
    Quiz,
    Source,
    StudyNote,
    TimelineEntry,
    Unit,
    Visibility,
)
from quizzes.models.study import Status, StudyContent
from quizzes.services import cases, mastery

Places = tuple[tuple[str, int], ...]  # (slug of the source, paragraph)
QUIZZES = ("check_quiz", "review_quiz", "final_quiz")
LATER: dict[str, object] = {
    **dict.fromkeys(QUIZZES),
    "mastery_mark": 80,
}  # not in what was loaded before there were any
SHIPPED = {"owner": None, "visibility": Visibility.USE, "status": Status.PUBLISHED}


@dataclass
class Loaded:
    """What a run did: rows by their short names. `kept` were edited here, or have an owner, and were left alone."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Content:
    """One row of a file: its fields, and the places of a note."""

    model: type[StudyContent]
    slug: str
    fields: dict[str, object]
    places: Places = ()

    @property
    def hash(self) -> str:
        return _hash(self.fields, self.places)


@transaction.atomic
def load(folder: Path, *, now: datetime) -> Loaded:
    """Bring the site's own rows up to the files in a folder; a second run changes nothing.

    A row that was edited on this site stays as it is, and so does one that an instructor owns.
    """
    done = Loaded()
    for read in (_units, _notes, _terms, _events, _bodies):
        for content in read(folder):
            _bring(content, done, now=now)
    return done


def _bring(content: Content, done: Loaded, *, now: datetime) -> None:
    row = content.model._default_manager.filter(slug=content.slug).first()
    if row is None:
        _write(content.model(slug=content.slug, **SHIPPED), content)
        done.added.append(content.slug)
    elif row.shipped == content.hash:
        return
    elif row.owner_id is not None or _hash_of(row, content) != row.shipped:
        done.kept.append(content.slug)
    else:
        if isinstance(row, StudyNote):
            cases.keep_text(row, StudyNote(**_text_of(content), pk=row.pk), now=now)
        _write(row, content)
        done.changed.append(content.slug)


def _text_of(content: Content) -> dict[str, object]:
    return {name: content.fields[name] for name in ("title", "body")}


def _write(row: StudyContent, content: Content) -> None:
    for name, value in content.fields.items():
        setattr(row, name, value)
    row.shipped = content.hash
    row.save()
    if isinstance(row, Unit):
        mastery.award_all(row)
    if isinstance(row, StudyNote):
        sources = Source.objects.in_bulk([slug for slug, _number in content.places], field_name="slug")
        row.places.all().delete()
        NotePlace.objects.bulk_create(
            NotePlace(note=row, source=sources[slug], paragraph=number)
            for slug, number in content.places
            if slug in sources
        )


def _hash_of(row: StudyContent, content: Content) -> str:
    """Return the hash of what stands on this site now."""
    places = row.places.values_list("source__slug", "paragraph") if isinstance(row, StudyNote) else ()
    return _hash({name: getattr(row, name) for name in content.fields}, tuple(places))


def _hash(fields: JSONObject, places: Places) -> str:
    said = {name: value for name, value in fields.items() if name not in LATER or value != LATER[name]}
    plain = {name: getattr(value, "slug", value) for name, value in said.items()}
    text = json.dumps([plain, sorted(places)], sort_keys=True)
    return blake2s(text.encode(), digest_size=16).hexdigest()


def _rows(folder: Path, pattern: str) -> Iterator[JSONObject]:
    for path in sorted(folder.glob(pattern)):
        yield from json.loads(path.read_text(encoding="utf-8"))


def _only(model: Any, row: JSONObject, *names: str) -> dict[str, object]:
    """Return these fields of a row; what it leaves out is as empty as in a new row."""
    return {name: row.get(name, model._meta.get_field(name).get_default()) for name in names}


def _places(row: JSONObject) -> Places:
    places = [(place["source"], place["paragraph"]) for place in row.get("sources", ())]
    return tuple(dict.fromkeys(places))


def _place_lines(row: JSONObject) -> str:
    return "\n".join(f"{slug}:{number}" for slug, number in _places(row))


def _units(folder: Path) -> Iterator[Content]:
    quizzes = {quiz.slug: quiz for quiz in Quiz.objects.filter(owner=None)}
    for row in _rows(folder, "units.json"):
        fields = _only(Unit, row, "position", "title", "why", "why_is_beyond", "emblem", "mastery_mark")
        refers = {name: quizzes.get(row.get(name, "")) for name in QUIZZES}
        yield Content(Unit, row["slug"], fields | refers | {"objectives": "\n".join(row["objectives"])})


def _notes(folder: Path) -> Iterator[Content]:
    units = {unit.position: unit for unit in Unit.objects.filter(owner=None)}
    for row in _rows(folder, "notes_*.json"):
        fields = _only(StudyNote, row, "position", "kind", "title", "body", "beyond", "discuss")
        yield Content(StudyNote, row["slug"], fields | {"unit": units.get(row["unit"])}, _places(row))


def _terms(folder: Path) -> Iterator[Content]:
    for row in _rows(folder, "glossary.json"):
        fields = _only(GlossaryTerm, row, "term", "meaning", "is_not", "is_beyond")
        lines = {"aliases": "\n".join(row.get("aliases", ())), "places": _place_lines(row)}
        yield Content(GlossaryTerm, row["slug"], fields | lines)


def _events(folder: Path) -> Iterator[Content]:
    sources = Source.objects.in_bulk(field_name="slug")
    for row in _rows(folder, "timeline.json"):
        fields = _only(TimelineEntry, row, "date", "title", "line", "paragraph", "is_beyond")
        yield Content(TimelineEntry, row["slug"], fields | {"source": sources.get(row.get("source", ""))})


def _bodies(folder: Path) -> Iterator[Content]:
    for position, row in enumerate(_rows(folder, "bodies.json"), start=1):
        fields = _only(Body, row, "body", *Body.ACTS)
        extra = {"position": position * 10, "places": _place_lines(row)}
        yield Content(Body, slugify(row["body"])[:80], fields | extra)
