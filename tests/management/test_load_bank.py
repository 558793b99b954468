"""`manage.py load_bank`: what it says, and that a dry run writes nothing."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from quizzes.management.commands.load_bank import named
from quizzes.models import Question, Quiz, Topic
from quizzes.services.shipped import files
from tests import factories

pytestmark = pytest.mark.django_db
KEY = "00000000-0000-4000-8000-000000000001"


def load_bank(**options: object) -> str:
    out = StringIO()
    call_command("load_bank", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def fixtures(settings: Any, tmp_path: Path) -> Path:
    """A bank of one question, as it lies in files."""
    settings.FIXTURE_DIRS = [tmp_path]
    write(tmp_path)
    return tmp_path


def write(folder: Path, stem: str = "Who decides?") -> None:
    question = {"uuid": KEY, "type": "single_choice", "topic": ["organs"], "difficulty": "easy", "bloom": "remember"}
    version = {"question": [KEY], "number": 1, "status": "ready", "spec": factories.single_choice(stem)}
    write_rows(folder / "topics.json", topic={"slug": "organs", "name": "Organs"}, tag={"slug": "d1"})
    write_rows(folder / "questions_report.json", question=question | {"tags": [["d1"]]}, questionversion=version)


def write_rows(file: Path, **rows: dict[str, Any]) -> None:
    file.write_text(json.dumps([{"model": f"quizzes.{model}", "fields": fields} for model, fields in rows.items()]))


def retire(folder: Path) -> None:
    (folder / "questions_report.json").write_text("[]")
    (folder / "retired_report.json").write_text(json.dumps([{"uuid": KEY, "reason": "trivial", "replaced_by": None}]))


def test_it_says_what_it_brings_and_what_it_leaves(fixtures: Path) -> None:
    load_bank(record=True)
    brought = load_bank().splitlines()
    assert brought[0] == "The bank is brought up to date:"
    assert f"  questions new: 1 ({KEY})" in brought
    write(fixtures, "Who may decide?")
    assert load_bank() == f"The bank is brought up to date:\n  questions changed: 1 ({KEY})\n"
    retire(fixtures)
    left = f"  left: questions {KEY}: it was edited here.\n"  # what was loaded last was not recorded
    assert load_bank() == f"The bank is that of this edition, but for:\n{left}"


def test_a_dry_run_says_it_and_writes_nothing(fixtures: Path) -> None:
    said = load_bank(dry_run=True)
    assert said.startswith("Nothing was written. This would happen:\n")
    assert f"  questions new: 1 ({KEY})\n" in said
    assert (Question.objects.count(), Topic.objects.count()) == (0, 0)


def test_what_is_retired_by_any_of_the_files_is_archived(fixtures: Path) -> None:
    load_bank(record=True)
    load_bank()
    retire(fixtures)
    assert load_bank() == f"The bank is brought up to date:\n  questions archived: 1 ({KEY})\n"
    assert Question.objects.get(uuid=KEY).is_archived


def test_replaced_quizzes_are_named_in_a_file_of_their_own(fixtures: Path) -> None:
    (fixtures / "retired_quizzes.json").write_text(json.dumps([{"slug": "old", "reason": "a unit"}]))
    edition = files.read()
    assert (edition.replaced, edition.retired) == ({"old": "a unit"}, {})
    factories.quiz(1, slug="old")
    assert "quizzes old: it was edited here." in load_bank()
    assert Quiz.objects.get(slug="old").status == "published"


def test_many_rows_are_named_only_when_asked_for() -> None:
    keys = [f"row-{number}" for number in range(12)]
    assert named(keys, None) == ", ".join(keys)
    assert named(keys, 2) == "row-0, row-1, …"


def test_recording_keeps_what_earlier_editions_said(fixtures: Path) -> None:
    load_bank(record=True)
    write(fixtures, "Who may decide?")
    load_bank(record=True)
    load_bank(record=True)
    record = json.loads((fixtures / "editions.json").read_text())
    assert len(record["questions"][KEY]) == 2
