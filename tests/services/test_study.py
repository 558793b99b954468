"""Loading what is read, out of the files that ship: twice is once, and what was edited here stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from quizzes.models import Body, GlossaryTerm, StudyNote, TimelineEntry, Unit, User
from quizzes.services import study
from tests import factories

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTE: dict[str, Any] = {
    "slug": "what-a-mandate-is",
    "unit": 1,
    "position": 10,
    "kind": "note",
    "title": "What a mandate is",
    "body": "It is a task.[^1]",
    "beyond": "",
    "discuss": "Why?",
    "sources": [{"source": "source", "paragraph": 1}],
}


def files(folder: Path, **changed: Any) -> Path:
    contents: dict[str, Any] = {
        "units": [
            {"slug": "who", "position": 1, "title": "Who?", "why": "So.", "objectives": ["You can."], "emblem": 2}
        ],
        "notes_source": [NOTE | changed],
        "glossary": [{"slug": "veto", "term": "veto", "aliases": ["vetoes"], "meaning": "A no.", "sources": []}],
        "timeline": [{"slug": "e", "date": "1948-05", "title": "E", "line": "L", "source": "source", "paragraph": 1}],
        "bodies": [{"body": "The Council", "authorizes": "Missions", "sources": NOTE["sources"]}],
    }
    for name, rows in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    factories.source()
    return files(tmp_path)


def test_everything_is_loaded_as_the_sites_own_and_published(folder: Path) -> None:
    assert len(study.load(folder, now=NOW).added) == 5
    note = StudyNote.objects.get()
    assert (note.unit, note.owner, note.status, note.visibility) == (Unit.objects.get(), None, "published", "use")
    assert [str(place) for place in note.places.all()] == ["Source, paragraph 1"]
    assert Unit.objects.get().objective_lines == ["You can."]
    assert GlossaryTerm.objects.get().forms == ["veto", "vetoes"]
    assert TimelineEntry.objects.get().when == "May 1948"
    assert Body.objects.get().place_pairs == [("source", 1)]


def test_loading_twice_changes_nothing(folder: Path) -> None:
    study.load(folder, now=NOW)
    assert study.load(folder, now=NOW) == study.Loaded()


def test_what_changed_in_the_files_reaches_a_site_that_runs(folder: Path) -> None:
    study.load(folder, now=NOW)
    files(folder, body="Better.[^2]", sources=[{"source": "source", "paragraph": 2}])
    assert study.load(folder, now=NOW).changed == ["what-a-mandate-is"]
    note = StudyNote.objects.get()
    assert (note.body, [place.paragraph for place in note.places.all()]) == ("Better.[^2]", [2])


@pytest.mark.parametrize("edit", ["text", "places", "owner"])
def test_what_was_edited_here_is_left_alone_and_reported(folder: Path, instructor: User, edit: str) -> None:
    study.load(folder, now=NOW)
    note = StudyNote.objects.get()
    if edit == "text":
        StudyNote.objects.update(body="Ours.")
    elif edit == "places":
        note.places.all().delete()
    else:
        StudyNote.objects.update(owner=instructor)
    kept = StudyNote.objects.get().body
    files(folder, body="Better.[^1]")
    assert study.load(folder, now=NOW).kept == ["what-a-mandate-is"]
    assert StudyNote.objects.get().body == kept


def test_a_note_that_was_taken_back_stays_a_draft(folder: Path) -> None:
    study.load(folder, now=NOW)
    StudyNote.objects.update(status="draft")
    files(folder, body="Better.[^1]")
    study.load(folder, now=NOW)
    assert (StudyNote.objects.get().status, StudyNote.objects.get().body) == ("draft", "Better.[^1]")
