"""Settings that follow from the environment, each read by a process of its own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from quizzes import installation
from tests import databases


def setting(name: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", f"from quizsite import settings; print(settings.{name})"]
    run = subprocess.run(
        command, cwd=settings.BASE_DIR, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("environment", "engine"),
    [
        ({}, "cached_db"),
        ({"WEB_PROCESSES": "2"}, "db"),
        ({"WEB_PROCESSES": "2", "REDIS_URL": "redis://127.0.0.1:6379/0"}, "db"),
        ({"REDIS_URL": "redis://127.0.0.1:6379/0"}, "db"),
    ],
)
def test_sessions_are_cached_only_in_the_memory_of_a_single_process(environment: dict[str, str], engine: str) -> None:
    assert setting("SESSION_ENGINE", environment) == f"django.contrib.sessions.backends.{engine}"


def test_a_data_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    setting("SECRET_KEY", {"DATA_DIR": str(folder), "SECRET_KEY": ""})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_a_new_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    command = [sys.executable, "manage.py", "migrate", "contenttypes", "--verbosity=0", "--skip-checks"]
    mask = os.umask(0o022)  # what most machines have
    try:
        run = {"DATABASE_URL": f"sqlite:///{path}", "DATA_DIR": str(tmp_path)}
        subprocess.run(command, cwd=settings.BASE_DIR, env=os.environ | run, check=True)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_database_file_of_before_is_taken_away_from_others_when_the_site_starts(
    tmp_path: Path, django_db_blocker: Any
) -> None:
    path = tmp_path / "old.sqlite3"
    path.touch(0o644)
    with django_db_blocker.unblock(), databases.standing_in(databases.sqlite() | {"NAME": str(path)}):
        installation.close_to_others()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o640)  # a group that makes copies, say
        installation.close_to_others()
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_behind_a_proxy_no_check_asks_for_redirects_that_the_proxy_makes() -> None:
    assert "security.W008" in setting("SILENCED_SYSTEM_CHECKS", {"BEHIND_PROXY": "true"})
    assert "security.W008" not in setting("SILENCED_SYSTEM_CHECKS", {})
