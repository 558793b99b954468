"""What `check --deploy` says of an installation that lies open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage

from quizzes import checks


def ids(found: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in found]


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.mark.parametrize(
    ("scheme", "words"),
    [("console", "is printed to the log, links that reset a password too"), ("none", "goes nowhere")],
)
def test_a_site_without_a_mail_server_is_told(settings: Any, scheme: str, words: str) -> None:
    settings.MAIL_SCHEME = scheme
    found = checks.mail_is_sent(None)
    assert ids(found) == ["quizzes.W013"]
    assert words in found[0].msg


def test_a_site_with_a_mail_server_is_not(settings: Any) -> None:
    settings.MAIL_SCHEME = "smtps"
    assert checks.mail_is_sent(None) == []


def test_a_data_folder_that_others_can_enter_is_named(data: Path) -> None:
    assert checks.data_is_private(None) == []
    data.chmod(0o755)
    found = checks.data_is_private(None)
    assert ids(found) == ["quizzes.W014"]
    assert found[0].hint == f"Run: chmod 700 {data}"


def test_log_ins_of_the_demo_are_named(data: Path) -> None:
    assert checks.there_are_no_demo_log_ins(None) == []
    (data / "demo_password").touch()
    assert ids(checks.there_are_no_demo_log_ins(None)) == ["quizzes.W015"]


@pytest.mark.parametrize(
    ("processes", "redis", "told"),
    [(1, "", []), (3, "redis://127.0.0.1:6379/0", []), (3, "", ["quizzes.E003"])],
)
def test_several_processes_need_a_cache_that_they_share(
    settings: Any, processes: int, redis: str, told: list[str]
) -> None:
    settings.WEB_PROCESSES, settings.REDIS_URL = processes, redis
    assert ids(checks.processes_share_a_cache(None)) == told
