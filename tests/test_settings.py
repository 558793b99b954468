"""Settings that follow from the environment, each read by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings


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
        ({"WEB_PROCESSES": "2", "REDIS_URL": "redis://127.0.0.1:6379/0"}, "cached_db"),
    ],
)
def test_sessions_are_cached_only_where_all_processes_share_the_cache(environment: dict[str, str], engine: str) -> None:
    assert setting("SESSION_ENGINE", environment) == f"django.contrib.sessions.backends.{engine}"
