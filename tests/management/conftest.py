"""A site of its own for tests that copy and replace its database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from quizzes.management.backups import verifying
from tests import copying, databases, factories


@pytest.fixture
def site(tmp_path: Path, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site of its own with one user: its database file. Whether a copy holds is looked at in this process."""
    monkeypatch.setattr(verifying, "violations", copying.violations)
    file = tmp_path / "data" / "quizsite.sqlite3"
    file.parent.mkdir()
    with django_db_blocker.unblock():
        copied = databases.configured("sqlite")
        with closing(sqlite3.connect(copied["NAME"])) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)
        with databases.standing_in(copied | {"NAME": str(file)}):
            factories.user("ada")
            yield file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"
