"""Two server processes on one SQLite file: what both acknowledge is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from quizzes.models import Attempt
from tests.benchmarks.browser import Browser
from tests.factories import RIGHT
from tests.faults.conftest import PATIENCE, session_of
from tests.servers import Server, environment


@pytest.mark.smoke
def test_what_either_of_two_servers_acknowledges_is_kept(
    server: Server, attempt: Attempt, sqlite: Path, tmp_path: Path
) -> None:
    session = session_of(attempt.learner)

    def save_four_times(port: int, slot: int) -> list[int]:
        browser = Browser(port, session, timeout=PATIENCE)
        with closing(browser.connection):
            return [browser.save(attempt.pk, slot, revision, RIGHT)[0] for revision in range(1, 5)]

    with Server(environment(tmp_path), tmp_path / "second.log") as second, ThreadPoolExecutor(10) as pool:
        ports = [server.port, second.port] * 5
        replies = list(pool.map(save_four_times, ports, range(1, 11)))
    assert replies == [[200] * 4] * 10
    assert list(attempt.answers.values_list("revision", flat=True)) == [4] * 10
