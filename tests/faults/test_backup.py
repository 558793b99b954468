"""Copies made while people answer, by `manage.py backup`, are whole when they are restored elsewhere (F39)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from quizzes.models import Answer, Attempt
from quizzes.reports import invariants
from quizzes.services import attempts
from tests import databases, factories, postgres, saving, waiting
from tests.factories import RIGHT, WRONG

SLOTS = 4
Place = tuple[int, int]  # attempt and slot


@dataclass
class Answering:
    """Learners who answer without a pause, and the last revision of each answer that was acknowledged."""

    rows: list[Attempt]
    acknowledged: dict[Place, int] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)

    def answer(self, row: Attempt) -> None:
        revision = 0
        try:
            while not self.stop.is_set():
                revision += 1
                for slot in range(1, SLOTS + 1):
                    fields = RIGHT if revision % 2 else WRONG
                    now = datetime.now(UTC)
                    saving.save(row.pk, row.learner, slot=slot, fields=fields, revision=revision, now=now)
                    self.acknowledged[row.pk, slot] = revision
        finally:
            connections.close_all()

    def wait_for(self, saves: int) -> None:
        """Let every answer be saved so many times more."""
        wanted = {place: revision + saves for place, revision in self.acknowledged.items()}

        def is_so() -> bool:
            kept = dict(self.acknowledged)
            return len(kept) == len(self.rows) * SLOTS and all(kept[place] >= least for place, least in wanted.items())

        assert waiting.until(is_so, seconds=120)


@contextmanager
def answering() -> Iterator[Answering]:
    quiz = factories.quiz(SLOTS)
    rows = [attempts.start(factories.user(), quiz, now=datetime.now(UTC)) for _learner in range(3)]
    busy = Answering(rows)
    threads = [threading.Thread(target=busy.answer, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    try:
        yield busy
    finally:
        busy.stop.set()
        for thread in threads:
            thread.join()


def copy_of_sqlite(folder: Path) -> dict[str, Any]:
    return restored_elsewhere(folder, databases.configured("sqlite") | {"NAME": str(folder / "restored.sqlite3")})


def copy_of_postgresql(folder: Path) -> dict[str, Any]:
    elsewhere = databases.configured("postgresql") | {"NAME": f"quizsite_restored_{os.getpid()}"}
    with postgres.client_programs():
        return restored_elsewhere(folder, elsewhere)


def restored_elsewhere(folder: Path, elsewhere: dict[str, Any]) -> dict[str, Any]:
    """Copy by `manage.py backup`, put in place where there is nothing yet by `manage.py restore`."""
    call_command("backup", folder=folder)
    [copy] = folder.glob("quizsite-*[!n]")
    with databases.standing_in(elsewhere):
        call_command("restore", str(copy), yes=True)
    return elsewhere


@pytest.mark.parametrize(
    ("vendor", "copy"),
    [
        ("sqlite", copy_of_sqlite),
        pytest.param("postgresql", copy_of_postgresql, marks=pytest.mark.postgres),
    ],
)
def test_a_copy_made_while_people_answer_holds_all_that_was_acknowledged_before(
    vendor: str, copy: Callable[[Path], dict[str, Any]], django_db_blocker: Any, tmp_path: Path
) -> None:
    with databases.real_database(vendor, django_db_blocker):
        with answering() as busy:
            busy.wait_for(5)
            before = dict(busy.acknowledged)
            restored = copy(tmp_path)
            busy.wait_for(5)
        with databases.standing_in(restored):
            if vendor == "sqlite":
                with connection.cursor() as cursor:
                    assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            places = Answer.objects.values_list("attempt", "slot", "revision")
            stored = {(attempt, slot): revision for attempt, slot, revision in places}
            assert {place for place, revision in before.items() if stored[place] < revision} == set()
            assert list(invariants.check(now=datetime.now(UTC))) == []
            row = Attempt.objects.get(pk=busy.rows[0].pk)
            saving.save(row.pk, row.learner, slot=1, fields=RIGHT, revision=10**6, now=datetime.now(UTC))
            assert attempts.submit(row, now=datetime.now(UTC)).status == "graded"
